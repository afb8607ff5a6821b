package io.intramuros.engine.template.jinja;

import java.time.Duration;

/** What one rendering may take. Templates come with models, from anywhere. */
final class Limits {
    /** Levels of nesting, in a template's source and of calls when it runs. */
    static final int NESTING = 100;

    /** Items of {@code range}; the same as in Jinja's sandbox. */
    static final int RANGE = 100_000;

    /** Characters of any one text: well above any prompt. */
    private static final int LENGTH = 1 << 26;

    private static final long STEPS = 50_000_000;
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final int STEPS_BETWEEN_CLOCK_READINGS = 1024;

    private final long started = System.nanoTime();
    private long steps;
    private int depth;

    /** Counts one step. */
    void step() {
        if (++steps > STEPS
                || (steps % STEPS_BETWEEN_CLOCK_READINGS == 0 && System.nanoTime() - started > TIME.toNanos())) {
            throw new TemplateRenderException("the template takes too long");
        }
    }

    void enter() {
        if (++depth > NESTING) {
            throw new TemplateRenderException("the template's calls are nested too deeply");
        }
    }

    void leave() {
        depth--;
    }

    static void checkLength(long characters) {
        if (characters > LENGTH) {
            throw new TemplateRenderException("the template makes a text of more than " + LENGTH + " characters");
        }
    }
}

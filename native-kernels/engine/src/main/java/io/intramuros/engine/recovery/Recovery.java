package io.intramuros.engine.recovery;

import io.intramuros.kernels.BrokenGpu;
import io.intramuros.kernels.DeviceFailedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * Decides whether an engine whose devices failed is loaded anew, and which GPUs it does without then. One that keeps
 * failing is left alone: loading it over and over would answer nobody and hide the cause. Used by the engine's thread, unless a
 * method says otherwise.
 */
public final class Recovery {
    /** How often an engine is loaded anew within {@link #WINDOW}. */
    static final int MOST_ATTEMPTS = 3;

    static final Duration WINDOW = Duration.ofHours(1);

    /** What an administrator is told when it is not loaded anew any more. */
    public static final String GIVEN_UP = "It has been loaded anew " + MOST_ATTEMPTS
            + " times within an hour, and is not again until it is changed or added anew.";

    private final InstantSource clock;
    private final Deque<Instant> attempts = new ArrayDeque<>();
    private final SortedMap<Integer, BrokenGpu> leftOut = new ConcurrentSkipListMap<>();
    private String reason = "";

    /** @param clock tells when faults happen */
    public Recovery(InstantSource clock) {
        this.clock = clock;
    }

    /** Notes a fault, and which GPUs are broken. Returns whether the engine is to be loaded anew. */
    public boolean after(DeviceFailedException fault) {
        fault.brokenGpus().forEach(gpu -> leftOut.put(gpu.ordinal(), gpu));
        reason = fault.getMessage().endsWith(".") ? fault.getMessage() : fault.getMessage() + ".";
        Instant now = clock.instant();
        attempts.removeIf(attempt -> attempt.isBefore(now.minus(WINDOW)));
        if (attempts.size() == MOST_ATTEMPTS) {
            return false;
        }
        attempts.add(now);
        return true;
    }

    /** The GPUs that broke, by their ordinals. From any thread. */
    public SortedMap<Integer, BrokenGpu> leftOut() {
        return Collections.unmodifiableSortedMap(leftOut);
    }

    /** What happened, in sentences for an administrator, each with a space behind it; empty if nothing did. */
    public String account() {
        if (reason.isEmpty()) {
            return "";
        }
        String without = leftOut.isEmpty()
                ? ""
                : leftOut.keySet().stream().map(gpu -> "GPU " + gpu).collect(Collectors.joining(", "))
                        + " left out: not used until the engine is changed or added anew. ";
        return "Loaded anew after a fault: " + reason + " " + without;
    }
}

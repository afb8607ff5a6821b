package io.intramuros.engine.testing;

import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationResult;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a listener hears. */
public class Recorder implements GenerationListener {
    private final StringBuilder text = new StringBuilder();
    private final List<GenerationResult> ends = new ArrayList<>();

    @Override
    public synchronized void onText(String piece, int tokens) {
        text.append(piece);
    }

    @Override
    public synchronized void onFinished(GenerationResult result) {
        ends.add(result);
    }

    /** The answer. */
    public synchronized String text() {
        return text.toString();
    }

    /** Every end that was told. */
    public synchronized List<GenerationResult> ends() {
        return List.copyOf(ends);
    }
}

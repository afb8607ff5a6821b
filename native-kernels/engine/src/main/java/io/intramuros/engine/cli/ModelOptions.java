package io.intramuros.engine.cli;

import io.intramuros.engine.EngineSettings;
import io.intramuros.engine.EngineStatus;
import io.intramuros.engine.LocalEngine;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model runs on what; the same for every command. */
final class ModelOptions {
    private static final String NAME = "command-line";

    @Option(
            names = "--model",
            required = true,
            paramLabel = "PATH",
            description = "A Hugging Face directory or a GGUF file.")
    private Path model;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = EngineSettings.DEFAULT_BACKEND,
            description = "What computes. Default: ${DEFAULT-VALUE}.")
    private String backend;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Computing threads. Default: one per core.")
    private int threads;

    /** Settings for a batch of so many requests, of so many tokens at most (0: as long as the model allows). */
    EngineSettings settings(int batch, int contextTokens) {
        return new EngineSettings(NAME, model, null, backend, threads, contextTokens, batch, 0, 0, 0, false);
    }

    /**
     * Starts an engine and waits until it is ready.
     *
     * @throws CommandFailedException with the engine's own reason if it does not get ready
     */
    static LocalEngine start(EngineSettings settings) throws InterruptedException {
        LocalEngine engine = LocalEngine.start(settings);
        EngineStatus status = engine.awaitLoaded();
        if (status.state() != EngineStatus.State.READY) {
            engine.close();
            throw new CommandFailedException(status.detail());
        }
        return engine;
    }
}

package io.intramuros.engine.cli;

import io.intramuros.engine.EngineSettings;
import io.intramuros.engine.EngineStatus;
import io.intramuros.engine.local.LocalEngine;
import io.intramuros.kernels.cuda.driver.CudaLibraries;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which model runs on what; the same for every command. */
final class ModelOptions {
    private static final String NAME = "command-line";
    private static final String CUDA = "cuda";

    /** The directory with the stand-in driver, set by the script. */
    private static final String STAND_IN = CudaLibraries.FOLDER_PROPERTY;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "PATH",
            description = "A Hugging Face directory or a GGUF file.")
    private Path model;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "What computes: vector (any processor) or cuda (NVIDIA GPUs). Default: vector.")
    private String backend;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Computing threads. Default: one per core.")
    private int threads;

    @Option(
            names = "--devices",
            paramLabel = "N",
            split = ",",
            description = "The GPUs that compute, such as 0,1; with --backend cuda. Default: all.")
    private List<Integer> devices = List.of();

    @Option(
            names = "--emulate",
            description = "Runs the backend cuda without a GPU: a stand-in for the driver runs the same kernels on the"
                    + " processor, slowly. Built when it is first used.")
    private boolean emulate;

    /** Read by the script, since the stand-in takes its settings from the environment. */
    @Option(
            names = "--emulated-devices",
            paramLabel = "N",
            description = "How many GPUs the stand-in shows; with --emulate. Default: 1, or what"
                    + " INTRAMUROS_EMULATOR_DEVICES says.")
    private Integer emulatedDevices;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Settings for a batch of so many requests, of so many tokens at most (0: as long as the model allows). */
    EngineSettings settings(int batch, int contextTokens) {
        String computes = backend();
        if (!devices.isEmpty() && !computes.equals(CUDA)) {
            throw new ParameterException(spec.commandLine(), "--devices goes with --backend " + CUDA);
        }
        return EngineSettings.with(NAME, model)
                .backend(computes)
                .threads(threads)
                .devices(devices)
                .contextTokens(contextTokens)
                .maxBatchSize(batch)
                .maxQueue(0)
                .build();
    }

    private String backend() {
        if (!emulate) {
            if (emulatedDevices != null) {
                throw new ParameterException(spec.commandLine(), "--emulated-devices goes with --emulate");
            }
            return backend == null ? EngineSettings.DEFAULT_BACKEND : backend;
        }
        if (backend != null && !backend.equals(CUDA)) {
            throw new ParameterException(spec.commandLine(), "--emulate goes with --backend " + CUDA);
        }
        if (System.getProperty(STAND_IN) == null) {
            throw new CommandFailedException("--emulate needs the script bin/intramuros-engine, or -D" + STAND_IN
                    + "=DIRECTORY with the stand-in driver.");
        }
        return CUDA;
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

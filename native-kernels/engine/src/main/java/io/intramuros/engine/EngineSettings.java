package io.intramuros.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What an administrator decides about an engine. Zero stands for "choose well" wherever it is allowed.
 *
 * @param name the engine's name, unique in the server
 * @param modelPath a Hugging Face directory or a GGUF file; need not exist, an engine says so in its status
 * @param modelId the name clients ask for; {@code null} or blank for the engine's name
 * @param backend what computes: one of {@link #BACKENDS}; {@code null} or blank for {@value #DEFAULT_BACKEND}
 * @param threads threads that compute; 0 for all cores
 * @param devices ordinals of the GPUs that compute, for a backend on GPUs; empty for all of the machine's
 * @param contextTokens the longest prompt and answer together; 0 for what the model was made for, which it never exceeds
 * @param maxBatchSize the most requests answered at once
 * @param maxQueue the most requests that wait; more are refused
 * @param cacheBytes memory for the key-value cache; 0 for a share of the machine's memory, or what the weights leave of
 *     the GPUs'
 * @param tokenBudget the most tokens computed in one step: larger reads prompts faster, smaller lets running answers
 *     wait less for a new prompt; 0 for a good middle, and never less than {@code maxBatchSize}, so that every running
 *     answer gets a token in each step
 * @param slowAboveCelsius above this temperature of a GPU the engine works at half its size; 0 for the card's own limit
 * @param drainAboveCelsius above this temperature of a GPU the engine takes no more requests; 0 for the card's own limit
 * @param demonstration marks a small model that only shows how things work; its card says so
 */
public record EngineSettings(
        String name,
        Path modelPath,
        String modelId,
        String backend,
        int threads,
        List<Integer> devices,
        int contextTokens,
        int maxBatchSize,
        int maxQueue,
        long cacheBytes,
        int tokenBudget,
        int slowAboveCelsius,
        int drainAboveCelsius,
        boolean demonstration) {
    /** The backend that runs everywhere. */
    public static final String DEFAULT_BACKEND = "vector";

    /** The backends there are, the one that runs everywhere first. */
    public static final List<String> BACKENDS = List.of(DEFAULT_BACKEND, "cuda");

    /** Requests answered at once unless set otherwise. */
    public static final int DEFAULT_MAX_BATCH_SIZE = 16;

    /** Requests that may wait unless set otherwise. */
    public static final int DEFAULT_MAX_QUEUE = 64;

    /** Tokens per step unless set otherwise. */
    public static final int DEFAULT_TOKEN_BUDGET = 256;

    public EngineSettings {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(modelPath, "modelPath");
        modelId = modelId == null || modelId.isBlank() ? name : modelId;
        backend = backend == null || backend.isBlank() ? DEFAULT_BACKEND : backend;
        requireAtLeast(0, "threads", threads);
        devices = List.copyOf(devices);
        devices.forEach(device -> requireAtLeast(0, "a number in devices", device));
        if (devices.stream().distinct().count() < devices.size()) {
            throw new IllegalArgumentException("devices names a GPU twice: " + devices);
        }
        requireAtLeast(0, "contextTokens", contextTokens);
        requireAtLeast(1, "maxBatchSize", maxBatchSize);
        requireAtLeast(0, "maxQueue", maxQueue);
        requireAtLeast(0, "cacheBytes", cacheBytes);
        requireAtLeast(0, "tokenBudget", tokenBudget);
        requireAtLeast(0, "slowAboveCelsius", slowAboveCelsius);
        requireAtLeast(0, "drainAboveCelsius", drainAboveCelsius);
        if (drainAboveCelsius > 0 && slowAboveCelsius > drainAboveCelsius) {
            throw new IllegalArgumentException("slowAboveCelsius is " + slowAboveCelsius
                    + ", it must not be above drainAboveCelsius, " + drainAboveCelsius);
        }
        tokenBudget = Math.max(tokenBudget == 0 ? DEFAULT_TOKEN_BUDGET : tokenBudget, maxBatchSize);
    }

    /** An engine with nothing but a name and a model decided. */
    public static EngineSettings of(String name, Path modelPath) {
        return with(name, modelPath).build();
    }

    /** The same decisions about a model at another place. */
    public EngineSettings at(Path otherModelPath) {
        return new Builder(this, otherModelPath).build();
    }

    /** Begins to decide about an engine; what isn't decided is chosen well. */
    public static Builder with(String name, Path modelPath) {
        return new Builder(name, modelPath);
    }

    private static void requireAtLeast(long least, String setting, long value) {
        if (value < least) {
            throw new IllegalArgumentException(setting + " is " + value + ", it must be at least " + least);
        }
    }

    /** Decisions about an engine, each named as in {@link EngineSettings}. */
    public static final class Builder {
        private final String name;
        private final Path modelPath;
        private String modelId;
        private String backend;
        private int threads;
        private List<Integer> devices = List.of();
        private int contextTokens;
        private int maxBatchSize = DEFAULT_MAX_BATCH_SIZE;
        private int maxQueue = DEFAULT_MAX_QUEUE;
        private long cacheBytes;
        private int tokenBudget;
        private int slowAboveCelsius;
        private int drainAboveCelsius;
        private boolean demonstration;

        private Builder(String name, Path modelPath) {
            this.name = name;
            this.modelPath = modelPath;
        }

        private Builder(EngineSettings like, Path modelPath) {
            this(like.name, modelPath);
            modelId = like.modelId;
            backend = like.backend;
            threads = like.threads;
            devices = like.devices;
            contextTokens = like.contextTokens;
            maxBatchSize = like.maxBatchSize;
            maxQueue = like.maxQueue;
            cacheBytes = like.cacheBytes;
            tokenBudget = like.tokenBudget;
            slowAboveCelsius = like.slowAboveCelsius;
            drainAboveCelsius = like.drainAboveCelsius;
            demonstration = like.demonstration;
        }

        public Builder modelId(String value) {
            modelId = value;
            return this;
        }

        public Builder backend(String value) {
            backend = value;
            return this;
        }

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        public Builder devices(List<Integer> value) {
            devices = value;
            return this;
        }

        public Builder contextTokens(int value) {
            contextTokens = value;
            return this;
        }

        public Builder maxBatchSize(int value) {
            maxBatchSize = value;
            return this;
        }

        public Builder maxQueue(int value) {
            maxQueue = value;
            return this;
        }

        public Builder cacheBytes(long value) {
            cacheBytes = value;
            return this;
        }

        public Builder tokenBudget(int value) {
            tokenBudget = value;
            return this;
        }

        public Builder slowAboveCelsius(int value) {
            slowAboveCelsius = value;
            return this;
        }

        public Builder drainAboveCelsius(int value) {
            drainAboveCelsius = value;
            return this;
        }

        public Builder demonstration(boolean value) {
            demonstration = value;
            return this;
        }

        /**
         * The decisions.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public EngineSettings build() {
            return new EngineSettings(
                    name,
                    modelPath,
                    modelId,
                    backend,
                    threads,
                    devices,
                    contextTokens,
                    maxBatchSize,
                    maxQueue,
                    cacheBytes,
                    tokenBudget,
                    slowAboveCelsius,
                    drainAboveCelsius,
                    demonstration);
        }
    }
}

package io.intramuros.kernels;

/** The tokens of a step that has begun and may still be computed. For the thread that began it. */
@FunctionalInterface
public interface PendingTokens {
    /**
     * Waits for the step's end. To be called once, before the next step begins.
     *
     * @return one token per logit row
     * @throws DeviceFailedException if a device failed
     */
    SampledToken[] await();
}

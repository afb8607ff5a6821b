package io.intramuros.engine.model;

/**
 * The inverse frequencies of rotary position embedding, computed as Hugging Face's transformers computes them
 * ({@code modeling_rope_utils.py}).
 */
final class RopeFrequencies {
    private RopeFrequencies() {}

    /** Pair {@code i} of {@code headDim / 2} turns by {@code base^(-2i / headDim)} per position. */
    static float[] plain(int headDim, double base) {
        float[] frequencies = new float[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) (1 / Math.pow(base, 2.0 * i / headDim));
        }
        return frequencies;
    }

    /** Positions divided by {@code factor}. */
    static float[] linear(float[] frequencies, double factor) {
        float[] scaled = new float[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (frequencies[i] / factor);
        }
        return scaled;
    }

    /** Each frequency divided by its own factor: how GGUF stores Llama 3's scaling. */
    static float[] divided(float[] frequencies, float[] factors) {
        float[] scaled = new float[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = frequencies[i] / factors[i];
        }
        return scaled;
    }

    /**
     * Llama 3's scaling: wavelengths well inside the original context stay, those beyond it are stretched by
     * {@code factor}, those between are blended.
     */
    static float[] llama3(
            float[] frequencies, double factor, double lowFactor, double highFactor, double originalContext) {
        double longest = originalContext / lowFactor;
        double shortest = originalContext / highFactor;
        float[] scaled = new float[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            double wavelength = 2 * Math.PI / frequencies[i];
            if (wavelength < shortest) {
                scaled[i] = frequencies[i];
            } else if (wavelength > longest) {
                scaled[i] = (float) (frequencies[i] / factor);
            } else {
                double smooth = (originalContext / wavelength - lowFactor) / (highFactor - lowFactor);
                scaled[i] = (float) ((1 - smooth) * frequencies[i] / factor + smooth * frequencies[i]);
            }
        }
        return scaled;
    }
}

package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Where made-up weights come from: one stretch of host memory that all matrices are taken from.
 *
 * @param memory of the longest matrix
 */
record SyntheticWeights(MemorySegment memory) implements SyntheticDecoder.Matrices {
    /** Random values are made for so many bytes and then repeated. */
    private static final long PERIOD_BYTES = 32L << 20;

    private static final double SIZE = 0.02;

    /** Zeros, which take no memory. */
    static SyntheticWeights zeros(DecoderShape shape) {
        return new SyntheticWeights(ZeroPages.map(longest(shape)));
    }

    /** BF16 numbers of the size that weights have, the same on every run. */
    static SyntheticWeights random(DecoderShape shape) {
        long bytes = longest(shape);
        MemorySegment memory = Arena.ofAuto().allocate(bytes, 64);
        long period = Math.min(bytes, PERIOD_BYTES);
        SplittableRandom random = new SplittableRandom(1);
        for (long at = 0; at < period; at += Short.BYTES) {
            float value = (float) (SIZE * (2 * random.nextDouble() - 1));
            memory.set(ValueLayout.JAVA_SHORT, at, (short) (Float.floatToRawIntBits(value) >>> 16));
        }
        for (long at = period; at < bytes; at += period) {
            MemorySegment.copy(memory, 0, memory, at, Math.min(period, bytes - at));
        }
        return new SyntheticWeights(memory);
    }

    @Override
    public HostTensor matrix(int rows, int columns) {
        TensorType type = TensorType.BF16;
        return new HostTensor("made up", type, rows, columns, memory.asSlice(0, rows * type.rowBytes(columns)));
    }

    private static long longest(DecoderShape shape) {
        long widest = Math.max(shape.feedForward(), shape.vocabulary());
        return (long) Short.BYTES * shape.hidden() * Math.max(widest, (long) shape.heads() * shape.headDim());
    }
}

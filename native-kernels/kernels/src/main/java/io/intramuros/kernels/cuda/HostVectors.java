package io.intramuros.kernels.cuda;

import io.intramuros.kernels.HostTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Norms and biases are FP32 on the device, whatever they were in the file; widening loses nothing. */
final class HostVectors {
    private HostVectors() {}

    /** Writes columns of a tensor of one row as FP32. */
    static void widen(HostTensor tensor, int firstColumn, int columns, MemorySegment to) {
        MemorySegment data = tensor.data();
        for (int i = 0; i < columns; i++) {
            long at = (long) firstColumn + i;
            float value = switch (tensor.type()) {
                case F32 -> data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at * Float.BYTES);
                case F16 -> Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, at * Short.BYTES));
                case BF16 -> Float.intBitsToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, at * Short.BYTES) << 16);
                default ->
                    throw new IllegalArgumentException(
                            "the vector " + tensor.name() + " is quantised (" + tensor.type() + ")");
            };
            to.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
    }
}

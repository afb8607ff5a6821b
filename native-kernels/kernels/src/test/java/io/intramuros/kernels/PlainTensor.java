package io.intramuros.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * A weight tensor with its values written out as doubles, decoded by the formulas of the formats and by nothing of the
 * product. The stored bytes begin at an odd address, as a tensor in a file may.
 */
record PlainTensor(HostTensor host, double[][] values) {
    /** A tensor with values of about unit size (matrices: over the root of their columns) in the type's own precision. */
    static PlainTensor random(TensorType type, int rows, int columns, Random random) {
        ByteBuffer bytes = ByteBuffer.allocate((int) (rows * type.rowBytes(columns)));
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        double size = rows == 1 ? 1 : 1 / Math.sqrt(columns);
        for (int i = 0; i < rows * columns / type.blockValues(); i++) {
            putBlock(type, bytes, size, random);
        }
        return decode("random", type, rows, columns, bytes.array());
    }

    /** An F32 tensor of given values. */
    static PlainTensor of(float[][] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * values[0].length * Float.BYTES);
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : values) {
            for (float value : row) {
                bytes.putFloat(value);
            }
        }
        return decode("given", TensorType.F32, values.length, values[0].length, bytes.array());
    }

    private static PlainTensor decode(String name, TensorType type, int rows, int columns, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        double[][] values = new double[rows][columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c += type.blockValues()) {
                int at = (int) (r * type.rowBytes(columns) + (long) c / type.blockValues() * type.blockBytes());
                decodeBlock(type, in, at, values[r], c);
            }
        }
        MemorySegment memory = Arena.ofAuto().allocate(bytes.length + 1, 64).asSlice(1);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return new PlainTensor(new HostTensor(name, type, rows, columns, memory), values);
    }

    private static void putBlock(TensorType type, ByteBuffer out, double size, Random random) {
        float value = (float) (random.nextGaussian() * size);
        switch (type) {
            case F32 -> out.putFloat(value);
            case F16 -> out.putShort(Float.floatToFloat16(value));
            case BF16 -> out.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
            case Q8_0 -> {
                putScale(out, size / 64, random);
                putBytes(out, 32, random);
            }
            case Q4_0 -> {
                putScale(out, size / 4, random);
                putBytes(out, 16, random);
            }
            case Q4_1 -> {
                putScale(out, size / 4, random);
                out.putShort(Float.floatToFloat16((float) (-2 * size * random.nextDouble())));
                putBytes(out, 16, random);
            }
            case Q4_K -> {
                putScale(out, size / 128, random);
                putScale(out, size / 32, random);
                putBytes(out, 140, random);
            }
            case Q6_K -> {
                putBytes(out, 208, random);
                putScale(out, size / 1024, random);
            }
        }
    }

    private static void putScale(ByteBuffer out, double size, Random random) {
        out.putShort(Float.floatToFloat16((float) (size * (0.5 + random.nextDouble()))));
    }

    private static void putBytes(ByteBuffer out, int count, Random random) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        out.put(bytes);
    }

    private static double half(ByteBuffer in, int at) {
        int bits = in.getShort(at);
        int exponent = (bits >> 10) & 31;
        int mantissa = bits & 1023;
        double size = exponent == 0 ? Math.scalb((double) mantissa, -24) : Math.scalb(1024.0 + mantissa, exponent - 25);
        return bits < 0 ? -size : size;
    }

    /** The formulas of the GGUF format's reference, block by block. */
    private static void decodeBlock(TensorType type, ByteBuffer in, int at, double[] out, int c) {
        switch (type) {
            case F32 -> out[c] = in.getFloat(at);
            case F16 -> out[c] = half(in, at);
            case BF16 -> out[c] = Float.intBitsToFloat(in.getShort(at) << 16);
            case Q8_0 -> {
                for (int j = 0; j < 32; j++) {
                    out[c + j] = half(in, at) * in.get(at + 2 + j);
                }
            }
            case Q4_0 -> {
                for (int j = 0; j < 16; j++) {
                    out[c + j] = half(in, at) * ((in.get(at + 2 + j) & 0xF) - 8);
                    out[c + j + 16] = half(in, at) * (((in.get(at + 2 + j) & 0xFF) >> 4) - 8);
                }
            }
            case Q4_1 -> {
                for (int j = 0; j < 16; j++) {
                    out[c + j] = half(in, at) * (in.get(at + 4 + j) & 0xF) + half(in, at + 2);
                    out[c + j + 16] = half(in, at) * ((in.get(at + 4 + j) & 0xFF) >> 4) + half(in, at + 2);
                }
            }
            case Q4_K -> decodeQ4K(in, at, out, c);
            case Q6_K -> decodeQ6K(in, at, out, c);
        }
    }

    private static void decodeQ4K(ByteBuffer in, int at, double[] out, int c) {
        int[] scales = new int[8];
        int[] minima = new int[8];
        for (int j = 0; j < 4; j++) {
            int a = in.get(at + 4 + j) & 0xFF;
            int b = in.get(at + 8 + j) & 0xFF;
            int both = in.get(at + 12 + j) & 0xFF;
            scales[j] = a & 63;
            minima[j] = b & 63;
            scales[j + 4] = (both & 15) | ((a >> 6) << 4);
            minima[j + 4] = (both >> 4) | ((b >> 6) << 4);
        }
        for (int j = 0; j < 256; j++) {
            int stored = in.get(at + 16 + j / 64 * 32 + j % 32) & 0xFF;
            int value = j % 64 < 32 ? stored & 15 : stored >> 4;
            out[c + j] = half(in, at) * scales[j / 32] * value - half(in, at + 2) * minima[j / 32];
        }
    }

    private static void decodeQ6K(ByteBuffer in, int at, double[] out, int c) {
        for (int n = 0; n < 2; n++) {
            for (int l = 0; l < 32; l++) {
                int low = at + 64 * n;
                int high = in.get(at + 128 + 32 * n + l) & 0xFF;
                int[] q = {
                    (in.get(low + l) & 0xF) | ((high & 3) << 4),
                    (in.get(low + l + 32) & 0xF) | (((high >> 2) & 3) << 4),
                    ((in.get(low + l) & 0xFF) >> 4) | (((high >> 4) & 3) << 4),
                    ((in.get(low + l + 32) & 0xFF) >> 4) | (((high >> 6) & 3) << 4)
                };
                for (int k = 0; k < 4; k++) {
                    int scale = in.get(at + 192 + 8 * n + l / 16 + 2 * k);
                    out[c + 128 * n + 32 * k + l] = half(in, at + 208) * scale * (q[k] - 32);
                }
            }
        }
    }
}

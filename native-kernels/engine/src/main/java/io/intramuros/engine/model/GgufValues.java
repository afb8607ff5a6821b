package io.intramuros.engine.model;

import io.intramuros.kernels.TensorType;
import java.nio.file.Path;

/** The value types of GGUF's metadata and its tensor types, by the numbers that the format gives them. */
final class GgufValues {
    static final int ARRAY = 9;

    private static final int UINT8 = 0;
    private static final int INT8 = 1;
    private static final int UINT16 = 2;
    private static final int INT16 = 3;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int UINT64 = 10;
    private static final int INT64 = 11;
    private static final int FLOAT64 = 12;

    private GgufValues() {}

    /** A value as {@link GgufMetadata} holds it. Unsigned 64-bit values above the signed range are refused. */
    static Object readScalar(GgufReader reader, String key, int type) {
        return switch (type) {
            case BOOL -> readBool(reader, key);
            case STRING -> reader.readString(key);
            case FLOAT32, FLOAT64 -> readNumber(reader, key, type);
            default -> readInteger(reader, key, type);
        };
    }

    /** An array as {@link GgufMetadata} holds it. Its length is held against the rest of the file first. */
    static Object readArray(GgufReader reader, String key, int elementType, int length) {
        long atLeast = (long) length * leastBytes(reader, key, elementType);
        if (atLeast > reader.remaining()) {
            throw new ModelFormatException(
                    reader.file(),
                    key,
                    "the file ends inside its header: an array of " + length + " values needs at least " + atLeast
                            + " bytes, " + reader.remaining() + " are left");
        }
        return switch (elementType) {
            case STRING -> readStrings(reader, key, length);
            case BOOL -> readBools(reader, key, length);
            case FLOAT32, FLOAT64 -> readNumbers(reader, key, elementType, length);
            default -> readIntegers(reader, key, elementType, length);
        };
    }

    private static String[] readStrings(GgufReader reader, String key, int length) {
        String[] values = new String[length];
        for (int i = 0; i < length; i++) {
            values[i] = reader.readString(key);
        }
        return values;
    }

    private static boolean[] readBools(GgufReader reader, String key, int length) {
        boolean[] values = new boolean[length];
        for (int i = 0; i < length; i++) {
            values[i] = readBool(reader, key);
        }
        return values;
    }

    private static double[] readNumbers(GgufReader reader, String key, int type, int length) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = readNumber(reader, key, type);
        }
        return values;
    }

    private static long[] readIntegers(GgufReader reader, String key, int type, int length) {
        long[] values = new long[length];
        for (int i = 0; i < length; i++) {
            values[i] = readInteger(reader, key, type);
        }
        return values;
    }

    /** @throws ModelFormatException if this engine does not run that type */
    static TensorType tensorType(Path file, String tensor, int number) {
        return switch (number) {
            case 0 -> TensorType.F32;
            case 1 -> TensorType.F16;
            case 2 -> TensorType.Q4_0;
            case 3 -> TensorType.Q4_1;
            case 8 -> TensorType.Q8_0;
            case 12 -> TensorType.Q4_K;
            case 14 -> TensorType.Q6_K;
            case 30 -> TensorType.BF16;
            default ->
                throw new ModelFormatException(
                        file,
                        tensor,
                        "is stored as GGUF type " + Integer.toUnsignedString(number)
                                + "; F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K and Q6_K are supported");
        };
    }

    private static int leastBytes(GgufReader reader, String key, int type) {
        return switch (type) {
            case UINT8, INT8, BOOL -> 1;
            case UINT16, INT16 -> 2;
            case UINT32, INT32, FLOAT32 -> 4;
            case UINT64, INT64, FLOAT64, STRING -> 8;
            case ARRAY -> throw new ModelFormatException(reader.file(), key, "arrays of arrays are not supported");
            default -> throw unknown(reader, key, type);
        };
    }

    private static boolean readBool(GgufReader reader, String key) {
        byte value = reader.readByte(key);
        if (value != 0 && value != 1) {
            throw new ModelFormatException(reader.file(), key, "a boolean is stored as " + value + ", not as 0 or 1");
        }
        return value == 1;
    }

    private static double readNumber(GgufReader reader, String key, int type) {
        return type == FLOAT32
                ? Float.intBitsToFloat(reader.readInt(key))
                : Double.longBitsToDouble(reader.readLong(key));
    }

    private static long readInteger(GgufReader reader, String key, int type) {
        return switch (type) {
            case UINT8 -> Byte.toUnsignedLong(reader.readByte(key));
            case INT8 -> reader.readByte(key);
            case UINT16 -> Short.toUnsignedLong(reader.readShort(key));
            case INT16 -> reader.readShort(key);
            case UINT32 -> Integer.toUnsignedLong(reader.readInt(key));
            case INT32 -> reader.readInt(key);
            case UINT64 -> reader.readCount(key, "the value", Long.MAX_VALUE);
            case INT64 -> reader.readLong(key);
            default -> throw unknown(reader, key, type);
        };
    }

    private static ModelFormatException unknown(GgufReader reader, String key, int type) {
        return new ModelFormatException(
                reader.file(), key, "has the unknown value type " + Integer.toUnsignedString(type));
    }
}

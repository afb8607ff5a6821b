package io.intramuros.engine.model;

import io.intramuros.kernels.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file, version 2 or 3, its header checked before anything in it is trusted: counts, lengths, types, alignment,
 * and that every tensor lies inside the file and beside the others.
 *
 * @param metadata the key-value part
 * @param tensors the tensors
 */
record GgufFile(GgufMetadata metadata, TensorTable tensors) {
    /** The letters GGUF, read as a little-endian number. */
    private static final int MAGIC = 0x46554747;

    // Limits far above any real model; they bound the memory that a damaged or hostile header can make us take.
    private static final int MAX_KEYS = 1 << 14;
    private static final int MAX_TENSORS = 1 << 16;
    private static final int MAX_ARRAY_VALUES = 1 << 22;
    private static final int MAX_DIMENSIONS = 4;
    private static final long MAX_ALIGNMENT = 1 << 20;
    private static final int DEFAULT_ALIGNMENT = 32;

    private record TensorInfo(String name, TensorType type, long[] shape, long offset, long bytes) {}

    /**
     * @param file the file's name, for messages
     * @param content the whole file, mapped
     * @throws ModelFormatException if the file is not a whole and consistent GGUF file of supported types
     */
    static GgufFile read(Path file, MemorySegment content) {
        GgufReader reader = new GgufReader(file, content);
        if (content.byteSize() < 4 || reader.readInt("header") != MAGIC) {
            throw new ModelFormatException(file, null, "is not a GGUF file: it does not begin with GGUF");
        }
        int version = reader.readInt("header");
        if (version != 2 && version != 3) {
            boolean bigEndian = version == Integer.reverseBytes(2) || version == Integer.reverseBytes(3);
            throw new ModelFormatException(
                    file,
                    null,
                    bigEndian
                            ? "is a big-endian GGUF file; only little-endian ones are supported"
                            : "is of GGUF version " + Integer.toUnsignedString(version) + "; 2 and 3 are supported");
        }
        int tensorCount = (int) reader.readCount("header", "the number of tensors", MAX_TENSORS);
        int keyCount = (int) reader.readCount("header", "the number of metadata keys", MAX_KEYS);
        GgufMetadata metadata = new GgufMetadata(file, readMetadata(reader, keyCount));
        List<TensorInfo> infos = readTensorInfos(reader, tensorCount);
        long alignment =
                metadata.integer("general.alignment", 1, (int) MAX_ALIGNMENT).orElse(DEFAULT_ALIGNMENT);
        if (Long.bitCount(alignment) != 1) {
            throw new ModelFormatException(file, "general.alignment", "is " + alignment + ", not a power of two");
        }
        return new GgufFile(metadata, place(file, content, reader.position(), alignment, infos));
    }

    private static Map<String, Object> readMetadata(GgufReader reader, int count) {
        Map<String, Object> values = new LinkedHashMap<>();
        int arrayValuesLeft = MAX_ARRAY_VALUES;
        for (int i = 0; i < count; i++) {
            String key = reader.readString("metadata key " + i);
            int type = reader.readInt(key);
            Object value;
            if (type == GgufValues.ARRAY) {
                int elementType = reader.readInt(key);
                int length = (int) reader.readCount(key, "the array's length", arrayValuesLeft);
                arrayValuesLeft -= length;
                value = GgufValues.readArray(reader, key, elementType, length);
            } else {
                value = GgufValues.readScalar(reader, key, type);
            }
            if (values.put(key, value) != null) {
                throw new ModelFormatException(reader.file(), key, "the metadata key appears twice");
            }
        }
        return values;
    }

    private static List<TensorInfo> readTensorInfos(GgufReader reader, int count) {
        List<TensorInfo> infos = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = reader.readString("tensor " + i);
            int dimensions = reader.readInt(name);
            if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
                throw new ModelFormatException(
                        reader.file(),
                        name,
                        "has " + Integer.toUnsignedString(dimensions) + " dimensions, from 1 to " + MAX_DIMENSIONS
                                + " are possible");
            }
            long[] shape = new long[dimensions];
            for (int d = dimensions - 1; d >= 0; d--) { // GGUF writes the fastest dimension first
                shape[d] = reader.readCount(name, "a dimension", Integer.MAX_VALUE);
                if (shape[d] == 0) {
                    throw new ModelFormatException(reader.file(), name, "has a dimension of 0");
                }
            }
            TensorType type = GgufValues.tensorType(reader.file(), name, reader.readInt(name));
            long offset = reader.readCount(name, "the offset", Long.MAX_VALUE);
            infos.add(new TensorInfo(name, type, shape, offset, bytes(reader.file(), name, type, shape)));
        }
        return infos;
    }

    private static long bytes(Path file, String name, TensorType type, long[] shape) {
        try {
            long bytes = type.rowBytes(shape[shape.length - 1]);
            for (int d = 0; d < shape.length - 1; d++) {
                bytes = Math.multiplyExact(bytes, shape[d]);
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file, name, e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new ModelFormatException(file, name, "its dimensions overflow 64 bits", e);
        }
    }

    private static TensorTable place(
            Path file, MemorySegment content, long headerEnd, long alignment, List<TensorInfo> infos) {
        long dataStart = (headerEnd + alignment - 1) & -alignment;
        long dataBytes = Math.max(0, content.byteSize() - dataStart);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        TensorInfo previous = null;
        for (TensorInfo info : infos.stream()
                .sorted(Comparator.comparingLong(TensorInfo::offset))
                .toList()) {
            if (info.offset % alignment != 0) {
                throw new ModelFormatException(
                        file, info.name, "its offset " + info.offset + " is not a multiple of " + alignment);
            }
            if (info.bytes > dataBytes || info.offset > dataBytes - info.bytes) {
                throw new ModelFormatException(
                        file,
                        info.name,
                        "its " + info.bytes + " bytes at offset " + info.offset + " do not lie within the file's "
                                + dataBytes + " bytes of data: the file is truncated or damaged; fetch it again");
            }
            if (previous != null && info.offset < previous.offset + previous.bytes) {
                throw new ModelFormatException(file, info.name, "overlaps the tensor " + previous.name);
            }
            MemorySegment data = content.asSlice(dataStart + info.offset, info.bytes);
            if (tensors.put(info.name, new StoredTensor(file, info.name, info.type, info.shape, data)) != null) {
                throw new ModelFormatException(file, info.name, "the tensor appears twice");
            }
            previous = info;
        }
        return new TensorTable(file, tensors);
    }
}

package io.intramuros.engine.model;

import com.google.gson.stream.JsonReader;
import io.intramuros.kernels.TensorType;
import java.io.IOException;
import java.io.StringReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one safetensors file: eight bytes with the header's length, the header in JSON, then the tensors, one behind
 * the other without gaps. All of that is checked before a tensor is handed out.
 */
final class SafetensorsFile {
    private static final int LENGTH_BYTES = 8;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    // Limits far above any real file; they bound the memory that a damaged or hostile header can make us take.
    private static final long MAX_HEADER_BYTES = 16L << 20;
    private static final int MAX_TENSORS = 1 << 16;
    private static final int MAX_DIMENSIONS = 8;

    private record TensorInfo(String name, TensorType type, long[] shape, long begin, long end) {}

    private final Path file;
    private final MemorySegment content;

    private SafetensorsFile(Path file, MemorySegment content) {
        this.file = file;
        this.content = content;
    }

    /**
     * @param file the file's name, for messages
     * @param content the whole file, mapped
     * @throws ModelFormatException if it is not a whole and consistent safetensors file of F32, F16 and BF16 tensors
     */
    static Map<String, StoredTensor> read(Path file, MemorySegment content) {
        return new SafetensorsFile(file, content).read();
    }

    private Map<String, StoredTensor> read() {
        if (content.byteSize() < LENGTH_BYTES) {
            throw damaged(null, "ends before its header");
        }
        long headerBytes = content.get(LONG, 0);
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
            throw damaged(
                    null,
                    "its header would have " + Long.toUnsignedString(headerBytes) + " bytes, more than the limit of "
                            + MAX_HEADER_BYTES + ": not a safetensors file, or damaged");
        }
        if (headerBytes > content.byteSize() - LENGTH_BYTES) {
            throw damaged(null, "ends inside its header of " + headerBytes + " bytes");
        }
        long dataStart = LENGTH_BYTES + headerBytes;
        return place(header(content.asSlice(LENGTH_BYTES, headerBytes)), dataStart);
    }

    private List<TensorInfo> header(MemorySegment bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.asByteBuffer())
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(file, null, "its header is not UTF-8", e);
        }
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        try (JsonReader reader = StrictJson.reader(new StringReader(text.stripTrailing()))) {
            reader.beginObject();
            while (reader.hasNext()) {
                String name = reader.nextName();
                if (name.equals("__metadata__")) {
                    StrictJson.value(reader);
                } else if (tensors.put(name, tensor(name, reader)) != null) {
                    throw damaged(name, "the tensor appears twice");
                } else if (tensors.size() > MAX_TENSORS) {
                    throw damaged(null, "has more than " + MAX_TENSORS + " tensors");
                }
            }
            reader.endObject();
            StrictJson.end(reader);
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new ModelFormatException(file, null, "its header is not valid: " + e.getMessage(), e);
        }
        return new ArrayList<>(tensors.values());
    }

    private TensorInfo tensor(String name, JsonReader reader) throws IOException {
        String dtype = null;
        long[] shape = null;
        long[] offsets = null;
        reader.beginObject();
        while (reader.hasNext()) {
            switch (reader.nextName()) {
                case "dtype" -> dtype = reader.nextString();
                case "shape" -> shape = numbers(name, reader);
                case "data_offsets" -> offsets = numbers(name, reader);
                default -> StrictJson.value(reader);
            }
        }
        reader.endObject();
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw damaged(name, "lacks its dtype, its shape or its two offsets");
        }
        return new TensorInfo(name, type(name, dtype), shape, offsets[0], offsets[1]);
    }

    private long[] numbers(String name, JsonReader reader) throws IOException {
        List<Long> numbers = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            long number = reader.nextLong();
            if (number < 0 || numbers.size() == MAX_DIMENSIONS) {
                throw damaged(name, "has a negative number, or more than " + MAX_DIMENSIONS + " dimensions");
            }
            numbers.add(number);
        }
        reader.endArray();
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private TensorType type(String name, String dtype) {
        return switch (dtype) {
            case "F32" -> TensorType.F32;
            case "F16" -> TensorType.F16;
            case "BF16" -> TensorType.BF16;
            default -> throw damaged(name, "is stored as " + dtype + "; F32, F16 and BF16 are supported");
        };
    }

    private Map<String, StoredTensor> place(List<TensorInfo> infos, long dataStart) {
        long dataBytes = content.byteSize() - dataStart;
        infos.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        long end = 0;
        String previous = null;
        for (TensorInfo info : infos) {
            long bytes = bytes(info);
            if (info.end - info.begin != bytes) {
                throw damaged(
                        info.name,
                        "its offsets " + info.begin + " to " + info.end + " do not hold the " + bytes
                                + " bytes of its shape");
            }
            if (info.end > dataBytes) {
                throw damaged(
                        info.name,
                        "ends at byte " + info.end + " of " + dataBytes
                                + ": the file is truncated or damaged; fetch it again");
            }
            if (info.begin != end) {
                throw damaged(
                        info.name,
                        info.begin < end
                                ? "overlaps the tensor " + previous
                                : "leaves a gap of " + (info.begin - end) + " bytes before it");
            }
            MemorySegment data = content.asSlice(dataStart + info.begin, bytes);
            tensors.put(info.name, new StoredTensor(file, info.name, info.type, info.shape, data));
            end = info.end;
            previous = info.name;
        }
        if (end != dataBytes) {
            throw damaged(null, (dataBytes - end) + " bytes at its end belong to no tensor");
        }
        return tensors;
    }

    private long bytes(TensorInfo info) {
        try {
            long bytes = info.type.blockBytes();
            for (long dimension : info.shape) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new ModelFormatException(file, info.name, "its dimensions overflow 64 bits", e);
        }
    }

    private ModelFormatException damaged(String part, String reason) {
        return new ModelFormatException(file, part, reason);
    }
}

package io.intramuros.kernels.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import jdk.incubator.vector.LongVector;

/**
 * How fast this machine reads memory: what bounds the decoding of a single sequence, measured with as many threads and
 * as many streams as the kernels read weights with.
 */
public final class MemoryBandwidth {
    /** More than most CPUs cache. */
    private static final long BYTES = 512L << 20;

    private static final int ROUNDS = 8;

    /** Bytes summed per call, so that the loop is compiled when the first call returns. */
    private static final int PIECE = 1 << 20;

    /** Keeps what was read from being optimised away. */
    private static final AtomicLong CHECKSUM = new AtomicLong();

    private MemoryBandwidth() {}

    /**
     * Reads half a gibibyte several times.
     *
     * @param threads threads that read
     * @return bytes per second of the fastest round
     */
    public static double bytesPerSecond(int threads) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment data = arena.allocate(BYTES, 64).fill((byte) 1);
            double best = 0;
            for (int round = 0; round < ROUNDS; round++) {
                best = Math.max(best, bytesPerSecond(data, threads));
            }
            return best;
        }
    }

    /**
     * Reads {@code data} once, each thread a share of its own.
     *
     * @param data memory that any thread may read, of at least 4 KiB per thread
     * @param threads threads that read
     * @return bytes per second
     */
    public static double bytesPerSecond(MemorySegment data, int threads) {
        Thread[] readers = new Thread[threads];
        long share = (data.byteSize() / threads) & -256;
        long start = System.nanoTime();
        for (int i = 0; i < threads; i++) {
            MemorySegment part = data.asSlice(i * share, share);
            readers[i] = Thread.ofPlatform().start(() -> CHECKSUM.addAndGet(read(part)));
        }
        for (Thread reader : readers) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while reading", e);
            }
        }
        return share * threads / ((System.nanoTime() - start) / 1e9);
    }

    private static long read(MemorySegment part) {
        long quarter = (part.byteSize() / 4) & -64;
        long bits = 0;
        for (long from = 0; from < quarter; from += PIECE) {
            bits |= read(part, from, quarter, (int) Math.min(PIECE, quarter - from));
        }
        return bits;
    }

    private static long read(MemorySegment data, long from, long quarter, int n) {
        LongVector first = LongVector.zero(LongVector.SPECIES_PREFERRED);
        LongVector second = first;
        LongVector third = first;
        LongVector fourth = first;
        for (int i = 0; i < n; i += LongVector.SPECIES_PREFERRED.vectorByteSize()) {
            first = first.or(load(data, from + i));
            second = second.or(load(data, from + quarter + i));
            third = third.or(load(data, from + 2 * quarter + i));
            fourth = fourth.or(load(data, from + 3 * quarter + i));
        }
        return first.or(second).or(third.or(fourth)).lane(0);
    }

    private static LongVector load(MemorySegment data, long at) {
        return LongVector.fromMemorySegment(LongVector.SPECIES_PREFERRED, data, at, ByteOrder.LITTLE_ENDIAN);
    }
}

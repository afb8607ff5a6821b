package io.intramuros.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/** Measures how fast plain loads read memory, four streams per thread, as the kernels read weights. */
final class MemoryReader {
    /** Keeps the sums from being optimised away. */
    private static final AtomicLong CHECKSUM = new AtomicLong();

    private MemoryReader() {}

    static double gigabytesPerSecond(MemorySegment data, int threads) {
        Thread[] readers = new Thread[threads];
        long share = (data.byteSize() / threads) & -256;
        long start = System.nanoTime();
        for (int i = 0; i < threads; i++) {
            MemorySegment part = data.asSlice(i * share, share);
            readers[i] = Thread.ofPlatform().start(() -> CHECKSUM.addAndGet(sum(part)));
        }
        for (Thread reader : readers) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while reading", e);
            }
        }
        return share * threads / (double) (System.nanoTime() - start);
    }

    private static long sum(MemorySegment part) {
        long quarter = part.byteSize() / 4;
        int lines = (int) (quarter / 64);
        long total = 0;
        for (int line = 0; line < lines; line++) {
            for (int j = 0; j < 64; j += Long.BYTES) {
                long at = 64L * line + j;
                total += part.get(ValueLayout.JAVA_LONG_UNALIGNED, at)
                        + part.get(ValueLayout.JAVA_LONG_UNALIGNED, at + quarter)
                        + part.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 2 * quarter)
                        + part.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 3 * quarter);
            }
        }
        return total;
    }
}

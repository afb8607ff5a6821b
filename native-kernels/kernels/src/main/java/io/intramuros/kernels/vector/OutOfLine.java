package io.intramuros.kernels.vector;

import io.intramuros.kernels.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Calls of the inner kernels, each compiled on its own. Vector code is only fast where the compiler inlines all of the
 * Vector API, and it stops inlining when a method has grown too large: several kernels inlined into one caller ran five
 * to twenty times slower, without a message (seen as {@code NodeCountInliningCutoff} with {@code -XX:+PrintInlining}). A
 * method handle taken from an array or a map is no constant to the compiler, so what it calls is never inlined; the call costs a
 * few nanoseconds.
 */
final class OutOfLine {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private static final MethodType DOTS_TYPE = MethodType.methodType(
            void.class,
            MemorySegment.class,
            long.class,
            long.class,
            long.class,
            long.class,
            long.class,
            int.class,
            float[].class,
            int.class,
            int.class,
            float[].class);
    private static final MethodType SCALED_DOTS_TYPE = MethodType.methodType(
            void.class,
            MemorySegment.class,
            long.class,
            long.class,
            int.class,
            float[].class,
            int.class,
            int.class,
            float[].class,
            int.class,
            float[].class,
            int.class);
    private static final MethodType SCALES_TYPE = MethodType.methodType(
            void.class, MemorySegment.class, long.class, long.class, int.class, int.class, float[].class, int.class);
    private static final MethodType DOT_TYPE =
            MethodType.methodType(float.class, MemorySegment.class, long.class, float[].class, int.class, int.class);
    private static final MethodType UNPACK_TYPE = MethodType.methodType(
            void.class, MemorySegment.class, long.class, int.class, float[].class, int.class, int.class);
    private static final MethodType TILE_TYPE = MethodType.methodType(
            void.class, float[].class, int.class, float[].class, int.class, int.class, float[].class);

    private static final Map<TensorType, MethodHandle> DOTS = new EnumMap<>(TensorType.class);
    private static final Map<TensorType, MethodHandle> SCALES = new EnumMap<>(TensorType.class);
    private static final Map<TensorType, MethodHandle> DOT = new EnumMap<>(TensorType.class);
    private static final Map<TensorType, MethodHandle> UNPACK = new EnumMap<>(TensorType.class);
    private static final MethodHandle[] TILES = {
        find(Tile.class, "fourByOne", TILE_TYPE), find(Tile.class, "fourByFour", TILE_TYPE)
    };
    private static final MethodHandle[] SUM = {
        find(Tile.class, "sum", MethodType.methodType(void.class, float[].class, float[].class))
    };
    private static final MethodHandle[] SOFTMAX = {
        find(
                Softmax.class,
                "row",
                MethodType.methodType(
                        float.class, float[].class, int.class, int.class, float[].class, int.class, int.class))
    };
    private static final MethodHandle[] WEIGH = {
        find(
                Sampler.class,
                "weigh",
                MethodType.methodType(
                        float.class,
                        float[].class,
                        int.class,
                        float[].class,
                        int.class,
                        int.class,
                        float.class,
                        float.class))
    };
    private static final MethodHandle[] GATE = {
        find(
                Gate.class,
                "vectors",
                MethodType.methodType(void.class, float[].class, float[].class, int.class, int.class))
    };

    private static final MethodHandle[] SPLIT_PAIRS = {
        find(
                PairedOrder.class,
                "split",
                MethodType.methodType(
                        void.class, float[].class, int.class, int.class, float[].class, int.class, int.class))
    };

    private static final MethodType STREAM_SCORES = MethodType.methodType(
            void.class,
            MemorySegment.class,
            long.class,
            long.class,
            int.class,
            float[].class,
            int.class,
            int.class,
            float[].class,
            int.class,
            int.class);
    private static final MethodType STREAM_VALUES = MethodType.methodType(
            void.class,
            MemorySegment.class,
            long.class,
            int.class,
            int.class,
            float[].class,
            int.class,
            int.class,
            float[].class,
            int.class,
            int.class);
    private static final MethodHandle[] STREAM = {
        find(CacheStream.class, "scores", STREAM_SCORES), find(CacheStream.class, "values", STREAM_VALUES)
    };

    static {
        for (TensorType type : TensorType.values()) {
            Class<?> home = switch (type) {
                case F32, F16, BF16 -> PlainRows.class;
                case Q8_0, Q4_0, Q4_1 -> SmallBlocks.class;
                case Q4_K, Q6_K -> SuperBlocks.class;
            };
            String suffix = switch (type) {
                case Q8_0, Q4_0, Q4_1 -> type.name().replace('_', 'x');
                case Q4_K, Q6_K -> type.name().replace("_", "");
                case F32, F16, BF16 ->
                    type.name().charAt(0) + type.name().substring(1).toLowerCase(Locale.ROOT);
            };
            if (oneRow(type)) {
                DOT.put(type, find(home, "dot" + suffix, DOT_TYPE));
            } else if (scaled(type)) {
                SCALES.put(type, find(BlockScales.class, "scales" + suffix, SCALES_TYPE));
                DOTS.put(type, find(home, "dots" + suffix, SCALED_DOTS_TYPE));
            } else {
                DOTS.put(type, find(home, "dots" + suffix, DOTS_TYPE));
            }
            UNPACK.put(type, find(home, "unpack" + suffix, UNPACK_TYPE));
        }
    }

    private OutOfLine() {}

    /** Whether the type's kernel takes one row at a time, because four would be too much code. */
    static boolean oneRow(TensorType type) {
        return !scaled(type) && (type.quantised() || type == TensorType.F16);
    }

    /** Whether the type's kernel wants the scales worked out first. */
    static boolean scaled(TensorType type) {
        return type == TensorType.Q4_K || type == TensorType.Q6_K;
    }

    private static MethodHandle find(Class<?> home, String name, MethodType type) {
        try {
            return LOOKUP.findStatic(home, name, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no kernel " + home.getSimpleName() + "." + name, e);
        }
    }

    /** Quads of rows of F32 or BF16: {@link PlainRows}. */
    static void dots(
            TensorType type,
            MemorySegment w,
            long r0,
            long r1,
            long r2,
            long r3,
            long rowBytes,
            int count,
            float[] x,
            int xo,
            int n,
            float[] sums) {
        try {
            DOTS.get(type).invokeExact(w, r0, r1, r2, r3, rowBytes, count, x, xo, n, sums);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** One of the four streams of quads of rows, with their scales: {@link SuperBlocks}. */
    static void dots(
            TensorType type,
            MemorySegment w,
            long row,
            long rowBytes,
            int count,
            float[] x,
            int xo,
            int n,
            float[] sums,
            int so,
            float[] scales,
            int co) {
        try {
            DOTS.get(type).invokeExact(w, row, rowBytes, count, x, xo, n, sums, so, scales, co);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** The scales of rows: {@link BlockScales}. */
    static void scales(
            TensorType type, MemorySegment w, long row, long rowBytes, int count, int n, float[] scales, int at) {
        try {
            SCALES.get(type).invokeExact(w, row, rowBytes, count, n, scales, at);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** One row of any other type: {@link SmallBlocks}, {@link PlainRows}. */
    static float dot(TensorType type, MemorySegment w, long row, float[] x, int xo, int n) {
        try {
            return (float) DOT.get(type).invokeExact(w, row, x, xo, n);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** One row into a panel, vectors {@code stride} floats apart. */
    static void unpack(TensorType type, MemorySegment w, long row, int n, float[] panel, int at, int stride) {
        try {
            UNPACK.get(type).invokeExact(w, row, n, panel, at, stride);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** {@link Tile#fourByFour} and {@link Tile#sum}. */
    static void fourByFour(float[] w, int wo, float[] x, int xo, int vectors, float[] lanes, float[] sums) {
        try {
            TILES[1].invokeExact(w, wo, x, xo, vectors, lanes);
            SUM[0].invokeExact(lanes, sums);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** {@link Tile#fourByOne}. */
    static void fourByOne(float[] w, int wo, float[] x, int xo, int vectors, float[] sums) {
        try {
            TILES[0].invokeExact(w, wo, x, xo, vectors, sums);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** {@link CacheStream#scores}. */
    static void streamScores(
            MemorySegment keys,
            long left,
            long right,
            int stride,
            float[] q,
            int qo,
            int dim,
            float[] scores,
            int so,
            int sStride) {
        try {
            STREAM[0].invokeExact(keys, left, right, stride, q, qo, dim, scores, so, sStride);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** {@link CacheStream#values}. */
    static void streamValues(
            MemorySegment values,
            long at,
            int stride,
            int n,
            float[] weights,
            int wo,
            int wStride,
            float[] sums,
            int so,
            int sStride) {
        try {
            STREAM[1].invokeExact(values, at, stride, n, weights, wo, wStride, sums, so, sStride);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** {@link Softmax#row}. */
    static float softmax(float[] scores, int at, int n, float[] running, int row, int rows) {
        try {
            return (float) SOFTMAX[0].invokeExact(scores, at, n, running, row, rows);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** {@link PairedOrder#split}. */
    static void splitPairs(float[] x, int xo, int n, float[] out, int at, int stride) {
        try {
            SPLIT_PAIRS[0].invokeExact(x, xo, n, out, at, stride);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** {@link Gate#vectors}. */
    static void gate(float[] gate, float[] up, int at, int n) {
        try {
            GATE[0].invokeExact(gate, up, at, n);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /** {@link Sampler#weigh}. */
    static float weigh(float[] logits, int at, float[] weights, int to, int n, float max, float temperature) {
        try {
            return (float) WEIGH[0].invokeExact(logits, at, weights, to, n, max, temperature);
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException known ? known : new IllegalStateException(e);
    }
}

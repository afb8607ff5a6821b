package io.intramuros.kernels.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this CPU and the sums over a vector's lanes. Always the preferred species: a wider one is not
 * compiled to vector instructions and runs many times slower, without a message.
 *
 * <p>Lanes are summed by halving: lane {@code i} with lane {@code i + WIDTH/2}, and so on. The order is written out
 * because that of {@code reduceLanes} is not defined, and because all sums here must agree to the bit.
 */
final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /** Floats per vector, a power of two. */
    static final int WIDTH = FLOATS.length();

    /** As many shorts as {@link #FLOATS} has floats. */
    static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 2)));

    /** As many bytes as {@link #FLOATS} has floats; only where {@link #PACKED_BYTES}. */
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

    /** Whether a vector of floats can be widened from a vector of bytes: from 256 bits on. */
    static final boolean PACKED_BYTES = WIDTH >= 8;

    private static final int DISTANCE_8 = 8 % WIDTH;
    private static final int DISTANCE_4 = 4 % WIDTH;
    private static final VectorShuffle<Float> SWAP_8 = swap(DISTANCE_8);
    private static final VectorShuffle<Float> SWAP_4 = swap(DISTANCE_4);
    private static final VectorShuffle<Float> SWAP_2 = swap(2 % WIDTH);
    private static final VectorShuffle<Float> SWAP_1 = swap(1);
    private static final VectorMask<Float> BIT_8 = bit(DISTANCE_8);
    private static final VectorMask<Float> BIT_4 = bit(DISTANCE_4);
    private static final VectorMask<Float> BIT_2 = bit(2 % WIDTH);
    private static final VectorMask<Float> BIT_1 = bit(1);

    private Lanes() {}

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> lane ^ distance);
    }

    private static VectorMask<Float> bit(int distance) {
        long mask = 0;
        for (int lane = 0; lane < WIDTH; lane++) {
            mask |= (lane & distance) != 0 ? 1L << lane : 0;
        }
        return VectorMask.fromLong(FLOATS, mask);
    }

    /** The least multiple of {@code unit}, a power of two, that is not less than {@code n}. */
    static int roundUp(int n, int unit) {
        return (n + unit - 1) & -unit;
    }

    /** The sum of all lanes. */
    static float sum(FloatVector v) {
        if (WIDTH == 16) {
            v = v.add(v.rearrange(SWAP_8));
        }
        if (WIDTH >= 8) {
            v = v.add(v.rearrange(SWAP_4));
        }
        if (WIDTH >= 4) {
            v = v.add(v.rearrange(SWAP_2));
        }
        return v.add(v.rearrange(SWAP_1)).lane(0);
    }

    /** {@code sums[at + j]} = the sum of the lanes of the {@code j}-th vector, as {@link #sum} adds them. */
    static void sums(FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3, float[] sums, int at) {
        if (WIDTH < 8) {
            sums[at] = sum(v0);
            sums[at + 1] = sum(v1);
            sums[at + 2] = sum(v2);
            sums[at + 3] = sum(v3);
            return;
        }
        // Two vectors at a time: then lanes with bit WIDTH/2 belong to the second, those with bit WIDTH/4 to the other
        // two.
        FloatVector v = WIDTH == 16
                ? halve(halve(v0, v2, BIT_8, SWAP_8), halve(v1, v3, BIT_8, SWAP_8), BIT_4, SWAP_4)
                : halve(halve(v0, v2, BIT_4, SWAP_4), halve(v1, v3, BIT_4, SWAP_4), BIT_2, SWAP_2);
        if (WIDTH == 16) {
            v = v.add(v.rearrange(SWAP_2));
        }
        v = v.add(v.rearrange(SWAP_1));
        sums[at] = v.lane(0);
        sums[at + 1] = v.lane(WIDTH / 4);
        sums[at + 2] = v.lane(WIDTH / 2);
        sums[at + 3] = v.lane(3 * WIDTH / 4);
    }

    /** The sums of sixteen vectors of sixteen lanes, one after the other: lane {@code i} is that of the {@code i}-th. */
    static FloatVector sums16(float[] v) {
        return sums8(
                halve(v, 0, 8, BIT_8, SWAP_8),
                halve(v, 1, 9, BIT_8, SWAP_8),
                halve(v, 2, 10, BIT_8, SWAP_8),
                halve(v, 3, 11, BIT_8, SWAP_8),
                halve(v, 4, 12, BIT_8, SWAP_8),
                halve(v, 5, 13, BIT_8, SWAP_8),
                halve(v, 6, 14, BIT_8, SWAP_8),
                halve(v, 7, 15, BIT_8, SWAP_8));
    }

    /** The sums of eight vectors of eight lanes, from the {@code first} on: lane {@code i} is that of the {@code i}-th. */
    static FloatVector sums8(float[] v, int first) {
        return sums4(
                halve(v, first, first + 4, BIT_4, SWAP_4),
                halve(v, first + 1, first + 5, BIT_4, SWAP_4),
                halve(v, first + 2, first + 6, BIT_4, SWAP_4),
                halve(v, first + 3, first + 7, BIT_4, SWAP_4));
    }

    private static FloatVector sums8(
            FloatVector v0,
            FloatVector v1,
            FloatVector v2,
            FloatVector v3,
            FloatVector v4,
            FloatVector v5,
            FloatVector v6,
            FloatVector v7) {
        return sums4(
                halve(v0, v4, BIT_4, SWAP_4),
                halve(v1, v5, BIT_4, SWAP_4),
                halve(v2, v6, BIT_4, SWAP_4),
                halve(v3, v7, BIT_4, SWAP_4));
    }

    private static FloatVector sums4(FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3) {
        return halve(halve(v0, v2, BIT_2, SWAP_2), halve(v1, v3, BIT_2, SWAP_2), BIT_1, SWAP_1);
    }

    /** One step of halving two vectors at once: {@code a} goes on in the lanes without the bit, {@code b} in those with. */
    private static FloatVector halve(FloatVector a, FloatVector b, VectorMask<Float> bit, VectorShuffle<Float> swap) {
        return a.blend(b, bit).add(b.blend(a, bit).rearrange(swap));
    }

    private static FloatVector halve(float[] v, int a, int b, VectorMask<Float> bit, VectorShuffle<Float> swap) {
        return halve(
                FloatVector.fromArray(FLOATS, v, a * WIDTH), FloatVector.fromArray(FLOATS, v, b * WIDTH), bit, swap);
    }
}

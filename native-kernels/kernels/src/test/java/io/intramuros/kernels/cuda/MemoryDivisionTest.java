package io.intramuros.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.DecoderPlan;
import io.intramuros.kernels.DecoderPlan.PlannedWeight;
import io.intramuros.kernels.HostTensor;
import io.intramuros.kernels.KvLayout;
import io.intramuros.kernels.Split;
import io.intramuros.kernels.TensorType;
import io.intramuros.kernels.cuda.driver.DeviceBuffer;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How the memory of real cards is divided for DeepSeek-R1-Distill-Llama-70B in BF16: 141 GB of weights. */
class MemoryDivisionTest {
    private static final int LAYERS = 80;
    private static final int HIDDEN = 8192;
    private static final int FEED_FORWARD = 28672;
    private static final int HEADS = 64;
    private static final int KV_HEADS = 8;
    private static final int DIM = 128;
    private static final int VOCABULARY = 128256;
    private static final int SEQUENCES = 64;
    private static final int ROWS = 256;
    private static final int CONTEXT_BLOCKS = 8192;

    /** What an empty H100 of 80 GB offers. */
    private static final long FREE = 79L << 30;

    @Test
    void fourCardsOf80GbHoldItWithRoomForMuchCache() {
        Division four = new Division(4, FREE);

        assertEquals(LAYERS, four.division.residentLayers());
        assertFalse(four.division.streams());
        assertTrue(four.tokens() > 400_000, four.text());
    }

    @Test
    void oneCardOf80GbKeepsAThirdOfTheLayersAndStreamsTheOthersFastEnoughForWideBatches() {
        Division one = new Division(1, FREE);

        assertTrue(one.division.residentLayers() > LAYERS / 3, one.text());
        assertEquals(2, one.division.buffers());
        assertTrue(one.tokens() > SEQUENCES * 512, one.text());
        double bytesPerToken = (double) one.placement.streamedBytes(0) / SEQUENCES;
        assertTrue(25e9 / bytesPerToken > 10, one.text());
    }

    @Test
    void streamedLayersAreSpreadEvenlyAmongTheOthers() {
        Division one = new Division(1, FREE);

        List<WeightGroup> streamed = one.placement.streamed();
        List<Integer> places =
                streamed.stream().map(one.weights.layers()::indexOf).toList();
        for (int i = 1; i < places.size(); i++) {
            assertTrue(places.get(i) - places.get(i - 1) <= Math.ceilDiv(LAYERS, streamed.size()), places.toString());
        }
    }

    @Test
    void aCardThatHoldsNotEvenABufferGetsNothing() {
        assertEquals(MemoryDivision.NONE, new Division(1, 6L << 30).division);
    }

    /** The model on equal cards. */
    private static final class Division {
        private final PlannedWeights weights;
        private final MemoryDivision division;
        private final WeightPlacement placement;
        private final MemoryAccount account;

        Division(int cards, long freeBytes) {
            DecoderPlan plan = plan();
            weights = PlannedWeights.of(plan, cards);
            Gpu gpu = new Gpu(0, "NVIDIA H100 80GB HBM3", "0000:00:00.0", 9, 0, 132, FREE, 232448);
            Workspace need = new Workspace(
                    ROWS, FEED_FORWARD, plan.maxTableEntries(), HEADS, DIM, 2048, VOCABULARY, SEQUENCES, 132);
            List<GpuNeed> needs = IntStream.range(0, cards)
                    .mapToObj(rank -> new GpuNeed(
                            gpu,
                            freeBytes,
                            DeviceBuffer.charged(weights.outside().bytes(rank)),
                            weights.layers().stream()
                                    .map(layer -> DeviceBuffer.charged(layer.bytes(rank)))
                                    .toList(),
                            need.bytes(gpu, rank, cards, true),
                            CudaKvStore.bytes(plan.cacheBlock(), rank, cards)))
                    .toList();
            division = MemoryDivision.of(needs, plan);
            placement = WeightPlacement.of(weights, division.residentLayers(), division.buffers());
            account = new MemoryAccount(needs, plan);
        }

        int tokens() {
            return division.cacheBlocks() * 16;
        }

        String text() {
            return account.text(division, placement)
                    + (division.streams() ? " " + account.streaming(division, placement, OptionalDouble.empty()) : "");
        }
    }

    private static DecoderPlan plan() {
        List<PlannedWeight> outside = List.of(
                weight(VOCABULARY, HIDDEN, Split.WHOLE),
                weight(VOCABULARY, HIDDEN, Split.rows(1)),
                weight(1, HIDDEN, Split.WHOLE));
        List<PlannedWeight> layer = List.of(
                weight(1, HIDDEN, Split.WHOLE),
                weight(HEADS * DIM, HIDDEN, Split.rows(HEADS / KV_HEADS * DIM)),
                weight(KV_HEADS * DIM, HIDDEN, Split.rows(DIM)),
                weight(KV_HEADS * DIM, HIDDEN, Split.rows(DIM)),
                weight(HIDDEN, HEADS * DIM, Split.columns(HEADS / KV_HEADS * DIM)),
                weight(1, HIDDEN, Split.WHOLE),
                weight(FEED_FORWARD, HIDDEN, Split.rows(1)),
                weight(FEED_FORWARD, HIDDEN, Split.rows(1)),
                weight(HIDDEN, FEED_FORWARD, Split.columns(1)));
        return new DecoderPlan(
                outside,
                Collections.nCopies(LAYERS, layer),
                new KvLayout(LAYERS, 1, 16, KV_HEADS, DIM, TensorType.BF16),
                4 * CONTEXT_BLOCKS,
                64,
                ROWS,
                SEQUENCES,
                (long) SEQUENCES * CONTEXT_BLOCKS,
                List.of(HIDDEN, HEADS * DIM, KV_HEADS * DIM, KV_HEADS * DIM, HEADS * DIM, FEED_FORWARD),
                HEADS,
                VOCABULARY);
    }

    /** A weight that nobody reads. */
    @SuppressWarnings("restricted") // Only its size matters.
    private static PlannedWeight weight(int rows, int columns, Split split) {
        MemorySegment nowhere = MemorySegment.NULL.reinterpret(rows * TensorType.BF16.rowBytes(columns));
        return new PlannedWeight(new HostTensor("nowhere", TensorType.BF16, rows, columns, nowhere), split);
    }
}

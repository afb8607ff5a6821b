package io.intramuros.kernels.cuda.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What steps promise that are captured and replayed. */
final class CudaCapturedStepsTest {
    private static final DecoderShape SHALLOW = DecoderShape.SMALL.withLayers(1);
    private static final DecoderShape DEEP = DecoderShape.SMALL.withLayers(2);

    @Test
    void aDecodeStepIsLaunchedTwiceAndReplayedFromThenOn() {
        ByteAccount account = new ByteAccount();
        try (CudaBackend backend = open(1, true)) {
            SyntheticDecoder decoder = decoder(backend, DEEP);
            backend.listen(account);
            for (int launches : new int[] {DEEP.layers(), DEEP.layers(), 0, 0}) {
                account.clear();
                decoder.step(1, 0, 1);
                assertEquals(launches, gatedLayers(account));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void stepsOfOneShapeThatDoDifferentThingsAreNotTakenForEachOther(int gpus) {
        float shallowLaunched;
        float deepLaunched;
        try (CudaBackend backend = open(gpus, false)) {
            shallowLaunched = logprob(decoder(backend, SHALLOW));
            deepLaunched = logprob(decoder(backend, DEEP));
        }
        assertNotEquals(shallowLaunched, deepLaunched);
        try (CudaBackend backend = open(gpus, true)) {
            SyntheticDecoder shallow = decoder(backend, SHALLOW);
            SyntheticDecoder deep = decoder(backend, DEEP);
            for (boolean isDeep : List.of(false, true, false, false, false, true, true, true, false)) {
                assertEquals(isDeep ? deepLaunched : shallowLaunched, logprob(isDeep ? deep : shallow));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aStepGivesTheSameAfterAnotherThatNeededMoreRoom(int gpus) {
        assertSameAfterAnother(gpus, 1, 20, SHALLOW.vocabulary());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aStepGivesTheSameAfterAnotherWithMoreTokensToChooseFrom(int gpus) {
        assertSameAfterAnother(gpus, 2, 2, 2 * SHALLOW.vocabulary());
    }

    /** Has a step captured, another one done that has more rows, and the first one once more. */
    private static void assertSameAfterAnother(int gpus, int maxRows, int otherRows, int otherVocabulary) {
        DecoderShape otherShape = new DecoderShape(1, 128, 256, 16, 8, 16, otherVocabulary);
        try (CudaBackend backend = open(gpus, true)) {
            SyntheticDecoder decoder = decoder(backend, SHALLOW, maxRows);
            float expected = logprob(decoder);
            assertEquals(expected, logprob(decoder));
            decoder(backend, otherShape, otherRows).step(otherRows, 0, 1);
            assertEquals(expected, logprob(decoder));
        }
    }

    private static CudaBackend open(int gpus, boolean useGraphs) {
        return CudaBackend.openToMeasure(Gpu.all().subList(0, gpus), useGraphs);
    }

    private static SyntheticDecoder decoder(CudaBackend backend, DecoderShape shape) {
        return decoder(backend, shape, 1);
    }

    private static SyntheticDecoder decoder(CudaBackend backend, DecoderShape shape, int maxRows) {
        return new SyntheticDecoder(
                backend, shape, SyntheticWeights.random(shape), shape.layers(), maxRows, maxRows, 1);
    }

    private static float logprob(SyntheticDecoder decoder) {
        return decoder.step(1, 0, 1)[0].logprob();
    }

    private static int gatedLayers(ByteAccount account) {
        return account.kernels().entrySet().stream()
                .filter(kernel -> kernel.getKey().startsWith("gated_"))
                .mapToInt(kernel -> kernel.getValue().launches())
                .sum();
    }
}

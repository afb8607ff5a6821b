package io.intramuros.engine;

import io.intramuros.engine.testing.GoldenModels;
import io.intramuros.kernels.Backends;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every golden model gives what Hugging Face's transformers computes from the same weights. */
class GoldenModelsTest {
    private final GoldenChecks vector = new GoldenChecks(options -> Backends.open("vector", options));

    @TestFactory
    Stream<DynamicTest> givesTheReferencesTokensAndLogprobs() throws IOException {
        return GoldenModels.all().stream()
                .map(model ->
                        DynamicTest.dynamicTest(model.getFileName().toString(), () -> vector.score(model, 256, 7)));
    }

    @TestFactory
    Stream<DynamicTest> rendersAndEncodesAsTheReference() throws IOException {
        return GoldenModels.all().stream()
                .map(model -> DynamicTest.dynamicTest(model.getFileName().toString(), () -> vector.encode(model)));
    }

    @TestFactory
    Stream<DynamicTest> continuesAsTheReferenceAloneAndInABatch() throws IOException {
        return GoldenModels.all().stream()
                .map(model -> DynamicTest.dynamicTest(model.getFileName().toString(), () -> vector.answer(model)));
    }
}

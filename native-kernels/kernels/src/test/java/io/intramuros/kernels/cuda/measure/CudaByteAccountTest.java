package io.intramuros.kernels.cuda.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the account of a step says, against what kernels really read. */
final class CudaByteAccountTest {
    private static final int CONTEXT = 20;

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "4, 1", "8, 1", "16, 1", "1, 2", "5, 2"})
    void aDecodeStepReadsEachWeightExactlyOnceForAllSequences(int sequences, int gpus) {
        DecoderShape shape = DecoderShape.SMALL;
        ByteAccount account = new ByteAccount();
        try (CudaBackend backend = CudaBackend.openToMeasure(Gpu.all().subList(0, gpus), false)) {
            SyntheticDecoder decoder = new SyntheticDecoder(
                    backend, shape, SyntheticWeights.random(shape), shape.layers(), sequences, sequences, CONTEXT + 2);
            backend.listen(account);
            Map<String, Long> before = streamed(account, () -> decoder.step(sequences, CONTEXT, 1));
            account.clear();
            Map<String, Long> really = streamed(account, () -> decoder.step(sequences, CONTEXT + 1, 1));
            before.forEach((kernel, bytes) -> really.merge(kernel, -bytes, Long::sum));

            Map<String, Long> stated = new TreeMap<>();
            account.kernels().forEach((kernel, entry) -> {
                if (readsMatrices(kernel)) {
                    stated.put(kernel, entry.traffic().weights());
                }
            });
            assertEquals(stated, really);
            assertEquals(
                    shape.layers() * shape.layerBytes() + shape.tableBytes(),
                    really.values().stream().mapToLong(Long::longValue).sum());
        }
    }

    /** What the kernels that were launched by a step have read since the process began. */
    private static Map<String, Long> streamed(ByteAccount account, Runnable step) {
        step.run();
        Map<String, Long> bytes = new TreeMap<>();
        account.kernels().keySet().stream()
                .filter(CudaByteAccountTest::readsMatrices)
                .forEach(kernel -> bytes.put(kernel, StandInReads.streamedBytes(kernel)));
        assertTrue(!bytes.isEmpty(), "no kernel that reads weights was launched");
        return bytes;
    }

    private static boolean readsMatrices(String kernel) {
        return kernel.startsWith("project_") || kernel.startsWith("gated_");
    }
}

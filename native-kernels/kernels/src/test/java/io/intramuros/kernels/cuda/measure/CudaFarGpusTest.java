package io.intramuros.kernels.cuda.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.Traffic;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a step does on GPUs that don't reach each other's memory. */
final class CudaFarGpusTest {
    private static final DecoderShape SHAPE = DecoderShape.SMALL;
    private static final int SUMS_OF_A_LAYER = 2;

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void partsAreCopiedAndAccountedForAndTheResultIsThatOfGpusThatReachEachOther(int gpus)
            throws IOException, InterruptedException {
        int copies = SHAPE.layers() * SUMS_OF_A_LAYER * gpus * (gpus - 1);
        long readAndWritten = 2L * SHAPE.hidden() * Float.BYTES;
        ByteAccount.Entry expected = new ByteAccount.Entry(copies, new Traffic(0, copies * readAndWritten, 0, 0, 0));

        List<String> said = StandInProcess.run(Step.class, Map.of("PEERS", "none"), String.valueOf(gpus));

        assertEquals(List.of(Step.result(gpus, new ByteAccount()), expected.toString()), said);
    }

    /** A program that says what a step results in, and what it copies. */
    static final class Step {
        private Step() {}

        public static void main(String[] arguments) {
            ByteAccount account = new ByteAccount();
            System.out.println(result(Integer.parseInt(arguments[0]), account));
            System.out.println(account.kernels().get("copy_part"));
        }

        static String result(int gpus, ByteAccount account) {
            try (CudaBackend backend = CudaBackend.openToMeasure(Gpu.all().subList(0, gpus), false)) {
                SyntheticDecoder decoder =
                        new SyntheticDecoder(backend, SHAPE, SyntheticWeights.random(SHAPE), SHAPE.layers(), 1, 1, 1);
                backend.listen(account);
                return "log-probability " + decoder.step(1, 0, 1)[0].logprob();
            }
        }
    }
}

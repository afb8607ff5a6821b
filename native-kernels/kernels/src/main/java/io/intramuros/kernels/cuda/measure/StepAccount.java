package io.intramuros.kernels.cuda.measure;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.Traffic;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.List;
import java.util.Map;

/**
 * What one decode step takes.
 *
 * @param gpus that it is divided among
 * @param sequences each with one new token
 * @param kernels what each kernel moves on all GPUs together
 * @param total of all
 * @param busiest of the GPU that moves most
 * @param reductions sums over all GPUs
 */
record StepAccount(
        int gpus,
        int sequences,
        Map<String, ByteAccount.Entry> kernels,
        Traffic total,
        ByteAccount.Entry busiest,
        int reductions) {
    /** Accounts of steps with so many sequences each, all with a context of so many tokens before. */
    static List<StepAccount> of(List<Gpu> gpus, DecoderShape shape, List<Integer> batches, int context) {
        int most = batches.stream().mapToInt(Integer::intValue).max().orElseThrow();
        try (CudaBackend backend = CudaBackend.openToMeasure(gpus, false)) {
            SyntheticDecoder decoder = new SyntheticDecoder(
                    backend, shape, SyntheticWeights.zeros(shape), 1, Math.max(most, 16), most, context + 1);
            ByteAccount account = new ByteAccount();
            backend.listen(account);
            return batches.stream()
                    .map(sequences -> {
                        account.clear();
                        decoder.step(sequences, context, 1);
                        Map<String, ByteAccount.Entry> kernels = account.kernels();
                        ByteAccount.Entry reduce = kernels.get("all_reduce_add");
                        return new StepAccount(
                                gpus.size(),
                                sequences,
                                kernels,
                                account.total(),
                                account.busiest(),
                                reduce == null ? 0 : reduce.launches() / gpus.size());
                    })
                    .toList();
        }
    }

    /** Which part of all bytes are weights. */
    double weightShare() {
        return (double) total.weights() / total.bytes();
    }
}

package io.intramuros.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.intramuros.kernels.cuda.CudaBackend;
import io.intramuros.kernels.cuda.EmulatedGpus;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the CUDA backend to the contract. */
final class CudaSamplingTest extends SamplingContract {
    @Override
    Backend open(int threads) {
        return EmulatedGpus.open(1);
    }

    /** A stand-in for a GPU takes milliseconds for a draw. */
    @Override
    int draws(int many) {
        return many / 50;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void theCallersThreadIsFreeWhileTheGpusCompute(int gpus) {
        CountDownLatch hold = new CountDownLatch(1);
        try (CudaBackend b = (CudaBackend) EmulatedGpus.open(gpus)) {
            Weight table = place(b, PlainTensor.of(new float[][] {{7}}));
            Activations other = b.activations(1, 1);
            b.listen((stream, kernel, traffic) -> {
                if (kernel.equals("sample_rows")) {
                    awaitUninterruptibly(hold);
                }
            });

            PendingTokens tokens = begin(b);
            b.beginStep(rows(0));
            b.embed(table, other);
            IllegalStateException tooEarly = assertThrows(IllegalStateException.class, b::endStep);
            hold.countDown();

            assertEquals("the tokens of the last step have not been awaited", tooEarly.getMessage());
            assertEquals(2, tokens.await()[0].id());
            assertEquals(2, begin(b).await()[0].id());
        }
    }

    private static PendingTokens begin(Backend b) {
        PlainTensor head = PlainTensor.of(new float[][] {{-1}, {0}, {3}, {1}});
        PlainTensor gain = PlainTensor.of(new float[][] {{1}});
        return begin(b, head, gain, new float[][] {{1}}, new int[] {0}, new SamplingRow[] {SamplingRow.GREEDY});
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

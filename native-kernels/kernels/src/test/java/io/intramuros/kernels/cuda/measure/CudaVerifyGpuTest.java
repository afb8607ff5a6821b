package io.intramuros.kernels.cuda.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.cuda.EmulatedFaults;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What measuring GPUs does, on a stand-in for them: whoever has a real one runs it once. */
@Tag("once")
final class CudaVerifyGpuTest {
    private static final int GPUS = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void everythingIsMeasuredAndFoundSound() {
        assertEquals(0, verify(), () -> text(err));
        String report = text(out);
        for (String part : new String[] {
            "GB/s copying",
            "| decode, batch 1 | gated_bf16_1 |",
            "| all_reduce_add |",
            "| graphs |",
            "| batch | ms a step |"
        }) {
            assertTrue(report.contains(part), () -> part + " is not in\n" + report);
        }
        assertEquals("", text(err));
    }

    @Test
    void aGpuThatFailsIsNamedAndTheRestIsStillMeasured() {
        assertTrue(Gpu.all().size() >= GPUS);
        EmulatedFaults.ask("ecc@launch=20,device=0");
        assertEquals(1, verify());
        assertTrue(text(err).startsWith("WRONG: One layer of the 70B shape on "), () -> text(err));
        assertTrue(text(err).contains("GPU 0"), () -> text(err));
        assertTrue(text(out).contains("| batch | ms a step |"), () -> text(out));
    }

    private int verify() {
        return VerifyGpu.run(stream(out), stream(err), true, GPUS);
    }

    private static PrintStream stream(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream from) {
        return from.toString(StandardCharsets.UTF_8);
    }
}

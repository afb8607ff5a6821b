package io.intramuros.subsystem;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.intramuros.engine.testing.TinyModel;
import io.intramuros.kernels.TensorType;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** What most machines are: a server with a subsystem that knows GPUs, and no driver for any. */
public class NoDriverTest extends RunningSubsystem {
    private static final String LIBRARIES = "intramuros.cuda.libraries";

    /** Looks for the driver where there is surely none, whatever machine runs the tests. */
    @Before
    public void lookWhereThereIsNoDriver() {
        System.setProperty(LIBRARIES, dataDirectory().toString());
        TinyModel.write(dataDirectory().resolve("tiny.gguf"), TensorType.BF16);
    }

    /** For the tests after these. */
    @After
    public void lookInTheUsualPlaces() {
        System.clearProperty(LIBRARIES);
    }

    @Test
    public void anEngineOnGpusSaysInOneLineWhatIsMissingAndTheOthersAnswer() throws Exception {
        start("<engine name=\"main\" model=\"tiny.gguf\"/><engine name=\"gpu\" model=\"tiny.gguf\" backend=\"cuda\"/>");
        await("gpu", "failed");
        await("main", "ready");
        String reason = read("gpu", "state-detail").asString();
        assertTrue(reason, reason.contains("driver") && reason.contains("install"));
        assertEquals(1, reason.lines().count());
    }
}

package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServersTest {
    @TempDir
    private Path folder;

    @Test
    void aServerIsFoundAgainByItsMarkAndStopped() {
        Home home = new Home(folder);
        home.create();
        ServerProcess server = new ServerProcess("sleeper", home, home.log("sleeper"));
        assertFalse(server.isAlive());

        server.start(List.of("sh", "-c", "sleep 300", "sh"), Map.of());
        try {
            assertTrue(new ServerProcess("sleeper", home, home.log("sleeper")).isAlive());
            assertFalse(new ServerProcess("other", home, home.log("other")).isAlive());
            assertFalse(server.onExit().isDone());
        } finally {
            server.stop();
        }

        assertFalse(server.isAlive());
    }

    @Test
    void aTakenPortIsNamedWithWhoHasIt() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            assertFalse(Ports.isFree(port));
            assertEquals(Optional.of("java (process " + ProcessHandle.current().pid() + ")"), Ports.holder(port));

            RunException refusal = assertThrows(
                    RunException.class, () -> Preflight.ports(new Addresses(port - 8080, "https://id"), false));
            assertTrue(refusal.getMessage().contains("Port " + port), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("--port-offset"), refusal.getMessage());
        }
    }

    @Test
    void aModelIsCalledAsItsFileIs() {
        assertEquals(
                "llama-3.1-8b-q8_0",
                ServedModel.own(Path.of("/m/Llama 3.1-8B-Q8_0.gguf")).id());
        assertEquals("qwen2.5-7b", ServedModel.own(Path.of("/m/Qwen2.5-7B")).id());
    }

    @Test
    void somethingThatIsNoModelIsNamedBeforeAnythingStarts() {
        RunException absent = assertThrows(RunException.class, () -> Preflight.model(folder.resolve("absent.gguf")));
        RunException empty = assertThrows(RunException.class, () -> Preflight.model(folder));

        assertTrue(absent.getMessage().contains("absent.gguf"));
        assertTrue(empty.getMessage().contains("config.json"));
    }
}

package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    private Path folder;

    @Test
    void secretsAreMadeUpOnceAndAreTheirOwnersAlone() throws IOException {
        Home home = new Home(folder);
        String first = Secrets.of(home).get("DOOR_PASSWORD");

        assertEquals(first, Secrets.of(home).get("DOOR_PASSWORD"));
        assertNotEquals(first, Secrets.of(home).get("GATE_PASSWORD"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.secrets())));
    }

    @Test
    void theFolderIsItsOwnersAlone() throws IOException {
        Home home = new Home(folder.resolve("new"));
        home.create();

        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.folder())));
    }

    @Test
    void deletingLeavesWhatSomebodyElseHasPutThere() throws IOException {
        Home home = new Home(folder);
        home.create();
        Secrets.of(home).get("DOOR_PASSWORD");
        Files.writeString(folder.resolve("letter.txt"), "not ours");

        home.delete();

        assertTrue(Files.exists(folder.resolve("letter.txt")));
        assertFalse(Files.exists(home.secrets()));
    }

    @Test
    void deletingALinkLeavesWhatItPointsTo() throws IOException {
        Path program = Files.createDirectories(folder.resolve("program"));
        Files.writeString(program.resolve("file"), "shared");
        Path link = Files.createSymbolicLink(folder.resolve("link"), program);

        Trees.delete(link);

        assertFalse(Files.exists(link));
        assertTrue(Files.exists(program.resolve("file")));
    }

    @Test
    void theStateIsReadAsItWasWritten() {
        Home home = new Home(folder);
        State state =
                new State(State.Phase.READY, "", 1000, "https://id/realms/x", "/m", "cuda", "jdbc:postgresql:x", "m");

        state.write(home);

        assertEquals(state, State.of(home));
    }

    @Test
    void ofTwoRunsOneGetsTheLock() {
        Home home = new Home(folder);
        try (Lock _ = Lock.take(home).orElseThrow()) {
            assertEquals(ProcessHandle.current(), Lock.holder(home).orElseThrow());
        }
        assertFalse(Lock.isHeld(home));
    }
}

package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory and disk. */
class RoomTest {
    private static final long MEBIBYTE = 1 << 20;

    @TempDir
    private Path folder;

    private Memory memory;

    @BeforeEach
    void aMachineWithEightGibibytesFree() throws IOException {
        memory = new Memory(folder.resolve("proc"), folder.resolve("cgroup"));
        write("proc/meminfo", "MemTotal: 16777216 kB\nMemFree: 1 kB\nMemAvailable:    8388608 kB\n");
        write("proc/self/cgroup", "0::/team/service\n");
    }

    @Test
    void withoutALimitTheMachinesMemoryCounts() throws IOException {
        write("cgroup/team/service/memory.max", "max\n");
        write("cgroup/team/service/memory.current", "1000\n");

        assertEquals(OptionalLong.of(8192 * MEBIBYTE), memory.availableBytes());
    }

    @Test
    void aContainersLimitCountsWithoutTheFilesItHasCached() throws IOException {
        write("cgroup/team/service/memory.max", 3000 * MEBIBYTE + "\n");
        write("cgroup/team/service/memory.current", 2900 * MEBIBYTE + "\n");
        write(
                "cgroup/team/service/memory.stat",
                "anon 1\nactive_file " + 500 * MEBIBYTE + "\ninactive_file " + 1500 * MEBIBYTE + "\n");

        assertEquals(OptionalLong.of(2100 * MEBIBYTE), memory.availableBytes());
    }

    @Test
    void theLimitOfAGroupAboveCountsToo() throws IOException {
        write("cgroup/team/memory.max", 1000 * MEBIBYTE + "\n");
        write("cgroup/team/memory.current", 100 * MEBIBYTE + "\n");

        assertEquals(OptionalLong.of(900 * MEBIBYTE), memory.availableBytes());
    }

    @Test
    void tooLittleMemoryIsSaidInOneLineWithBothNumbers() throws IOException {
        write("cgroup/team/memory.max", 1000 * MEBIBYTE + "\n");
        write("cgroup/team/memory.current", 0 + "\n");

        RunException refusal = assertThrows(RunException.class, () -> Preflight.memory(memory, Optional.empty()));

        assertTrue(refusal.getMessage().startsWith("Too little memory: 1000 MiB"), refusal.getMessage());
        assertEquals(1, refusal.getMessage().lines().count());
    }

    @Test
    void enoughMemoryIsEnough() {
        assertDoesNotThrow(() -> Preflight.memory(memory, Optional.empty()));
    }

    @Test
    void whatSeveralFoldersOfOneDiskNeedIsAddedUp() throws IOException {
        long usable = Files.getFileStore(folder).getUsableSpace();

        assertDoesNotThrow(() -> new Disk().needs(usable / 2, folder).check());
        RunException refusal = assertThrows(
                RunException.class,
                () -> new Disk()
                        .needs(usable * 2 / 3, folder)
                        .needs(usable * 2 / 3, folder.resolve("not/there/yet"))
                        .check());

        assertTrue(refusal.getMessage().startsWith("Too little disk space at " + folder), refusal.getMessage());
        assertEquals(1, refusal.getMessage().lines().count());
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}

package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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

    @Test
    void theCompilerOfTheGpusKernelsCountsWhereItHasToBeFetched() {
        assumeFalse(Files.exists(Path.of("/usr/local/cuda")), "this machine may have the compiler");

        assertTrue(compilerBytes("") > 500 * MEBIBYTE);
    }

    @Test
    void aCompilerThatIsInstalledTakesNoRoom() throws IOException {
        write("cuda/lib64/libnvrtc.so.12", "");
        write("cuda/bin/ptxas", "#!/bin/sh\necho 'Cuda compilation tools, release 12.9, V12.9.86'\n");
        assertTrue(folder.resolve("cuda/bin/ptxas").toFile().setExecutable(true));

        assertEquals(0, compilerBytes(folder.resolve("cuda").toString()));
    }

    /** What it takes where nothing was fetched yet and CUDA is installed there. */
    private long compilerBytes(String cuda) {
        Build build = new Build(Path.of("../..").toAbsolutePath().normalize());
        return build.compilerBytes(Map.of(
                "XDG_CACHE_HOME", folder.toString(), "CUDA_HOME", cuda, "CUDA_PATH", "", "PATH", "/usr/bin:/bin"));
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}

package io.intramuros.kernels.cuda.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.kernels.Backend;
import io.intramuros.kernels.BackendOptions;
import io.intramuros.kernels.Backends;
import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.ThrottleReason;
import io.intramuros.kernels.cuda.driver.CudaLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The binding to the driver's management library, against the stand-in of it. */
@Timeout(20)
class CudaGpuWatchTest {
    private static final String FIRST_GPU = "0000:01:00.0";
    private static final Duration NEVER_AGAIN = Duration.ofDays(1);
    private static final int NOT_SUPPORTED = 3;

    @BeforeEach
    @AfterEach
    void forgetValues() {
        StandInGpus.set(0, "");
    }

    @Test
    void aReadingTellsAllThatTheCardTells() {
        StandInGpus.set(
                0,
                "temperature=71;highest-temperature=87;slowdown-temperature=95;used=3000000000;total=85899345920;"
                        + "utilisation=93;memory-utilisation=61;power=612;power-limit=650;"
                        + "ecc-corrected=5000000000;ecc-uncorrected=2;throttle=0x44");
        DeviceReading reading = readOnce(FIRST_GPU);

        assertEquals(FIRST_GPU, reading.busId());
        assertEquals("Intramuros emulated GPU", reading.name());
        assertEquals("GPU-e0e0e0e0-e0e0-e0e0-e0e0-e0e0e0e0e000", reading.uuid());
        assertEquals(OptionalInt.of(71), reading.temperatureCelsius());
        assertEquals(OptionalInt.of(87), reading.highestCelsius());
        assertEquals(OptionalInt.of(95), reading.slowdownCelsius());
        assertEquals(OptionalLong.of(3_000_000_000L), reading.usedBytes());
        assertEquals(OptionalLong.of(80L << 30), reading.totalBytes());
        assertEquals(OptionalInt.of(93), reading.utilisationPercent());
        assertEquals(OptionalInt.of(61), reading.memoryUtilisationPercent());
        assertEquals(OptionalDouble.of(612), reading.powerWatts());
        assertEquals(OptionalDouble.of(650), reading.powerLimitWatts());
        assertEquals(OptionalLong.of(5_000_000_000L), reading.eccCorrected());
        assertEquals(OptionalLong.of(2), reading.eccUncorrected());
        assertEquals(Set.of(ThrottleReason.POWER_CAP, ThrottleReason.HARDWARE_THERMAL), reading.throttleReasons());
        assertFalse(reading.lost());
    }

    @Test
    void aReasonToThrottleThatNobodyKnowsYetIsAnotherReason() {
        StandInGpus.set(0, "throttle=0x8000000000000020");
        assertEquals(
                Set.of(ThrottleReason.THERMAL, ThrottleReason.OTHER),
                readOnce(FIRST_GPU).throttleReasons());
    }

    @ParameterizedTest
    @MethodSource("errorsOfOneValue")
    void aValueThatCanNotBeReadIsEmptyAndLeavesTheOthers(int error) {
        StandInGpus.set(0, "power=!" + error + ";ecc-corrected=!" + error + ";used=!" + error + ";temperature=64");
        DeviceReading reading = readOnce(FIRST_GPU);

        assertEquals(OptionalDouble.empty(), reading.powerWatts());
        assertEquals(OptionalLong.empty(), reading.eccCorrected());
        assertEquals(OptionalLong.empty(), reading.usedBytes());
        assertEquals(OptionalInt.of(64), reading.temperatureCelsius());
        assertEquals(OptionalDouble.of(700), reading.powerLimitWatts());
        assertFalse(reading.lost());
    }

    @Test
    void aCardThatSupportsNothingIsReadAsEmpty() {
        String nothing = String.join("=!" + NOT_SUPPORTED + ";", StandInGpus.VALUES) + "=!" + NOT_SUPPORTED;
        StandInGpus.set(0, nothing);
        DeviceReading expected = new DeviceReading(
                FIRST_GPU,
                "Intramuros emulated GPU",
                "GPU-e0e0e0e0-e0e0-e0e0-e0e0-e0e0e0e0e000",
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Set.of(),
                Optional.empty());

        assertEquals(expected, readOnce(FIRST_GPU));
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 16, 28})
    void aCardThatAnswersNothingAnyMoreIsMarkedAsLost(int error) {
        StandInGpus.set(0, "device=!" + error);
        DeviceReading reading = readOnce(FIRST_GPU);

        assertTrue(reading.lost());
        assertTrue(reading.fault().orElseThrow().contains(String.valueOf(error)));
        assertEquals(FIRST_GPU, reading.busId());
        assertEquals(OptionalInt.empty(), reading.temperatureCelsius());
    }

    @Test
    void aCardLostAmidAReadingIsMarkedAsLost() {
        StandInGpus.set(0, "power=!15");
        DeviceReading reading = readOnce(FIRST_GPU);

        assertTrue(reading.lost());
        assertTrue(reading.fault().orElseThrow().contains("GPU is lost"));
    }

    @Test
    void aCardThatTheLibraryDoesNotKnowIsReadAsEmptyAndNotAsLost() {
        assertEquals(DeviceReading.unread("0000:7f:00.0"), readOnce("0000:7f:00.0"));
    }

    @Test
    void readingsFollowTheCardAlsoWhenItIsLostAndComesBack() {
        try (GpuWatch watch = GpuWatch.start(List.of(FIRST_GPU), Duration.ofMillis(1))) {
            StandInGpus.set(0, "temperature=93");
            await(watch, reading -> reading.temperatureCelsius().equals(OptionalInt.of(93)));
            StandInGpus.set(0, "device=!15");
            await(watch, DeviceReading::lost);
            StandInGpus.set(0, "temperature=50");
            await(watch, reading -> reading.temperatureCelsius().equals(OptionalInt.of(50)));
        }
    }

    @Test
    void readingsComeInTheOrderInWhichTheCardsWereNamed() {
        try (GpuWatch watch = GpuWatch.start(List.of("0000:7f:00.0", FIRST_GPU), NEVER_AGAIN)) {
            assertEquals(
                    List.of("0000:7f:00.0", FIRST_GPU),
                    watch.readings().stream().map(DeviceReading::busId).toList());
            assertTrue(watch.unavailable().isEmpty());
        }
    }

    @Test
    void aClosedWatchLeavesNoThreadBehind() {
        GpuWatch watch = GpuWatch.start(List.of(FIRST_GPU), NEVER_AGAIN);
        assertEquals(1, watchingThreads());
        watch.close();
        watch.close();
        assertEquals(0, watchingThreads());
    }

    @Test
    void theBackendTellsWhatIsReadOfItsGpusInTheirOrderAndWatchesThemAsLongAsItIsOpen() {
        StandInGpus.set(0, "temperature=81");
        try (Backend backend = Backends.open("cuda", new BackendOptions(1, List.of(1, 0)))) {
            List<DeviceReading> readings = backend.deviceReadings();
            assertEquals(
                    List.of("0000:02:00.0", FIRST_GPU),
                    readings.stream().map(DeviceReading::busId).toList());
            assertEquals(OptionalInt.of(81), readings.getLast().temperatureCelsius());
            assertEquals(1, watchingThreads());
        }
        assertEquals(0, watchingThreads());
    }

    @Test
    void withoutTheLibraryNothingIsWatchedAndTheReasonIsOneLine(@TempDir Path folder) {
        assertNotWatched(folder);
    }

    @Test
    void aDamagedLibraryIsAReasonAndNoFault(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("libnvidia-ml.so.1"), "not a library");
        assertNotWatched(folder);
    }

    private static void assertNotWatched(Path folder) {
        String real = System.setProperty(CudaLibraries.FOLDER_PROPERTY, folder.toString());
        try (GpuWatch watch = GpuWatch.start(List.of(FIRST_GPU))) {
            assertEquals(List.of(), watch.readings());
            String reason = watch.unavailable().orElseThrow();
            assertTrue(reason.contains(folder.toString()), reason);
            assertEquals(1, reason.lines().count(), reason);
            assertEquals(0, watchingThreads());
        } finally {
            System.setProperty(CudaLibraries.FOLDER_PROPERTY, real);
        }
    }

    /** All that the library has, without those that say that the whole card is lost. */
    static IntStream errorsOfOneValue() {
        return IntStream.concat(IntStream.rangeClosed(1, 30), IntStream.of(999))
                .filter(error -> !NvmlResult.lost(error));
    }

    private static DeviceReading readOnce(String busId) {
        try (GpuWatch watch = GpuWatch.start(List.of(busId), NEVER_AGAIN)) {
            return watch.readings().getFirst();
        }
    }

    private static void await(GpuWatch watch, Predicate<DeviceReading> condition) {
        while (!condition.test(watch.readings().getFirst())) {
            assertFalse(Thread.interrupted(), "waited in vain");
            Thread.onSpinWait();
        }
    }

    private static long watchingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("intramuros-gpu-watch"))
                .count();
    }
}

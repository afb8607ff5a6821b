package io.intramuros.kernels.cuda.watch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.ThrottleReason;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads GPUs. A value that a card doesn't support is empty; one that couldn't be read is empty and told once in the log;
 * a card that answers nothing any more gives a reading with a fault. Used by one thread at a time.
 */
final class GpuReader {
    private static final System.Logger LOG = System.getLogger(GpuReader.class.getName());

    /** Room for the longest of the names that the library writes. */
    private static final int TEXT_BYTES = 96;

    private static final int SENSOR_OF_THE_CHIP = 0;
    private static final int SLOWDOWN = 1;
    private static final int HIGHEST = 3;
    private static final int CORRECTED = 0;
    private static final int UNCORRECTED = 1;
    private static final int SINCE_DRIVER_LOAD = 0;
    private static final int MILLIWATTS_PER_WATT = 1000;

    /** The library's bits, the lowest first. */
    private static final ThrottleReason[] REASONS_BY_BIT = {
        ThrottleReason.IDLE,
        ThrottleReason.CLOCK_SETTING,
        ThrottleReason.POWER_CAP,
        ThrottleReason.HARDWARE_SLOWDOWN,
        ThrottleReason.SYNC_BOOST,
        ThrottleReason.THERMAL,
        ThrottleReason.HARDWARE_THERMAL,
        ThrottleReason.POWER_BRAKE,
        ThrottleReason.DISPLAY_CLOCK
    };

    private final Nvml nvml;
    private final Nvml.Function name;
    private final Nvml.Function uuid;
    private final Nvml.Function temperature;
    private final Nvml.Function threshold;
    private final Nvml.Function memory;
    private final Nvml.Function utilisation;
    private final Nvml.Function power;
    private final Nvml.Function powerLimit;
    private final Nvml.Function ecc;
    private final Nvml.Function throttling;
    private final Set<String> told = new HashSet<>();

    GpuReader(Nvml nvml) {
        this.nvml = nvml;
        name = nvml.function("nvmlDeviceGetName", ADDRESS, ADDRESS, JAVA_INT);
        uuid = nvml.function("nvmlDeviceGetUUID", ADDRESS, ADDRESS, JAVA_INT);
        temperature = nvml.function("nvmlDeviceGetTemperature", ADDRESS, JAVA_INT, ADDRESS);
        threshold = nvml.function("nvmlDeviceGetTemperatureThreshold", ADDRESS, JAVA_INT, ADDRESS);
        memory = nvml.function("nvmlDeviceGetMemoryInfo", ADDRESS, ADDRESS);
        utilisation = nvml.function("nvmlDeviceGetUtilizationRates", ADDRESS, ADDRESS);
        power = nvml.function("nvmlDeviceGetPowerUsage", ADDRESS, ADDRESS);
        powerLimit = nvml.function("nvmlDeviceGetEnforcedPowerLimit", ADDRESS, ADDRESS);
        ecc = nvml.function("nvmlDeviceGetTotalEccErrors", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
        throttling = nvml.function("nvmlDeviceGetCurrentClocksThrottleReasons", ADDRESS, ADDRESS);
    }

    /** Reads the card at that PCI address. */
    DeviceReading read(String busId) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            int found = nvml.handle(arena.allocateFrom(busId), handle);
            if (NvmlResult.lost(found)) {
                throw new CardIsLostException(found);
            }
            if (found != NvmlResult.SUCCESS) {
                tell(busId, "can't be watched: " + nvml.describe(found));
                return DeviceReading.unread(busId);
            }
            return new Card(busId, handle.get(ADDRESS, 0), arena).read();
        } catch (CardIsLostException e) {
            tell(busId, "can't be used any more: " + nvml.describe(e.result));
            return DeviceReading.lost(busId, "", nvml.describe(e.result));
        }
    }

    /** Once for each card and trouble: the next reading comes in a second. */
    private void tell(String busId, String trouble) {
        if (told.add(busId + trouble)) {
            LOG.log(System.Logger.Level.WARNING, "The GPU " + busId + " " + trouble);
        }
    }

    private static Set<ThrottleReason> reasons(long bits) {
        Set<ThrottleReason> reasons = EnumSet.noneOf(ThrottleReason.class);
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((bits >>> bit & 1) != 0) {
                reasons.add(bit < REASONS_BY_BIT.length ? REASONS_BY_BIT[bit] : ThrottleReason.OTHER);
            }
        }
        return reasons;
    }

    /** One card while it is read. */
    private final class Card {
        private final String busId;
        private final MemorySegment handle;
        private final MemorySegment answer;

        Card(String busId, MemorySegment handle, Arena arena) {
            this.busId = busId;
            this.handle = handle;
            answer = arena.allocate(TEXT_BYTES, Long.BYTES);
        }

        DeviceReading read() {
            boolean hasMemory = ask(memory, handle, answer);
            OptionalLong total = hasMemory ? OptionalLong.of(answer.get(JAVA_LONG, 0)) : OptionalLong.empty();
            OptionalLong used =
                    hasMemory ? OptionalLong.of(answer.get(JAVA_LONG, 2 * Long.BYTES)) : OptionalLong.empty();
            boolean hasLoad = ask(utilisation, handle, answer);
            OptionalInt load = hasLoad ? OptionalInt.of(answer.get(JAVA_INT, 0)) : OptionalInt.empty();
            OptionalInt memoryLoad =
                    hasLoad ? OptionalInt.of(answer.get(JAVA_INT, Integer.BYTES)) : OptionalInt.empty();
            boolean hasReasons = ask(throttling, handle, answer);
            Set<ThrottleReason> reasons = hasReasons ? reasons(answer.get(JAVA_LONG, 0)) : Set.of();
            return new DeviceReading(
                    busId,
                    text(name),
                    text(uuid),
                    number(temperature, handle, SENSOR_OF_THE_CHIP, answer),
                    number(threshold, handle, HIGHEST, answer),
                    number(threshold, handle, SLOWDOWN, answer),
                    used,
                    total,
                    load,
                    memoryLoad,
                    watts(power),
                    watts(powerLimit),
                    errors(CORRECTED),
                    errors(UNCORRECTED),
                    reasons,
                    Optional.empty());
        }

        private String text(Nvml.Function function) {
            return ask(function, handle, answer, TEXT_BYTES) ? answer.getString(0) : "";
        }

        private OptionalInt number(Nvml.Function function, Object... arguments) {
            return ask(function, arguments) ? OptionalInt.of(answer.get(JAVA_INT, 0)) : OptionalInt.empty();
        }

        private OptionalDouble watts(Nvml.Function function) {
            OptionalInt milliwatts = number(function, handle, answer);
            return milliwatts.isPresent()
                    ? OptionalDouble.of((double) milliwatts.getAsInt() / MILLIWATTS_PER_WATT)
                    : OptionalDouble.empty();
        }

        private OptionalLong errors(int kind) {
            return ask(ecc, handle, kind, SINCE_DRIVER_LOAD, answer)
                    ? OptionalLong.of(answer.get(JAVA_LONG, 0))
                    : OptionalLong.empty();
        }

        /** Whether the question was answered. */
        private boolean ask(Nvml.Function function, Object... arguments) {
            int result = function.call(arguments);
            if (NvmlResult.lost(result)) {
                throw new CardIsLostException(result);
            }
            if (result != NvmlResult.SUCCESS && !NvmlResult.neverTold(result)) {
                tell(busId, "doesn't answer " + function.name() + ": " + nvml.describe(result));
            }
            return result == NvmlResult.SUCCESS;
        }
    }

    /** The card answers nothing any more. */
    private static final class CardIsLostException extends RuntimeException {
        private final int result;

        CardIsLostException(int result) {
            this.result = result;
        }
    }
}

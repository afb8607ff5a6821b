package io.intramuros.engine.local;

import io.intramuros.engine.DeviceStatus;
import io.intramuros.kernels.BrokenGpu;
import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.ThrottleReason;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What the kernels know of GPUs, as the engine's public API says it. */
final class Devices {
    private Devices() {}

    /** One that is not used any more; nothing is read of it. */
    static DeviceStatus status(BrokenGpu gpu) {
        return new DeviceStatus(
                gpu.busId(),
                gpu.name(),
                "",
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of(),
                Optional.of(gpu.fault()));
    }

    static DeviceStatus status(DeviceReading reading) {
        return new DeviceStatus(
                reading.busId(),
                reading.name(),
                reading.uuid(),
                reading.temperatureCelsius(),
                reading.usedBytes(),
                reading.totalBytes(),
                reading.utilisationPercent(),
                reading.memoryUtilisationPercent(),
                reading.powerWatts(),
                reading.powerLimitWatts(),
                reading.eccCorrected(),
                reading.eccUncorrected(),
                reading.throttleReasons().stream().map(ThrottleReason::text).toList(),
                reading.fault());
    }
}

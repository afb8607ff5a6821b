package io.intramuros.engine.local;

import io.intramuros.engine.DeviceStatus;
import io.intramuros.kernels.BrokenGpu;
import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.ThrottleReason;

/** What the kernels know of GPUs, as the engine's public API says it. */
final class Devices {
    private Devices() {}

    /** One that is not used any more; nothing is read of it. */
    static DeviceStatus status(BrokenGpu gpu) {
        return status(DeviceReading.lost(gpu.busId(), gpu.name(), gpu.fault()));
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

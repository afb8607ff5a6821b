package io.intramuros.engine.testing;

import io.intramuros.kernels.DeviceReading;
import io.intramuros.kernels.ThrottleReason;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** GPUs as they might be read. */
public final class Cards {
    private Cards() {}

    /** One that is so warm and tells no limits of its own. */
    public static DeviceReading card(String busId, int celsius) {
        return card(busId, celsius, OptionalInt.empty(), OptionalInt.empty());
    }

    /** One that is so warm, and tells how warm it should be at most and where it slows down. */
    public static DeviceReading card(String busId, int celsius, int highest, int slowdown) {
        return card(busId, celsius, OptionalInt.of(highest), OptionalInt.of(slowdown));
    }

    private static DeviceReading card(String busId, int celsius, OptionalInt highest, OptionalInt slowdown) {
        return new DeviceReading(
                busId,
                "A GPU",
                "GPU-1",
                OptionalInt.of(celsius),
                highest,
                slowdown,
                OptionalLong.of(3),
                OptionalLong.of(4),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Set.of(ThrottleReason.POWER_CAP),
                Optional.empty());
    }
}

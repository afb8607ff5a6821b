package io.intramuros.subsystem;

import io.intramuros.engine.DeviceStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A GPU in a line that the console shows as it is; what the card doesn't tell is left out. */
final class GpuText {
    private static final double BYTES_PER_GIBIBYTE = 1L << 30;

    private GpuText() {}

    /** Address, name and everything that was read. */
    static String line(DeviceStatus gpu) {
        String card = gpu.name().isBlank() ? gpu.busId() : gpu.busId() + " " + gpu.name();
        if (gpu.fault().isPresent()) {
            return card + ": can't be used any more, " + gpu.fault().get();
        }
        List<String> values = new ArrayList<>();
        add(values, gpu.temperatureCelsius(), " °C");
        addMemory(values, gpu.memoryUsedBytes(), gpu.memoryTotalBytes());
        add(values, gpu.utilisationPercent(), " % busy");
        add(values, gpu.memoryUtilisationPercent(), " % of the time at its memory");
        addPower(values, gpu.powerWatts(), gpu.powerLimitWatts());
        add(values, gpu.eccCorrected(), " corrected memory errors");
        add(values, gpu.eccUncorrected(), " uncorrected memory errors");
        if (!gpu.throttleReasons().isEmpty()) {
            values.add("clocks lowered by " + String.join(", ", gpu.throttleReasons()));
        }
        return card + ": " + (values.isEmpty() ? "tells nothing" : String.join("; ", values));
    }

    /** Address and why the clocks are low. */
    static String throttling(DeviceStatus gpu) {
        return gpu.busId() + ": " + String.join(", ", gpu.throttleReasons());
    }

    private static void add(List<String> values, OptionalInt value, String unit) {
        value.ifPresent(number -> values.add(number + unit));
    }

    private static void add(List<String> values, OptionalLong value, String unit) {
        value.ifPresent(number -> values.add(number + unit));
    }

    private static void addMemory(List<String> values, OptionalLong used, OptionalLong total) {
        if (used.isPresent() && total.isPresent()) {
            values.add(String.format(
                    Locale.ROOT,
                    "%.1f of %.1f GiB used",
                    used.getAsLong() / BYTES_PER_GIBIBYTE,
                    total.getAsLong() / BYTES_PER_GIBIBYTE));
        }
    }

    private static void addPower(List<String> values, OptionalDouble watts, OptionalDouble limit) {
        watts.ifPresent(now -> values.add(
                Math.round(now) + (limit.isPresent() ? " of " + Math.round(limit.getAsDouble()) : "") + " W"));
    }
}

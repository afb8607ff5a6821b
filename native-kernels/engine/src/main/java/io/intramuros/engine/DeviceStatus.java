package io.intramuros.engine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A GPU of an engine as it was seen last, about a second ago. What the card or its driver doesn't tell is empty.
 *
 * @param busId its PCI address, such as {@code 0000:01:00.0}
 * @param name what its maker calls it; blank if unknown
 * @param uuid its UUID; blank if unknown
 * @param temperatureCelsius the temperature of the chip
 * @param memoryUsedBytes memory in use, by whomever
 * @param memoryTotalBytes memory it has
 * @param utilisationPercent share of the last moments in which it computed
 * @param memoryUtilisationPercent share of them in which its memory was read or written
 * @param powerWatts power it draws
 * @param powerLimitWatts power it may draw
 * @param eccCorrected errors of its memory that were corrected, since the driver was loaded
 * @param eccUncorrected errors of its memory that were not, since the driver was loaded
 * @param throttleReasons in words, why its clocks are lower than they could be
 * @param fault why it can't be used any more; empty for a card that works
 */
public record DeviceStatus(
        String busId,
        String name,
        String uuid,
        OptionalInt temperatureCelsius,
        OptionalLong memoryUsedBytes,
        OptionalLong memoryTotalBytes,
        OptionalInt utilisationPercent,
        OptionalInt memoryUtilisationPercent,
        OptionalDouble powerWatts,
        OptionalDouble powerLimitWatts,
        OptionalLong eccCorrected,
        OptionalLong eccUncorrected,
        List<String> throttleReasons,
        Optional<String> fault) {

    public DeviceStatus {
        throttleReasons = List.copyOf(throttleReasons);
    }
}

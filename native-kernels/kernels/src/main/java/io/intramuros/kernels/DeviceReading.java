package io.intramuros.kernels;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What was read of a GPU at one moment. A value that the card or its driver doesn't tell is empty.
 *
 * @param busId its PCI address, such as {@code 0000:01:00.0}
 * @param name what its maker calls it; blank until it could be asked
 * @param uuid its UUID; blank until it could be asked
 * @param temperatureCelsius the temperature of the chip
 * @param highestCelsius the highest temperature its maker wants it to work at
 * @param slowdownCelsius the temperature at which it slows down to protect itself
 * @param usedBytes memory in use, by whomever
 * @param totalBytes memory it has
 * @param utilisationPercent share of the last moments in which a kernel ran
 * @param memoryUtilisationPercent share of them in which memory was read or written
 * @param powerWatts power it draws
 * @param powerLimitWatts power it may draw
 * @param eccCorrected errors of its memory that were corrected, since the driver was loaded
 * @param eccUncorrected errors of its memory that were not, since the driver was loaded
 * @param throttleReasons why its clocks are lower than they could be
 * @param fault why it can't be used any more; empty for a card that works
 */
public record DeviceReading(
        String busId,
        String name,
        String uuid,
        OptionalInt temperatureCelsius,
        OptionalInt highestCelsius,
        OptionalInt slowdownCelsius,
        OptionalLong usedBytes,
        OptionalLong totalBytes,
        OptionalInt utilisationPercent,
        OptionalInt memoryUtilisationPercent,
        OptionalDouble powerWatts,
        OptionalDouble powerLimitWatts,
        OptionalLong eccCorrected,
        OptionalLong eccUncorrected,
        Set<ThrottleReason> throttleReasons,
        Optional<String> fault) {

    public DeviceReading {
        Objects.requireNonNull(busId, "busId");
        Set<ThrottleReason> sorted = EnumSet.noneOf(ThrottleReason.class);
        sorted.addAll(throttleReasons);
        throttleReasons = Collections.unmodifiableSet(sorted);
    }

    /** Whether the card can't be used any more: it fell off the bus, or works again only after a reset. */
    public boolean lost() {
        return fault.isPresent();
    }

    /** Of a card that tells nothing. */
    public static DeviceReading unread(String busId) {
        return empty(busId, "", Optional.empty());
    }

    /** Of a card that can't be used any more, and why. */
    public static DeviceReading lost(String busId, String name, String fault) {
        return empty(busId, name, Optional.of(fault));
    }

    private static DeviceReading empty(String busId, String name, Optional<String> fault) {
        return new DeviceReading(
                busId,
                name,
                "",
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
                fault);
    }
}

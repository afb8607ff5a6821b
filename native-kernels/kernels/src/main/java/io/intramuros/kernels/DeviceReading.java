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

    /** A reading in which everything is empty unless it is set. */
    public static Builder of(String busId) {
        return new Builder(busId);
    }

    /** Collects the values of a reading, each named as in {@link DeviceReading}. */
    public static final class Builder {
        private final String busId;
        private String name = "";
        private String uuid = "";
        private OptionalInt temperatureCelsius = OptionalInt.empty();
        private OptionalInt highestCelsius = OptionalInt.empty();
        private OptionalInt slowdownCelsius = OptionalInt.empty();
        private OptionalLong usedBytes = OptionalLong.empty();
        private OptionalLong totalBytes = OptionalLong.empty();
        private OptionalInt utilisationPercent = OptionalInt.empty();
        private OptionalInt memoryUtilisationPercent = OptionalInt.empty();
        private OptionalDouble powerWatts = OptionalDouble.empty();
        private OptionalDouble powerLimitWatts = OptionalDouble.empty();
        private OptionalLong eccCorrected = OptionalLong.empty();
        private OptionalLong eccUncorrected = OptionalLong.empty();
        private Set<ThrottleReason> throttleReasons = Set.of();
        private Optional<String> fault = Optional.empty();

        private Builder(String busId) {
            this.busId = busId;
        }

        public Builder identity(String itsName, String itsUuid) {
            name = itsName;
            uuid = itsUuid;
            return this;
        }

        public Builder temperature(OptionalInt celsius) {
            temperatureCelsius = celsius;
            return this;
        }

        public Builder limits(OptionalInt highest, OptionalInt slowdown) {
            highestCelsius = highest;
            slowdownCelsius = slowdown;
            return this;
        }

        public Builder memory(OptionalLong used, OptionalLong total) {
            usedBytes = used;
            totalBytes = total;
            return this;
        }

        public Builder utilisation(OptionalInt percent, OptionalInt memoryPercent) {
            utilisationPercent = percent;
            memoryUtilisationPercent = memoryPercent;
            return this;
        }

        public Builder power(OptionalDouble watts, OptionalDouble limitWatts) {
            powerWatts = watts;
            powerLimitWatts = limitWatts;
            return this;
        }

        public Builder ecc(OptionalLong corrected, OptionalLong uncorrected) {
            eccCorrected = corrected;
            eccUncorrected = uncorrected;
            return this;
        }

        public Builder throttled(Set<ThrottleReason> reasons) {
            throttleReasons = reasons;
            return this;
        }

        public Builder fault(String reason) {
            fault = Optional.of(reason);
            return this;
        }

        /** The reading. */
        public DeviceReading build() {
            return new DeviceReading(
                    busId,
                    name,
                    uuid,
                    temperatureCelsius,
                    highestCelsius,
                    slowdownCelsius,
                    usedBytes,
                    totalBytes,
                    utilisationPercent,
                    memoryUtilisationPercent,
                    powerWatts,
                    powerLimitWatts,
                    eccCorrected,
                    eccUncorrected,
                    throttleReasons,
                    fault);
        }
    }
}

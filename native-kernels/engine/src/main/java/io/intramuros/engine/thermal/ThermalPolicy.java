package io.intramuros.engine.thermal;

import io.intramuros.engine.EnginePace;
import io.intramuros.engine.EnginePace.Speed;
import io.intramuros.kernels.DeviceReading;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges temperatures: above one limit an engine works at half its size, above a second one it drains. What a card has
 * caused ends when it is {@value #HYSTERESIS_CELSIUS} °C below the limit, so that it doesn't go to and fro; a temperature
 * that can't be read changes nothing. The hottest card decides: all of them work on the same step.
 *
 * <p>A limit of zero is the card's own: to go slowly above the highest temperature that its maker wants it to work at,
 * {@value #USUAL_SLOW_ABOVE_CELSIUS} °C if the driver doesn't tell that; to drain above the temperature at which it slows
 * down to protect itself, {@value #USUAL_DRAIN_ABOVE_CELSIUS} °C if the driver doesn't tell that. Not thread-safe.
 */
public final class ThermalPolicy {
    /** How far below its limit a card has to cool. */
    public static final int HYSTERESIS_CELSIUS = 5;

    private static final int USUAL_SLOW_ABOVE_CELSIUS = 85;
    private static final int USUAL_DRAIN_ABOVE_CELSIUS = 92;

    private final int slowAbove;
    private final int drainAbove;

    /** By card, what was last judged. */
    private final Map<String, Speed> judged = new HashMap<>();

    /**
     * @param slowAboveCelsius above this, half; 0 for the card's own limit
     * @param drainAboveCelsius above this, nothing new; 0 for the card's own limit
     */
    public ThermalPolicy(int slowAboveCelsius, int drainAboveCelsius) {
        slowAbove = slowAboveCelsius;
        drainAbove = drainAboveCelsius;
    }

    /** The pace that these cards allow now. */
    public EnginePace judge(List<DeviceReading> cards) {
        EnginePace pace = EnginePace.FULL;
        for (DeviceReading card : cards) {
            Speed allowed = judge(card);
            if (allowed.compareTo(pace.speed()) > 0) {
                pace = new EnginePace(allowed, sentence(card, allowed));
            }
        }
        return pace;
    }

    private Speed judge(DeviceReading card) {
        Speed before = judged.getOrDefault(card.busId(), Speed.FULL);
        if (card.temperatureCelsius().isEmpty()) {
            return before;
        }
        int celsius = card.temperatureCelsius().getAsInt();
        Speed now = Speed.FULL;
        if (holds(celsius, drainLimit(card), before == Speed.DRAINING)) {
            now = Speed.DRAINING;
        } else if (holds(celsius, slowLimit(card), before != Speed.FULL)) {
            now = Speed.SLOW;
        }
        judged.put(card.busId(), now);
        return now;
    }

    private static boolean holds(int celsius, int limit, boolean held) {
        return celsius > (held ? limit - HYSTERESIS_CELSIUS : limit);
    }

    private int slowLimit(DeviceReading card) {
        return slowAbove > 0 ? slowAbove : card.highestCelsius().orElse(USUAL_SLOW_ABOVE_CELSIUS);
    }

    private int drainLimit(DeviceReading card) {
        return drainAbove > 0 ? drainAbove : card.slowdownCelsius().orElse(USUAL_DRAIN_ABOVE_CELSIUS);
    }

    private String sentence(DeviceReading card, Speed speed) {
        int limit = speed == Speed.DRAINING ? drainLimit(card) : slowLimit(card);
        String temperature = card.temperatureCelsius().isPresent()
                ? "at " + card.temperatureCelsius().getAsInt() + " °C"
                : "of unknown temperature, and was too hot when it was last known";
        return "The GPU " + card.busId() + " is " + temperature + "; its limit is " + limit
                + " °C, and this lasts until it has cooled to " + (limit - HYSTERESIS_CELSIUS) + " °C.";
    }
}

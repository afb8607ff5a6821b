package io.intramuros.engine.thermal;

import static io.intramuros.engine.testing.Cards.card;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.EnginePace;
import io.intramuros.engine.EnginePace.Speed;
import io.intramuros.kernels.DeviceReading;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThermalPolicyTest {
    private final ThermalPolicy policy = new ThermalPolicy(80, 90);

    @Test
    void aLimitItselfIsStillAllowed() {
        assertEquals(List.of(Speed.FULL, Speed.SLOW, Speed.SLOW, Speed.DRAINING), speeds(policy, 80, 81, 90, 91));
    }

    @Test
    void aCardThatCoolsGoesBackOnlyWellBelowEachLimit() {
        assertEquals(
                List.of(Speed.DRAINING, Speed.DRAINING, Speed.SLOW, Speed.SLOW, Speed.FULL, Speed.FULL),
                speeds(policy, 95, 86, 85, 76, 75, 80));
    }

    @Test
    void aCardThatSwingsAroundALimitChangesThePaceOnce() {
        assertEquals(List.of(Speed.SLOW, Speed.SLOW, Speed.SLOW, Speed.SLOW), speeds(policy, 81, 80, 81, 79));
    }

    @Test
    void aCardThatCoolsDownAtOnceGoesBackAtOnce() {
        assertEquals(List.of(Speed.DRAINING, Speed.FULL), speeds(policy, 95, 40));
    }

    @Test
    void theHottestCardDecidesAndIsNamed() {
        EnginePace pace = policy.judge(List.of(card("a", 50), card("b", 93), card("c", 85)));
        assertEquals(Speed.DRAINING, pace.speed());
        for (String part : List.of("GPU b", "93 °C", "limit is 90 °C", "85 °C")) {
            assertTrue(pace.detail().contains(part), pace.detail());
        }
    }

    @Test
    void cardsAreHeldToWhatTheyThemselvesWere() {
        policy.judge(List.of(card("a", 85), card("b", 50)));
        assertEquals(
                Speed.FULL, policy.judge(List.of(card("a", 50), card("b", 78))).speed());
    }

    @Test
    void aTemperatureThatCanNotBeReadChangesNothing() {
        assertEquals(EnginePace.FULL, policy.judge(List.of(DeviceReading.unread("a"))));
        policy.judge(List.of(card("a", 95)));
        EnginePace pace = policy.judge(List.of(DeviceReading.unread("a")));
        assertEquals(Speed.DRAINING, pace.speed());
        assertTrue(pace.detail().contains("unknown temperature"), pace.detail());
    }

    @Test
    void withoutCardsNothingIsHeldBack() {
        assertEquals(EnginePace.FULL, policy.judge(List.of()));
    }

    @Test
    void limitsThatNobodySetAreTheCardsOwn() {
        ThermalPolicy own = new ThermalPolicy(0, 0);
        assertEquals(Speed.FULL, own.judge(List.of(card("a", 70, 70, 75))).speed());
        assertEquals(Speed.SLOW, own.judge(List.of(card("a", 71, 70, 75))).speed());
        assertEquals(Speed.DRAINING, own.judge(List.of(card("a", 76, 70, 75))).speed());
    }

    @Test
    void limitsThatNobodySetAndNoCardTellsAreTheUsualOnes() {
        assertEquals(
                List.of(Speed.FULL, Speed.SLOW, Speed.SLOW, Speed.DRAINING),
                speeds(new ThermalPolicy(0, 0), 85, 86, 92, 93));
    }

    private static List<Speed> speeds(ThermalPolicy policy, int... temperatures) {
        List<Speed> speeds = new ArrayList<>();
        IntStream.of(temperatures)
                .forEach(celsius ->
                        speeds.add(policy.judge(List.of(card("a", celsius))).speed()));
        return speeds;
    }
}

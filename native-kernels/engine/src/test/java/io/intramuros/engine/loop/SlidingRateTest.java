package io.intramuros.engine.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SlidingRateTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = -3 * SECOND;
    private final SlidingRate rate = new SlidingRate(() -> now);

    @Test
    void isZeroBeforeAnythingHappened() {
        assertEquals(0, rate.perSecond());
    }

    @Test
    void isTheAverageSinceTheFirstEventWhileTheWindowFills() {
        for (int i = 0; i < 4; i++) {
            rate.add(100);
            now += SECOND;
        }
        assertEquals(100, rate.perSecond(), 1e-9);
    }

    @Test
    void forgetsWhatIsOlderThanTheWindow() {
        rate.add(1000);
        now += 5 * SECOND;
        rate.add(50);
        now += 7 * SECOND;
        assertEquals(5, rate.perSecond(), 1e-9);
    }

    @Test
    void isZeroAgainWhenIdle() {
        rate.add(1000);
        now += 60 * SECOND;
        assertEquals(0, rate.perSecond());
    }

    @Test
    void startsAfreshAfterAnIdleTime() {
        rate.add(1000);
        now += 60 * SECOND;
        rate.add(30);
        now += 2 * SECOND;
        assertEquals(15, rate.perSecond(), 1e-9);
    }
}

package io.intramuros.engine.loop;

import io.intramuros.engine.EnginePace;
import io.intramuros.engine.thermal.ThermalPolicy;
import io.intramuros.kernels.DeviceReading;
import java.util.List;
import java.util.function.Supplier;

/** The pace of a step loop at this moment; each change is told once in the log. Thread-safe. */
final class Pacing {
    private static final System.Logger LOG = System.getLogger(Pacing.class.getName());

    private final String engine;
    private final ThermalPolicy policy;
    private final Supplier<List<DeviceReading>> cards;
    private EnginePace.Speed last = EnginePace.Speed.FULL;

    Pacing(String engine, ThermalPolicy policy, Supplier<List<DeviceReading>> cards) {
        this.engine = engine;
        this.policy = policy;
        this.cards = cards;
    }

    synchronized EnginePace now() {
        EnginePace pace = policy.judge(cards.get());
        if (pace.speed() != last) {
            last = pace.speed();
            tell(pace);
        }
        return pace;
    }

    private void tell(EnginePace pace) {
        String what = switch (pace.speed()) {
            case FULL -> " works at full speed again: its GPUs have cooled down.";
            case SLOW -> " takes smaller batches. " + pace.detail();
            case DRAINING ->
                " drains: it finishes the answers it is writing and takes no other requests. " + pace.detail();
        };
        LOG.log(
                pace.speed() == EnginePace.Speed.FULL ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                "The engine " + engine + what);
    }
}

package io.intramuros.subsystem;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import io.intramuros.engine.DeviceStatus;
import io.intramuros.engine.EnginePace;
import io.intramuros.engine.InferenceEngine;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jboss.dmr.ModelNode;
import org.junit.Test;

/** What an administrator reads of an engine's GPUs. */
public class HotGpuTest {
    private static final long GIBIBYTE = 1L << 30;
    private static final DeviceStatus HOT = new DeviceStatus(
            "0000:01:00.0",
            "NVIDIA H100 80GB HBM3",
            "GPU-1",
            OptionalInt.of(91),
            OptionalLong.of(71 * GIBIBYTE),
            OptionalLong.of(80 * GIBIBYTE),
            OptionalInt.of(93),
            OptionalInt.of(61),
            OptionalDouble.of(612.4),
            OptionalDouble.of(700),
            OptionalLong.of(4),
            OptionalLong.of(1),
            List.of("power cap", "heat"),
            Optional.empty());
    private static final DeviceStatus SILENT = silent("0000:02:00.0", Optional.empty());
    private static final DeviceStatus LOST = silent("0000:03:00.0", Optional.of("GPU is lost (15)"));

    @Test
    public void eachGpuIsALineWithEverythingThatItTells() {
        assertEquals(
                List.of(
                        "0000:01:00.0 NVIDIA H100 80GB HBM3: 91 °C; 71.0 of 80.0 GiB used; 93 % busy; 61 % of the time at"
                                + " its memory; 612 of 700 W; 4 corrected memory errors; 1 uncorrected memory errors;"
                                + " clocks lowered by power cap, heat",
                        "0000:02:00.0: tells nothing", "0000:03:00.0: can't be used any more, GPU is lost (15)"),
                lines(EngineFact.GPUS));
    }

    @Test
    public void throttledGpusAreListedWithTheirReasons() {
        assertEquals(List.of("0000:01:00.0: power cap, heat"), lines(EngineFact.GPU_THROTTLE_REASONS));
    }

    @Test
    public void thePaceComesWithItsReason() {
        InferenceEngine engine = engine();
        assertEquals("draining", EngineFact.PACE.read(engine).asString());
        assertEquals("It is hot.", EngineFact.PACE_DETAIL.read(engine).asString());
    }

    @Test
    public void numbersAreThoseOfTheHottestAndOfAllThatTellThem() {
        InferenceEngine engine = engine(HOT, with(60, 10, 300), SILENT, LOST);
        assertEquals(91, GpuMetric.TEMPERATURE.execute(engine).asInt());
        assertEquals(72 * GIBIBYTE, GpuMetric.MEMORY_USED.execute(engine).asLong());
        assertEquals(160 * GIBIBYTE, GpuMetric.MEMORY_TOTAL.execute(engine).asLong());
        assertEquals(51.5, GpuMetric.UTILIZATION.execute(engine).asDouble(), 1e-9);
        assertEquals(61, GpuMetric.MEMORY_UTILIZATION.execute(engine).asDouble(), 1e-9);
        assertEquals(912.4, GpuMetric.POWER.execute(engine).asDouble(), 1e-9);
        assertEquals(4, GpuMetric.ECC_CORRECTED.execute(engine).asLong());
        assertEquals(1, GpuMetric.ECC_ERRORS.execute(engine).asLong());
        assertEquals(1, GpuMetric.LOST.execute(engine).asInt());
    }

    @Test
    public void numbersThatNoGpuTellsAreUndefined() {
        InferenceEngine engine = engine(SILENT);
        for (GpuMetric metric : GpuMetric.values()) {
            if (metric != GpuMetric.LOST) {
                assertFalse(metric.name(), metric.execute(engine).isDefined());
            }
        }
    }

    private static List<String> lines(EngineFact fact) {
        return fact.read(engine(HOT, SILENT, LOST)).asList().stream()
                .map(ModelNode::asString)
                .toList();
    }

    /** An engine of which only GPUs and pace are asked. */
    private static InferenceEngine engine(DeviceStatus... gpus) {
        return (InferenceEngine) Proxy.newProxyInstance(
                InferenceEngine.class.getClassLoader(),
                new Class<?>[] {InferenceEngine.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "devices" -> List.of(gpus);
                    case "pace" -> new EnginePace(EnginePace.Speed.DRAINING, "It is hot.");
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static DeviceStatus with(int celsius, int busy, double watts) {
        return new DeviceStatus(
                "0000:04:00.0",
                "",
                "",
                OptionalInt.of(celsius),
                OptionalLong.of(GIBIBYTE),
                OptionalLong.of(80 * GIBIBYTE),
                OptionalInt.of(busy),
                OptionalInt.empty(),
                OptionalDouble.of(watts),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of(),
                Optional.empty());
    }

    private static DeviceStatus silent(String busId, Optional<String> fault) {
        return new DeviceStatus(
                busId,
                "",
                "",
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of(),
                fault);
    }
}

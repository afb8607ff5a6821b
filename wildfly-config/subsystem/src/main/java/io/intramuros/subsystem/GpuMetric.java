package io.intramuros.subsystem;

import io.intramuros.engine.DeviceStatus;
import io.intramuros.engine.InferenceEngine;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jboss.as.controller.AttributeDefinition;
import org.jboss.as.controller.SimpleAttributeDefinitionBuilder;
import org.jboss.as.controller.client.helpers.MeasurementUnit;
import org.jboss.as.controller.registry.AttributeAccess.Flag;
import org.jboss.dmr.ModelNode;
import org.jboss.dmr.ModelType;
import org.wildfly.subsystem.resource.executor.Metric;

/**
 * An engine's GPUs in numbers, all of them together: the hottest, sums, averages. Undefined where no GPU tells the value.
 */
@SuppressWarnings("ImmutableEnumChecker") // WildFly's attribute definitions and these functions hold no state
enum GpuMetric implements Metric<InferenceEngine> {
    TEMPERATURE(
            "gpu-temperature",
            ModelType.INT,
            MeasurementUnit.CELSIUS,
            gpus -> node(ints(gpus, DeviceStatus::temperatureCelsius).max())),
    MEMORY_USED(
            "gpu-memory-used", ModelType.LONG, MeasurementUnit.BYTES, gpus -> sum(gpus, DeviceStatus::memoryUsedBytes)),
    MEMORY_TOTAL(
            "gpu-memory-total",
            ModelType.LONG,
            MeasurementUnit.BYTES,
            gpus -> sum(gpus, DeviceStatus::memoryTotalBytes)),
    UTILIZATION(
            "gpu-utilization",
            ModelType.DOUBLE,
            MeasurementUnit.PERCENTAGE,
            gpus -> node(ints(gpus, DeviceStatus::utilisationPercent).average())),
    MEMORY_UTILIZATION(
            "gpu-memory-utilization",
            ModelType.DOUBLE,
            MeasurementUnit.PERCENTAGE,
            gpus -> node(ints(gpus, DeviceStatus::memoryUtilisationPercent).average())),
    POWER("gpu-power", ModelType.DOUBLE, MeasurementUnit.NONE, GpuMetric::watts),
    ECC_CORRECTED(
            "gpu-ecc-corrected", ModelType.LONG, MeasurementUnit.NONE, gpus -> sum(gpus, DeviceStatus::eccCorrected)),
    ECC_ERRORS("gpu-ecc-errors", ModelType.LONG, MeasurementUnit.NONE, gpus -> sum(gpus, DeviceStatus::eccUncorrected)),
    LOST(
            "gpus-lost",
            ModelType.INT,
            MeasurementUnit.NONE,
            gpus -> new ModelNode(
                    (int) gpus.stream().filter(gpu -> gpu.fault().isPresent()).count()));

    private final AttributeDefinition definition;
    private final Function<List<DeviceStatus>, ModelNode> value;

    GpuMetric(String name, ModelType type, MeasurementUnit unit, Function<List<DeviceStatus>, ModelNode> value) {
        this.definition = new SimpleAttributeDefinitionBuilder(name, type, true)
                .setMeasurementUnit(unit)
                .setFlags(Flag.GAUGE_METRIC)
                .setStorageRuntime()
                .build();
        this.value = value;
    }

    @Override
    public AttributeDefinition get() {
        return definition;
    }

    @Override
    public ModelNode execute(InferenceEngine engine) {
        List<DeviceStatus> gpus = engine.devices();
        return gpus.isEmpty() ? new ModelNode() : value.apply(gpus);
    }

    private static IntStream ints(List<DeviceStatus> gpus, Function<DeviceStatus, OptionalInt> of) {
        return gpus.stream().map(of).flatMapToInt(OptionalInt::stream);
    }

    private static ModelNode sum(List<DeviceStatus> gpus, Function<DeviceStatus, OptionalLong> of) {
        long[] known = gpus.stream().map(of).flatMapToLong(OptionalLong::stream).toArray();
        return known.length == 0
                ? new ModelNode()
                : new ModelNode(LongStream.of(known).sum());
    }

    private static ModelNode watts(List<DeviceStatus> gpus) {
        double[] known = gpus.stream()
                .map(DeviceStatus::powerWatts)
                .flatMapToDouble(OptionalDouble::stream)
                .toArray();
        return known.length == 0
                ? new ModelNode()
                : new ModelNode(DoubleStream.of(known).sum());
    }

    private static ModelNode node(OptionalInt value) {
        return value.isPresent() ? new ModelNode(value.getAsInt()) : new ModelNode();
    }

    private static ModelNode node(OptionalDouble value) {
        return value.isPresent() ? new ModelNode(value.getAsDouble()) : new ModelNode();
    }
}

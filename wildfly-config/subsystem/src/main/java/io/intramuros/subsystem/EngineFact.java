package io.intramuros.subsystem;

import io.intramuros.engine.EngineStatus;
import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.ModelCard;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jboss.as.controller.AttributeDefinition;
import org.jboss.as.controller.PrimitiveListAttributeDefinition;
import org.jboss.as.controller.SimpleAttributeDefinitionBuilder;
import org.jboss.dmr.ModelNode;
import org.jboss.dmr.ModelType;

/** What an administrator can read of an engine and its model; {@link EngineMetric} and {@link GpuMetric} have the numbers that move. */
@SuppressWarnings("ImmutableEnumChecker") // WildFly's attribute definitions and these functions hold no state
enum EngineFact {
    STATE(
            "state",
            ModelType.STRING,
            engine -> new ModelNode(name(engine.status().state()))),
    STATE_DETAIL(
            "state-detail", ModelType.STRING, engine -> text(engine.status().detail())),
    MODEL_NAME("model-name", ModelType.STRING, ofModel(card -> text(card.displayName()))),
    MODEL_FAMILY("model-family", ModelType.STRING, ofModel(card -> text(card.family()))),
    MODEL_DIGEST("model-digest", ModelType.STRING, ofModel(card -> text(card.digest()))),
    PARAMETERS("parameters", ModelType.LONG, ofModel(card -> new ModelNode(card.parameters()))),
    PRECISION("precision", ModelType.STRING, ofModel(card -> text(card.precision()))),
    QUANTISED("quantised", ModelType.BOOLEAN, ofModel(card -> new ModelNode(card.quantised()))),
    CONTEXT_TOKENS("context-tokens", ModelType.INT, ofModel(card -> new ModelNode(card.contextTokens()))),
    PACE("pace", ModelType.STRING, engine -> new ModelNode(name(engine.pace().speed()))),
    PACE_DETAIL(
            "pace-detail",
            ModelType.STRING,
            engine -> text(blankToNull(engine.pace().detail()))),
    GPUS("gpus", engine -> list(engine.devices().stream().map(GpuText::line))),
    GPU_THROTTLE_REASONS(
            "gpu-throttle-reasons",
            engine -> list(engine.devices().stream()
                    .filter(gpu -> !gpu.throttleReasons().isEmpty())
                    .map(GpuText::throttling)));

    /** The state of an engine whose service isn't running. */
    static final ModelNode STOPPED = new ModelNode(name(EngineStatus.State.STOPPED));

    private final AttributeDefinition definition;
    private final Function<InferenceEngine, ModelNode> value;

    EngineFact(String name, ModelType type, Function<InferenceEngine, ModelNode> value) {
        this.definition = new SimpleAttributeDefinitionBuilder(name, type, true)
                .setStorageRuntime()
                .build();
        this.value = value;
    }

    /** A list of sentences. */
    EngineFact(String name, Function<InferenceEngine, ModelNode> value) {
        this.definition = new PrimitiveListAttributeDefinition.Builder(name, ModelType.STRING)
                .setRequired(false)
                .setStorageRuntime()
                .build();
        this.value = value;
    }

    AttributeDefinition definition() {
        return definition;
    }

    /** The fact, undefined as long as it isn't known. */
    ModelNode read(InferenceEngine engine) {
        return value.apply(engine);
    }

    private static Function<InferenceEngine, ModelNode> ofModel(Function<ModelCard, ModelNode> fact) {
        return engine -> engine.model().map(fact).orElseGet(ModelNode::new);
    }

    private static ModelNode text(String text) {
        return text == null ? new ModelNode() : new ModelNode(text);
    }

    private static String blankToNull(String text) {
        return text.isBlank() ? null : text;
    }

    private static ModelNode list(Stream<String> texts) {
        ModelNode list = new ModelNode().setEmptyList();
        texts.forEach(list::add);
        return list;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

package io.intramuros.web.api;

import io.intramuros.chat.ModelDescription;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;

/** Models as JSON: OpenAI's fields, and under {@code intramuros} what else is known of them. */
final class ModelJson {
    private static final String OWNER = "intramuros";
    private static final int FINGERPRINT_DIGITS = 12;
    private static final String DEMONSTRATION_NOTE = "This is the small model of the demonstration: good for trying"
            + " the server, not for work. Its answers are often wrong.";

    private ModelJson() {}

    static JsonObject list(List<ModelDescription> models) {
        JsonArrayBuilder data = Json.createArrayBuilder();
        models.forEach(model -> data.add(of(model)));
        return Json.createObjectBuilder()
                .add("object", "list")
                .add("data", data)
                .build();
    }

    static JsonObject of(ModelDescription model) {
        return Json.createObjectBuilder()
                .add("id", model.id())
                .add("object", "model")
                .add("created", model.readySince().getEpochSecond())
                .add("owned_by", OWNER)
                .add(
                        OWNER,
                        details(model)
                                .add("name", model.displayName())
                                .add("parameters", model.parameters())
                                .add("context_length", model.contextTokens()))
                .build();
    }

    /** What ran: said in every response, so that no quantised or small model passes for another. */
    static JsonObjectBuilder details(ModelDescription model) {
        JsonObjectBuilder details = Json.createObjectBuilder()
                .add("precision", model.precision())
                .add("quantised", model.quantised())
                .add("digest", model.digest())
                .add("demonstration", model.demonstration());
        if (model.demonstration()) {
            details.add("note", DEMONSTRATION_NOTE);
        }
        return details;
    }

    /** OpenAI's name for the configuration that answered; ours changes exactly when the weights do. */
    static String fingerprint(ModelDescription model) {
        String digest = model.digest().substring(model.digest().indexOf(':') + 1);
        return "fp_" + digest.substring(0, Math.min(FINGERPRINT_DIGITS, digest.length()));
    }
}

package io.intramuros.web.api;

import io.intramuros.chat.ChatService;
import jakarta.ejb.EJB;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** {@code GET /v1/models}: what can be asked. */
@Path("models")
@Produces(MediaType.APPLICATION_JSON)
public class ModelsResource {
    @EJB
    private ChatService chat;

    /** Every model that is ready. */
    @GET
    public JsonObject list() {
        return ModelJson.list(chat.models());
    }

    /** One model; its name may have slashes, as Hugging Face's do. */
    @GET
    @Path("{id:.+}")
    public JsonObject one(@PathParam("id") String id) {
        return chat.models().stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .map(ModelJson::of)
                .orElseThrow(() -> unknown(id));
    }

    private static ApiException unknown(String id) {
        return new ApiException(ApiError.invalid(
                404,
                "The model '" + id + "' does not exist or is not ready; GET /v1/models lists those that are.",
                "model",
                "model_not_found"));
    }
}

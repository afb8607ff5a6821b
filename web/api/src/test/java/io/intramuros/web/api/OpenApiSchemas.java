package io.intramuros.web.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/** The schemas of the API's description, to hold real answers against. */
final class OpenApiSchemas {
    private OpenApiSchemas() {}

    static void assertIs(String schema, String json) {
        // The description's schemas are JSON Schema 2020-12, and their references stay inside it.
        String rooted = Json.createObjectBuilder(document())
                .add("$ref", "#/components/schemas/" + schema)
                .build()
                .toString();
        var validator = JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(rooted);
        assertEquals(Set.of(), validator.validate(json, InputFormat.JSON), json);
    }

    static JsonObject document() {
        try (InputStream in = OpenApiServlet.class.getResourceAsStream(OpenApiServlet.DOCUMENT);
                var reader = Json.createReader(in)) {
            return reader.readObject();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

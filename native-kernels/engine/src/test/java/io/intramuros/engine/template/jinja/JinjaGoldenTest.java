package io.intramuros.engine.template.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What Python's Jinja made of a table of templates; {@code src/test/golden/make_templates.py} wrote it. */
class JinjaGoldenTest {
    private static final Gson GSON = new GsonBuilder()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
            .create();

    @TestFactory
    Stream<DynamicTest> rendersWhatPythonRenders() throws IOException {
        JsonObject golden;
        try (Reader reader = new InputStreamReader(
                JinjaGoldenTest.class.getResourceAsStream("/golden/templates.json"), StandardCharsets.UTF_8)) {
            golden = JsonParser.parseReader(reader).getAsJsonObject();
        }
        Clock clock = Clock.fixed(
                LocalDateTime.parse(golden.get("now").getAsString()).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
        List<JsonElement> cases = golden.getAsJsonArray("cases").asList();
        return cases.stream().map(JsonElement::getAsJsonObject).map(one -> {
            String source = one.has("chat")
                    ? golden.getAsJsonObject("chat")
                            .get(one.get("chat").getAsString())
                            .getAsString()
                    : one.get("template").getAsString();
            Map<String, Object> variables = variables(golden.getAsJsonObject("variables"));
            if (one.has("with")) {
                variables.putAll(variables(one.getAsJsonObject("with")));
            }
            String name = one.has("chat") ? one.get("chat").getAsString() + " " + one.get("with") : "<" + source + ">";
            return DynamicTest.dynamicTest(name, () -> check(one, source, variables, clock));
        });
    }

    private static void check(JsonObject one, String source, Map<String, Object> variables, Clock clock) {
        String error = one.has("error") ? one.get("error").getAsString() : "none";
        switch (error) {
            case "none" ->
                assertEquals(
                        one.get("expected").getAsString(), new JinjaTemplate(source, clock).render(variables), source);
            case "load" -> assertThrows(TemplateSyntaxException.class, () -> new JinjaTemplate(source, clock));
            case "refusal" -> {
                JinjaTemplate template = new JinjaTemplate(source, clock);
                var refusal = assertThrows(TemplateRenderException.Refusal.class, () -> template.render(variables));
                assertEquals(one.get("python").getAsString(), refusal.getMessage());
            }
            default ->
                assertThrows(RuntimeException.class, () -> {
                    // What fails in Python when it runs may be refused here when it is read.
                    try {
                        new JinjaTemplate(source, clock).render(variables);
                    } catch (TemplateSyntaxException | TemplateRenderException e) {
                        throw new RuntimeException(e);
                    } catch (RuntimeException e) {
                        throw new AssertionError("not a template's own error", e);
                    }
                });
        }
    }

    private static Map<String, Object> variables(JsonObject json) {
        Map<String, Object> variables = new LinkedHashMap<>();
        json.asMap().forEach((name, value) -> variables.put(name, GSON.fromJson(value, Object.class)));
        return variables;
    }
}

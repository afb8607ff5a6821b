package io.intramuros.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void whatIsWrittenIsReadAgain() {
        Object value = Map.of("a \"quoted\" name\n", List.of("城墙", "back\\slash", true, Map.of(), List.of()));

        assertEquals(value, Json.parse(Json.write(value)));
    }

    @Test
    void escapesAndNumbersAreUnderstood() {
        assertEquals(List.of("é\t/", -12.5, 3.0), Json.parse(" [\"\\u00e9\\t\\/\", -1.25e1 ,3] "));
        assertNull(Json.parse("null"));
    }

    @Test
    void findWalksDownAndEndsInNothingWhereThereIsNothing() {
        Object value = Json.parse("{\"data\":[{\"id\":\"x\"}]}");

        assertEquals("x", Json.find(value, "data", 0, "id"));
        assertNull(Json.find(value, "data", 1, "id"));
        assertNull(Json.find(value, "none", "id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,]", "{\"a\"}", "\"open", "tru", "1 2", "\"\\u12\"", "<html>"})
    void whatIsNoJsonIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Json.parse(text));
    }
}

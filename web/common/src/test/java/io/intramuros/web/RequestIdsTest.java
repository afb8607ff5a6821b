package io.intramuros.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdsTest {
    @Test
    void aClientsPlainIdentifierIsShown() {
        assertEquals("build-17.a_b", RequestIds.shown("ours", "build-17.a_b"));
    }

    @Test
    void withoutOneOursIsShown() {
        assertEquals("ours", RequestIds.shown("ours", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "has space", "line\r\nbreak", "<b>", "长城"})
    void anIdentifierThatIsNotPlainIsNotShown(String theirs) {
        assertEquals("ours", RequestIds.shown("ours", theirs));
    }

    @Test
    void aLongIdentifierIsNotShown() {
        assertEquals("ours", RequestIds.shown("ours", "x".repeat(65)));
    }
}

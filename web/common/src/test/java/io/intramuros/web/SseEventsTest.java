package io.intramuros.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SseEventsTest {
    @Test
    void anEventIsOneLineOfDataAndAnEmptyOne() {
        assertEquals("data: {\"a\":1}\n\n", SseEvents.event("{\"a\":1}"));
    }

    @Test
    void anEventCanHaveAName() {
        assertEquals("event: text\ndata: x\n\n", SseEvents.event("text", "x"));
    }

    @Test
    void lineBreaksInDataNeverEndTheEvent() {
        assertEquals("data: a\ndata: b\ndata: \ndata: c\n\n", SseEvents.event("a\nb\r\n\rc"));
    }
}

package io.intramuros.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestBodyTest {
    private static final int LIMIT = 1024;

    @Test
    void anObjectIsRead() {
        assertEquals("长城", RequestBody.parse(utf8("{\"a\":\"长城\"}")).getString("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":1}}", "{\"a\":1} x", "[1]", "null", "\"text\"", "{'a':1}"})
    void whatIsNoSingleObjectIsRefused(String body) {
        BadBodyException refusal = assertThrows(BadBodyException.class, () -> RequestBody.parse(utf8(body)));
        assertEquals(400, refusal.status());
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedAndNotReplaced() {
        byte[] body = {'{', '"', 'a', '"', ':', '"', (byte) 0xff, '"', '}'};
        assertEquals(
                400,
                assertThrows(BadBodyException.class, () -> RequestBody.parse(body))
                        .status());
    }

    @Test
    void nestingWithoutEndIsRefusedAndNotFollowed() {
        byte[] body = utf8("{\"a\":" + "[".repeat(100_000));
        assertEquals(
                400,
                assertThrows(BadBodyException.class, () -> RequestBody.parse(body))
                        .status());
    }

    @Test
    void aBodyOverTheLimitIsRefusedWhetherItTellsItsLengthOrNot() throws Exception {
        byte[] large = utf8("{\"a\":\"" + "x".repeat(LIMIT) + "\"}");
        assertEquals(413, post("application/json", BodyPublishers.ofByteArray(large)));
        assertEquals(
                413, post("application/json", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))));
    }

    @Test
    void aBodyUpToTheLimitIsTaken() throws Exception {
        String frame = "{\"a\":\"\"}";
        byte[] body = utf8("{\"a\":\"" + "x".repeat(LIMIT - frame.length()) + "\"}");
        assertEquals(200, post("application/json; charset=utf-8", BodyPublishers.ofByteArray(body)));
    }

    @Test
    void anotherTypeThanJsonIsRefused() throws Exception {
        assertEquals(415, post("text/plain", BodyPublishers.ofString("{}")));
        assertEquals(415, post("application/x-www-form-urlencoded", BodyPublishers.ofString("a=b")));
    }

    private static int post(String type, BodyPublisher body) throws Exception {
        try (TestServer server = new TestServer(new Reading());
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<Void> response = client.send(
                    HttpRequest.newBuilder(server.address())
                            .header("Content-Type", type)
                            .POST(body)
                            .build(),
                    BodyHandlers.discarding());
            return response.statusCode();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Reading extends HttpServlet {
        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                RequestBody.readObject(request, LIMIT);
            } catch (BadBodyException e) {
                response.setStatus(e.status());
            }
        }
    }
}

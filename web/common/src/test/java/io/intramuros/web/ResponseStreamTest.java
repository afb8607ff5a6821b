package io.intramuros.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResponseStreamTest {
    private static final Heartbeat QUICK = new Heartbeat(" ", Duration.ofMillis(20), Duration.ofMillis(20));
    private static final Heartbeat NEVER = new Heartbeat(" ", Duration.ofHours(1), Duration.ofHours(1));

    private final BlockingQueue<ResponseStream> started = new LinkedBlockingQueue<>();
    private final CountDownLatch gone = new CountDownLatch(1);
    private ScheduledExecutorService timer;
    private volatile Heartbeat heartbeat = NEVER;
    private volatile ResponseStream prepared = new ResponseStream();
    private TestServer server;

    @BeforeEach
    void startServer() throws Exception {
        timer = Executors.newSingleThreadScheduledExecutor();
        server = new TestServer(new Streaming());
    }

    @AfterEach
    void stopServer() throws Exception {
        server.close();
        timer.shutdownNow();
    }

    @Test
    void everythingArrivesInTheOrderItWasWritten() throws Exception {
        var answer = ask();
        ResponseStream stream = started.take();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            stream.write(i + " 长城\n");
            expected.append(i).append(" 长城\n");
        }
        stream.end("last");
        assertEquals(expected + "last", answer.get().body());
    }

    @Test
    void whatWasWrittenBeforeTheStartIsNotLost() throws Exception {
        prepared.write("early ");
        prepared.end("end");
        assertEquals("early end", ask().get().body());
    }

    @Test
    void theStatusCanBeChosenAtTheEndAsLongAsNothingWasSent() throws Exception {
        var answer = ask();
        started.take().fail(503, "away");
        HttpResponse<String> response = answer.get();
        assertEquals(503, response.statusCode());
        assertEquals("away", response.body());
    }

    @Test
    void aBodyThatFailsAfterItsStatusWasSentIsNeverTakenForWhole() {
        assertThrows(ExecutionException.class, () -> {
            var answer = ask();
            ResponseStream stream = started.take();
            stream.write("begun ");
            stream.fail(503, "broken off");
            answer.get();
        });
    }

    @Test
    void aBodyThatFailsAfterItsStatusWasSentStillSaysWhy() throws Exception {
        try (Socket connection = server.connection(64 * 1024)) {
            ResponseStream stream = started.take();
            stream.write("begun ");
            TestServer.readUntil(connection.getInputStream(), "begun ");
            stream.fail(503, "broken off");
            TestServer.readUntil(connection.getInputStream(), "broken off");
        }
        assertEquals(1, gone.getCount());
    }

    @Test
    void eachPieceIsSentAtOnceAndNotGathered() throws Exception {
        try (Socket connection = server.connection(64 * 1024)) {
            ResponseStream stream = started.take();
            stream.write("first-piece");
            assertTrue(TestServer.readUntil(connection.getInputStream(), "first-piece")
                    .contains("200 OK"));
            stream.write("second-piece");
            TestServer.readUntil(connection.getInputStream(), "second-piece");
            stream.end("");
        }
    }

    @Test
    void aReaderWhoLeavesAnIdleStreamIsNoticedByItsHeartbeat() throws Exception {
        heartbeat = QUICK;
        Socket connection = server.connection(64 * 1024);
        ResponseStream stream = started.take();
        stream.write("hello");
        TestServer.readUntil(connection.getInputStream(), "hello");
        connection.close();
        assertTrue(gone.await(30, TimeUnit.SECONDS));
        stream.write("nobody reads this");
    }

    @Test
    void aReaderWhoLagsTooFarBehindIsGivenUp() throws Exception {
        try (Socket connection = server.connection(4096)) {
            ResponseStream stream = started.take();
            String piece = "x".repeat(64 * 1024);
            // More than the sockets' own buffers take, whatever the machine gives them; a writer is never blocked.
            for (int i = 0; i < 4096 && gone.getCount() > 0; i++) {
                stream.write(piece);
            }
            assertTrue(gone.await(1, TimeUnit.SECONDS));
            assertTrue(connection.isConnected());
        }
    }

    @Test
    void aReaderWhoPausesGetsTheRestWhenItReadsOn() throws Exception {
        String piece = "0123456789abcdef".repeat(1024);
        try (Socket connection = server.connection(4096)) {
            ResponseStream stream = started.take();
            for (int i = 0; i < ResponseStream.CAPACITY_BYTES / piece.length() - 1; i++) {
                stream.write(piece);
            }
            stream.end("the-end");
            TestServer.readUntil(connection.getInputStream(), "the-end");
        }
        assertEquals(1, gone.getCount());
    }

    @Test
    void afterItsEndNothingIsAddedAndNobodyIsCalledGone() throws Exception {
        var answer = ask();
        ResponseStream stream = started.take();
        stream.end("all");
        stream.write("more");
        stream.end("more");
        assertEquals("all", answer.get().body());
        assertEquals(1, gone.getCount());
    }

    private CompletableFuture<HttpResponse<String>> ask() {
        return HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(server.address()).build(),
                        BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private final class Streaming extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            ResponseStream stream = prepared;
            stream.start(request, response, heartbeat, timer, gone::countDown);
            started.add(stream);
        }
    }
}

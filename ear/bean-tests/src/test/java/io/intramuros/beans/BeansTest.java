package io.intramuros.beans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.chat.Answer;
import io.intramuros.chat.AnswerListener;
import io.intramuros.chat.AnswerSummary;
import io.intramuros.chat.ChatRequest;
import io.intramuros.chat.ChatService;
import io.intramuros.chat.Conversation;
import io.intramuros.chat.ConversationService;
import io.intramuros.chat.Door;
import io.intramuros.chat.NoSuchConversationException;
import io.intramuros.chat.SamplingOptions;
import io.intramuros.chat.Turn;
import io.intramuros.engine.EngineRegistry;
import io.intramuros.engine.EngineStatus;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.MutableEngineRegistry;
import io.intramuros.health.Readiness;
import io.intramuros.health.ReadinessService;
import io.intramuros.pool.ScriptedEngine;
import io.intramuros.usage.UsageFilter;
import io.intramuros.usage.UsageRecord;
import io.intramuros.usage.UsageService;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.EJBAccessException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only a container shows: transactions, callers and roles, and calls from threads that are not its own. */
@ArquillianTest
class BeansTest {
    @Resource(lookup = EngineRegistry.JNDI_NAME)
    EngineRegistry engines;

    @Resource(lookup = "java:jboss/datasources/IntramurosDS")
    DataSource database;

    @EJB
    Ada ada;

    @EJB
    Eve eve;

    @EJB
    Auditor auditor;

    @EJB(lookup = "java:app/intramuros-ejb/ChatService")
    ChatService chat;

    @EJB(lookup = "java:app/intramuros-ejb/ConversationService")
    ConversationService conversations;

    @EJB(lookup = "java:app/intramuros-ejb/UsageService")
    UsageService usage;

    @EJB(lookup = "java:app/intramuros-ejb/ReadinessService")
    ReadinessService readiness;

    private final ScriptedEngine engine = new ScriptedEngine("a-scripted-engine", "scripted");
    private final String request = UUID.randomUUID().toString();
    private final Heard heard = new Heard();

    @Deployment
    static EnterpriseArchive beans() {
        return BeansArchive.withTests();
    }

    @BeforeEach
    void addEngine() {
        ((MutableEngineRegistry) engines).add(engine);
    }

    @AfterEach
    void removeEngine() {
        ((MutableEngineRegistry) engines).remove(engine);
    }

    @Test
    void theRowIsCommittedBeforeTheEngineHearsOfTheQuestion() throws Exception {
        AtomicReference<String> seen = new AtomicReference<>();
        engine.atSubmit(() -> seen.set(statusByAnotherConnection()));
        ask();
        assertEquals("ada OPEN", seen.get());
        engine.submissions().getFirst().end(FinishReason.STOP, null);
        assertEquals("ada STOP", statusByAnotherConnection());
    }

    @Test
    void anEnginesOwnThreadStreamsAndSettles() throws Exception {
        Answer answer = ask();
        assertEquals("scripted", answer.model().id());
        Thread engineThread = Thread.ofVirtual()
                .unstarted(() -> engine.submissions()
                        .getFirst()
                        .write("Hello ")
                        .write("world")
                        .end(FinishReason.STOP, null));
        engineThread.setContextClassLoader(null);
        engineThread.start();
        assertEquals(AnswerSummary.Outcome.STOP, heard.awaitEnd().outcome());
        assertEquals("Hello world", heard.text.toString());
        assertNotNull(heard.contextClassLoader, "the application's");
        UsageRecord row =
                ada.call(() -> usage.mine(UsageFilter.ANY, 0, 1)).rows().getFirst();
        assertEquals(request, row.requestId());
        assertEquals("STOP", row.status());
        assertEquals(2, row.completionTokens());
    }

    @Test
    void withoutARoleNobodyGetsIn() {
        assertThrows(EJBAccessException.class, () -> chat.models());
        assertThrows(EJBAccessException.class, () -> conversations.list());
        assertThrows(EJBAccessException.class, () -> usage.allowance());
        assertThrows(EJBAccessException.class, () -> auditor.call(() -> chat.models()));
        assertThrows(EJBAccessException.class, () -> auditor.call(() -> conversations.list()));
        assertThrows(EJBAccessException.class, () -> ada.call(() -> usage.search(UsageFilter.ANY, 0, 10)));
        assertThrows(
                EJBAccessException.class,
                () -> ada.call(() -> {
                    usage.export(UsageFilter.ANY, _ -> {});
                    return null;
                }));
    }

    @Test
    void anAuditorSeesEverybodysRowsAndAUserOnlyTheirOwn() throws Exception {
        ask();
        engine.submissions().getFirst().end(FinishReason.STOP, null);
        heard.awaitEnd();
        List<String> exported = new ArrayList<>();
        auditor.call(() -> {
            usage.export(UsageFilter.ANY, row -> exported.add(row.requestId()));
            return null;
        });
        assertTrue(exported.contains(request), exported::toString);
        UsageFilter adas = new UsageFilter(null, null, "ada", "API", "scripted", "STOP");
        assertTrue(auditor.call(() -> usage.search(adas, 0, 1)).totalRows() >= 1);
        assertEquals(0, eve.call(() -> usage.mine(adas, 0, 10)).totalRows());
    }

    @Test
    void conversationsBelongToTheirOwner() throws Exception {
        UUID id = ada.call(() -> conversations.create()).id();
        ada.call(() -> conversations.ask(id, request, "portal", null, "hello", heard));
        engine.submissions().getFirst().write("Hi.").end(FinishReason.STOP, null);
        heard.awaitEnd();
        Conversation kept = ada.call(() -> conversations.open(id));
        assertEquals(2, kept.messages().size());
        assertEquals("Hi.", kept.messages().getLast().turn().text());
        assertThrows(NoSuchConversationException.class, () -> eve.call(() -> conversations.open(id)));
        assertThrows(
                NoSuchConversationException.class,
                () -> eve.call(() -> conversations.ask(id, "other", "portal", null, "hello", heard)));
        assertThrows(
                NoSuchConversationException.class,
                () -> eve.call(() -> {
                    conversations.delete(id);
                    return null;
                }));
        assertEquals(2, ada.call(() -> conversations.open(id)).messages().size());
    }

    @Test
    void aHouseWithAReadyModelAndADatabaseIsReady() {
        assertEquals(new Readiness(true, true), readiness.check());
        engine.in(EngineStatus.State.LOADING);
        assertEquals(new Readiness(false, true), readiness.check());
    }

    private Answer ask() throws Exception {
        ChatRequest question = new ChatRequest(
                request,
                Door.API,
                "client",
                null,
                List.of(new Turn(Turn.Role.USER, "hello there")),
                SamplingOptions.DEFAULT);
        return ada.call(() -> chat.ask(question, heard));
    }

    private String statusByAnotherConnection() {
        try (var connection = database.getConnection();
                var query =
                        connection.prepareStatement("select user_name, status from usage_audit where request_id = ?")) {
            query.setString(1, request);
            try (var rows = query.executeQuery()) {
                return rows.next() ? rows.getString(1) + ' ' + rows.getString(2) : "no row";
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Remembers what it heard. */
    private static final class Heard implements AnswerListener {
        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<AnswerSummary> end = new CompletableFuture<>();
        private ClassLoader contextClassLoader;

        @Override
        public void onText(String piece) {
            contextClassLoader = Thread.currentThread().getContextClassLoader();
            text.append(piece);
        }

        @Override
        public void onFinished(AnswerSummary summary) {
            end.complete(summary);
        }

        AnswerSummary awaitEnd() throws Exception {
            return end.get(20, TimeUnit.SECONDS);
        }
    }
}

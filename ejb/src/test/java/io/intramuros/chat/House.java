package io.intramuros.chat;

import io.intramuros.engine.MutableEngineRegistry;
import io.intramuros.persistence.TestDatabase;
import io.intramuros.persistence.server.ServerInstance;
import io.intramuros.persistence.server.ServerInstances;
import io.intramuros.persistence.usage.UsageAudit;
import io.intramuros.persistence.usage.UsageCriteria;
import io.intramuros.persistence.usage.UsageEntry;
import io.intramuros.persistence.usage.UsageStatus;
import io.intramuros.pool.EnginePool;
import io.intramuros.pool.ScriptedEngine;
import io.intramuros.server.DatabaseState;
import io.intramuros.server.PatientWriter;
import io.intramuros.server.ThisServer;
import io.intramuros.usage.Allowance;
import io.intramuros.usage.TransactionalLedger;
import io.intramuros.usage.UsageMeter;
import jakarta.ejb.SessionContext;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** The beans put together by hand on a real database, with an engine whose words the test decides. */
final class House implements AutoCloseable {
    static final long MONTHLY_TOKENS = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final TestDatabase database;
    final ScriptedEngine engine = new ScriptedEngine("main", "m");
    final MutableEngineRegistry engines = new MutableEngineRegistry();
    final ThisServer server = new ThisServer();
    final RunningAnswers running = new RunningAnswers();
    final TransactionalLedger ledger;
    final PatientWriter writer;
    final UsageMeter meter;
    final QuestionDesk desk;
    private final ScheduledExecutorService threads =
            Executors.newScheduledThreadPool(1, Thread.ofVirtual().factory());

    House(TestDatabase.Kind kind) {
        engines.add(engine);
        database = TestDatabase.shared(kind);
        database.run(em ->
                new ServerInstances(em).register(new ServerInstance(server.instance(), server.node(), Instant.now())));
        ledger = new TransactionalLedger(database);
        writer = new PatientWriter(threads);
        meter = new UsageMeter(ledger, writer, MONTHLY_TOKENS);
        DatabaseState opened = new DatabaseState();
        opened.open();
        desk = desk(opened);
    }

    private QuestionDesk desk(DatabaseState state) {
        return new QuestionDesk(new EnginePool(() -> Optional.of(engines)), meter, running, server, state);
    }

    /** Asks as if the database had not been made ready yet. */
    Answer askBeforeTheOpening(ChatRequest request) {
        return desk(new DatabaseState()).ask("ada", request, new Heard(), UnaryOperator.identity());
    }

    Answer ask(String user, ChatRequest request, AnswerListener listener) {
        return desk.ask(user, request, listener, UnaryOperator.identity());
    }

    /** The conversations of a signed-in person. */
    ConversationService conversationsOf(String user) {
        ChatService chat = new ChatService() {
            @Override
            public Answer ask(ChatRequest request, AnswerListener listener) {
                return House.this.ask(user, request, listener);
            }
        };
        ConversationService service =
                new ConversationService(new TransactionalStore(database, server), chat, running, writer);
        Principal principal = () -> user;
        service.session = (SessionContext) Proxy.newProxyInstance(
                House.class.getClassLoader(),
                new Class<?>[] {SessionContext.class},
                (_, method, _) -> switch (method.getName()) {
                    case "getCallerPrincipal" -> principal;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return service;
    }

    /** A question of some words, the answer at most {@code maxTokens}. */
    static ChatRequest question(String id, int words, Integer maxTokens) {
        return new ChatRequest(
                id,
                Door.API,
                "client",
                null,
                List.of(new Turn(Turn.Role.USER, "word ".repeat(words).strip())),
                new SamplingOptions(maxTokens, null, null, null, null, List.of()));
    }

    List<UsageEntry> rows() {
        return database.inTransaction(
                em -> new UsageAudit(em).following(new UsageCriteria(null, null, null, null, null, null), 0, 1_000));
    }

    /** Waits until every row is settled. */
    void awaitNoOpenRow() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (rows().stream().anyMatch(row -> row.status() == UsageStatus.OPEN)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("A row is still open");
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    UsageEntry onlyRow() {
        List<UsageEntry> rows = rows();
        if (rows.size() != 1) {
            throw new AssertionError(rows.size() + " rows");
        }
        return rows.getFirst();
    }

    /** Every value of a table, as text. */
    String everythingIn(String table) throws SQLException {
        StringBuilder all = new StringBuilder();
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select * from " + table)) {
            while (rows.next()) {
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    all.append(rows.getString(i)).append('\n');
                }
            }
        }
        return all.toString();
    }

    Allowance allowance(String user) {
        return meter.allowance(user);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

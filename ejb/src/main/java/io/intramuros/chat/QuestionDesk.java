package io.intramuros.chat;

import io.intramuros.chat.ChatException.Kind;
import io.intramuros.engine.ChatMessage;
import io.intramuros.engine.ContextExceededException;
import io.intramuros.engine.EncodedPrompt;
import io.intramuros.engine.EngineException;
import io.intramuros.engine.EngineUnavailableException;
import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationRequest;
import io.intramuros.engine.InvalidPromptException;
import io.intramuros.engine.ModelCard;
import io.intramuros.engine.Prompt;
import io.intramuros.engine.QueueFullException;
import io.intramuros.engine.Refusal;
import io.intramuros.persistence.usage.UsageOutcome;
import io.intramuros.persistence.usage.UsageStatus;
import io.intramuros.pool.EnginePool;
import io.intramuros.pool.NoEngineException;
import io.intramuros.pool.PooledEngine;
import io.intramuros.server.DatabaseState;
import io.intramuros.server.ThisServer;
import io.intramuros.usage.AllowanceSpentException;
import io.intramuros.usage.DuplicateRequestException;
import io.intramuros.usage.Question;
import io.intramuros.usage.UsageMeter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes a question through the house: judged, tokenized, paid for, on record, and only then computed. A refusal is
 * thrown, counted, and logged in one line without any text of the question. Every question that got as far as the record
 * has exactly one row, settled at its end.
 */
@ApplicationScoped
class QuestionDesk {
    private static final Logger LOG = Logger.getLogger(QuestionDesk.class.getName());
    private static final Duration SOON = Duration.ofSeconds(2);

    private EnginePool pool;
    private UsageMeter meter;
    private RunningAnswers running;
    private ThisServer server;
    private DatabaseState database;

    /** For the container's proxy. */
    protected QuestionDesk() {}

    @Inject
    QuestionDesk(EnginePool pool, UsageMeter meter, RunningAnswers running, ThisServer server, DatabaseState database) {
        this.pool = pool;
        this.meter = meter;
        this.running = running;
        this.server = server;
        this.database = database;
    }

    List<ModelDescription> models() {
        Map<String, ModelDescription> models = new LinkedHashMap<>();
        for (PooledEngine ready : pool.ready()) {
            models.putIfAbsent(ready.card().id(), describe(ready));
        }
        return List.copyOf(models.values());
    }

    /**
     * As {@link ChatService#ask}.
     *
     * @param userName who asks, as the container says
     * @param inContext gives a listener the context of the application on the engine's threads
     */
    Answer ask(
            String userName,
            ChatRequest request,
            AnswerListener listener,
            UnaryOperator<GenerationListener> inContext) {
        try {
            QuestionRules.check(request);
            return admit(userName, request, listener, inContext);
        } catch (ChatException refusal) {
            LOG.log(
                    refusal.kind() == Kind.RECORD_UNAVAILABLE ? Level.SEVERE : Level.INFO,
                    String.format(
                            Locale.ROOT,
                            "Refused request %s of %s through %s: %s",
                            request.requestId(),
                            userName,
                            request.door(),
                            refusal.kind()),
                    refusal.getCause());
            pool.refused(reason(refusal.kind()));
            throw refusal;
        }
    }

    private Answer admit(
            String userName,
            ChatRequest request,
            AnswerListener listener,
            UnaryOperator<GenerationListener> inContext) {
        PooledEngine chosen = pick(request.model());
        EncodedPrompt prompt = encode(chosen, request.turns());
        int room = chosen.card().contextTokens() - prompt.length();
        if (room < 1) {
            throw tooLong(
                    new ContextExceededException(prompt.length(), chosen.card().contextTokens()));
        }
        Integer wanted = request.sampling().maxTokens();
        int mostTokens = Math.min(room, wanted != null ? wanted : SamplingDefaults.MAX_TOKENS);
        UsageMeter.Metered metered =
                open(question(userName, request, chosen, prompt.length()), mostTokens, wanted == null);

        RunningAnswer answer = new RunningAnswer(metered, describe(chosen), listener, meter, running);
        running.add(answer);
        try {
            answer.started(chosen.engine()
                    .submit(generation(prompt, metered.mostTokens(), request.sampling()), inContext.apply(answer)));
        } catch (RuntimeException e) {
            ChatException refusal = e instanceof EngineException known ? refused(known) : broken(e);
            answer.refused(new UsageOutcome(
                    UsageStatus.REFUSED,
                    meter.now(),
                    prompt.length(),
                    0,
                    null,
                    null,
                    refusal.kind().name()));
            throw refusal;
        }
        return answer;
    }

    private PooledEngine pick(String model) {
        try {
            return pool.pick(model);
        } catch (NoEngineException e) {
            Kind kind = switch (e.reason()) {
                case UNKNOWN_MODEL -> Kind.UNKNOWN_MODEL;
                case NOT_READY -> Kind.MODEL_UNAVAILABLE;
            };
            throw new ChatException(kind, e.getMessage(), null, e.retryAfter().orElse(null), null);
        }
    }

    private static ModelDescription describe(PooledEngine ready) {
        ModelCard card = ready.card();
        return new ModelDescription(
                card.id(),
                card.displayName(),
                card.parameters(),
                card.precision(),
                card.quantised(),
                card.demonstration(),
                card.digest(),
                card.contextTokens(),
                ready.readySince());
    }

    private static EncodedPrompt encode(PooledEngine chosen, List<Turn> turns) {
        try {
            return chosen.engine()
                    .encode(new Prompt.Chat(turns.stream()
                            .map(turn -> new ChatMessage(turn.role().name().toLowerCase(Locale.ROOT), turn.text()))
                            .toList()));
        } catch (EngineException e) {
            throw refused(e);
        }
    }

    private UsageMeter.Metered open(Question question, int mostTokens, boolean fewerWillDo) {
        try {
            database.requireOpen();
            return meter.open(question, mostTokens, fewerWillDo);
        } catch (AllowanceSpentException e) {
            throw new ChatException(Kind.ALLOWANCE_SPENT, e.getMessage(), null, e.untilReset(), null);
        } catch (DuplicateRequestException e) {
            throw new ChatException(Kind.INVALID_REQUEST, e.getMessage(), "requestId", null, null);
        } catch (RuntimeException e) {
            throw new ChatException(
                    Kind.RECORD_UNAVAILABLE,
                    "The question could not be put on record, and without a record there is no answer. Try again soon.",
                    null,
                    SOON,
                    e);
        }
    }

    private Question question(String userName, ChatRequest request, PooledEngine chosen, int promptTokens) {
        ModelCard card = chosen.card();
        return new Question(
                request.requestId(),
                userName,
                request.door().name(),
                request.clientId(),
                chosen.engine().name(),
                card.id(),
                card.digest(),
                card.precision(),
                card.backend(),
                server.instance(),
                promptTokens);
    }

    private static GenerationRequest generation(EncodedPrompt prompt, int mostTokens, SamplingOptions options) {
        return new GenerationRequest(prompt, mostTokens, SamplingDefaults.complete(options), options.stop(), false);
    }

    private static ChatException refused(EngineException e) {
        return switch (e) {
            case ContextExceededException tooLong -> tooLong(tooLong);
            case InvalidPromptException invalid ->
                new ChatException(Kind.INVALID_REQUEST, invalid.getMessage(), "messages", null, null);
            case QueueFullException full -> new ChatException(Kind.QUEUE_FULL, full.getMessage(), null, SOON, null);
            case EngineUnavailableException gone ->
                new ChatException(
                        Kind.MODEL_UNAVAILABLE,
                        "The model has just become unavailable. Try again soon.",
                        null,
                        SOON,
                        gone);
        };
    }

    private static Refusal reason(Kind kind) {
        return switch (kind) {
            case UNKNOWN_MODEL, MODEL_UNAVAILABLE -> Refusal.NO_ENGINE;
            case QUEUE_FULL -> Refusal.QUEUE_FULL;
            case ALLOWANCE_SPENT -> Refusal.ALLOWANCE_SPENT;
            case PROMPT_TOO_LONG, INVALID_REQUEST, CONVERSATION_BUSY -> Refusal.INVALID;
            case RECORD_UNAVAILABLE -> Refusal.NO_RECORD;
        };
    }

    private static ChatException tooLong(ContextExceededException e) {
        return new ChatException(Kind.PROMPT_TOO_LONG, e.getMessage());
    }

    private static ChatException broken(RuntimeException e) {
        return new ChatException(
                Kind.MODEL_UNAVAILABLE, "The model could not take the question. Try again soon.", null, SOON, e);
    }
}

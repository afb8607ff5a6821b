package io.intramuros.engine.cli;

import io.intramuros.engine.ChatMessage;
import io.intramuros.engine.EncodedPrompt;
import io.intramuros.engine.FinishReason;
import io.intramuros.engine.GenerationListener;
import io.intramuros.engine.GenerationRequest;
import io.intramuros.engine.GenerationResult;
import io.intramuros.engine.Prompt;
import io.intramuros.engine.Sampling;
import io.intramuros.engine.generation.Answer;
import io.intramuros.engine.local.LocalEngine;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Answers one prompt. */
@Command(name = "generate", description = "Answers a prompt.", mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @ArgGroup(multiplicity = "1")
    private PromptOption prompt;

    @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "256", description = "The most tokens to draw.")
    private int maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "F",
            defaultValue = "0",
            description = "0 takes the most probable token. Default: ${DEFAULT-VALUE}.")
    private float temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "0",
            description = "Draw from the N most probable tokens. Default: no limit.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "F",
            defaultValue = "1",
            description = "Draw from the most probable tokens that reach this probability. Default: no limit.")
    private float topP;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed gives the same tokens. Default: a new one each time.")
    private Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Ends the answer before this text; may be repeated.")
    private List<String> stop = List.of();

    @Option(names = "--ignore-eos", description = "Goes on after the model's end token.")
    private boolean ignoreEndOfText;

    @Option(names = "--json", description = "Prints one JSON object at the end instead of text as it comes.")
    private boolean json;

    private static final class PromptOption {
        @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to continue.")
        private String text;

        @Option(names = "--chat", paramLabel = "TEXT", description = "A question, put into the model's chat template.")
        private String chat;

        @Option(
                names = "--tokens",
                paramLabel = "IDS",
                converter = TokenIds.class,
                description = "Token ids to continue, such as 1,2,3.")
        private EncodedPrompt tokens;

        Prompt prompt() {
            if (text != null) {
                return new Prompt.Text(text);
            }
            return chat != null
                    ? new Prompt.Chat(List.of(new ChatMessage("user", chat)))
                    : new Prompt.Tokens(tokens.tokens());
        }
    }

    /** What {@code --json} prints. */
    private record Output(String text, int[] ids, String finishReason, int promptTokens, int completionTokens) {}

    @Override
    public Integer call() throws InterruptedException {
        Sampling sampling = sampling();
        if (maxTokens < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--max-tokens is " + maxTokens + ", it must be at least 1");
        }
        try (LocalEngine engine = ModelOptions.start(model.settings(1, 0))) {
            EncodedPrompt encoded = engine.encode(prompt.prompt());
            Printer printer = new Printer(spec.commandLine(), json);
            Answer answer =
                    engine.submit(new GenerationRequest(encoded, maxTokens, sampling, stop, ignoreEndOfText), printer);
            GenerationResult result = answer.result().toCompletableFuture().join();
            if (result.reason() == FinishReason.FAILED) {
                throw new CommandFailedException(result.error().orElse("The engine failed."));
            }
            printer.end(answer, result);
            return CommandLine.ExitCode.OK;
        }
    }

    private Sampling sampling() {
        try {
            return new Sampling(
                    temperature,
                    topK,
                    topP,
                    seed == null ? ThreadLocalRandom.current().nextLong() : seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Shows text as it comes, or keeps it for the JSON object. */
    private static final class Printer implements GenerationListener {
        private final PrintWriter out;
        private final boolean json;
        private final StringBuilder text = new StringBuilder();

        Printer(CommandLine command, boolean json) {
            this.out = command.getOut();
            this.json = json;
        }

        @Override
        public void onText(String piece, int tokens) {
            if (json) {
                text.append(piece);
            } else {
                out.print(piece);
                out.flush();
            }
        }

        @Override
        public void onFinished(GenerationResult result) {}

        void end(Answer answer, GenerationResult result) {
            out.println(
                    json
                            ? Json.write(new Output(
                                    text.toString(),
                                    answer.drawnTokens(),
                                    result.reason().name().toLowerCase(Locale.ROOT),
                                    result.promptTokens(),
                                    result.completionTokens()))
                            : "");
            out.flush();
        }
    }
}

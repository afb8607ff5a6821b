package io.intramuros.engine.cli;

import io.intramuros.engine.EncodedPrompt;
import io.intramuros.engine.decoder.LoadedModel;
import io.intramuros.engine.decoder.Scorer;
import io.intramuros.engine.tokenizer.Tokenizer;
import io.intramuros.kernels.SampledToken;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says how probable the model finds each token of a text. */
@Command(
        name = "score",
        description = "Says how probable the model finds each token of a text (natural logarithm).",
        mixinStandardHelpOptions = true)
final class ScoreCommand implements Callable<Integer> {
    private static final int TOP = 5;
    private static final int CHUNK_TOKENS = 64;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @ArgGroup(multiplicity = "1")
    private TextOption text;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    private static final class TextOption {
        @Option(
                names = "--text",
                paramLabel = "TEXT",
                description = "The text; special tokens that it spells are read as such.")
        private String text;

        @Option(
                names = "--tokens",
                paramLabel = "IDS",
                converter = TokenIds.class,
                description = "Token ids, such as 1,2,3.")
        private EncodedPrompt tokens;
    }

    private record Output(List<Token> tokens) {}

    private record Token(int id, String text, Float logprob, List<Alternative> top) {}

    private record Alternative(int id, float logprob) {}

    @Override
    public Integer call() {
        try (LoadedModel loaded = LoadedModel.load(model.settings(1, 0), progress -> {})) {
            int[] ids = text.tokens != null
                    ? text.tokens.tokens()
                    : loaded.tokenizer().encode(text.text, true);
            List<Token> scored = score(loaded, ids);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(Json.write(new Output(scored)));
            } else {
                scored.forEach(token -> out.println(line(token)));
            }
            out.flush();
            return CommandLine.ExitCode.OK;
        }
    }

    private static List<Token> score(LoadedModel loaded, int[] ids) {
        int vocabulary = loaded.model().config().vocabularySize();
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw new CommandFailedException(
                        "there is no token " + id + "; this model's tokens are 0 to " + (vocabulary - 1));
            }
        }
        Tokenizer tokenizer = loaded.tokenizer();
        List<Token> tokens = new ArrayList<>();
        if (ids.length > 0) {
            tokens.add(new Token(ids[0], spelling(tokenizer, ids[0]), null, null));
        }
        for (SampledToken score : new Scorer(loaded, CHUNK_TOKENS).score(ids, TOP)) {
            if (Float.isNaN(score.logprob())) {
                throw new CommandFailedException("the model's numbers are not finite after token " + tokens.size()
                        + "; its weights may be damaged");
            }
            tokens.add(new Token(score.id(), spelling(tokenizer, score.id()), score.logprob(), alternatives(score)));
        }
        return tokens;
    }

    /** Some models have more rows of embeddings than tokens. */
    private static String spelling(Tokenizer tokenizer, int id) {
        return id < tokenizer.vocabularySize() ? tokenizer.token(id) : "";
    }

    private static List<Alternative> alternatives(SampledToken score) {
        List<Alternative> alternatives = new ArrayList<>();
        for (int i = 0; i < score.topIds().length; i++) {
            alternatives.add(new Alternative(score.topIds()[i], score.topLogprobs()[i]));
        }
        return alternatives;
    }

    private static String line(Token token) {
        String logprob = token.logprob == null ? "" : String.format(Locale.ROOT, "%.4f", token.logprob);
        return String.format(Locale.ROOT, "%8d %10s  %s", token.id, logprob, token.text);
    }
}

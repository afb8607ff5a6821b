package io.intramuros.engine.testing;

import com.google.gson.Gson;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The tiny models of {@code src/test/resources/golden/models} and what transformers computes from them. */
public final class GoldenModels {
    private static final String EXPECTED = "expected.json";

    private GoldenModels() {}

    /**
     * What is expected of a model.
     *
     * @param precision what its weights are stored in
     * @param texts tokens and scores of texts
     * @param chats renderings of conversations
     */
    public record Expected(String precision, List<Text> texts, List<Chat> chats) {}

    /**
     * A text.
     *
     * @param ids its tokens
     * @param logprobs log-probability of every token but the first
     * @param top the most probable tokens at the first eight places and the last two: pairs of token and
     *     log-probability
     * @param prompt the first of the tokens
     * @param greedy the most probable continuation of {@code prompt}
     */
    public record Text(String text, int[] ids, float[] logprobs, List<List<float[]>> top, int[] prompt, int[] greedy) {}

    /** A conversation, as the template renders it, as tokens. */
    public record Chat(List<Message> messages, String rendered, int[] ids) {}

    /** A turn. */
    public record Message(String role, String content) {}

    /** The folder of all golden models. */
    public static Path folder() {
        try {
            return Path.of(GoldenModels.class.getResource("/golden/models").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A model's directory or file. */
    public static Path path(String name) {
        return folder().resolve(name);
    }

    /** All models: directories, and GGUF files with expectations of a whole model. */
    public static List<Path> all() throws IOException {
        try (Stream<Path> entries = Files.list(folder())) {
            return entries.filter(path -> Files.isDirectory(path)
                            || (path.toString().endsWith(".gguf") && !path.endsWith("sentencepiece.gguf")))
                    .sorted()
                    .toList();
        }
    }

    /** What is expected of a model. */
    public static Expected expected(Path model) throws IOException {
        Path file = Files.isDirectory(model)
                ? model.resolve(EXPECTED)
                : model.resolveSibling(model.getFileName().toString().replace("gguf", EXPECTED));
        return new Gson().fromJson(Files.readString(file), Expected.class);
    }
}

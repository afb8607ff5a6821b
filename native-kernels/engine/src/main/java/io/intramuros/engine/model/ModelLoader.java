package io.intramuros.engine.model;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Opens models from disk. */
public final class ModelLoader {
    private ModelLoader() {}

    /**
     * Opens a model: checks its files, maps its weights, makes its tokenizer and its chat template.
     *
     * @param path a GGUF file, or a directory in Hugging Face's layout
     * @throws ModelFormatException if the model is damaged, incomplete or of a kind this engine does not run; nothing
     *     stays open then
     */
    public static Model open(Path path) {
        Path model = path.toAbsolutePath().normalize();
        try {
            if (Files.isRegularFile(model)) {
                return GgufModel.open(model);
            }
            if (Files.isDirectory(model)) {
                return HuggingFaceModel.open(model);
            }
            throw new ModelFormatException(
                    model,
                    null,
                    Files.exists(model)
                            ? "is neither a file nor a directory; give the path of a GGUF file or of a directory with"
                                    + " config.json"
                            : "there is no such file or directory; give the path, on this server, of a GGUF file or of a"
                                    + " directory with config.json, and let the server's user read it");
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(
                    Path.of(e.getFile()), null, "the file is missing; copy the model here again", e);
        } catch (IOException e) {
            throw new ModelFormatException(model, null, "cannot be read: " + reason(e), e);
        }
    }

    /** Java's own message of a forbidden access is the path alone. */
    private static String reason(IOException e) {
        return e instanceof AccessDeniedException ? "the server's user may not; let it read the file" : e.getMessage();
    }
}

package io.intramuros.engine.model;

import java.io.IOException;
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
                            ? "is neither a GGUF file nor a directory"
                            : "there is no such file or directory");
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(Path.of(e.getFile()), null, "the file is missing", e);
        } catch (IOException e) {
            throw new ModelFormatException(model, null, "cannot be read: " + e.getMessage(), e);
        }
    }
}

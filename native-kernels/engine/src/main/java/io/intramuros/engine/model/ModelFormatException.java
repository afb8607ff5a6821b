package io.intramuros.engine.model;

import java.nio.file.Path;

/** A model's files are damaged, incomplete or of a kind this engine does not run. Names the file, the part, the reason. */
public final class ModelFormatException extends RuntimeException {
    /**
     * @param file the file at fault
     * @param part the tensor or the key at fault; {@code null} when it is the file as a whole
     * @param reason what is wrong, and the cure where there is one
     */
    public ModelFormatException(Path file, String part, String reason) {
        super(file + (part == null ? "" : ": " + part) + ": " + reason);
    }

    public ModelFormatException(Path file, String part, String reason, Throwable cause) {
        super(file + (part == null ? "" : ": " + part) + ": " + reason, cause);
    }
}

package io.intramuros.run;

import java.nio.file.Path;
import java.util.Locale;

/**
 * The model that the default engine serves.
 *
 * @param path a Hugging Face directory or a GGUF file
 * @param id what the API calls it
 * @param demonstration whether it is only good for trying the service, which portal and API then say
 */
record ServedModel(Path path, String id, boolean demonstration) {
    static ServedModel demonstration(Path path) {
        return new ServedModel(path, "smollm2-135m-instruct", true);
    }

    /** A model of one's own, called as its file or directory is. */
    static ServedModel own(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT).replaceAll("\\.gguf$", "");
        return new ServedModel(path, name.replaceAll("[^a-z0-9._-]+", "-"), false);
    }
}

package io.intramuros.engine.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Loads Hugging Face's tokenizers library from DJL's jar. DJL's own loader is left out on purpose: it looks for CUDA,
 * may download another build of the library, keeps a copy in the home directory and reports home. Here the library is
 * unpacked into {@code java.io.tmpdir}, loaded and removed again, so nothing is left behind and nothing found there is
 * trusted.
 */
final class NativeTokenizers {
    private static TokenizersLibrary library;

    private NativeTokenizers() {}

    /**
     * @throws IllegalStateException if this machine cannot load the library, naming what to do
     */
    static synchronized TokenizersLibrary library() {
        if (library == null) {
            load();
            library = TokenizersLibrary.LIB;
        }
        return library;
    }

    @SuppressWarnings("restricted") // the library is the engine's own part, granted native access by its module
    private static void load() {
        String name = System.mapLibraryName("tokenizers");
        String resource = "native/lib/" + platform() + "/cpu/" + name;
        Path directory = null;
        try (InputStream packed = TokenizersLibrary.class.getClassLoader().getResourceAsStream(resource)) {
            if (packed == null) {
                throw new IllegalStateException("the tokenizers library has no build for " + platform());
            }
            directory = Files.createTempDirectory("intramuros-tokenizers");
            Path unpacked = directory.resolve(name);
            Files.copy(packed, unpacked);
            System.load(unpacked.toString());
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new IllegalStateException(
                    "the tokenizers library cannot be loaded from " + System.getProperty("java.io.tmpdir")
                            + ": that directory must be writable and must allow programs; another one can be set with"
                            + " -Djava.io.tmpdir. " + e.getMessage(),
                    e);
        } finally {
            remove(directory, name);
        }
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String os = system.startsWith("mac") ? "osx" : system.startsWith("windows") ? "win" : "linux";
        return os + "-" + (processor.equals("aarch64") ? "aarch64" : "x86_64");
    }

    private static void remove(Path directory, String name) {
        if (directory == null) {
            return;
        }
        try {
            Files.deleteIfExists(directory.resolve(name));
            Files.deleteIfExists(directory);
        } catch (IOException _) {
            // A loaded library cannot be removed on every system; it goes with the process.
            directory.resolve(name).toFile().deleteOnExit();
        }
    }
}

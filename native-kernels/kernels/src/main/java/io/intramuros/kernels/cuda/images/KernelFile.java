package io.intramuros.kernels.cuda.images;

import io.intramuros.kernels.BackendUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of kernels as the jar brings it.
 *
 * @param name such as {@code attention}
 * @param source its text
 * @param headers the texts of all that it includes of ours, by their names
 * @param options for the compiler, those of the build
 * @param ptx made of it at the build
 */
public record KernelFile(String name, String source, Map<String, String> headers, List<String> options, String ptx) {
    private static final Pattern INCLUDE = Pattern.compile("^#include \"([^\"]+)\"", Pattern.MULTILINE);
    private static final Pattern ENTRY = Pattern.compile("^\\.visible \\.entry (\\w+)", Pattern.MULTILINE);
    private static final String PACKAGE = "/io/intramuros/kernels/cuda/";

    /**
     * Reads it from the jar.
     *
     * @throws BackendUnavailableException if the jar doesn't have it
     */
    public static KernelFile read(String name) {
        String source = require("source/" + name + ".cu");
        Map<String, String> headers = new TreeMap<>();
        collect(source, headers);
        List<String> options = List.of(require("source/options.txt").strip().split("\\s+"));
        return new KernelFile(name, source, Map.copyOf(headers), options, require("ptx/" + name + ".ptx"));
    }

    /** The names of its kernels. */
    public List<String> kernels() {
        return ENTRY.matcher(ptx).results().map(entry -> entry.group(1)).toList();
    }

    private static void collect(String text, Map<String, String> headers) {
        for (Matcher include = INCLUDE.matcher(text); include.find(); ) {
            String header = include.group(1);
            if (!headers.containsKey(header)) {
                resource("source/" + header).ifPresent(included -> {
                    headers.put(header, included);
                    collect(included, headers);
                });
            }
        }
    }

    private static String require(String file) {
        return resource(file)
                .orElseThrow(() -> new BackendUnavailableException("The backend cuda is not available: this build was"
                        + " made without the CUDA kernels (" + file
                        + "); run native-kernels/kernels/bin/build-cuda and build again."));
    }

    private static Optional<String> resource(String file) {
        try (InputStream in = KernelFile.class.getResourceAsStream(PACKAGE + file)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BackendUnavailableException("The backend cuda is not available: its kernels can't be read.", e);
        }
    }
}

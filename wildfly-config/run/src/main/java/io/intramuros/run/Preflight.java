package io.intramuros.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What has to be right before anything starts. */
final class Preflight {
    private static final long MEBIBYTE = 1 << 20;

    /** Measured: WildFly with the demonstration model 1500 MiB resident, Keycloak 450 MiB; and some air. */
    private static final long SERVERS_BYTES = 2500 * MEBIBYTE;

    /** The only one above 8080 on the Fetch standard's list of bad ports. */
    private static final int BLOCKED_PORT = 10080;

    private static final int OFFSET_STEP = 1000;
    private static final int OFFSETS_TRIED = 20;

    private static final byte[] GGUF_MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
    private static final String KINDS_OF_MODELS =
            " Give --model a Hugging Face directory (config.json, tokenizer.json, *.safetensors) or a GGUF file.";

    private Preflight() {}

    /** Every port that will be listened at has to be free. */
    static void ports(Addresses addresses, boolean keycloakRuns) {
        ports(addresses).forEach((purpose, port) -> {
            if (port == addresses.keycloakPort() && keycloakRuns) {
                return;
            }
            if (port == BLOCKED_PORT) {
                throw new RunException("Browsers refuse to open port " + BLOCKED_PORT + " (" + purpose
                        + "). Choose another --port-offset" + freeOffset(addresses) + ".");
            }
            if (!Ports.isFree(port)) {
                String holder = Ports.holder(port).map(name -> " by " + name).orElse(" by a program of another user");
                throw new RunException("Port " + port + " (" + purpose + ") is taken" + holder
                        + ". Stop that, or move all ports with --port-offset" + freeOffset(addresses) + ".");
            }
        });
    }

    /** The ports that will be listened at, by what for. */
    private static Map<String, Integer> ports(Addresses addresses) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("the portal and the API", addresses.httpPort());
        ports.put("the management console", addresses.managementPort());
        if (addresses.keycloakIsOurs()) {
            ports.put("Keycloak", addresses.keycloakPort());
        }
        return ports;
    }

    /** An offset at which all ports are free, or nothing. */
    private static String freeOffset(Addresses addresses) {
        return IntStream.rangeClosed(1, OFFSETS_TRIED)
                .map(i -> OFFSET_STEP * i)
                .filter(offset -> ports(new Addresses(offset, addresses.ownOidcUrl())).values().stream()
                        .allMatch(port -> port != BLOCKED_PORT && Ports.isFree(port)))
                .mapToObj(offset -> " " + offset)
                .findFirst()
                .orElse("");
    }

    /** The servers and the weights have to fit into memory; the demonstration model is in the servers' share. */
    static void memory(Memory memory, Optional<Path> model) {
        long needed = SERVERS_BYTES + model.map(Preflight::bytes).orElse(0L);
        memory.availableBytes().ifPresent(available -> {
            if (available < needed) {
                throw new RunException("Too little memory: " + available / MEBIBYTE + " MiB are available, about "
                        + needed / MEBIBYTE + " MiB are needed for WildFly, Keycloak and the model. Close other"
                        + " programs, or choose a smaller model with --model.");
            }
        });
    }

    /** A model by path has to look like one. */
    static void model(Path model) {
        if (!Files.exists(model)) {
            throw new RunException("There is no model at " + model + "." + KINDS_OF_MODELS);
        }
        if (!Files.isReadable(model)) {
            throw new RunException(
                    "You may not read " + model + ": ask its owner for the right to, or copy it." + KINDS_OF_MODELS);
        }
        if (Files.isDirectory(model)) {
            directory(model);
        } else if (!isGguf(model)) {
            throw new RunException(model + " is no GGUF file (it doesn't begin with GGUF)." + KINDS_OF_MODELS);
        }
    }

    private static void directory(Path model) {
        for (String needed : new String[] {"config.json", "tokenizer.json"}) {
            if (!Files.isRegularFile(model.resolve(needed))) {
                throw new RunException(
                        model + " is no Hugging Face directory: it has no " + needed + "." + KINDS_OF_MODELS);
            }
        }
        if (bytes(model) == 0) {
            throw new RunException(model + " has no weights: no *.safetensors lie in it." + KINDS_OF_MODELS);
        }
    }

    private static boolean isGguf(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(GGUF_MAGIC, in.readNBytes(GGUF_MAGIC.length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What its weights take. */
    private static long bytes(Path model) {
        try {
            if (Files.isRegularFile(model)) {
                return Files.size(model);
            }
            try (Stream<Path> files = Files.list(model)) {
                return files.filter(file -> file.toString().endsWith(".safetensors"))
                        .mapToLong(file -> file.toFile().length())
                        .sum();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

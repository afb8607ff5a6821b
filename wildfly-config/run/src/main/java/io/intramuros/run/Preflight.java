package io.intramuros.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What has to be right before anything starts. */
final class Preflight {
    private static final long MEBIBYTE = 1 << 20;

    /** Measured: WildFly with the demonstration model 1500 MiB resident, Keycloak 450 MiB; and some air. */
    private static final long SERVERS_BYTES = 2500 * MEBIBYTE;

    /** Keycloak 450 MiB, its archive 170 MiB, WildFly 200 MiB, the build and Maven's repository 900 MiB, the model 190 MiB. */
    private static final long FIRST_RUN_DISK_BYTES = 2500 * MEBIBYTE;

    private static final long LATER_DISK_BYTES = 300 * MEBIBYTE;

    /** The only one above 8080 on the Fetch standard's list of bad ports. */
    private static final int BLOCKED_PORT = 10080;

    private Preflight() {}

    /** Every port that will be listened at has to be free. */
    static void ports(Addresses addresses, boolean keycloakRuns) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("the portal and the API", addresses.httpPort());
        ports.put("the management console", addresses.managementPort());
        if (addresses.keycloakIsOurs() && !keycloakRuns) {
            ports.put("Keycloak", addresses.keycloakPort());
        }
        ports.forEach((purpose, port) -> {
            if (port == BLOCKED_PORT) {
                throw new RunException("Browsers refuse to open port " + BLOCKED_PORT + " (" + purpose
                        + "). Choose another --port-offset.");
            }
            if (!Ports.isFree(port)) {
                String holder = Ports.holder(port).map(name -> " by " + name).orElse(" by a program of another user");
                throw new RunException("Port " + port + " (" + purpose + ") is taken" + holder
                        + ". Stop that, or move all ports: ./run --port-offset 1000.");
            }
        });
    }

    /** The servers and the weights have to fit into memory; the demonstration model is in the servers' share. */
    static void memory(Optional<Path> model) {
        long needed = SERVERS_BYTES + model.map(Preflight::bytes).orElse(0L);
        availableMemory().ifPresent(available -> {
            if (available < needed) {
                throw new RunException("Too little memory: " + available / MEBIBYTE + " MiB are available, about "
                        + needed / MEBIBYTE + " MiB are needed for WildFly, Keycloak and the model. Close other"
                        + " programs, or choose a smaller model with --model.");
            }
        });
    }

    /** Downloads, build and data have to fit on the disk. */
    static void disk(Path cache, Path data, boolean firstRun) {
        long needed = firstRun ? FIRST_RUN_DISK_BYTES : LATER_DISK_BYTES;
        for (Path folder : new Path[] {cache, data}) {
            try {
                Path existing = folder;
                while (!Files.exists(existing)) {
                    existing = existing.getParent();
                }
                long usable = Files.getFileStore(existing).getUsableSpace();
                if (usable < needed) {
                    throw new RunException("Too little disk space at " + existing + ": " + usable / MEBIBYTE
                            + " MiB are free, about " + needed / MEBIBYTE + " MiB are needed.");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A model by path has to look like one. */
    static void model(Path model) {
        if (!Files.exists(model)) {
            throw new RunException("There is no model at " + model
                    + ". Give --model a Hugging Face directory (with config.json) or a GGUF file.");
        }
        boolean directory = Files.isRegularFile(model.resolve("config.json"));
        boolean gguf = Files.isRegularFile(model) && model.toString().endsWith(".gguf");
        if (!directory && !gguf) {
            throw new RunException(model + " is neither a Hugging Face directory (with config.json) nor a .gguf file.");
        }
        if (!Files.isReadable(model)) {
            throw new RunException("You may not read " + model + ".");
        }
    }

    private static long bytes(Path model) {
        try {
            if (Files.isRegularFile(model)) {
                return Files.size(model);
            }
            try (var files = Files.list(model)) {
                return files.filter(file -> file.toString().endsWith(".safetensors"))
                        .mapToLong(file -> file.toFile().length())
                        .sum();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the kernel and a container's limit leave; empty where neither says. */
    private static OptionalLong availableMemory() {
        OptionalLong machine = machineMemory();
        OptionalLong container = containerMemory();
        if (machine.isPresent() && container.isPresent()) {
            return OptionalLong.of(Math.min(machine.getAsLong(), container.getAsLong()));
        }
        return machine.isPresent() ? machine : container;
    }

    private static OptionalLong machineMemory() {
        try {
            Matcher available =
                    Pattern.compile("MemAvailable:\\s+(\\d+) kB").matcher(Files.readString(Path.of("/proc/meminfo")));
            return available.find() ? OptionalLong.of(Long.parseLong(available.group(1)) * 1024) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong containerMemory() {
        try {
            String limit =
                    Files.readString(Path.of("/sys/fs/cgroup/memory.max")).strip();
            String used =
                    Files.readString(Path.of("/sys/fs/cgroup/memory.current")).strip();
            return limit.equals("max")
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(limit) - Long.parseLong(used));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}

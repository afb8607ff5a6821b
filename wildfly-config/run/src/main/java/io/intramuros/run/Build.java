package io.intramuros.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The product as Maven builds it, and whether that is still what the sources say.
 *
 * @param repository the checkout
 */
record Build(Path repository) {
    /** What the product is made of; tests and documents are not. */
    private static final List<String> SOURCES = List.of(
            "pom.xml",
            "native-kernels",
            "jpa",
            "ejb",
            "web",
            "ear/pom.xml",
            "ear/deployable",
            "wildfly-config/pom.xml",
            "wildfly-config/subsystem",
            "wildfly-config/feature-pack",
            "wildfly-config/server");

    private static final Set<String> NOT_SOURCES = Set.of("target", "test", "node_modules", "__pycache__", ".settings");
    private static final long MEBIBYTE = 1 << 20;
    private static final String COMPILING = "Compiling the GPUs' kernels";
    private static final String WITH_GPU_KERNELS = " with the GPUs' kernels";
    private static final Pattern MODULE = Pattern.compile("\\[INFO\\] Building (.*?) \\S+\\s+(\\[\\d+/\\d+\\])");

    /** The application. */
    Path ear() {
        return repository.resolve("ear/deployable/target/intramuros.ear");
    }

    /** The provisioned WildFly; nothing is ever written into it. */
    Path server() {
        return repository.resolve("wildfly-config/server/target/server");
    }

    /**
     * Builds if the sources changed since the last build, or if that left out the GPUs' kernels, which need a compiler that
     * is fetched for them.
     *
     * @param log where it says what it does
     * @param gpuKernels whether GPUs will compute
     */
    void ifNeeded(Path log, boolean gpuKernels) {
        String sources = fingerprint();
        String last = lastBuilt();
        if (isBuilt() && (last.equals(sources + WITH_GPU_KERNELS) || (last.equals(sources) && !gpuKernels))) {
            return;
        }
        Console.say("Building Intramuros and provisioning WildFly (the first time takes minutes: Maven fetches what it"
                + " needs)");
        try {
            Files.deleteIfExists(stamp());
            if (gpuKernels) {
                compileGpuKernels(log);
            }
            new Maven(repository)
                    .run(
                            "The build",
                            List.of("install", "-DskipTests", "-pl", "ear/deployable,wildfly-config/server", "-am"),
                            log,
                            Build::progress);
            Files.writeString(stamp(), sources + (gpuKernels ? WITH_GPU_KERNELS : ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What the compiler of the GPUs' kernels will take of the disk with downloads; nothing if it is there already.
     *
     * @param environment added to ours
     */
    long compilerBytes(Map<String, String> environment) {
        ProcessBuilder question = new ProcessBuilder(kernelBuild(), "--mib-to-fetch");
        question.redirectError(ProcessBuilder.Redirect.INHERIT).environment().putAll(environment);
        try (BufferedReader answer = question.start().inputReader(StandardCharsets.UTF_8)) {
            String mebibytes = answer.readLine();
            if (mebibytes == null) {
                throw new RunException(COMPILING + " needs Python 3; " + kernelBuild() + " doesn't run.");
            }
            return Long.parseLong(mebibytes) * MEBIBYTE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String kernelBuild() {
        return repository.resolve("native-kernels/kernels/bin/build-cuda").toString();
    }

    private void compileGpuKernels(Path log) {
        Task.run(COMPILING, List.of(kernelBuild(), "--ptx"), Map.of(), repository, log, line -> "  " + line);
    }

    /** Takes what is there. */
    void required() {
        if (!isBuilt()) {
            throw new RunException("Nothing is built yet: leave --no-build away.");
        }
    }

    /** Whether there is something to start, be it of today's sources or not. */
    boolean isBuilt() {
        return Files.isRegularFile(ear()) && Files.isRegularFile(server().resolve("jboss-modules.jar"));
    }

    private Path stamp() {
        return repository.resolve("ear/deployable/target/built-from.sha256");
    }

    private String lastBuilt() {
        try {
            return Files.readString(stamp());
        } catch (IOException e) {
            return "";
        }
    }

    private static String progress(String line) {
        Matcher module = MODULE.matcher(line);
        return module.find() ? "  " + module.group(2) + " " + module.group(1) : null;
    }

    /** One digest over the names and contents of all sources. */
    private String fingerprint() {
        MessageDigest digest = Checksum.sha256();
        try {
            for (Path file : sources()) {
                digest.update(repository.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                digest.update(Checksum.of(file).getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private Set<Path> sources() throws IOException {
        Set<Path> files = new TreeSet<>();
        for (String source : SOURCES) {
            Path root = repository.resolve(source);
            if (!Files.exists(root)) {
                continue;
            }
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return NOT_SOURCES.contains(folder.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    files.add(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return files;
    }
}

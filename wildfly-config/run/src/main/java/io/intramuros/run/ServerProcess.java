package io.intramuros.run;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server that outlives {@code ./run}. It is found again by an argument on its command line that names it and its data
 * folder, not by a pid file: that can be neither stale nor another process that got the same number.
 *
 * @param name what a person calls it
 * @param home the data folder it runs from
 * @param log where its output goes
 */
record ServerProcess(String name, Home home, Path log) {
    /** Longer than the servers' own limits for an orderly stop. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(40);

    /** The argument that marks the server's start script and its Java process. */
    String mark() {
        return "-Dintramuros.process=" + name + "@" + home.folder();
    }

    /**
     * Starts it in a session of its own: a Ctrl-C at the terminal reaches {@code ./run} alone, which stops the servers
     * in order.
     *
     * @param command the start script and its arguments; {@link #mark} is added
     * @param environment added to ours; an empty value removes the variable
     */
    void start(List<String> command, Map<String, String> environment) {
        List<String> detached = new ArrayList<>(List.of("setsid"));
        detached.addAll(command);
        detached.add(mark());
        ProcessBuilder builder = new ProcessBuilder(detached)
                .directory(home.folder().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(log.toFile())
                .redirectErrorStream(true);
        environment.forEach((variable, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(variable);
            } else {
                builder.environment().put(variable, value);
            }
        });
        try {
            Files.createDirectories(log.getParent());
            builder.start();
        } catch (IOException e) {
            throw new RunException(name + " can't be started: " + e.getMessage(), e);
        }
    }

    /** Its processes: the start script and what that started. */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(this::isMarked).toList();
    }

    boolean isAlive() {
        return !processes().isEmpty();
    }

    /** Completes when the server has ended; a restart that its start script does by itself is no end. */
    CompletableFuture<Void> onExit() {
        List<ProcessHandle> processes = processes();
        Optional<ProcessHandle> script = processes.stream()
                .filter(process -> process.parent()
                        .map(parent -> !processes.contains(parent))
                        .orElse(true))
                .findFirst();
        return script.map(process -> process.onExit().thenAccept(ended -> {}))
                .orElse(CompletableFuture.completedFuture(null));
    }

    /** Asks it to stop, insists after a while, and returns when it is gone. */
    void stop() {
        List<ProcessHandle> processes = processes();
        processes.forEach(ProcessHandle::destroy);
        if (!allGone(processes)) {
            Console.say(name + " doesn't stop; ending it");
            processes.forEach(ProcessHandle::destroyForcibly);
            allGone(processes);
        }
    }

    private boolean isMarked(ProcessHandle process) {
        try {
            byte[] commandLine = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
            return Arrays.asList(new String(commandLine, StandardCharsets.UTF_8).split("\0", -1))
                    .contains(mark());
        } catch (IOException e) {
            // It ended just now, or isn't ours to see.
            return false;
        }
    }

    private static boolean allGone(List<ProcessHandle> processes) {
        CompletableFuture<?>[] ends =
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

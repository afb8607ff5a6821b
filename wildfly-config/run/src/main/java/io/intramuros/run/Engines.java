package io.intramuros.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The engines as WildFly's management sees them. Asking costs a second of computing, since jboss-cli is a program of its
 * own.
 *
 * @param server the provisioned WildFly, where jboss-cli is
 * @param addresses where it answers
 */
record Engines(Path server, Addresses addresses) {
    private static final String READ = "/subsystem=intramuros:read-resource(recursive=true,include-runtime=true)";

    /** Why no engine will ever answer, if all have failed; empty while there is hope, or nobody to ask. */
    Optional<String> failure() {
        Object engines = Json.find(read(), "result", "engine");
        if (!(engines instanceof Map<?, ?> byName) || byName.isEmpty()) {
            return Optional.empty();
        }
        List<String> reasons = new ArrayList<>();
        for (Map.Entry<?, ?> engine : byName.entrySet()) {
            if (!"failed".equals(Json.find(engine.getValue(), "state"))) {
                return Optional.empty();
            }
            reasons.add("Engine " + engine.getKey() + ": " + Json.find(engine.getValue(), "state-detail"));
        }
        return Optional.of(String.join(System.lineSeparator(), reasons));
    }

    /** Whether an engine can be asked. */
    boolean oneIsReady() {
        return Json.find(read(), "result", "engine") instanceof Map<?, ?> engines
                && engines.values().stream().anyMatch(engine -> "ready".equals(Json.find(engine, "state")));
    }

    private Object read() {
        ProcessBuilder builder = new ProcessBuilder(
                        server.resolve("bin/jboss-cli.sh").toString(),
                        "--connect",
                        "--controller=" + Addresses.HOST + ":" + addresses.managementPort(),
                        "--output-json",
                        "--command=" + READ)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Json.parse(output) : null;
        } catch (IOException | IllegalArgumentException e) {
            // Management isn't up yet, or is being reloaded: there will be another look.
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}

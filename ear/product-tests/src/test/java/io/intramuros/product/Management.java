package io.intramuros.product;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jboss.as.cli.CommandContext;
import org.jboss.as.cli.CommandContextFactory;
import org.jboss.as.cli.CommandLineException;
import org.jboss.as.cli.impl.CommandContextConfiguration;
import org.jboss.dmr.ModelNode;

/**
 * The administrator's command line, jboss-cli: its own code in this process, for it takes seconds to start and tests ask again
 * and again; and as a program of its own where that is the point.
 */
final class Management {
    private static final Logger CLI = Logger.getLogger("org.jboss.as.cli");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Product product;

    Management(Product product) {
        // It warns each time that it doesn't run as a JBoss module.
        CLI.setLevel(Level.SEVERE);
        this.product = product;
    }

    /** Runs one operation and returns its response as JSON. */
    JsonObject execute(String operation) {
        try {
            CommandContext cli = CommandContextFactory.getInstance().newCommandContext(settings());
            try {
                cli.connectController();
                ModelNode response = cli.getModelControllerClient().execute(cli.buildRequest(operation));
                return Product.read(response.toJSONString(true));
            } finally {
                cli.terminateSession();
            }
        } catch (CommandLineException | IOException e) {
            throw new AssertionError(operation, e);
        }
    }

    private CommandContextConfiguration settings() {
        return new CommandContextConfiguration.Builder()
                .setController(controller())
                .setUsername(product.managementUser())
                .setPassword(product.managementPassword().toCharArray())
                .setSilent(true)
                .setInitConsole(false)
                .build();
    }

    private String controller() {
        return "127.0.0.1:" + product.managementPort();
    }

    /** Runs one operation that has to succeed. */
    JsonObject succeed(String operation) {
        JsonObject response = execute(operation);
        if (!response.getString("outcome").equals("success")) {
            throw new AssertionError(operation + ": " + response);
        }
        return response;
    }

    /** A runtime attribute of an engine, as text. */
    String engine(String engine, String attribute) {
        return String.valueOf(
                succeed("/subsystem=intramuros/engine=" + engine + ":read-attribute(name=" + attribute + ")")
                        .get("result"));
    }

    /** The names of the engines. */
    List<String> engines() {
        return succeed("/subsystem=intramuros:read-children-names(child-type=engine)")
                .getJsonArray("result")
                .getValuesAs(JsonString.class)
                .stream()
                .map(JsonString::getString)
                .toList();
    }

    /** Where the first engine's model lies. */
    String model() {
        return succeed("/subsystem=intramuros/engine=" + engines().getFirst()
                        + ":read-attribute(name=model,resolve-expressions=true)")
                .getString("result");
    }

    /** Adds an engine and waits until it is ready to answer. {@code settings} are more of its attributes, {@code ,NAME=VALUE}. */
    void addEngine(String name, String model, String settings) {
        succeed("/subsystem=intramuros/engine=" + name + ":add(model=\"" + model + "\"" + settings + ")");
        Waiting.until("the engine " + name, () -> engine(name, "state"), state -> state.contains("ready"));
    }

    void removeEngine(String name) {
        succeed("/subsystem=intramuros/engine=" + name + ":remove()");
    }

    /** Restarts every service of the server in its process, the application too, and waits until that is done. */
    void reload() {
        byProgram("reload");
    }

    /** Runs one command by the program {@code jboss-cli.sh} of the server, which has to succeed, and returns what it says. */
    String byProgram(String command) {
        return Programs.run(
                        product.repository(),
                        Map.of(),
                        PATIENCE,
                        List.of(
                                product.server().resolve("bin/jboss-cli.sh").toString(),
                                "--connect",
                                // Also how long a reload may take.
                                "--timeout=" + PATIENCE.toMillis(),
                                "--controller=" + controller(),
                                "--user=" + product.managementUser(),
                                "--password=" + product.managementPassword(),
                                "--output-json",
                                "--no-color-output",
                                "--command=" + command))
                .orFail();
    }
}

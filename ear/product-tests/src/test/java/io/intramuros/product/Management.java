package io.intramuros.product;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The administrator's command line, jboss-cli. */
final class Management {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Product product;

    Management(Product product) {
        this.product = product;
    }

    /** Runs one operation and returns its response as JSON. */
    JsonObject execute(String operation) {
        String output = cli(operation).output();
        int from = output.indexOf('{');
        if (from < 0) {
            throw new AssertionError(operation + ": " + output);
        }
        return Product.read(output.substring(from, output.lastIndexOf('}') + 1));
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

    /** Restarts every service of the server in its process, the application too, and waits until that is done. */
    void reload() {
        cli("reload").orFail();
    }

    private Programs.Outcome cli(String operation) {
        return Programs.run(
                product.repository(),
                Map.of(),
                PATIENCE,
                List.of(
                        product.server().resolve("bin/jboss-cli.sh").toString(),
                        "--connect",
                        // Also how long a reload may take.
                        "--timeout=" + PATIENCE.toMillis(),
                        "--controller=127.0.0.1:" + product.managementPort(),
                        "--user=" + product.managementUser(),
                        "--password=" + product.managementPassword(),
                        "--output-json",
                        "--no-color-output",
                        "--command=" + operation));
    }
}

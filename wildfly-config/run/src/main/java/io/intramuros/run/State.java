package io.intramuros.run;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What is remembered in the data folder about the product that runs from it.
 *
 * @param phase how far it is, as last written; the processes have the last word, see {@link Status}
 * @param reason why it failed; empty otherwise
 * @param portOffset added to every port
 * @param oidcUrl the realm at a Keycloak of one's own; empty if Keycloak is ours
 * @param model the model's path
 * @param backend what computes in the default engine
 * @param jdbcUrl the database server; empty for H2
 * @param modelId what the API calls the model; empty while unknown
 */
record State(
        Phase phase,
        String reason,
        int portOffset,
        String oidcUrl,
        String model,
        String backend,
        String jdbcUrl,
        String modelId) {
    /** The life of the product. */
    enum Phase {
        STOPPED,
        STARTING,
        READY,
        FAILED
    }

    /** Before the first start. */
    static final State NONE = new State(Phase.STOPPED, "", 0, "", "", "", "", "");

    static State of(Home home) {
        Path file = home.state();
        if (!Files.exists(file)) {
            return NONE;
        }
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
            return new State(
                    Phase.valueOf(properties.getProperty("phase", "STOPPED")),
                    properties.getProperty("reason", ""),
                    Integer.parseInt(properties.getProperty("portOffset", "0")),
                    properties.getProperty("oidcUrl", ""),
                    properties.getProperty("model", ""),
                    properties.getProperty("backend", ""),
                    properties.getProperty("jdbcUrl", ""),
                    properties.getProperty("modelId", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            throw new RunException(file + " is damaged; delete it. " + e.getMessage(), e);
        }
    }

    State with(Phase now, String why) {
        return new State(now, why, portOffset, oidcUrl, model, backend, jdbcUrl, modelId);
    }

    State withModelId(String id) {
        return new State(phase, reason, portOffset, oidcUrl, model, backend, jdbcUrl, id);
    }

    /** Whether the same product would run: a running one can be kept. */
    boolean sameProduct(State other) {
        return portOffset == other.portOffset
                && oidcUrl.equals(other.oidcUrl)
                && model.equals(other.model)
                && backend.equals(other.backend)
                && jdbcUrl.equals(other.jdbcUrl);
    }

    void write(Home home) {
        Properties properties = new Properties();
        properties.setProperty("phase", phase.name());
        properties.setProperty("reason", reason);
        properties.setProperty("portOffset", Integer.toString(portOffset));
        properties.setProperty("oidcUrl", oidcUrl);
        properties.setProperty("model", model);
        properties.setProperty("backend", backend);
        properties.setProperty("jdbcUrl", jdbcUrl);
        properties.setProperty("modelId", modelId);
        StringWriter text = new StringWriter();
        try {
            properties.store(text, null);
            Trees.writePrivately(home.state(), text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where things answer. */
    Addresses addresses() {
        return new Addresses(portOffset, oidcUrl);
    }
}

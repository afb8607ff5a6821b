package io.intramuros.kernels;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What a class says in the log, from now until this is closed. */
public final class LogLines implements AutoCloseable {
    private final Formatter formatter = new SimpleFormatter();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;

    /** @param speaker the class's full name */
    public LogLines(String speaker) {
        logger = Logger.getLogger(speaker);
        logger.setFilter(line -> lines.add(formatter.formatMessage(line)));
    }

    /** The messages so far. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        logger.setFilter(null);
    }
}

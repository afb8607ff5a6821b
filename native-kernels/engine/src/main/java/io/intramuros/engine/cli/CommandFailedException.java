package io.intramuros.engine.cli;

/** Why a command could not do what was asked, in a line for whoever typed it. */
final class CommandFailedException extends RuntimeException {
    CommandFailedException(String message) {
        super(message);
    }
}

package io.intramuros.persistence.schema;

/** The database's schema cannot be brought to what this application needs. The message names cause and cure. */
public final class SchemaException extends RuntimeException {
    SchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.intramuros.usage;

/** A request's identifier was used before; the audit holds one row for each. */
public final class DuplicateRequestException extends RuntimeException {
    DuplicateRequestException(String requestId) {
        super("There was a request " + requestId + " already. Each request needs an identifier of its own.");
    }
}

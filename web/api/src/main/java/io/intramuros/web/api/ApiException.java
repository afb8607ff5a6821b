package io.intramuros.web.api;

/** A request that is answered with an error. */
public class ApiException extends RuntimeException {
    private final transient ApiError error;

    public ApiException(ApiError error) {
        super(error.message());
        this.error = error;
    }

    /** What the client is told. */
    public ApiError error() {
        return error;
    }
}

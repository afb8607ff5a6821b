package io.intramuros.web.api;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Gives what goes wrong in a resource OpenAI's shape. */
@Provider
public class ErrorMapper implements ExceptionMapper<Throwable> {
    private static final Logger LOG = System.getLogger(ErrorMapper.class.getName());

    @Override
    public Response toResponse(Throwable thrown) {
        ApiError error = thrown instanceof WebApplicationException e ? of(e) : Failures.of(thrown);
        if (error.status() == 500) {
            LOG.log(Level.ERROR, "A request failed", thrown);
        }
        ResponseBuilder response = Response.status(error.status())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(error.toJson());
        if (error.retryAfter() != null) {
            response.header(ErrorResponses.RETRY_AFTER, ErrorResponses.seconds(error.retryAfter()));
        }
        return response.build();
    }

    private static ApiError of(WebApplicationException e) {
        int status = e.getResponse().getStatus();
        return switch (status) {
            case 404 ->
                ApiError.invalid(status, "Unknown request URL. The API is described at /openapi.", null, "unknown_url");
            case 405 -> ApiError.invalid(status, "This URL does not allow that method.", null, "method_not_allowed");
            default -> status < 500 ? ApiError.invalid(status, e.getMessage(), null, null) : ApiError.internal();
        };
    }
}

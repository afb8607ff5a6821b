package io.intramuros.web.api;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The resources under {@code /v1}. Completions are a servlet beside it, because they stream without a thread. */
@ApplicationPath("/v1")
public class ApiApplication extends Application {}

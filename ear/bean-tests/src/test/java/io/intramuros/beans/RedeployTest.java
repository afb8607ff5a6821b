package io.intramuros.beans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.junit.jupiter.api.Test;

/** The application goes and comes again while an engine of the server is answering. */
@ArquillianTest
@RunAsClient
class RedeployTest {
    private static final String APPLICATION = "application";

    @ArquillianResource
    Deployer deployer;

    private final String request = UUID.randomUUID().toString();

    @Deployment(name = APPLICATION, managed = false, testable = false)
    static EnterpriseArchive application() {
        return BeansArchive.withServlet();
    }

    @Test
    void anAnswerIsStoppedAndSettledBeforeTheApplicationGoes() throws Exception {
        assertEquals("[CANCELLED]", statusAfterRedeployWhileAnswering(true));
    }

    @Test
    void whatAnEngineDidNotEndInTimeIsInterruptedAtTheNextStart() throws Exception {
        assertEquals("[INTERRUPTED]", statusAfterRedeployWhileAnswering(false));
    }

    private String statusAfterRedeployWhileAnswering(boolean engineHeedsCancel) throws Exception {
        deployer.deploy(APPLICATION);
        try {
            send(HttpRequest.newBuilder(address("&heeds=" + engineHeedsCancel))
                    .POST(HttpRequest.BodyPublishers.noBody()));
            assertEquals("[OPEN]", status());
        } finally {
            deployer.undeploy(APPLICATION);
        }
        deployer.deploy(APPLICATION);
        try {
            return status();
        } finally {
            deployer.undeploy(APPLICATION);
        }
    }

    private String status() throws Exception {
        return send(HttpRequest.newBuilder(address("")));
    }

    private URI address(String parameters) {
        return URI.create("http://127.0.0.1:" + Integer.getInteger("intramuros.http-port") + "/tests/ask?request="
                + request + parameters);
    }

    private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, response.statusCode(), response::body);
            return response.body();
        }
    }
}

package io.intramuros.product;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** The realm's administrator, for clients that the demonstration doesn't have. */
final class KeycloakAdmin {
    private final Product product;
    private final Api api;

    KeycloakAdmin(Product product, Api api) {
        this.product = product;
        this.api = api;
    }

    /** Adds a program of no role whose tokens are meant for the API and live for so many seconds; returns its secret. */
    String addProgram(String clientId, int tokenSeconds) throws Exception {
        String secret = "only-for-" + clientId;
        JsonObject client = Json.createObjectBuilder()
                .add("clientId", clientId)
                .add("secret", secret)
                .add("serviceAccountsEnabled", true)
                .add("standardFlowEnabled", false)
                .add("attributes", Json.createObjectBuilder().add("access.token.lifespan", tokenSeconds))
                .add(
                        "protocolMappers",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("name", "audience")
                                        .add("protocol", "openid-connect")
                                        .add("protocolMapper", "oidc-audience-mapper")
                                        .add(
                                                "config",
                                                Json.createObjectBuilder()
                                                        .add("included.client.audience", "intramuros-api")
                                                        .add("access.token.claim", "true"))))
                .build();
        String realm = product.tokenUrl().replace("/protocol/openid-connect/token", "");
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(realm.replace("/realms/", "/admin/realms/") + "/clients"))
                            .header("Authorization", "Bearer " + token())
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(client.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            // 409: an earlier run of the test has left it.
            if (response.statusCode() != 201 && response.statusCode() != 409) {
                throw new AssertionError(response.statusCode() + " " + response.body());
            }
        }
        return secret;
    }

    private String token() {
        HttpResponse<String> response = api.postForm(
                product.tokenUrl().replace("/realms/intramuros/", "/realms/master/"),
                Map.of(
                        "grant_type", "password",
                        "client_id", "admin-cli",
                        "username", "admin",
                        "password", product.keycloakAdminPassword()));
        return Product.read(response.body()).getString("access_token");
    }
}

package io.intramuros.product;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** The administrator of the demonstration's Keycloak, for clients, people and realms that the demonstration doesn't have. */
final class KeycloakAdmin {
    private final Product product;
    private final Api api;

    KeycloakAdmin(Product product, Api api) {
        this.product = product;
        this.api = api;
    }

    /** Adds a program of no role whose tokens are meant for the API and live for so many seconds; returns its secret. */
    String addProgram(String clientId, int tokenSeconds) {
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
        post("/intramuros/clients", client.toString());
        return secret;
    }

    /** What a path below the realms says. */
    String get(String path) {
        return send(request(path).GET());
    }

    /** Adds something below the realms; what an earlier test has left is kept. */
    String post(String path, String json) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    void delete(String path) {
        send(request(path).DELETE());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(product.keycloak() + "/admin/realms" + path))
                .header("Authorization", "Bearer " + token());
    }

    private String send(HttpRequest.Builder request) {
        HttpResponse<String> response = api.send(request);
        // 409: an earlier test has left it.
        if (response.statusCode() >= 300 && response.statusCode() != 409) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    private String token() {
        HttpResponse<String> response = api.postForm(
                product.keycloak() + "/realms/master/protocol/openid-connect/token",
                Map.of(
                        "grant_type", "password",
                        "client_id", "admin-cli",
                        "username", "admin",
                        "password", product.keycloakAdminPassword()));
        return Product.read(response.body()).getString("access_token");
    }
}

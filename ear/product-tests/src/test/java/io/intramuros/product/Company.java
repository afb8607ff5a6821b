package io.intramuros.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * The product as a company runs it: with a PostgreSQL and a Keycloak realm of its own. Started when the first test needs
 * it, and ended with the last test by {@link ProductEnd}.
 */
final class Company {
    static final String DATABASE = "company";

    /** The model it starts with. */
    static final String MODEL = "llama-bf16-untied-grouped";

    private static Company running;

    private final Postgres postgres = Postgres.running();
    private final CompanyRealm realm;
    private final String appSecret;
    private final Product product;
    private String model;

    private Company() throws IOException {
        postgres.create(DATABASE);
        realm = new CompanyRealm(Product.running());
        appSecret = realm.secretOf("intramuros-app");
        product = Product.fresh(
                "company-home",
                Map.of(
                        "INTRAMUROS_JDBC_PASSWORD",
                        Postgres.PASSWORD,
                        "INTRAMUROS_PORTAL_SECRET",
                        realm.secretOf("intramuros-portal"),
                        "INTRAMUROS_APP_SECRET",
                        appSecret));
    }

    /** With whatever model. */
    static synchronized Company running() {
        return runningWith(running == null || running.model == null ? MODEL : running.model);
    }

    /** With one of the tiny models. */
    static synchronized Company runningWith(String model) {
        try {
            if (running == null) {
                running = new Company();
                running.start(model);
            } else if (!model.equals(running.model)) {
                running.product.stop();
                running.start(model);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return running;
    }

    /** Ends it, if any test has started it. */
    static synchronized void end() {
        if (running != null) {
            running.product.stop();
            running.realm.close();
            running = null;
        }
    }

    private void start(String name) {
        model = null;
        product.start(
                "--jdbc-url",
                postgres.url(DATABASE),
                "--jdbc-user",
                Postgres.USER,
                "--oidc-url",
                realm.url(),
                "--model",
                Product.goldenModel(name).toString());
        model = name;
    }

    Product product() {
        return product;
    }

    Postgres postgres() {
        return postgres;
    }

    /** A token of the company's program. */
    String token(Api api) {
        return api.token(appSecret);
    }

    /** The first column of what a query finds in its database. */
    List<String> query(String query) {
        return postgres.query(DATABASE, query);
    }
}

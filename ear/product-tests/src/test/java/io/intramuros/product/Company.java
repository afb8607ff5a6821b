package io.intramuros.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The product as a company runs it: with a PostgreSQL and a Keycloak realm of its own. Started when the first test needs
 * it, and ended with the last test by {@link ProductEnd}.
 */
final class Company {
    static final String DATABASE = "company";

    private static Company running;

    private final Postgres postgres = Postgres.running();
    private final CompanyRealm realm;
    private final String appSecret;
    private final Product product;

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

    /** With a model of its own, or the demonstration's where {@code model} is {@code null}. */
    static synchronized Company runningWith(Path model) {
        try {
            if (running == null) {
                running = new Company();
            } else {
                running.product.stop();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        running.start(model);
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

    private void start(Path model) {
        List<String> options = new ArrayList<>(
                List.of("--jdbc-url", postgres.url(DATABASE), "--jdbc-user", Postgres.USER, "--oidc-url", realm.url()));
        if (model != null) {
            options.addAll(List.of("--model", model.toString()));
        }
        product.start(options.toArray(String[]::new));
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

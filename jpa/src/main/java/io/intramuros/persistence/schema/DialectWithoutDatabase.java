package io.intramuros.persistence.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.service.spi.ServiceContributor;

/**
 * Lets the entities be set up while the database is away: Hibernate would ask it which database it is, and fail. The
 * name of the driver, {@value #DRIVER}, tells as well; if the database answers, it is asked as ever.
 */
public final class DialectWithoutDatabase implements ServiceContributor {
    /** The setting or system property with the name of the driver; without it the database is H2. */
    public static final String DRIVER = "intramuros.jdbc.driver";

    @Override
    public void contribute(StandardServiceRegistryBuilder builder) {
        Map<String, Object> settings = builder.getSettings();
        if (settings.get(JdbcSettings.JAKARTA_JTA_DATASOURCE) instanceof DataSource database && !answers(database)) {
            String driver = String.valueOf(settings.getOrDefault(DRIVER, System.getProperty(DRIVER, "h2")));
            builder.applySetting(JdbcSettings.DIALECT, dialect(driver).getName());
            // What Hibernate would have learnt from the database; both kinds can.
            builder.applySetting(JdbcSettings.USE_GET_GENERATED_KEYS, true);
        }
    }

    private static boolean answers(DataSource database) {
        try (Connection connection = database.getConnection()) {
            return connection != null;
        } catch (SQLException e) {
            return false;
        }
    }

    static Class<? extends Dialect> dialect(String driver) {
        return driver.toLowerCase(Locale.ROOT).contains("postgres") ? PostgreSQLDialect.class : H2Dialect.class;
    }
}

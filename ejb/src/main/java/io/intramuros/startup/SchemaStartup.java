package io.intramuros.startup;

import io.intramuros.persistence.schema.Schema;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.annotation.security.PermitAll;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Brings the database to this application's schema before anything else touches it, or keeps the application down. */
@Singleton
@Startup
@PermitAll
@TransactionManagement(TransactionManagementType.BEAN)
public class SchemaStartup {
    private static final Logger LOG = Logger.getLogger(SchemaStartup.class.getName());

    @Resource(lookup = "java:jboss/datasources/IntramurosDS")
    private DataSource database;

    @PersistenceUnit(unitName = "intramuros")
    private EntityManagerFactory entities;

    @PostConstruct
    void migrate() {
        String version = new Schema(database).migrate();
        Schema.validate(entities);
        LOG.log(Level.INFO, "The database has schema version {0}.", version);
    }
}

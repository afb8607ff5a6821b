package io.intramuros.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.ejb.EJBException;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class DatabaseGuardTest {
    @Test
    void aConnectionThatIsRefusedOrLostMeansTheDatabaseIsAway() {
        assertTrue(DatabaseGuard.isDatabaseAway(wrapped(new SQLException("refused", "08001"))));
        assertTrue(DatabaseGuard.isDatabaseAway(wrapped(new SQLException("shutting down", "57P01"))));
        assertTrue(DatabaseGuard.isDatabaseAway(wrapped(new SQLException("closed", "90121"))));
    }

    @Test
    void aPoolWithoutAConnectionMeansTheDatabaseIsAway() {
        assertTrue(DatabaseGuard.isDatabaseAway(wrapped(new SQLException("IJ000453: no managed connection"))));
    }

    @Test
    void aStatementThatIsWrongIsAFaultOfOurs() {
        assertFalse(DatabaseGuard.isDatabaseAway(wrapped(new SQLException("syntax", "42601"))));
        assertFalse(DatabaseGuard.isDatabaseAway(wrapped(new SQLException("duplicate", "23505"))));
        assertFalse(DatabaseGuard.isDatabaseAway(new IllegalStateException("ours")));
    }

    private static Throwable wrapped(SQLException fault) {
        return new EJBException(new PersistenceException(fault));
    }
}

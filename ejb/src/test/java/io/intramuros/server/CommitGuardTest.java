package io.intramuros.server;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.interceptor.InvocationContext;
import jakarta.transaction.RollbackException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class CommitGuardTest {
    @Test
    void aCommitThatTheDatabaseDidNotTakeIsKnownAsItsAbsence() {
        RollbackException failed = new RollbackException("Could not commit transaction.");
        failed.initCause(new SQLException("IJ000453: no managed connection"));

        CommitFailedException thrown =
                assertThrows(CommitFailedException.class, () -> new CommitGuard().call(throwing(failed)));

        assertTrue(DatabaseGuard.isDatabaseAway(thrown));
    }

    @Test
    void otherFailuresPassAsTheyAre() {
        IllegalStateException ours = new IllegalStateException("ours");

        assertSame(ours, assertThrows(IllegalStateException.class, () -> new CommitGuard().call(throwing(ours))));
    }

    private static InvocationContext throwing(Exception fault) {
        return (InvocationContext) Proxy.newProxyInstance(
                CommitGuardTest.class.getClassLoader(), new Class<?>[] {InvocationContext.class}, (_, _, _) -> {
                    throw fault;
                });
    }
}

package io.intramuros.chat;

import jakarta.annotation.PreDestroy;
import jakarta.annotation.security.PermitAll;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;

/**
 * Stops and settles what is being answered when the application stops: the engines would go on without anybody to hear
 * them.
 */
@Singleton
@Startup
@DependsOn("Opening")
@PermitAll
@TransactionManagement(TransactionManagementType.BEAN)
public class Farewell {
    @Inject
    private RunningAnswers running;

    @PreDestroy
    void stopAnswers() {
        running.stopAll();
    }
}

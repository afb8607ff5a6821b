package io.intramuros.beans;

import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RunAs;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import java.util.concurrent.Callable;
import org.jboss.ejb3.annotation.RunAsPrincipal;

/** Somebody who may see the audit and nothing else. */
@Stateless
@PermitAll
@RunAs("auditor")
@RunAsPrincipal("auditor")
@TransactionManagement(TransactionManagementType.BEAN)
public class Auditor {
    /** Does something as the auditor. */
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }
}

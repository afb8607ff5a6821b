package io.intramuros.beans;

import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RunAs;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import java.util.concurrent.Callable;
import org.jboss.ejb3.annotation.RunAsPrincipal;

/** Another signed-in person. */
@Stateless
@PermitAll
@RunAs("user")
@RunAsPrincipal("eve")
@TransactionManagement(TransactionManagementType.BEAN)
public class Eve {
    /** Does something as her. */
    public <T> T call(Callable<T> work) throws Exception {
        return work.call();
    }
}

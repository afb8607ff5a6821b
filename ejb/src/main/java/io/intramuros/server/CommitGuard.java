package io.intramuros.server;

import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.InvocationContext;

/**
 * Around transactions that are annotated: a commit that fails, as it does when the database goes away in between, throws
 * a checked exception that no method declares and that whoever handles failures would miss.
 */
public class CommitGuard {
    /** Calls, and makes a failed commit a failure like every other of the database. */
    @AroundInvoke
    public Object call(InvocationContext call) throws Exception {
        try {
            return call.proceed();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new CommitFailedException(e);
        }
    }
}

package io.intramuros.web;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.wildfly.security.http.oidc.OidcClientConfiguration;

class SignInFaultsTest {
    @Test
    void whatTheContainersOidcClientThrowsIsASignInFault() {
        RuntimeException thrown = null;
        try {
            new OidcClientConfiguration().setAuthServerBaseUrl(null);
        } catch (RuntimeException e) {
            thrown = e;
        }
        assertTrue(SignInFaults.isBehind(new IllegalStateException("wrapped", thrown)));
    }

    @Test
    void aFaultOfOursIsNone() {
        assertFalse(SignInFaults.isBehind(new IllegalArgumentException("ours")));
        assertFalse(SignInFaults.isBehind(null));
    }
}

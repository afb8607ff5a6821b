package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SignInTest {
    private final Product product = Product.running();

    @Test
    void aUserSignsInAtKeycloakAndIsKnownByName() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.open("");
            assertTrue(browser.find("#kc-login").isDisplayed());
            assertTrue(browser.url().contains("/realms/intramuros/"), browser.url());

            browser.signIn("alice");

            assertTrue(browser.url().startsWith(product.portal()), browser.url());
            assertEquals("alice", browser.find("#user-name").getText());
        }
    }

    @Test
    void signingOutEndsTheSessionAtKeycloakToo() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice").find("#sign-out").click();
            assertTrue(browser.find("#sign-in").isDisplayed());

            browser.open("");

            assertTrue(browser.find("#password").isDisplayed(), "Keycloak asks for the password again");
        }
    }

    @Test
    void whoIsNoAuditorIsNeitherShownNorGivenTheAudit() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice");
            assertTrue(browser.all("#nav-audit").isEmpty());

            assertTrue(browser.fetch("/portal/audit.csv").startsWith("403"));
            browser.open("audit");

            assertTrue(browser.text().contains("permission"), browser.text());
            assertFalse(browser.text().contains("Export"), browser.text());
        }
    }
}

package io.intramuros.product;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Ends the product after the last test, however that went. */
public final class ProductEnd implements LauncherSessionListener {
    @Override
    public void launcherSessionClosed(LauncherSession session) {
        Company.end();
        Product.end();
        Postgres.end();
    }
}

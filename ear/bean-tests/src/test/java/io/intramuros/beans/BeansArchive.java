package io.intramuros.beans;

import io.intramuros.pool.ScriptedEngine;
import java.io.File;
import org.jboss.arquillian.container.test.api.Testable;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The product's own EAR with the tests in place of the doors. */
final class BeansArchive {
    private BeansArchive() {}

    private static EnterpriseArchive withDoor(WebArchive door) {
        EnterpriseArchive ear =
                ShrinkWrap.createFromZipFile(EnterpriseArchive.class, new File(System.getProperty("intramuros.ear")));
        ear.delete("intramuros-api.war");
        ear.delete("intramuros-portal.war");
        ear.delete("META-INF/application.xml");
        ear.setApplicationXML(new StringAsset("""
                <application xmlns="https://jakarta.ee/xml/ns/jakartaee" version="10">
                  <application-name>intramuros</application-name>
                  <initialize-in-order>true</initialize-in-order>
                  <module><ejb>intramuros-ejb.jar</ejb></module>
                  <module><web><web-uri>tests.war</web-uri><context-root>/tests</context-root></web></module>
                  <library-directory>lib</library-directory>
                </application>
                """));
        return ear.addAsModule(door);
    }

    /** Tests that run inside. */
    static EnterpriseArchive withTests() {
        return withDoor(Testable.archiveToTest(door()));
    }

    /** Something to ask from outside. */
    static EnterpriseArchive withServlet() {
        return withDoor(door());
    }

    private static WebArchive door() {
        return ShrinkWrap.create(WebArchive.class, "tests.war")
                .addPackage(BeansTest.class.getPackage())
                .addClasses(ScriptedEngine.class, ScriptedEngine.Submission.class);
    }
}

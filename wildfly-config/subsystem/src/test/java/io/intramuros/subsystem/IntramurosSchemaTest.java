package io.intramuros.subsystem;

import java.util.EnumSet;
import org.jboss.as.subsystem.test.AbstractSubsystemSchemaTest;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** The framework's checks: parsing, writing, the XSD, and that every attribute and operation is described. */
@RunWith(Parameterized.class)
public class IntramurosSchemaTest extends AbstractSubsystemSchemaTest<IntramurosSubsystemSchema> {
    public IntramurosSchemaTest(IntramurosSubsystemSchema schema) {
        super(
                IntramurosSubsystemRegistrar.REGISTRATION.getName(),
                new IntramurosExtension(),
                schema,
                IntramurosSubsystemSchema.CURRENT);
    }

    /** Every version of the schema that is still read. */
    @Parameters
    public static Iterable<IntramurosSubsystemSchema> schemas() {
        return EnumSet.allOf(IntramurosSubsystemSchema.class);
    }
}

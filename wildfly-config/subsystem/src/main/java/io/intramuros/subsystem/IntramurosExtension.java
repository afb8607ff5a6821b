package io.intramuros.subsystem;

import org.wildfly.subsystem.SubsystemConfiguration;
import org.wildfly.subsystem.SubsystemExtension;
import org.wildfly.subsystem.SubsystemPersistence;

/** What WildFly loads for {@code <extension module="io.intramuros.subsystem"/>}. */
public final class IntramurosExtension extends SubsystemExtension<IntramurosSubsystemSchema> {
    public IntramurosExtension() {
        super(
                SubsystemConfiguration.of(
                        IntramurosSubsystemRegistrar.REGISTRATION,
                        IntramurosSubsystemModel.CURRENT,
                        IntramurosSubsystemRegistrar::new),
                SubsystemPersistence.of(IntramurosSubsystemSchema.CURRENT));
    }
}

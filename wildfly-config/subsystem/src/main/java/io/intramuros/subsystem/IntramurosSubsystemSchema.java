package io.intramuros.subsystem;

import org.jboss.as.controller.SubsystemSchema;
import org.jboss.as.controller.persistence.xml.ResourceXMLParticleFactory;
import org.jboss.as.controller.persistence.xml.SubsystemResourceRegistrationXMLElement;
import org.jboss.as.controller.persistence.xml.SubsystemResourceXMLSchema;
import org.jboss.as.controller.xml.VersionedNamespace;
import org.jboss.as.controller.xml.XMLCardinality;
import org.jboss.staxmapper.IntVersion;

/** How the subsystem is written in {@code standalone.xml}: {@code urn:wildfly:intramuros:1.0}. */
@SuppressWarnings("ImmutableEnumChecker") // WildFly's namespace and factory hold no state that changes
enum IntramurosSubsystemSchema implements SubsystemResourceXMLSchema<IntramurosSubsystemSchema> {
    VERSION_1_0(1, 0);

    static final IntramurosSubsystemSchema CURRENT = VERSION_1_0;

    private final VersionedNamespace<IntVersion, IntramurosSubsystemSchema> namespace;
    private final ResourceXMLParticleFactory factory = ResourceXMLParticleFactory.newInstance(this);

    IntramurosSubsystemSchema(int major, int minor) {
        this.namespace = SubsystemSchema.createSubsystemURN(
                IntramurosSubsystemRegistrar.REGISTRATION.getName(), new IntVersion(major, minor));
    }

    @Override
    public VersionedNamespace<IntVersion, IntramurosSubsystemSchema> getNamespace() {
        return namespace;
    }

    @Override
    public SubsystemResourceRegistrationXMLElement getSubsystemXMLElement() {
        return factory.subsystemElement(IntramurosSubsystemRegistrar.REGISTRATION)
                .withContent(factory.choice()
                        .withCardinality(XMLCardinality.Unbounded.OPTIONAL)
                        .addElement(factory.namedElement(EngineResourceRegistrar.REGISTRATION)
                                .addAttributes(EngineAttributes.ALL)
                                .build())
                        .build())
                .build();
    }
}

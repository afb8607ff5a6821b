package io.intramuros.subsystem;

import io.intramuros.engine.MutableEngineRegistry;
import org.jboss.as.controller.ResourceDefinition;
import org.jboss.as.controller.SubsystemRegistration;
import org.jboss.as.controller.SubsystemResourceRegistration;
import org.jboss.as.controller.descriptions.ParentResourceDescriptionResolver;
import org.jboss.as.controller.descriptions.SubsystemResourceDescriptionResolver;
import org.jboss.as.controller.registry.ManagementResourceRegistration;
import org.jboss.as.server.deployment.Phase;
import org.wildfly.subsystem.resource.ManagementResourceRegistrar;
import org.wildfly.subsystem.resource.ManagementResourceRegistrationContext;
import org.wildfly.subsystem.resource.ResourceDescriptor;
import org.wildfly.subsystem.resource.SubsystemResourceDefinitionRegistrar;
import org.wildfly.subsystem.resource.executor.MetricOperationStepHandler;
import org.wildfly.subsystem.resource.operation.ResourceOperationRuntimeHandler;

/** {@code /subsystem=intramuros}: the registry of engines, and the engine API for every deployment. */
final class IntramurosSubsystemRegistrar implements SubsystemResourceDefinitionRegistrar {
    static final SubsystemResourceRegistration REGISTRATION = SubsystemResourceRegistration.of("intramuros");
    static final ParentResourceDescriptionResolver DESCRIPTIONS =
            new SubsystemResourceDescriptionResolver(REGISTRATION.getName(), IntramurosSubsystemRegistrar.class);

    /** Among the processors that add what every deployment may use; the exact place doesn't matter. */
    private static final int DEPENDENCIES_PRIORITY = 0x1FF0;

    /** Outlives every engine, and so disturbs no deployment that holds it. */
    private final MutableEngineRegistry engines = new MutableEngineRegistry();

    @Override
    public ManagementResourceRegistration register(
            SubsystemRegistration parent, ManagementResourceRegistrationContext context) {
        ResourceDescriptor descriptor = ResourceDescriptor.builder(DESCRIPTIONS)
                .withRuntimeHandler(ResourceOperationRuntimeHandler.configureService(
                        (operation, model) -> new EngineRegistryInstaller(engines)))
                .withDeploymentChainContributor(target -> target.addDeploymentProcessor(
                        REGISTRATION.getName(),
                        Phase.DEPENDENCIES,
                        DEPENDENCIES_PRIORITY,
                        new EngineApiDependencyProcessor()))
                .build();
        ManagementResourceRegistration registration = parent.registerSubsystemModel(
                ResourceDefinition.builder(REGISTRATION, DESCRIPTIONS).build());
        ManagementResourceRegistrar.of(descriptor).register(registration);
        if (context.isRuntimeOnlyRegistrationValid()) {
            new MetricOperationStepHandler<MutableEngineRegistry>(
                            (operation, metric) -> metric.execute(engines), RefusalMetric.class)
                    .register(registration);
        }
        new EngineResourceRegistrar(engines).register(registration, context);
        return registration;
    }
}

package io.intramuros.subsystem;

import io.intramuros.engine.InferenceEngine;
import io.intramuros.engine.MutableEngineRegistry;
import io.intramuros.engine.local.LocalEngine;
import org.jboss.as.controller.AttributeDefinition;
import org.jboss.as.controller.PathElement;
import org.jboss.as.controller.ResourceDefinition;
import org.jboss.as.controller.ResourceRegistration;
import org.jboss.as.controller.capability.RuntimeCapability;
import org.jboss.as.controller.descriptions.ResourceDescriptionResolver;
import org.jboss.as.controller.registry.ManagementResourceRegistration;
import org.jboss.as.controller.registry.OperationEntry;
import org.wildfly.service.descriptor.UnaryServiceDescriptor;
import org.wildfly.subsystem.resource.ChildResourceDefinitionRegistrar;
import org.wildfly.subsystem.resource.ManagementResourceRegistrar;
import org.wildfly.subsystem.resource.ManagementResourceRegistrationContext;
import org.wildfly.subsystem.resource.ResourceDescriptor;
import org.wildfly.subsystem.resource.executor.Metric;
import org.wildfly.subsystem.resource.executor.MetricOperationStepHandler;
import org.wildfly.subsystem.resource.operation.ResourceOperationRuntimeHandler;

/**
 * {@code /subsystem=intramuros/engine=NAME}. Adding, changing and removing work at once and without a reload of the
 * server: the console has no way to ask for one.
 */
final class EngineResourceRegistrar implements ChildResourceDefinitionRegistrar {
    static final ResourceRegistration REGISTRATION = ResourceRegistration.of(PathElement.pathElement("engine"));
    static final UnaryServiceDescriptor<LocalEngine> ENGINE =
            UnaryServiceDescriptor.of("io.intramuros.engine", LocalEngine.class);
    static final RuntimeCapability<Void> CAPABILITY =
            RuntimeCapability.Builder.of(ENGINE).build();

    private final MutableEngineRegistry engines;

    EngineResourceRegistrar(MutableEngineRegistry engines) {
        this.engines = engines;
    }

    @Override
    public ManagementResourceRegistration register(
            ManagementResourceRegistration parent, ManagementResourceRegistrationContext context) {
        ResourceDescriptionResolver descriptions =
                IntramurosSubsystemRegistrar.DESCRIPTIONS.createChildResolver(REGISTRATION.getPathElement());
        ResourceOperationRuntimeHandler services =
                ResourceOperationRuntimeHandler.configureService(new EngineServiceConfigurator(engines));
        ResourceDescriptor.Builder descriptor = ResourceDescriptor.builder(descriptions)
                .addCapability(CAPABILITY)
                .withRuntimeHandler(services)
                .withRemoveOperationRestartFlag(OperationEntry.Flag.RESTART_NONE);
        RestartEngineHandler restart = new RestartEngineHandler(services);
        for (AttributeDefinition attribute : EngineAttributes.ALL) {
            descriptor.addAttribute(attribute, restart);
        }
        ManagementResourceRegistration registration = parent.registerSubModel(
                ResourceDefinition.builder(REGISTRATION, descriptions).build());
        ManagementResourceRegistrar.of(descriptor.build()).register(registration);
        if (context.isRuntimeOnlyRegistrationValid()) {
            new EngineFactReader(engines).register(registration);
            registerMetrics(registration, EngineMetric.class);
            registerMetrics(registration, GpuMetric.class);
        }
        return registration;
    }

    private <M extends Enum<M> & Metric<InferenceEngine>> void registerMetrics(
            ManagementResourceRegistration registration, Class<M> metrics) {
        new MetricOperationStepHandler<InferenceEngine>(
                        (operation, metric) -> {
                            var engine = engines.find(operation.getCurrentAddressValue());
                            return engine.isPresent() ? metric.execute(engine.get()) : null;
                        },
                        metrics)
                .register(registration);
    }
}

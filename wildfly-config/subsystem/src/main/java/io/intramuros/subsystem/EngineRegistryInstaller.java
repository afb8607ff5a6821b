package io.intramuros.subsystem;

import io.intramuros.engine.EngineRegistry;
import org.jboss.as.controller.RequirementServiceTarget;
import org.jboss.as.naming.ServiceBasedNamingStore;
import org.jboss.as.naming.ValueManagedReferenceFactory;
import org.jboss.as.naming.deployment.ContextNames;
import org.jboss.as.naming.service.BinderService;
import org.jboss.msc.service.ServiceController;
import org.wildfly.subsystem.service.ServiceInstaller;

/** Binds the registry of engines at {@value EngineRegistry#JNDI_NAME}. */
record EngineRegistryInstaller(EngineRegistry engines) implements ServiceInstaller {
    /** WildFly's naming has no other way to bind yet than a service of the older kind. */
    @SuppressWarnings("deprecation")
    @Override
    public ServiceController<?> install(RequirementServiceTarget target) {
        ContextNames.BindInfo name = ContextNames.bindInfoFor(EngineRegistry.JNDI_NAME);
        BinderService binder = new BinderService(name.getBindName());
        binder.getManagedObjectInjector().inject(new ValueManagedReferenceFactory(engines));
        return target.addService(name.getBinderServiceName(), binder)
                .addDependency(
                        name.getParentContextServiceName(),
                        ServiceBasedNamingStore.class,
                        binder.getNamingStoreInjector())
                .setInitialMode(ServiceController.Mode.ACTIVE)
                .install();
    }
}

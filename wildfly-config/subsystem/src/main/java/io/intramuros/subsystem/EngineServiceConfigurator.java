package io.intramuros.subsystem;

import io.intramuros.engine.EngineSettings;
import io.intramuros.engine.MutableEngineRegistry;
import io.intramuros.engine.local.LocalEngine;
import java.nio.file.Path;
import org.jboss.as.controller.OperationContext;
import org.jboss.as.controller.OperationFailedException;
import org.jboss.as.controller.services.path.PathManager;
import org.jboss.as.server.ServerEnvironment;
import org.jboss.dmr.ModelNode;
import org.wildfly.service.Installer.StartWhen;
import org.wildfly.subsystem.service.ResourceServiceConfigurator;
import org.wildfly.subsystem.service.ResourceServiceInstaller;
import org.wildfly.subsystem.service.ServiceDependency;
import org.wildfly.subsystem.service.capability.CapabilityServiceInstaller;

/**
 * Makes a service of the server from an engine's resource. The service is up as soon as the engine exists: a model that
 * can't be loaded is the engine's status and never a failure of the service, because that would undo the operation that
 * added it, or at boot take the application down with it.
 */
final class EngineServiceConfigurator implements ResourceServiceConfigurator {
    private final MutableEngineRegistry engines;

    EngineServiceConfigurator(MutableEngineRegistry engines) {
        this.engines = engines;
    }

    @Override
    public ResourceServiceInstaller configure(OperationContext context, ModelNode model)
            throws OperationFailedException {
        EngineSettings settings = EngineAttributes.settings(context, model);
        ServiceDependency<Path> path = ServiceDependency.on(PathManager.SERVICE_DESCRIPTOR)
                .map(paths -> paths.getPathEntry(ServerEnvironment.SERVER_DATA_DIR))
                .map(dataDirectory -> Path.of(dataDirectory.resolvePath()).resolve(settings.modelPath()));
        // Blocking: stopping waits for the running step and frees the weights, which must not hold up the server's few
        // service threads.
        return CapabilityServiceInstaller.builder(
                        EngineResourceRegistrar.CAPABILITY, () -> LocalEngine.start(settings.at(path.get())))
                .requires(path)
                .onStart(engines::add)
                .onStop(this::stop)
                .blocking()
                .startWhen(StartWhen.AVAILABLE)
                .build();
    }

    private void stop(LocalEngine engine) {
        engines.remove(engine);
        engine.close();
    }
}

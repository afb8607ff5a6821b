package io.intramuros.subsystem;

import org.jboss.as.server.deployment.Attachments;
import org.jboss.as.server.deployment.DeploymentPhaseContext;
import org.jboss.as.server.deployment.DeploymentUnitProcessor;
import org.jboss.as.server.deployment.module.ModuleDependency;
import org.jboss.modules.Module;

/** Gives each deployment the engine's public API; the module's export filters keep everything else to itself. */
final class EngineApiDependencyProcessor implements DeploymentUnitProcessor {
    private static final String ENGINE_MODULE = "io.intramuros.engine";

    @Override
    public void deploy(DeploymentPhaseContext context) {
        context.getDeploymentUnit()
                .getAttachment(Attachments.MODULE_SPECIFICATION)
                .addSystemDependency(ModuleDependency.Builder.of(Module.getBootModuleLoader(), ENGINE_MODULE)
                        .build());
    }
}

package io.intramuros.subsystem;

import org.jboss.as.controller.AbstractWriteAttributeHandler;
import org.jboss.as.controller.OperationContext;
import org.jboss.as.controller.OperationFailedException;
import org.jboss.as.controller.PathAddress;
import org.jboss.as.controller.registry.Resource;
import org.jboss.dmr.ModelNode;
import org.wildfly.subsystem.resource.operation.ResourceOperationRuntimeHandler;

/** Applies a changed attribute by starting the engine anew, once however many attributes one operation changes. */
final class RestartEngineHandler extends AbstractWriteAttributeHandler<Boolean> {
    private final ResourceOperationRuntimeHandler services;

    RestartEngineHandler(ResourceOperationRuntimeHandler services) {
        this.services = services;
    }

    @Override
    protected boolean applyUpdateToRuntime(
            OperationContext context,
            ModelNode operation,
            String attribute,
            ModelNode newValue,
            ModelNode oldValue,
            HandbackHolder<Boolean> restarted)
            throws OperationFailedException {
        // While the resource is being added its attributes are written too, before there is an engine to restart.
        boolean exists = exists(context);
        Resource changed = context.readResource(PathAddress.EMPTY_ADDRESS, false);
        if (exists) {
            // What can't be an engine is refused here, before the one that runs is stopped.
            EngineAttributes.settings(context, changed.getModel());
        }
        if (exists && context.markResourceRestarted(context.getCurrentAddress(), services)) {
            services.removeRuntime(context, original(context));
            services.addRuntime(context, changed);
            restarted.setHandback(true);
        }
        return false;
    }

    @Override
    protected void revertUpdateToRuntime(
            OperationContext context,
            ModelNode operation,
            String attribute,
            ModelNode valueToRestore,
            ModelNode valueToRevert,
            Boolean restarted)
            throws OperationFailedException {
        if (Boolean.TRUE.equals(restarted) && context.revertResourceRestarted(context.getCurrentAddress(), services)) {
            services.removeRuntime(context, context.readResource(PathAddress.EMPTY_ADDRESS, false));
            services.addRuntime(context, original(context));
        }
    }

    private static Resource original(OperationContext context) {
        return context.getOriginalRootResource().navigate(context.getCurrentAddress());
    }

    private static boolean exists(OperationContext context) {
        Resource resource = context.getOriginalRootResource();
        for (var element : context.getCurrentAddress()) {
            if (!resource.hasChild(element)) {
                return false;
            }
            resource = resource.getChild(element);
        }
        return true;
    }
}

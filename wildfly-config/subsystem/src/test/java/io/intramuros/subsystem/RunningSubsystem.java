package io.intramuros.subsystem;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.intramuros.engine.EngineRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.naming.CompositeName;
import javax.naming.NamingException;
import org.jboss.as.controller.PathAddress;
import org.jboss.as.controller.RunningMode;
import org.jboss.as.controller.capability.registry.RuntimeCapabilityRegistry;
import org.jboss.as.controller.extension.ExtensionRegistry;
import org.jboss.as.controller.operations.common.Util;
import org.jboss.as.controller.operations.global.ReadFeatureDescriptionHandler;
import org.jboss.as.controller.registry.ManagementResourceRegistration;
import org.jboss.as.controller.registry.Resource;
import org.jboss.as.naming.ServiceBasedNamingStore;
import org.jboss.as.naming.deployment.ContextNames;
import org.jboss.as.server.ServerEnvironment;
import org.jboss.as.subsystem.test.AbstractSubsystemTest;
import org.jboss.as.subsystem.test.AdditionalInitialization;
import org.jboss.as.subsystem.test.ControllerInitializer;
import org.jboss.as.subsystem.test.KernelServices;
import org.jboss.dmr.ModelNode;
import org.jboss.msc.Service;
import org.jboss.msc.service.ServiceTarget;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;
import org.junit.After;
import org.junit.Rule;
import org.junit.rules.TemporaryFolder;

/** A management controller with the subsystem in it, and real engines in that. */
public abstract class RunningSubsystem extends AbstractSubsystemTest {
    static final PathAddress SUBSYSTEM =
            PathAddress.pathAddress("subsystem", IntramurosSubsystemRegistrar.REGISTRATION.getName());

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The server's data directory is in here. */
    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private KernelServices server;

    RunningSubsystem() {
        super(IntramurosSubsystemRegistrar.REGISTRATION.getName(), new IntramurosExtension());
    }

    /** Starts with the engines of this XML. */
    void start(String engines) throws Exception {
        String xml = "<subsystem xmlns=\""
                + IntramurosSubsystemSchema.CURRENT.getNamespace().getUri() + "\">" + engines + "</subsystem>";
        server = createKernelServicesBuilder(new Server()).setSubsystemXml(xml).build();
        assertTrue(String.valueOf(server.getBootError()), server.isSuccessfulBoot());
    }

    /** Stops the server and starts another with the configuration that the first would have written. */
    void restart() throws Exception {
        String xml = server.getPersistedSubsystemXml();
        server.shutdown();
        server = createKernelServicesBuilder(new Server()).setSubsystemXml(xml).build();
        assertTrue(String.valueOf(server.getBootError()), server.isSuccessfulBoot());
    }

    /** Stops the server, if it runs. */
    @After
    public void stop() {
        if (server != null) {
            server.shutdown();
        }
    }

    /** Where relative paths of models begin. */
    Path dataDirectory() {
        return folder.getRoot().toPath();
    }

    static PathAddress engine(String name) {
        return SUBSYSTEM.append("engine", name);
    }

    static ModelNode add(String name, String model) {
        ModelNode operation = Util.createAddOperation(engine(name));
        operation.get(EngineAttributes.MODEL.getName()).set(model);
        return operation;
    }

    /** Runs an operation that must succeed, at once and without asking for a reload. */
    ModelNode succeed(ModelNode operation) {
        ModelNode response = server.executeOperation(operation);
        assertEquals(response.toString(), "success", response.get("outcome").asString());
        assertFalse(response.toString(), response.hasDefined("response-headers", "process-state"));
        return response.get("result");
    }

    /** Runs an operation that must fail, and returns why it did. */
    String fail(ModelNode operation) {
        ModelNode response = server.executeOperation(operation);
        assertEquals(response.toString(), "failed", response.get("outcome").asString());
        return response.get("failure-description").asString();
    }

    ModelNode read(String engine, String attribute) {
        return succeed(Util.getReadAttributeOperation(engine(engine), attribute));
    }

    void write(String engine, String attribute, ModelNode value) {
        succeed(Util.getWriteAttributeOperation(engine(engine), attribute, value));
    }

    /** Waits until the engine is in that state. */
    void await(String engine, String state) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!read(engine, "state").asString().equals(state)) {
            assertTrue(
                    "not " + state + " but " + read(engine, "state") + ": " + read(engine, "state-detail"),
                    Instant.now().isBefore(end));
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** What deployments find in JNDI. */
    EngineRegistry registry() throws NamingException {
        String name = ContextNames.bindInfoFor(EngineRegistry.JNDI_NAME).getBindName();
        return (EngineRegistry)
                new ServiceBasedNamingStore(server.getContainer(), ContextNames.JBOSS_CONTEXT_SERVICE_NAME)
                        .lookup(new CompositeName(name));
    }

    private final class Server extends AdditionalInitialization {
        @Override
        protected RunningMode getRunningMode() {
            return RunningMode.NORMAL;
        }

        @Override
        protected void setupController(ControllerInitializer controller) {
            controller.addPath(
                    ServerEnvironment.SERVER_DATA_DIR, dataDirectory().toString(), null);
        }

        /** An operation that whole servers have at every address. */
        @Override
        protected void initializeExtraSubystemsAndModel(
                ExtensionRegistry extensions,
                Resource rootResource,
                ManagementResourceRegistration root,
                RuntimeCapabilityRegistry capabilities) {
            super.initializeExtraSubystemsAndModel(extensions, rootResource, root, capabilities);
            root.registerOperationHandler(
                    ReadFeatureDescriptionHandler.DEFINITION,
                    ReadFeatureDescriptionHandler.getInstance(capabilities),
                    true);
        }

        @Override
        protected void addExtraServices(ServiceTarget target) {
            var builder = target.addService();
            Consumer<ServiceBasedNamingStore> store = builder.provides(ContextNames.JBOSS_CONTEXT_SERVICE_NAME);
            builder.setInstance(new JndiStore(store)).install();
        }
    }

    /** What {@code java:jboss} is in a whole server. */
    private record JndiStore(Consumer<ServiceBasedNamingStore> store) implements Service {
        @Override
        public void start(StartContext context) {
            store.accept(new ServiceBasedNamingStore(
                    context.getController().getServiceContainer(), ContextNames.JBOSS_CONTEXT_SERVICE_NAME));
        }

        @Override
        public void stop(StopContext context) {
            // Holds nothing.
        }
    }
}

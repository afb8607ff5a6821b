package org.wildfly.legacy.test.spi.subsystem;

import org.jboss.as.controller.Extension;
import org.jboss.as.controller.extension.ExtensionRegistry;
import org.jboss.as.model.test.ModelTestModelControllerService;
import org.jboss.as.model.test.ModelTestOperationValidatorFilter;
import org.jboss.as.model.test.StringConfigurationPersister;
import org.jboss.as.subsystem.test.AdditionalInitialization;
import org.jboss.as.subsystem.test.ControllerInitializer;

/**
 * An interface the test framework links against to test with servers of older versions, which these tests don't do. Its
 * artifact, {@code wildfly-legacy-spi}, isn't on Maven Central.
 */
public interface TestModelControllerFactory {
    /** Makes a controller of an older version. */
    ModelTestModelControllerService create(
            Extension mainExtension,
            ControllerInitializer controllerInitializer,
            AdditionalInitialization additionalInitialization,
            ExtensionRegistry extensionRegistry,
            StringConfigurationPersister persister,
            ModelTestOperationValidatorFilter validateOperationsFilter,
            boolean registerTransformers);
}

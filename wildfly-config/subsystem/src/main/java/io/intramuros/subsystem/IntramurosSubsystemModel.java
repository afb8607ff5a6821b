package io.intramuros.subsystem;

import org.jboss.as.controller.ModelVersion;
import org.jboss.as.controller.SubsystemModel;

/** Versions of the management model. */
@SuppressWarnings("ImmutableEnumChecker") // a ModelVersion never changes
enum IntramurosSubsystemModel implements SubsystemModel {
    VERSION_1_0_0(1, 0, 0);

    static final IntramurosSubsystemModel CURRENT = VERSION_1_0_0;

    private final ModelVersion version;

    IntramurosSubsystemModel(int major, int minor, int micro) {
        this.version = ModelVersion.create(major, minor, micro);
    }

    @Override
    public ModelVersion getVersion() {
        return version;
    }
}

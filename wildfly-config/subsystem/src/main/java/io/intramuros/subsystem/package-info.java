/**
 * The WildFly extension {@code io.intramuros.subsystem}: {@code /subsystem=intramuros/engine=NAME}. Each engine is a
 * service of the server, as a data source is: it survives a redeploy of the application, and whoever may use the
 * console, the CLI or the management API may add, change, watch and remove it.
 *
 * <p>{@link io.intramuros.subsystem.IntramurosSubsystemRegistrar} is where to begin;
 * {@link io.intramuros.subsystem.EngineAttributes} says what an administrator can set,
 * {@link io.intramuros.subsystem.EngineFact} and {@link io.intramuros.subsystem.EngineMetric} what one can see.
 */
package io.intramuros.subsystem;

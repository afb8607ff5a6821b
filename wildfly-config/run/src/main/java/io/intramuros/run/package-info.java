/**
 * The program behind {@code ./run}.
 *
 * <p>It needs a JDK and nothing else: {@code ./run} starts {@link io.intramuros.run.Main} from these source files, before
 * anything is built. {@link io.intramuros.run.Launch} is the way from nothing to a running product;
 * {@link io.intramuros.run.Keycloak} and {@link io.intramuros.run.WildFly} know one server each;
 * {@link io.intramuros.run.Home} is the data folder, {@link io.intramuros.run.State} what is remembered there about the
 * product that runs from it.
 */
package io.intramuros.run;

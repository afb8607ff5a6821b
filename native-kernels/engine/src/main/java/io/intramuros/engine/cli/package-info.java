/** The command line {@code intramuros-engine}, for operators and tests. */
package io.intramuros.engine.cli;

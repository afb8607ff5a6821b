/** The servers that share a database, and whether they still run. */
package io.intramuros.persistence.server;

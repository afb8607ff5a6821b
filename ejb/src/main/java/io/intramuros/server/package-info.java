/** What happens when the application starts and stops: schema, this run's lease, and what earlier runs left behind. */
package io.intramuros.server;

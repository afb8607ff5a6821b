/** What happens when the application starts: schema, this run's lease, and what earlier runs left behind. */
package io.intramuros.startup;

/** What every capability needs of the server it runs on: its name, and patience with its database. */
package io.intramuros.server;

/** Which engine answers: the engines of the server, chosen by model and load. */
package io.intramuros.pool;

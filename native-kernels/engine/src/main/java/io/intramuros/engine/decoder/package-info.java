/** A model placed on a backend: its weights, its cache's memory, and the computation of one step. */
package io.intramuros.engine.decoder;

/** The way into this engine: what opens a model on a backend and answers with it, behind the public API. */
package io.intramuros.engine.local;

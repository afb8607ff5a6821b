/** What becomes of an engine whose devices have failed. */
package io.intramuros.engine.recovery;

/** What heat allows: from the temperatures of an engine's GPUs to the pace at which it may work. */
package io.intramuros.engine.thermal;

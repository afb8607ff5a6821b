/** Chat templates: from a conversation to the exact text its model was trained on. */
package io.intramuros.engine.template;

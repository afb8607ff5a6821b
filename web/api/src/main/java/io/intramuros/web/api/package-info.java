/** The OpenAI-compatible REST API: the door for programs. */
package io.intramuros.web.api;

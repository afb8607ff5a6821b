/** The conversations people keep. Every query asks for the owner, so that nobody reaches another person's. */
package io.intramuros.persistence.conversation;

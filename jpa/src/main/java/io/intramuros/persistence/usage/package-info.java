/** The usage audit and the monthly allowances. No text of a prompt or an answer is ever in it. */
package io.intramuros.persistence.usage;

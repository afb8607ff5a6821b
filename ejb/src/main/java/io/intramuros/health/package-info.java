/** Whether the house can answer, for those who watch over it. */
package io.intramuros.health;

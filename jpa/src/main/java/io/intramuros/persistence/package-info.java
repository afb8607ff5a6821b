/** Entities, queries and schema migrations. Knows nothing of HTTP or of engines. */
package io.intramuros.persistence;

/** Entities, queries and schema migrations, a package for each capability. Knows nothing of HTTP or of engines. */
package io.intramuros.persistence;

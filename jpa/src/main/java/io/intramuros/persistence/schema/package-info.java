/** The schema and its migrations: forward only, the same scripts on H2 and PostgreSQL. */
package io.intramuros.persistence.schema;

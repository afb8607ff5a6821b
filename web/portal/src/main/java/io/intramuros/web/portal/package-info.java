/** The portal: the pages of employees and auditors, and the small endpoints these pages call. */
package io.intramuros.web.portal;

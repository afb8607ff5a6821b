/**
 * What both doors need of HTTP: identifiers of requests, bodies with a limit, and response streams that hold no thread.
 */
package io.intramuros.web;

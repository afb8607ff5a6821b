/**
 * The operations of a decoder over a ragged batch, and the devices that run them.
 *
 * <p>{@link io.intramuros.kernels.Backend} is the one interface between the engine and a device. Every implementation
 * is held against the same plain oracle in the tests.
 */
package io.intramuros.kernels;

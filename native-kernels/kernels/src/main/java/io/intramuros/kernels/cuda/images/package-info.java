/**
 * What a GPU loads as kernels, made from what the jar brings: machine code for the card that is there, compiled from the
 * sources by NVRTC where it is installed, else from the PTX by the driver, and kept in the user's cache.
 */
package io.intramuros.kernels.cuda.images;

/**
 * NVIDIA's driver as the CUDA backend uses it, through JCuda: the driver API and nothing else of CUDA. Every call's
 * answer is checked, every object has one owner that closes it, and nothing here knows what a decoder is.
 */
package io.intramuros.kernels.cuda.driver;

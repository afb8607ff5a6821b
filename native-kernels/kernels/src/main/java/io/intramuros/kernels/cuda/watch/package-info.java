/**
 * The watch over GPUs: temperature, memory, load, power, errors and throttling, from the driver's management library
 * (NVML). A machine without the library is not watched, and works.
 */
package io.intramuros.kernels.cuda.watch;

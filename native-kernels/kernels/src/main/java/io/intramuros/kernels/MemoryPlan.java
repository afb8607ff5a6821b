package io.intramuros.kernels;

/**
 * How a backend divides its memory.
 *
 * @param cacheBlocks blocks that the key-value cache gets, from the least to the wanted number
 * @param account what takes how much and what is left, in sentences for the log and the console
 */
public record MemoryPlan(int cacheBlocks, String account) {}

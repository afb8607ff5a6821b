/**
 * What the CUDA backend costs: the bytes that each kernel of a step moves, how fast a real GPU moves them, and what that
 * makes in tokens a second on GPUs that are not at hand. {@code SyntheticDecoder} runs steps of a model's shape with made-up
 * weights; {@code ByteAccount} and {@code KernelTimes} listen to its launches.
 */
package io.intramuros.kernels.cuda.measure;

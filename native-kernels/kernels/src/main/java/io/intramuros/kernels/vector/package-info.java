/**
 * The portable backend: every operation in Java's Vector API at the width the CPU prefers, on a small team of threads.
 *
 * <p>It is the fallback on any machine and what other backends are compared with, so its results are repeatable: each
 * output element is summed in one fixed order, whatever the number of threads and whatever else is in the batch. Nothing
 * here uses an operation whose rounding may change when the just-in-time compiler steps in ({@code reduceLanes} on
 * floats, {@code lanewise(EXP)}).
 *
 * <p>From the outside in: {@link io.intramuros.kernels.vector.VectorBackend} implements the operations over
 * {@code ThreadTeam}; {@code Projector} cuts linear layers into parts, for {@code Gemv} with one token and {@code Gemm}
 * with several; {@code PlainRows}, {@code SmallBlocks} and {@code SuperBlocks} read the weight types, {@code BlockScales} the last's
 * scales; {@code PairedOrder} is how BF16 wants its activations; {@code Tile} and
 * {@code BroadcastTile} multiply. {@code BatchAttention} divides a step between {@code DecodeAttention} and {@code
 * PromptAttention}. {@code OutOfLine} stands between the loops and the kernels; a new kernel belongs behind
 * it, or it may run many times slower without a message.
 *
 * <p>Measured on a Zen 4 with AVX-512, SmolLM2-135M's shape, in CPU time of one thread and interleaved with llama.cpp on
 * the same shape (so that a busy machine doesn't count): BF16 decode 1.2 times as fast (17 to 20 GB/s of weights), BF16
 * prompts of 512 tokens 0.54 times, decode of 8 sequences 0.65 times; Q4_1 decode 0.95 times, prompts 1.7 times, 8
 * sequences 1.4 times.
 *
 * <p>Later, on a Xeon of Sapphire Rapids' generation with AVX-512, idle, two threads, by turns with llama.cpp: BF16 decode
 * 1.03 times as fast (44.5 tokens a second, 12 GB/s of weights, 42 % of the bandwidth of a plain read), BF16 prompts of 256
 * tokens 0.73 times. With Llama 3.2 1B's shape decode reads 15.3 GB/s of weights, 63 % of a plain read.
 */
package io.intramuros.kernels.vector;

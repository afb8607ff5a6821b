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
 * <p>Later, on a busy Xeon of Sapphire Rapids' generation with AVX-512, likewise in CPU time of one thread: BF16 decode
 * 34.5 tokens a second (9.3 GB/s of weights, median) against llama.cpp's 25.3 to 26.9 on a file of that shape. Two threads
 * on an idle machine have not been measured since the kernels took BF16 in pairs and quads in runs; before, they reached
 * 0.75 to 0.82 of llama.cpp's decode.
 */
package io.intramuros.kernels.vector;

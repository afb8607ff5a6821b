/**
 * The backend for NVIDIA GPUs: our kernels of {@code src/main/cuda}, launched through JCuda, and cuBLAS for what is bound
 * by arithmetic where it is installed.
 *
 * <p>From the outside in: {@link io.intramuros.kernels.cuda.CudaBackend} notes the operations of a step as a {@code
 * StepProgram} and has each {@code Rank}, one GPU with a thread of its own, run it. A rank launches by operation: {@code
 * Embedding}, {@code Projections} (which chooses between {@code DecodeProjection} for few rows, {@code TileProjection}
 * for many and {@code BlasProjection} for very many), {@code Rotation}, {@code PagedAttention}, {@code Sampling}, {@code AllReduce} between ranks. {@code
 * WeightFormat} says how weights lie in a GPU's memory; {@code StepTables} what the host tells the GPUs about a step.
 * {@code MemoryDivision} decides before all that what stays on the GPUs and how large the cache is, and {@code MemoryAccount}
 * says so; {@code LayerStream} brings the layers that don't stay. GPUs of different sizes don't share layers:
 * {@code PipelineBackend} gives each a {@code CudaBackend} of its own with some of the layers, and steps go from one to the
 * next.
 *
 * <p>{@code driver} is NVIDIA's driver without any of this, {@code images} compiles the kernels for the cards that are there,
 * {@code watch} reads how they are, and {@code measure} tells what steps cost.
 */
package io.intramuros.kernels.cuda;

#include "weights.cuh"

// out[t] = table[ids[t]], widened to FP32.
//
// table [V, columns] in its format, ids [rows], out [rows, columns]. Bound by latency: it moves one row of weights and
// four bytes a value out, for each token. Grid (rows, slices of a row), blocks of kEmbeddingThreads; each thread takes
// one Raw after another. A negative id (a row of the step that holds no token) gives zeros.

constexpr int kEmbeddingThreads = 128;

template <class Format>
__device__ void embed(const u8* table, const i32* ids, float* out, int columns) {
  int id = ids[blockIdx.x];
  const u8* row = table + (id < 0 ? 0 : id) * Format::rowBytes(columns);
  float* to = out + (i64)blockIdx.x * columns;
  if (id < 0) {
    for (int c = blockIdx.y * kEmbeddingThreads + threadIdx.x; c < columns; c += gridDim.y * kEmbeddingThreads) {
      to[c] = 0;
    }
    return;
  }
  // Neighbouring threads write neighbouring values: each finds the Raw of its four columns, most often in the cache
  // already.
  int quads = (columns + 3) / 4;
  for (int quad = blockIdx.y * kEmbeddingThreads + threadIdx.x; quad < quads; quad += gridDim.y * kEmbeddingThreads) {
    int place = Format::place(4 * quad);
    typename Format::Raw raw = Format::load(row, columns, place / Format::kValues);
    float w[4];
    // Fours of a Raw are known only at run time here, and registers can't be indexed: each is tried.
#pragma unroll
    for (int quarter = 0; quarter < Format::kValues / 4; quarter++) {
      if (quarter == place % Format::kValues / 4) {
        Format::unpack(raw, quarter, w);
      }
    }
    for (int i = 0; i < 4 && 4 * quad + i < columns; i++) {
      to[4 * quad + i] = w[i];
    }
  }
}

#define EMBEDDING(name, Format)                                                                                     \
  extern "C" __global__ void                                                                                        \
      __launch_bounds__(kEmbeddingThreads) embed_##name(const u8* table, const i32* ids, float* out, i32 columns) { \
    embed<Format>(table, ids, out, columns);                                                                        \
  }

EMBEDDING(f32, WeightsF32)
EMBEDDING(f16, WeightsF16)
EMBEDDING(bf16, WeightsBF16)
EMBEDDING(q8_0, WeightsQ8_0)
EMBEDDING(q4_0, WeightsQ4_0)
EMBEDDING(q4_1, WeightsQ4_1)
EMBEDDING(q4_k, WeightsQ4_K)
EMBEDDING(q6_k, WeightsQ6_K)

#include "cache.cuh"

// Rotates queries and keys by their positions, queries in place, and stores keys and values in the layer's cache
// blocks; where there are gains, each head is normalised before.
//
// q [rows, heads·dim], k and v [rows, kvHeads·dim], all FP32; frequencies [dim / 2], the angle of a pair at position p
// is p times its frequency, in FP32 as the models were trained. A row whose position is negative holds no token and is
// passed over. Bound by latency: it reads q, k, v once and writes q and (in the cache's type) k and v once. One warp a
// head of a row; grid ceil(rows · (heads + 2·kvHeads) / warps), blocks of kRotaryThreads. Preconditions: dim even, dim
// <= kMaxDim, every position's block in the row's table.

constexpr int kRotaryThreads = 128;
constexpr int kMaxDim = 256;
constexpr int kPairsPerLane = kMaxDim / 2 / kWarp;

// Sine and cosine of any angle within FP32's precision: the quarter turns are taken off in FP64, where angles of a
// million radians keep ten digits, the rest goes to Cephes' polynomials. The library's function would do the same with
// a table in local memory.
__device__ void sineAndCosine(float angle, float& sine, float& cosine) {
  double turns = rint((double)angle * 0.63661977236758134);
  double rest = fma(turns, -1.5707963267948966, (double)angle);
  rest = fma(turns, -6.123233995736766e-17, rest);
  float r = (float)rest;
  float square = r * r;
  float s = fmaf(square, -1.9515295891e-4f, 8.3321608736e-3f);
  s = fmaf(s, square, -1.6666654611e-1f);
  s = fmaf(s * square, r, r);
  float c = fmaf(square, 2.443315711809948e-5f, -1.388731625493765e-3f);
  c = fmaf(c, square, 4.166664568298827e-2f);
  c = fmaf(c, square * square, fmaf(square, -0.5f, 1.0f));
  int quarter = (int)(i64)turns & 3;
  bool swap = quarter & 1;
  sine = swap ? c : s;
  cosine = swap ? s : c;
  sine = quarter & 2 ? -sine : sine;
  cosine = (quarter + 1) & 2 ? -cosine : cosine;
}

// `halves` tells which values are a pair: (i, i + dim / 2), or else (2i, 2i + 1).
template <class Cached>
__device__ void rotateAndStore(const CacheLayer& cache, const StepTables& step, float* q, const float* k,
                               const float* v, int rows, int heads, const float* frequencies, bool halves,
                               const float* queryGain, const float* keyGain, float epsilon) {
  int lane = threadIdx.x % kWarp;
  i64 warp = ((i64)blockIdx.x * kRotaryThreads + threadIdx.x) / kWarp;
  int perRow = heads + 2 * cache.kvHeads;
  int row = (int)(warp / perRow);
  int head = (int)(warp % perRow);
  if (row >= rows || step.positions[row] < 0) {
    return;
  }
  int position = step.positions[row];
  int dim = cache.dim;
  int pairs = dim / 2;
  bool isQuery = head < heads;
  bool isKey = !isQuery && head < heads + cache.kvHeads;
  int number = isQuery ? head : isKey ? head - heads : head - heads - cache.kvHeads;
  const float* from = isQuery ? q + ((i64)row * heads + head) * dim
                      : isKey ? k + ((i64)row * cache.kvHeads + number) * dim
                              : v + ((i64)row * cache.kvHeads + number) * dim;
  float first[kPairsPerLane], second[kPairsPerLane];
#pragma unroll
  for (int j = 0; j < kPairsPerLane; j++) {
    int i = lane + j * kWarp;
    first[j] = i < pairs ? from[halves ? i : 2 * i] : 0;
    second[j] = i < pairs ? from[halves ? i + pairs : 2 * i + 1] : 0;
  }
  const float* gain = isQuery ? queryGain : isKey ? keyGain : nullptr;
  if (gain) {
    float squares = 0;
#pragma unroll
    for (int j = 0; j < kPairsPerLane; j++) {
      squares = fmaf(first[j], first[j], fmaf(second[j], second[j], squares));
    }
    float scale = 1.0f / sqrtf(warpSum(squares) / (float)dim + epsilon);
#pragma unroll
    for (int j = 0; j < kPairsPerLane; j++) {
      int i = lane + j * kWarp;
      first[j] *= i < pairs ? scale * gain[halves ? i : 2 * i] : 0;
      second[j] *= i < pairs ? scale * gain[halves ? i + pairs : 2 * i + 1] : 0;
    }
  }
  if (isQuery || isKey) {
#pragma unroll
    for (int j = 0; j < kPairsPerLane; j++) {
      int i = lane + j * kWarp;
      float sine = 0, cosine = 0;
      if (i < pairs) {
        sineAndCosine((float)position * frequencies[i], sine, cosine);
      }
      float a = first[j];
      float b = second[j];
      first[j] = a * cosine - b * sine;
      second[j] = b * cosine + a * sine;
    }
  }
  if (isQuery) {
    float* to = q + ((i64)row * heads + head) * dim;
#pragma unroll
    for (int j = 0; j < kPairsPerLane; j++) {
      int i = lane + j * kWarp;
      if (i < pairs) {
        to[halves ? i : 2 * i] = first[j];
        to[halves ? i + pairs : 2 * i + 1] = second[j];
      }
    }
    return;
  }
  i64 token = cache.tokenRow(step.tables + step.tableStarts[row], number, position);
  Cached* to = (Cached*)(isKey ? cache.keys : cache.values) + token * cache.paddedDim;
#pragma unroll
  for (int j = 0; j < kPairsPerLane; j++) {
    int i = lane + j * kWarp;
    if (i < pairs) {
      put(to + (halves ? i : 2 * i), first[j]);
      put(to + (halves ? i + pairs : 2 * i + 1), second[j]);
    }
  }
  for (int i = dim + lane; i < cache.paddedDim; i += kWarp) {
    put(to + i, 0.0f);
  }
}

#define ROTARY(name, Cached)                                                                                       \
  extern "C" __global__ void __launch_bounds__(kRotaryThreads) rotate_and_store_##name(                            \
      u8* keys, u8* values, i32 kvHeads, i32 dim, i32 blockTokens, const i32* positions, const i32* tableStarts,   \
      const i32* tables, float* q, const float* k, const float* v, i32 rows, i32 heads, const float* frequencies,  \
      i32 halves, const float* queryGain, const float* keyGain, float epsilon) {                                   \
    rotateAndStore<Cached>(CacheLayer::of<Cached>(keys, values, kvHeads, dim, blockTokens),                        \
                           {positions, tableStarts, tables}, q, k, v, rows, heads, frequencies, halves, queryGain, \
                           keyGain, epsilon);                                                                      \
  }

ROTARY(bf16, u16)
ROTARY(f32, float)

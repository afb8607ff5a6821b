#include "cache.cuh"

// Causal attention of prompts over the paged BF16 cache on the tensor cores, in the way of FlashAttention: scores and
// weights never leave the registers.
//   out[t, h] = Σ_j softmax_j(q[t, h]·key[j] · scale) value[j],  j <= position of t.
//
// q and out [rows, heads·dim] FP32; queries and softmax weights are rounded to BF16 for the products, sums are FP32. A
// block has one item, some consecutive tokens of one sequence, and one key-value head: the query heads that share it,
// of all tokens of the item, are up to kRows rows, 16 a warp. Cached tokens pass by in tiles of kTokens, fetched with
// cp.async while the tile before is computed.
//
// Limit: arithmetic, 4 · dim operations for each pair of a row and a cached token it sees; the cache is read from the
// L2 cache once for every kRows rows. Geometry: attend_prompt_D for dim <= D: grid (items, kvHeads), blocks of
// kPromptThreads; dynamic shared memory (kRows + 4 · kTokens) · 2 D bytes. Preconditions: dim even; an item's tokens
// times heads per key-value head at most kRows. Items of no tokens are passed over.

constexpr int kPromptThreads = 128;
constexpr int kRows = 64;
constexpr int kTokens = 64;
constexpr float kNone = __builtin_bit_cast(float, 0xFF800000u);  // minus infinity

struct Item {
  i32 firstRow;
  i32 tokens;
  i32 unused[2];
};

// Where 16 bytes, piece p of a row, lie in a matrix of D BF16 a row: permuted within eight pieces by the row's number,
// so that eight rows' pieces of one column lie in different banks.
template <int D>
__device__ __forceinline__ int place(int row, int piece) {
  return row * (2 * D) + (piece ^ (row & 7)) * 16;
}

template <int D>
__device__ void attendPrompt(const CacheLayer& cache, const StepTables& step, const float* q, float* out, int heads,
                             float scale, const Item* items) {
  constexpr int kPieces = D / 8;
  constexpr int kTileBytes = kTokens * 2 * D;
  DYNAMIC_SHARED(shared);
  u8* queries = shared;
  u8* tiles = shared + kRows * 2 * D;

  Item item = items[blockIdx.x];
  int firstPosition = item.tokens > 0 ? step.positions[item.firstRow] : -1;
  if (firstPosition < 0) {
    return;
  }
  int lane = threadIdx.x % kWarp;
  int warp = threadIdx.x / kWarp;
  int kvHead = blockIdx.y;
  int group = heads / cache.kvHeads;
  int rows = item.tokens * group;
  int dim = cache.dim;
  int context = firstPosition + item.tokens;
  const i32* table = step.tables + step.tableStarts[item.firstRow];
  // Row r is head r % group of token r / group; its values begin here in q and out.
  auto at = [&](int r) { return ((i64)(item.firstRow + r / group) * heads + kvHead * group + r % group) * dim; };

  auto fetch = [&](int first, int stage) {
    u8* keys = tiles + stage * 2 * kTileBytes;
    u8* values = keys + kTileBytes;
    int piece = threadIdx.x % kPieces;
#pragma unroll
    for (int token = 0; token < kTokens; token += kPromptThreads / kPieces) {
      int t = token + threadIdx.x / kPieces;
      bool valid = first + t < context && piece * 8 < cache.paddedDim;
      i64 from = 0;
      if (valid) {
        from = cache.tokenRow(table, kvHead, first + t) * cache.paddedDim + piece * 8;
      }
      copyAsync16(keys + place<D>(t, piece), (const u16*)cache.keys + from, valid);
      copyAsync16(values + place<D>(t, piece), (const u16*)cache.values + from, valid);
    }
    copyAsyncCommit();
  };
  fetch(0, 0);

  // Scores count in powers of two: log2 e joins the scale, so that the exponential is one instruction.
  float factor = scale * 1.4426950408889634f;
  for (int i = threadIdx.x; i < kRows * D / 2; i += kPromptThreads) {
    int r = i / (D / 2);
    int d = i % (D / 2) * 2;
    u32 pair = 0;
    if (r < rows && d < dim) {
      const float* from = q + at(r) + d;
      pair = packBf16(from[0] * factor, d + 1 < dim ? from[1] * factor : 0);
    }
    *(u32*)(queries + place<D>(r, d / 8) + d % 8 * 2) = pair;
  }
  __syncthreads();
  u32 query[D / 16][4];
#pragma unroll
  for (int k = 0; k < D / 16; k++) {
    loadMatrices(query[k], queries + place<D>(warp * 16 + lane % 16, 2 * k + lane / 16));
  }

  // A lane has two rows, lane / 4 and eight further down, and of each the columns lane % 4 * 2 and the next of every
  // eight.
  float greatest[2] = {kNone, kNone};
  float sum[2] = {0, 0};
  float values[D / 8][4];
#pragma unroll
  for (int n = 0; n < D / 8; n++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      values[n][i] = 0;
    }
  }
  int positions[2];
#pragma unroll
  for (int half = 0; half < 2; half++) {
    positions[half] = firstPosition + (warp * 16 + half * 8 + lane / 4) / group;
  }

  int stage = 0;
  for (int first = 0; first < context; first += kTokens, stage ^= 1) {
    copyAsyncWait<0>();
    // The tile is there for everybody, and everybody is done with the one before, whose place the next one takes.
    __syncthreads();
    if (first + kTokens < context) {
      fetch(first + kTokens, stage ^ 1);
    }
    const u8* keys = tiles + stage * 2 * kTileBytes;
    const u8* cached = keys + kTileBytes;

    float scores[kTokens / 8][4];
#pragma unroll
    for (int n = 0; n < kTokens / 8; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        scores[n][i] = 0;
      }
    }
#pragma unroll
    for (int k = 0; k < D / 16; k++) {
#pragma unroll
      for (int n = 0; n < kTokens / 8; n += 2) {
        u32 key[4];
        loadMatrices(key, keys + place<D>(n * 8 + lane / 16 * 8 + lane % 8, 2 * k + lane / 8 % 2));
        multiplyAdd16x8x16(scores[n], query[k], key[0], key[1]);
        multiplyAdd16x8x16(scores[n + 1], query[k], key[2], key[3]);
      }
    }
    if (first + kTokens > firstPosition + 1) {
#pragma unroll
      for (int n = 0; n < kTokens / 8; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
          int position = first + n * 8 + lane % 4 * 2 + i % 2;
          scores[n][i] = position <= positions[i / 2] ? scores[n][i] : kNone;
        }
      }
    }
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float top = greatest[half];
#pragma unroll
      for (int n = 0; n < kTokens / 8; n++) {
        top = fmaxf(top, fmaxf(scores[n][2 * half], scores[n][2 * half + 1]));
      }
      // Four neighbouring lanes share a row.
      top = fmaxf(top, __shfl_xor_sync(kAllLanes, top, 1));
      top = fmaxf(top, __shfl_xor_sync(kAllLanes, top, 2));
      float before = exp2f(greatest[half] - top);
      greatest[half] = top;
      sum[half] *= before;
#pragma unroll
      for (int n = 0; n < kTokens / 8; n++) {
#pragma unroll
        for (int i = 2 * half; i < 2 * half + 2; i++) {
          scores[n][i] = exp2f(scores[n][i] - top);
          sum[half] += scores[n][i];
        }
      }
#pragma unroll
      for (int n = 0; n < D / 8; n++) {
        values[n][2 * half] *= before;
        values[n][2 * half + 1] *= before;
      }
    }
#pragma unroll
    for (int k = 0; k < kTokens / 16; k++) {
      // Sums of two fragments of scores are, rounded, the fragment of weights of 16 tokens.
      u32 weights[4] = {packBf16(scores[2 * k][0], scores[2 * k][1]), packBf16(scores[2 * k][2], scores[2 * k][3]),
                        packBf16(scores[2 * k + 1][0], scores[2 * k + 1][1]),
                        packBf16(scores[2 * k + 1][2], scores[2 * k + 1][3])};
#pragma unroll
      for (int n = 0; n < D / 8; n += 2) {
        u32 value[4];
        loadMatricesTransposed(value, cached + place<D>(k * 16 + lane / 8 % 2 * 8 + lane % 8, n + lane / 16));
        multiplyAdd16x8x16(values[n], weights, value[0], value[1]);
        multiplyAdd16x8x16(values[n + 1], weights, value[2], value[3]);
      }
    }
  }

#pragma unroll
  for (int half = 0; half < 2; half++) {
    sum[half] += __shfl_xor_sync(kAllLanes, sum[half], 1);
    sum[half] += __shfl_xor_sync(kAllLanes, sum[half], 2);
    int r = warp * 16 + half * 8 + lane / 4;
    if (r < rows) {
      float* to = out + at(r);
#pragma unroll
      for (int n = 0; n < D / 8; n++) {
        int d = n * 8 + lane % 4 * 2;
        if (d < dim) {
          to[d] = values[n][2 * half] / sum[half];
          to[d + 1] = values[n][2 * half + 1] / sum[half];
        }
      }
    }
  }
}

#define ATTEND_PROMPT(D)                                                                                               \
  extern "C" __global__ void __launch_bounds__(kPromptThreads, 2) attend_prompt_##D(                                   \
      u8* keys, u8* values, i32 kvHeads, i32 dim, i32 blockTokens, const i32* positions, const i32* tableStarts,       \
      const i32* tables, const float* q, float* out, i32 heads, float scale, const Item* items) {                      \
    attendPrompt<D>(CacheLayer::of<u16>(keys, values, kvHeads, dim, blockTokens), {positions, tableStarts, tables}, q, \
                    out, heads, scale, items);                                                                         \
  }

ATTEND_PROMPT(64)
ATTEND_PROMPT(128)

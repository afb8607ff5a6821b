#include "cache.cuh"

// Causal attention of new tokens over their sequences' cached tokens, themselves included, for any shape, without
// tensor cores:
//   out[t, h] = Σ_j softmax_j(q[t, h]·key[j] · scale) value[j],  j <= position of t.
//
// q and out [rows, heads·dim] FP32; the cache BF16 or FP32; softmax and sums FP32. The work is cut into items of a few
// tokens of one sequence, so that the query heads that share a key-value head, of all tokens of an item, are up to
// kRows rows of one block: a cached value is read once for all of them. A context is cut into partitions of kPartition
// tokens that begin at fixed positions; each has a running softmax of its own, and partitions are merged in their
// order. Long contexts of few tokens get a block per partition (grid z) and a second kernel that merges; otherwise a
// block takes one partition after the other. Both ways do the same arithmetic, so that a token's result depends neither
// on the batch nor on how it was cut, to the bit.
//
// Limit: for decode the bandwidth of the device's memory, 2 · context · dim cached values per key-value head and
// sequence, each read once; for prompts arithmetic (there the tensor cores of attention_prefill.cu are to be
// preferred). Geometry: attend_T: grid (items, kvHeads · ceil(heads per kvHead / kRows), partitions or 1), blocks of
// kAttentionThreads; dynamic shared memory as Shared::bytes says. attend_merge: grid (items, heads), blocks of
// kMergeThreads. Preconditions: dim <= kMaxDim; heads a multiple of kvHeads; an item's tokens times the rows of one
// token at most kRows; tokens of an item consecutive in one sequence. Items of no tokens are passed over.

constexpr int kAttentionThreads = 128;
constexpr int kAttentionWarps = kAttentionThreads / kWarp;
constexpr int kRows = 16;
constexpr int kPartition = 256;
constexpr int kMaxDim = 256;
constexpr int kMergeThreads = 64;
constexpr int kRowsPerWarp = kRows / kAttentionWarps;
constexpr int kPairsPerLane = kMaxDim / 2 / kWarp;

constexpr float kNone = __builtin_bit_cast(float, 0xFF800000u);  // minus infinity

__device__ __forceinline__ float2 pairAt(const float* from) { return *(const float2*)from; }
__device__ __forceinline__ float2 pairAt(const u16* from) {
  u32 both = *(const u32*)from;
  return make_float2(__uint_as_float(both << 16), __uint_as_float(both & 0xFFFF0000u));
}

// The four (FP32) or eight (BF16) values in 16 bytes times those at q, added to sum.
__device__ __forceinline__ float dot16(const float* q, const float* key, float sum) {
  float4 a = *(const float4*)q;
  float4 k = *(const float4*)key;
  return fmaf(a.w, k.w, fmaf(a.z, k.z, fmaf(a.y, k.y, fmaf(a.x, k.x, sum))));
}
__device__ __forceinline__ float dot16(const float* q, const u16* key, float sum) {
  uint4 k = *(const uint4*)key;
  float4 a = *(const float4*)q;
  float4 b = *(const float4*)(q + 4);
  sum = fmaf(a.x, __uint_as_float(k.x << 16), sum);
  sum = fmaf(a.y, __uint_as_float(k.x & 0xFFFF0000u), sum);
  sum = fmaf(a.z, __uint_as_float(k.y << 16), sum);
  sum = fmaf(a.w, __uint_as_float(k.y & 0xFFFF0000u), sum);
  sum = fmaf(b.x, __uint_as_float(k.z << 16), sum);
  sum = fmaf(b.y, __uint_as_float(k.z & 0xFFFF0000u), sum);
  sum = fmaf(b.z, __uint_as_float(k.w << 16), sum);
  return fmaf(b.w, __uint_as_float(k.w & 0xFFFF0000u), sum);
}

// How two running softmaxes, of scores in powers of two, become one: factors of the sums so far and of those to come.
struct Merge {
  float greatest, before, added;
  __device__ Merge(float greatestBefore, float greatestAdded) {
    greatest = fmaxf(greatestBefore, greatestAdded);
    before = exp2f(greatestBefore - greatest);
    added = exp2f(greatestAdded - greatest);
  }
  __device__ float of(float sumBefore, float sumAdded) const { return fmaf(sumBefore, before, sumAdded * added); }
};

// Where the parts of a block's dynamic shared memory begin, in bytes. Java's PagedAttention computes the same.
template <class Cached>
struct Shared {
  static constexpr int kTokens = 128 / sizeof(Cached);  // cached tokens in a tile: 64 of BF16, 32 of FP32
  int queries, scores, keys, values, keyRow, valueRow, keyStage, valueStage, bytes;
  __device__ Shared(int paddedDim, int stages) {
    valueRow = paddedDim * (int)sizeof(Cached);
    keyRow = valueRow + 16;  // so that the same columns of neighbouring tokens lie in different banks
    keyStage = kTokens * keyRow;
    valueStage = kTokens * valueRow;
    queries = 0;
    scores = queries + kRows * paddedDim * 4;
    keys = scores + kRows * kTokens * 4;
    values = keys + stages * keyStage;
    bytes = values + stages * valueStage;
  }
};

// Tokens that are computed together, consecutive in one sequence.
struct Item {
  i32 firstRow;
  i32 tokens;
  // Where the partitions of a split item are put: token t, partition p of n is part firstPart + t·n + p.
  i32 firstPart;
  i32 unused;
};

// `stages` is 2 where shared memory has room to fetch the next tile meanwhile, else 1. With `split`, the block's
// partition goes to statistics [part, heads] (greatest, sum) and partials [part, heads, dim].
template <class Cached>
__device__ void attend(const CacheLayer& cache, const StepTables& step, const float* q, float* out, int heads,
                       float scale, const Item* items, int stages, bool split, float2* statistics, float* partials) {
  using Layout = Shared<Cached>;
  constexpr int kTokens = Layout::kTokens;
  constexpr int kTilesPerPartition = kPartition / kTokens;
  constexpr int kThreadsPerToken = kAttentionThreads / kTokens;
  constexpr int kPer16 = 16 / (int)sizeof(Cached);
  DYNAMIC_SHARED(shared);
  Layout layout(cache.paddedDim, stages);
  float* queries = (float*)(shared + layout.queries);
  float* scores = (float*)(shared + layout.scores);

  Item item = items[blockIdx.x];
  int firstRow = item.firstRow;
  int tokens = item.tokens;
  if (tokens <= 0) {
    return;
  }
  int group = heads / cache.kvHeads;
  int slices = (group + kRows - 1) / kRows;
  int kvHead = blockIdx.y / slices;
  int firstHead = kvHead * group + blockIdx.y % slices * kRows;
  int headsHere = (kvHead + 1) * group - firstHead;
  headsHere = headsHere < kRows ? headsHere : kRows;
  int rows = tokens * headsHere;
  int firstPosition = step.positions[firstRow];
  int context = firstPosition + tokens;
  int tiles = (context + kTokens - 1) / kTokens;
  int tile = split ? blockIdx.z * kTilesPerPartition : 0;
  int endTile = split && tile + kTilesPerPartition < tiles ? tile + kTilesPerPartition : tiles;
  if (firstPosition < 0 || tile >= tiles) {
    return;
  }

  int lane = threadIdx.x % kWarp;
  int warp = threadIdx.x / kWarp;
  int dim = cache.dim;
  int padded = cache.paddedDim;
  const i32* table = step.tables + step.tableStarts[firstRow];

  // Scores count in powers of two: log2 e joins the scale, so that the exponential is one instruction.
  for (int i = threadIdx.x; i < rows * padded; i += kAttentionThreads) {
    int r = i / padded;
    int d = i - r * padded;
    i64 at = ((i64)(firstRow + r / headsHere) * heads + firstHead + r % headsHere) * dim + d;
    queries[i] = d < dim ? q[at] * (scale * 1.4426950408889634f) : 0;
  }

  int tokenOfThread = threadIdx.x / kThreadsPerToken;
  auto fetch = [&](int which) {
    int stage = stages == 2 ? which & 1 : 0;
    int position = which * kTokens + tokenOfThread;
    bool valid = position < context;
    i64 row = cache.tokenRow(table, kvHead, valid ? position : 0);
    const Cached* key = (const Cached*)cache.keys + row * padded;
    const Cached* value = (const Cached*)cache.values + row * padded;
    u8* toKey = shared + layout.keys + stage * layout.keyStage + tokenOfThread * layout.keyRow;
    u8* toValue = shared + layout.values + stage * layout.valueStage + tokenOfThread * layout.valueRow;
    for (int i = threadIdx.x % kThreadsPerToken; i < padded / kPer16; i += kThreadsPerToken) {
      copyAsync16(toKey + 16 * i, key + i * kPer16, valid);
      copyAsync16(toValue + 16 * i, value + i * kPer16, valid);
    }
    copyAsyncCommit();
  };

  // Of the warp's rows: those of the partition, and those of all partitions before.
  float greatest[kRowsPerWarp], sum[kRowsPerWarp], allGreatest[kRowsPerWarp], allSum[kRowsPerWarp];
  float2 values[kRowsPerWarp][kPairsPerLane], allValues[kRowsPerWarp][kPairsPerLane];
#pragma unroll
  for (int j = 0; j < kRowsPerWarp; j++) {
    greatest[j] = allGreatest[j] = kNone;
    sum[j] = allSum[j] = 0;
#pragma unroll
    for (int d = 0; d < kPairsPerLane; d++) {
      values[j][d] = allValues[j][d] = make_float2(0, 0);
    }
  }

  if (stages == 2) {
    fetch(tile);
  }
  for (; tile < endTile; tile++) {
    if (stages == 2 && tile + 1 < endTile) {
      fetch(tile + 1);
      copyAsyncWait<1>();
    } else {
      if (stages == 1) {
        fetch(tile);
      }
      copyAsyncWait<0>();
    }
    __syncthreads();
    int stage = stages == 2 ? tile & 1 : 0;
    int base = tile * kTokens;

    // Scores: a thread has one cached token and every kThreadsPerToken-th row.
    {
      int token = threadIdx.x % kTokens;
      const Cached* key = (const Cached*)(shared + layout.keys + stage * layout.keyStage + token * layout.keyRow);
      constexpr int kRowsPerThread = kRows / kThreadsPerToken;
      float dots[kRowsPerThread];
#pragma unroll
      for (int j = 0; j < kRowsPerThread; j++) {
        dots[j] = 0;
      }
      int firstOfThread = threadIdx.x / kTokens;
      for (int d = 0; d < padded; d += kPer16) {
#pragma unroll
        for (int j = 0; j < kRowsPerThread; j++) {
          int r = firstOfThread + j * kThreadsPerToken;
          if (r < rows) {
            dots[j] = dot16(queries + r * padded + d, key + d, dots[j]);
          }
        }
      }
#pragma unroll
      for (int j = 0; j < kRowsPerThread; j++) {
        int r = firstOfThread + j * kThreadsPerToken;
        if (r < rows) {
          scores[r * kTokens + token] = base + token <= firstPosition + r / headsHere ? dots[j] : kNone;
        }
      }
    }
    __syncthreads();

    // Softmax and values: a warp has every kAttentionWarps-th row, its lanes pairs of a value's numbers.
#pragma unroll
    for (int j = 0; j < kRowsPerWarp; j++) {
      int r = warp + j * kAttentionWarps;
      if (r < rows) {
        float* row = scores + r * kTokens;
        float s[kTokens / kWarp];
        float top = greatest[j];
#pragma unroll
        for (int i = 0; i < kTokens / kWarp; i++) {
          s[i] = row[lane + i * kWarp];
          top = fmaxf(top, s[i]);
        }
        top = warpMax(top);
        float total = 0;
#pragma unroll
        for (int i = 0; i < kTokens / kWarp; i++) {
          float weight = s[i] == kNone ? 0.0f : exp2f(s[i] - top);
          row[lane + i * kWarp] = weight;
          total += weight;
        }
        float factor = greatest[j] == kNone ? 0.0f : exp2f(greatest[j] - top);
        sum[j] = fmaf(sum[j], factor, warpSum(total));
        greatest[j] = top;
#pragma unroll
        for (int d = 0; d < kPairsPerLane; d++) {
          values[j][d].x *= factor;
          values[j][d].y *= factor;
        }
      }
    }
    __syncwarp();
    const Cached* value = (const Cached*)(shared + layout.values + stage * layout.valueStage);
    int last = context - base < kTokens ? context - base : kTokens;
    for (int token = 0; token < last; token += 4) {
      float4 weights[kRowsPerWarp];
#pragma unroll
      for (int j = 0; j < kRowsPerWarp; j++) {
        int r = warp + j * kAttentionWarps;
        weights[j] = r < rows ? *(const float4*)(scores + r * kTokens + token) : make_float4(0, 0, 0, 0);
      }
#pragma unroll
      for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int d = 0; d < kPairsPerLane; d++) {
          int at = 2 * (lane + d * kWarp);
          if (at < padded) {
            float2 v = pairAt(value + (token + i) * padded + at);
#pragma unroll
            for (int j = 0; j < kRowsPerWarp; j++) {
              float w = i == 0 ? weights[j].x : i == 1 ? weights[j].y : i == 2 ? weights[j].z : weights[j].w;
              if (warp + j * kAttentionWarps < rows) {
                values[j][d].x = fmaf(w, v.x, values[j][d].x);
                values[j][d].y = fmaf(w, v.y, values[j][d].y);
              }
            }
          }
        }
      }
    }
    __syncthreads();

    if (!split && ((tile + 1) % kTilesPerPartition == 0 || tile + 1 == endTile)) {
#pragma unroll
      for (int j = 0; j < kRowsPerWarp; j++) {
        if (greatest[j] != kNone) {
          Merge merge(allGreatest[j], greatest[j]);
          allGreatest[j] = merge.greatest;
          allSum[j] = merge.of(allSum[j], sum[j]);
#pragma unroll
          for (int d = 0; d < kPairsPerLane; d++) {
            allValues[j][d].x = merge.of(allValues[j][d].x, values[j][d].x);
            allValues[j][d].y = merge.of(allValues[j][d].y, values[j][d].y);
            values[j][d] = make_float2(0, 0);
          }
          greatest[j] = kNone;
          sum[j] = 0;
        }
      }
    }
  }

#pragma unroll
  for (int j = 0; j < kRowsPerWarp; j++) {
    int r = warp + j * kAttentionWarps;
    if (r < rows) {
      i64 query = (i64)(firstRow + r / headsHere) * heads + firstHead + r % headsHere;
      int partitions = (tiles + kTilesPerPartition - 1) / kTilesPerPartition;
      i64 part =
          (i64)(item.firstPart + r / headsHere * partitions + (int)blockIdx.z) * heads + firstHead + r % headsHere;
      if (split && lane == 0) {
        statistics[part] = make_float2(greatest[j], sum[j]);
      }
      float* to = split ? partials + part * dim : out + query * dim;
#pragma unroll
      for (int d = 0; d < kPairsPerLane; d++) {
        int at = 2 * (lane + d * kWarp);
        if (at < dim) {
          to[at] = split ? values[j][d].x : allValues[j][d].x / allSum[j];
        }
        if (at + 1 < dim) {
          to[at + 1] = split ? values[j][d].y : allValues[j][d].y / allSum[j];
        }
      }
    }
  }
}

// The parts of attend with `split`, merged in the order of their partitions into out.
extern "C" __global__ void __launch_bounds__(kMergeThreads) attend_merge(const i32* positions, const Item* items,
                                                                         const float2* statistics,
                                                                         const float* partials, i32 heads, i32 dim,
                                                                         float* out) {
  Item item = items[blockIdx.x];
  int firstRow = item.firstRow;
  int tokens = item.tokens;
  if (tokens <= 0 || positions[firstRow] < 0) {
    return;
  }
  int context = positions[firstRow] + tokens;
  int partitions = (context + kPartition - 1) / kPartition;
  for (int t = 0; t < tokens; t++) {
    i64 query = (i64)(firstRow + t) * heads + blockIdx.y;
    for (int d = threadIdx.x; d < dim; d += kMergeThreads) {
      float greatest = kNone;
      float sum = 0;
      float value = 0;
      for (int p = 0; p < partitions; p++) {
        i64 part = (i64)(item.firstPart + t * partitions + p) * heads + blockIdx.y;
        float2 ofPart = statistics[part];
        if (ofPart.x != kNone) {
          Merge merge(greatest, ofPart.x);
          greatest = merge.greatest;
          sum = merge.of(sum, ofPart.y);
          value = merge.of(value, partials[part * dim + d]);
        }
      }
      out[query * dim + d] = value / sum;
    }
  }
}

#define ATTEND(name, Cached)                                                                                           \
  extern "C" __global__ void __launch_bounds__(kAttentionThreads, 2) attend_##name(                                    \
      u8* keys, u8* values, i32 kvHeads, i32 dim, i32 blockTokens, const i32* positions, const i32* tableStarts,       \
      const i32* tables, const float* q, float* out, i32 heads, float scale, const Item* items, i32 stages, i32 split, \
      float2* statistics, float* partials) {                                                                           \
    attend<Cached>(CacheLayer::of<Cached>(keys, values, kvHeads, dim, blockTokens), {positions, tableStarts, tables},  \
                   q, out, heads, scale, items, stages, split, statistics, partials);                                  \
  }

ATTEND(bf16, u16)
ATTEND(f32, float)

#pragma once

#include "numbers.cuh"

// The paged cache of keys and values. Of each layer, keys and values are two arrays [block][kvHead][token in
// block][value of head]; a token's values are padded with zeros to whole 16 bytes (BF16: multiples of 8, FP32: of 4),
// so that a token of a head is read 16 bytes at a time and a block's tokens of a head are one run of memory. Which
// block holds which positions stands in tables, one per sequence, one after the other.

struct CacheLayer {
  u8* keys;
  u8* values;
  int kvHeads;
  int dim;
  int paddedDim;
  int blockTokens;

  template <class Cached>
  static __device__ CacheLayer of(u8* keys, u8* values, int kvHeads, int dim, int blockTokens) {
    constexpr int kAlign = 16 / (int)sizeof(Cached);
    return {keys, values, kvHeads, dim, (dim + kAlign - 1) / kAlign * kAlign, blockTokens};
  }

  // Which row of paddedDim values of `keys` and `values` belongs to a position.
  __device__ i64 tokenRow(const i32* table, int kvHead, int position) const {
    int block = position / blockTokens;
    return ((i64)table[block] * kvHeads + kvHead) * blockTokens + (position - block * blockTokens);
  }
};

// What the host copies to the device for each step. `tableStarts[row]` is where the table of the row's sequence begins
// in `tables`; a row that holds no token has position -1.
struct StepTables {
  const i32* positions;    // [rows]
  const i32* tableStarts;  // [rows]
  const i32* tables;
};

__device__ __forceinline__ void put(float* to, float value) { *to = value; }
__device__ __forceinline__ void put(u16* to, float value) { *to = (u16)floatToBf16(value); }

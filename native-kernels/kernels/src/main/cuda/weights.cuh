#pragma once

#include "numbers.cuh"

// How a row of weights lies on the device and becomes floats in registers. Java's WeightFormat lays rows out like this:
//
//   every row begins at a multiple of 16 bytes and its padding is zero; plain types are as in the file;
//   a quantised row is cut into planes, so that quants are read 16 bytes at a time, in the order of the row's blocks:
//     Q8_0  quants (32 bytes a block), F16 scales
//     Q4_0  nibbles (16 bytes a block), F16 scales
//     Q4_1  nibbles (16 bytes a block), pairs of F16 scale and minimum
//     Q4_K  blocks of 144 bytes as in the file: they are whole 16 bytes already
//     Q6_K  low nibbles (128 bytes a block), upper bits (64), scales (16), F16 scales of scales (2)
//
// A format's unit of work is a `Raw`: what one lane reads at once, kValues weights in 16 bytes of quants and what else
// they need. `unpack` gives them by fours; `place` says where the weight of a column lies: Raw number place / kValues,
// weight place % kValues. A row of c columns has raws(c) of them; activations are put into the same order, zeros where
// there is no column.

__device__ __forceinline__ u32 word(const uint4& v, int i) { return i == 0 ? v.x : i == 1 ? v.y : i == 2 ? v.z : v.w; }

__device__ __forceinline__ constexpr i64 roundUpTo16(i64 bytes) { return (bytes + 15) / 16 * 16; }

struct WeightsF32 {
  static constexpr int kValues = 4;
  struct Raw {
    uint4 bits;
  };
  static __device__ i64 rowBytes(int columns) { return roundUpTo16(4ll * columns); }
  static __device__ int raws(int columns) { return (columns + 3) / 4; }
  static __device__ int place(int column) { return column; }
  static __device__ Raw load(const u8* row, int columns, int i) { return {loadStreaming(row + 16ll * i)}; }
  static __device__ void unpack(const Raw& raw, int quarter, float (&w)[4]) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      w[i] = __uint_as_float(word(raw.bits, i));
    }
  }
};

// What the formats of 16 bits a value have in common.
struct Weights16Bit {
  static constexpr int kValues = 8;
  struct Raw {
    uint4 bits;
  };
  static __device__ i64 rowBytes(int columns) { return roundUpTo16(2ll * columns); }
  static __device__ int raws(int columns) { return (columns + 7) / 8; }
  static __device__ int place(int column) { return column; }
  static __device__ Raw load(const u8* row, int columns, int i) { return {loadStreaming(row + 16ll * i)}; }
};

struct WeightsBF16 : Weights16Bit {
  static __device__ void unpack(const Raw& raw, int quarter, float (&w)[4]) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      u32 pair = word(raw.bits, 2 * quarter + i);
      w[2 * i] = __uint_as_float(pair << 16);
      w[2 * i + 1] = __uint_as_float(pair & 0xFFFF0000u);
    }
  }
};

struct WeightsF16 : Weights16Bit {
  static __device__ void unpack(const Raw& raw, int quarter, float (&w)[4]) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      u32 pair = word(raw.bits, 2 * quarter + i);
      w[2 * i] = halfToFloat((u16)(pair & 0xFFFFu));
      w[2 * i + 1] = halfToFloat((u16)(pair >> 16));
    }
  }
};

struct WeightsQ8_0 {
  static constexpr int kValues = 16;
  struct Raw {
    uint4 quants;
    float scale;
  };
  static __device__ i64 rowBytes(int columns) { return roundUpTo16(columns / 32 * 34ll); }
  static __device__ int raws(int columns) { return columns / 16; }
  static __device__ int place(int column) { return column; }
  static __device__ Raw load(const u8* row, int columns, int i) {
    const u16* scales = (const u16*)(row + columns);
    return {loadStreaming(row + 16ll * i), halfToFloat(scales[i / 2])};
  }
  static __device__ void unpack(const Raw& raw, int quarter, float (&w)[4]) {
    u32 four = word(raw.quants, quarter) ^ 0x80808080u;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      w[i] = raw.scale * (smallToFloat((four >> (8 * i)) & 0xFFu) - 128.0f);
    }
  }
};

struct WeightsQ4_0 {
  static constexpr int kValues = 32;
  struct Raw {
    uint4 nibbles;
    float scale;
  };
  static __device__ i64 rowBytes(int columns) { return roundUpTo16(columns / 32 * 18ll); }
  static __device__ int raws(int columns) { return columns / 32; }
  static __device__ int place(int column) { return column; }
  static __device__ Raw load(const u8* row, int columns, int i) {
    const u16* scales = (const u16*)(row + columns / 2);
    return {loadStreaming(row + 16ll * i), halfToFloat(scales[i])};
  }
  static __device__ void unpack(const Raw& raw, int quarter, float (&w)[4]) {
    u32 four = word(raw.nibbles, quarter & 3) >> (quarter & 4);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      w[i] = raw.scale * (smallToFloat((four >> (8 * i)) & 15u) - 8.0f);
    }
  }
};

struct WeightsQ4_1 {
  static constexpr int kValues = 32;
  struct Raw {
    uint4 nibbles;
    float scale, minimum;
  };
  static __device__ i64 rowBytes(int columns) { return roundUpTo16(columns / 32 * 20ll); }
  static __device__ int raws(int columns) { return columns / 32; }
  static __device__ int place(int column) { return column; }
  static __device__ Raw load(const u8* row, int columns, int i) {
    u32 pair = ((const u32*)(row + columns / 2))[i];
    return {loadStreaming(row + 16ll * i), halfToFloat((u16)(pair & 0xFFFFu)), halfToFloat((u16)(pair >> 16))};
  }
  static __device__ void unpack(const Raw& raw, int quarter, float (&w)[4]) {
    u32 four = word(raw.nibbles, quarter & 3) >> (quarter & 4);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      w[i] = fmaf(raw.scale, smallToFloat((four >> (8 * i)) & 15u), raw.minimum);
    }
  }
};

// Eight lanes share a block: 16 bytes of quants are 16 values of an even group (low nibbles) and 16 of the next.
struct WeightsQ4_K {
  static constexpr int kValues = 32;
  struct Raw {
    uint4 nibbles;
    float scale[2], minimum[2];
  };
  static __device__ i64 rowBytes(int columns) { return columns / 256 * 144ll; }
  static __device__ int raws(int columns) { return columns / 32; }
  static __device__ int place(int column) {
    int pairOfGroups = column / 64;
    int high = column / 32 % 2;
    int half = column / 16 % 2;
    return (pairOfGroups * 2 + half) * 32 + high * 16 + column % 16;
  }
  static __device__ Raw load(const u8* row, int columns, int i) {
    const u8* block = row + i / 8 * 144ll;
    Raw raw;
    raw.nibbles = loadStreaming(block + 16 + i % 8 * 16);
    uint4 head = *(const uint4*)block;
    float scales = halfToFloat((u16)(head.x & 0xFFFFu));
    float minima = halfToFloat((u16)(head.x >> 16));
    // Twelve bytes hold eight pairs of six bits: of groups 0-3 in bytes 0-3 (scales) and 4-7 (minima), of groups 4-7 in
    // the nibbles of bytes 8-11 with the upper two bits of bytes 0-7.
    int pair = i % 8 / 2;
#pragma unroll
    for (int g = 0; g < 2; g++) {
      int shift = (2 * pair + g) % 4 * 8;
      u32 a = head.y >> shift;
      u32 b = head.z >> shift;
      u32 both = head.w >> shift;
      u32 scale = pair < 2 ? a & 63u : (both & 15u) | ((a >> 6 & 3u) << 4);
      u32 minimum = pair < 2 ? b & 63u : (both >> 4 & 15u) | ((b >> 6 & 3u) << 4);
      raw.scale[g] = scales * smallToFloat(scale);
      raw.minimum[g] = -minima * smallToFloat(minimum);
    }
    return raw;
  }
  static __device__ void unpack(const Raw& raw, int quarter, float (&w)[4]) {
    u32 four = word(raw.nibbles, quarter & 3) >> (quarter & 4);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      w[i] = fmaf(raw.scale[quarter / 4], smallToFloat((four >> (8 * i)) & 15u), raw.minimum[quarter / 4]);
    }
  }
};

// Eight lanes share a block, four each half of 128 values in runs of 32: 16 bytes of low nibbles are 16 values of run 0
// or 1 and 16 of the run two further; 16 bytes of upper bits serve both, and the lane that has the other pair of runs.
struct WeightsQ6_K {
  static constexpr int kValues = 32;
  struct Raw {
    uint4 low, high;
    float scale[2];
  };
  static __device__ i64 rowBytes(int columns) { return roundUpTo16(columns / 256 * 210ll); }
  static __device__ int raws(int columns) { return columns / 32; }
  static __device__ int place(int column) {
    int halfBlock = column / 128;
    int run = column / 32 % 4;
    int halfRun = column / 16 % 2;
    return (halfBlock * 4 + run % 2 * 2 + halfRun) * 32 + run / 2 * 16 + column % 16;
  }
  static __device__ Raw load(const u8* row, int columns, int i) {
    int blocks = columns / 256;
    const u8* high = row + blocks * 128ll;
    const i8* scales = (const i8*)(row + blocks * 192ll);
    const u16* scalesOfScales = (const u16*)(row + blocks * 208ll);
    int halfBlock = i / 4;
    int run = i / 2 % 2;
    int halfRun = i % 2;
    Raw raw;
    raw.low = loadStreaming(row + 16ll * i);
    raw.high = *(const uint4*)(high + (halfBlock * 2 + halfRun) * 16ll);
    float scale = halfToFloat(scalesOfScales[i / 8]);
    raw.scale[0] = scale * (float)scales[halfBlock * 8 + run * 2 + halfRun];
    raw.scale[1] = scale * (float)scales[halfBlock * 8 + (run + 2) * 2 + halfRun];
    // The upper bits of this lane's runs go to bits 0-1 and 4-5 of their bytes.
    raw.high.x >>= 2 * run;
    raw.high.y >>= 2 * run;
    raw.high.z >>= 2 * run;
    raw.high.w >>= 2 * run;
    return raw;
  }
  static __device__ void unpack(const Raw& raw, int quarter, float (&w)[4]) {
    int shift = quarter & 4;
    u32 low = word(raw.low, quarter & 3) >> shift;
    u32 high = word(raw.high, quarter & 3) >> shift;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      u32 bits = ((low >> (8 * i)) & 15u) | ((high >> (8 * i)) & 3u) << 4;
      w[i] = raw.scale[quarter / 4] * (smallToFloat(bits) - 32.0f);
    }
  }
};

#pragma once

#include "device.cuh"

// Conversions, sums over a warp, and functions of one number.

__device__ __forceinline__ float bf16ToFloat(u32 bits) { return __uint_as_float(bits << 16); }

// The nearest BF16, ties to even; NaN stays NaN.
__device__ __forceinline__ u32 floatToBf16(float value) {
  u32 bits = __float_as_uint(value);
  u32 rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  return (bits & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FFFu : rounded;
}

// Two BF16 in one register, the first in the lower half.
__device__ __forceinline__ u32 packBf16(float first, float second) {
  return floatToBf16(first) | (floatToBf16(second) << 16);
}

// An unsigned number below 2^23 as a float: one logical operation and one addition instead of the slow conversion unit.
__device__ __forceinline__ float smallToFloat(u32 number) { return __uint_as_float(number | 0x4B000000u) - 8388608.0f; }

template <class Number>
__device__ __forceinline__ Number warpSum(Number value) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(kAllLanes, value, offset);
  }
  return value;
}

__device__ __forceinline__ float warpMax(float value) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value = fmaxf(value, __shfl_xor_sync(kAllLanes, value, offset));
  }
  return value;
}

// Sums each of N numbers (a power of two up to 32) over the warp with about N shuffles instead of 5·N: in each step a
// lane gives away the half it won't keep. Lane l returns the sum of number l >> (5 - log2 N), so that 32 / N lanes hold
// each.
template <int N, int kGiven = N, int kOffset = kWarp / 2>
__device__ __forceinline__ float warpSums(float (&v)[kGiven], int lane) {
  static_assert((N & (N - 1)) == 0 && kGiven <= kWarp);
  if constexpr (N > 1) {
    bool upper = lane & kOffset;
#pragma unroll
    for (int i = 0; i < N / 2; i++) {
      float given = upper ? v[i] : v[i + N / 2];
      float kept = upper ? v[i + N / 2] : v[i];
      v[i] = kept + __shfl_xor_sync(kAllLanes, given, kOffset);
    }
    return warpSums<N / 2, kGiven, kOffset / 2>(v, lane);
  } else {
    float sum = v[0];
#pragma unroll
    for (int offset = kOffset; offset > 0; offset /= 2) {
      sum += __shfl_xor_sync(kAllLanes, sum, offset);
    }
    return sum;
  }
}

__device__ __forceinline__ float silu(float x) { return x / (1.0f + expf(-x)); }

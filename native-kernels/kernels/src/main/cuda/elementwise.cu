#include "numbers.cuh"

// What cuBLAS leaves to do after its matrix products over many rows; the tiles of tile_linear.cu do the same before
// they store their sums.
//
// add_bias: out[r][o] += bias[o]. out FP32 [rows, stride], bias FP32 [outputs].
//
// silu_multiply: out[r][o] = silu(gate[r][o]) · out[r][o], where out holds the products with the up layer. gate FP32
// [rows, gateStride], out FP32 [rows, outStride].
//
// Limit: the bandwidth of the device's memory, or of its L2 cache where the product just left its result there. It must
// move 8 · rows · outputs bytes for add_bias and 12 for silu_multiply. Geometry: grid (rows, ceil(outputs /
// (kElementThreads · kElements))), rows along x, as a grid has no more than 65535 blocks along y; blocks of
// kElementThreads; a thread's elements lie kElementThreads apart, so that neighbours take neighbouring words and
// several loads of a thread are on their way at once. Preconditions: strides at least outputs; gate and out don't
// overlap.

constexpr int kElementThreads = 256;
constexpr int kElements = 4;

__device__ __forceinline__ int firstElement() {
  return (int)blockIdx.y * kElementThreads * kElements + (int)threadIdx.x;
}

extern "C" __global__ void __launch_bounds__(kElementThreads) add_bias(float* out, const float* bias, i32 outputs,
                                                                       i32 stride) {
  float* row = out + (i64)blockIdx.x * stride;
  int first = firstElement();
#pragma unroll
  for (int i = 0; i < kElements; i++) {
    int o = first + i * kElementThreads;
    if (o < outputs) {
      row[o] += bias[o];
    }
  }
}

extern "C" __global__ void __launch_bounds__(kElementThreads) silu_multiply(const float* gate, float* out, i32 outputs,
                                                                            i32 gateStride, i32 outStride) {
  const float* gates = gate + (i64)blockIdx.x * gateStride;
  float* row = out + (i64)blockIdx.x * outStride;
  int first = firstElement();
#pragma unroll
  for (int i = 0; i < kElements; i++) {
    int o = first + i * kElementThreads;
    if (o < outputs) {
      row[o] = silu(gates[o]) * row[o];
    }
  }
}

// Kernels with the faults that the emulator has to find.
#include "emulator/device.h"

extern "C" __global__ void no_barrier(const float* x, float* y) {
  __shared__
  float values[64];
  values[threadIdx.x] = x[threadIdx.x];
  y[threadIdx.x] = values[threadIdx.x ^ 32];
}

extern "C" __global__ void no_warp_barrier(const float* x, float* y) {
  __shared__
  float values[32];
  values[threadIdx.x] = x[threadIdx.x];
  y[threadIdx.x] = values[threadIdx.x ^ 1];
}

extern "C" __global__ void no_copy_wait(const float* x, float* y) {
  __shared__
  __align__(16) float values[128];
  copyAsync16(values + 4 * threadIdx.x, x + 4 * threadIdx.x);
  copyAsyncCommit();
  __syncthreads();
  y[threadIdx.x] = values[4 * threadIdx.x];
}

extern "C" __global__ void one_too_far(const float* x, float* y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) y[i] = x[i];
}

extern "C" __global__ void one_too_early(float* y) { y[static_cast<int>(threadIdx.x) - 1] = 1; }

extern "C" __global__ void divergent_barrier(float* y) {
  if (threadIdx.x < 32) {
    __syncthreads();
    y[threadIdx.x] = 1;
  } else {
    __syncthreads();
    y[threadIdx.x] = 2;
  }
}

extern "C" __global__ void barrier_without_some(float* y) {
  if (threadIdx.x >= 40) return;
  __syncthreads();
  y[threadIdx.x] = 1;
}

extern "C" __global__ void wrong_mask(float* y) {
  float v = threadIdx.x;
  if (threadIdx.x < 16) v = __shfl_xor_sync(0xFFFFFFFFu, v, 1);
  __syncthreads();
  y[threadIdx.x] = v;
}

extern "C" __global__ void mask_without_self(float* y) { y[threadIdx.x] = __shfl_xor_sync(0x0000FFFFu, 1.0f, 1); }

extern "C" __global__ void past_dynamic(float* y) {
  DYNAMIC_SHARED(bytes);
  float* values = reinterpret_cast<float*>(bytes);
  values[threadIdx.x + 1] = 1;
  __syncthreads();
  y[threadIdx.x] = values[threadIdx.x];
}

extern "C" __global__ void endless(volatile int* flag) {
  while (*flag == 0) {
  }
}

extern "C" __global__ void divide(int* x) { x[0] = x[0] / x[1]; }

extern "C" __global__ void through_table(float* const* table, float* y) { y[0] = table[0][0]; }

extern "C" __global__ void past_static(float* y, int by) {
  __shared__
  float values[32];
  values[threadIdx.x + by] = 1;
  __syncthreads();
  y[threadIdx.x] = values[threadIdx.x];
}

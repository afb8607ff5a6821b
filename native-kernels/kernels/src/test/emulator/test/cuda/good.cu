// Kernels that do what CUDA allows.
#include "emulator/device.h"

extern "C" __global__ void scale(const float* x, float* y, int n, float factor) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = x[i] * factor;
}

extern "C" __global__ void __launch_bounds__(256) sum_rows(const float* x, float* y, int columns) {
  __shared__
  float parts[8];
  float sum = 0;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += x[blockIdx.x * columns + i];
  for (int lanes = 16; lanes > 0; lanes /= 2) sum += __shfl_xor_sync(0xFFFFFFFFu, sum, lanes);
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    sum = 0;
    for (int i = 0; i < blockDim.x / 32; i++) sum += parts[i];
    y[blockIdx.x] = sum;
  }
}

extern "C" __global__ void reverse_dynamic(const float* x, float* y, int n) {
  DYNAMIC_SHARED(bytes);
  float* values = reinterpret_cast<float*>(bytes);
  values[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = values[n - 1 - threadIdx.x];
}

extern "C" __global__ void count(unsigned* counter) { atomicAdd(counter, 1u); }

// c = a b for a of 16x16 and b of 16x8, both BF16; b is stored by columns.
extern "C" __global__ void multiply_tile(const unsigned short* a, const unsigned short* b, float* c) {
  __shared__
  __align__(16) unsigned short tile[16 * 16 + 8 * 16];
  const int lane = threadIdx.x;
  for (int i = lane; i < 32; i += 32) copyAsync16(tile + 8 * i, a + 8 * i);
  if (lane < 16) copyAsync16(tile + 256 + 8 * lane, b + 8 * lane);
  copyAsyncCommit();
  copyAsyncWait<0>();
  __syncwarp();
  uint32_t left[4], right[4];
  loadMatrices(left, tile + (lane % 16) * 16 + lane / 16 * 8);
  loadMatrices(right, tile + 256 + (lane % 8) * 16 + lane / 8 % 2 * 8);
  float sums[4] = {0, 0, 0, 0};
  multiplyAdd16x8x16(sums, left, right[0], right[1]);
  const int group = lane / 4, pair = lane % 4;
  for (int i = 0; i < 4; i++) c[(group + 8 * (i / 2)) * 8 + 2 * pair + i % 2] = sums[i];
}

// Waits for another device's flag, sets the own one first.
extern "C" __global__ void meet(uint32_t* mine, const uint32_t* theirs, float* seen, const float* data) {
  if (threadIdx.x == 0) storeReleaseSystem(mine, 1);
  if (threadIdx.x == 1) {
    while (loadAcquireSystem(theirs) != 1) {
    }
  }
  __syncthreads();
  if (threadIdx.x == 2) *seen = *data;
}

extern "C" __global__ void vote(int* results) {
  const int odd = threadIdx.x & 1;
  const unsigned ballot = __ballot_sync(0xFFFFFFFFu, odd);
  const int any = __syncthreads_or(threadIdx.x == 40), all = __syncthreads_and(odd), some = __syncthreads_count(odd);
  if (threadIdx.x == 0) {
    results[0] = static_cast<int>(ballot);
    results[1] = any;
    results[2] = all;
    results[3] = some;
  }
}

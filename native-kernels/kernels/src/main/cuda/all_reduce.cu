#include "numbers.cuh"

// The sum over all devices of their parts of a projection, added to the residual, in one step over peer memory:
//   residual[t] += part 0 [t] + part 1 [t] + ...,
// in the order of the ranks on every device, so that all hold the same residual to the bit. The squares of each row are
// summed up on the way, so that the next layer's norm need not read the row for them.
//
// parts: one FP32 matrix [rows, columns] per device, `parts[rank]` its address; residual [rows, columns] FP32; squares
// [rows, slices] with slices = ceil(columns / kSlice), or null. Limit: latency, and for prompts the links: it reads
// (devices - 1) · 4 · rows · columns bytes from peers.
//
// Before it reads, block b tells block b of every device that this device's part is written, and waits for their word:
// a count of the steps so far in flags[rank] [blocks, kMaxDevices]. Nobody waits at the end: callers take two sets of
// parts by turns, and who writes a set anew has heard since that everybody was past reading it. Every device launches
// the same grid in the same order.
//
// A device that fails never tells: who waits looks at `abort` from time to time, a word of the host's memory that
// becomes other than zero then, and leaves the residual as it is. Without flags nobody waits: the parts are this
// device's own copies, and complete; counts and abort are not looked at.
//
// Grid (any number of blocks up to what runs at once on every device), blocks of kReduceThreads. Preconditions: flags
// and counts zero at the start, parts reachable from this device, 2 <= devices <= kMaxDevices.

constexpr int kReduceThreads = 256;
constexpr int kSlice = 4 * kReduceThreads;
constexpr int kMaxDevices = 8;
constexpr u32 kSpinsPerLook = 4096;

extern "C" __global__ void __launch_bounds__(kReduceThreads) all_reduce_add(float* residual, const float* const* parts,
                                                                            u32* const* flags, u32* counts, i32 rank,
                                                                            i32 devices, i32 rows, i32 columns,
                                                                            float* squares, const u32* abort) {
  __shared__ u32 step;
  __shared__ u32 aborted;
  __shared__ float sums[kReduceThreads / kWarp];
  if (threadIdx.x == 0) {
    aborted = 0;
    if (flags) {
      step = counts[blockIdx.x] + 1;
      counts[blockIdx.x] = step;
    }
  }
  __syncthreads();
  if (flags && (int)threadIdx.x < devices) {
    storeReleaseSystem(flags[threadIdx.x] + blockIdx.x * kMaxDevices + rank, step);
    const u32* mine = flags[rank] + blockIdx.x * kMaxDevices + threadIdx.x;
    // Counts may wrap around: the difference says who is ahead.
    u32 spins = 0;
    while ((i32)(loadAcquireSystem(mine) - step) < 0) {
      if (++spins % kSpinsPerLook == 0 && loadAcquireSystem(abort) != 0) {
        aborted = 1;
        break;
      }
    }
  }
  __syncthreads();
  if (aborted) {
    return;
  }
  int slices = (columns + kSlice - 1) / kSlice;
  i64 total = (i64)rows * slices;
  for (i64 work = blockIdx.x; work < total; work += gridDim.x) {
    int row = (int)(work / slices);
    int column = (int)(work % slices) * kSlice + 4 * threadIdx.x;
    i64 at = (i64)row * columns + column;
    float square = 0;
    if (columns % 4 == 0 && column < columns) {
      float4 sum = *(const float4*)(parts[0] + at);
#pragma unroll
      for (int device = 1; device < kMaxDevices; device++) {
        if (device < devices) {
          float4 part = *(const float4*)(parts[device] + at);
          sum = make_float4(sum.x + part.x, sum.y + part.y, sum.z + part.z, sum.w + part.w);
        }
      }
      float4 to = *(float4*)(residual + at);
      to = make_float4(to.x + sum.x, to.y + sum.y, to.z + sum.z, to.w + sum.w);
      *(float4*)(residual + at) = to;
      square = fmaf(to.x, to.x, fmaf(to.y, to.y, fmaf(to.z, to.z, to.w * to.w)));
    } else {
      for (int i = 0; i < 4 && column + i < columns; i++) {
        float sum = parts[0][at + i];
        for (int device = 1; device < devices; device++) {
          sum += parts[device][at + i];
        }
        float to = residual[at + i] + sum;
        residual[at + i] = to;
        square = fmaf(to, to, square);
      }
    }
    if (squares) {
      square = warpSum(square);
      if (threadIdx.x % kWarp == 0) {
        sums[threadIdx.x / kWarp] = square;
      }
      __syncthreads();
      if (threadIdx.x == 0) {
        float all = 0;
        for (int w = 0; w < kReduceThreads / kWarp; w++) {
          all += sums[w];
        }
        squares[work] = all;
      }
      __syncthreads();
    }
  }
}

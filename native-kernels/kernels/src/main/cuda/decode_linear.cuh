#pragma once

#include "weights.cuh"

// Linear layers over few rows (1-16, or any number if weights aren't BF16): out = x·Wᵀ, or silu(x·gateᵀ) ⊙ (x·upᵀ),
// FP32 products and sums over weights as they are stored.
//
// Limit: the bandwidth of the device's memory. Each weight is read once for all rows of a block (16 bytes a lane, past
// the L1 cache); activations come from the L2 cache, outputs are few. While one Raw is multiplied the next is on its
// way: with the blocks of a multiprocessor together about 32 KiB are in flight, which is what latency times bandwidth
// asks for on an H100.
//
// A block of kDecodeThreads holds up to kRows rows of activations in shared memory, kChunk columns at a time; its warps
// take kOutputs weight rows at a time, a lane every 32nd Raw of each; the sums of the lanes are added at the end. Every
// sum has the same order whatever the other rows, so a row comes out the same to the bit in any batch that the same
// kRows serves. Activations lie in shared memory in the order in which lanes want them, four floats of each lane side
// by side, so that no two lanes ask for the same bank.
//
// Grid (any number of blocks, ceil(rows / kRows)): blockIdx.x takes its share of the outputs. Dynamic shared memory:
// kRows * min(kChunk, columns rounded up to a lane order's tile) * 4 bytes. Preconditions: weight rows as WeightFormat
// lays them out, at multiples of 16 bytes; x at a multiple of 16 bytes; at least one output; out doesn't overlap x;
// gated_T_N has a gain, as it always normalises.

constexpr int kDecodeThreads = 256;
constexpr int kDecodeWarps = kDecodeThreads / kWarp;

// Blocks that a multiprocessor must have room for: 128 registers a thread. Sixteen rows of quantised weights are bound
// by arithmetic and need more registers than that.
template <class Format, int kRows>
constexpr int kDecodeBlocks = Format::kValues > 8 && kRows >= 16 ? 1 : 2;

// Rows of activations, normalised on the way: x[t] · gain / rms(x[t]). Without a gain they are taken as they are.
struct DecodeInput {
  const float* x;       // [.., columns]
  const i32* rowIndex;  // [rows] which rows of x, or null for the first ones
  int rows;             // rows of the whole launch
  int columns;
  const float* gain;  // [columns] or null
  float epsilon;
  const float* squares;  // [.., slices] sums of the squares of each row of x, if they are known, or null
  int slices;
};

template <class Format, int kRows>
struct DecodeTile {
  static constexpr int kTile = kWarp * Format::kValues;
  static constexpr int kFit = 8192 / kRows / kTile * kTile;
  static constexpr int kChunk = kFit < kTile ? kTile : kFit;
  static constexpr int kOutputs = kRows >= 16 || Format::kValues > 8 ? 2 : 4;
  static constexpr int kSums = kRows * kOutputs;

  const DecodeInput& in;
  float* staged;
  int first;  // the block's first row
  int limit;  // columns that are staged at a time

  __device__ DecodeTile(const DecodeInput& input, float* shared) : in(input), staged(shared) {
    first = blockIdx.y * kRows;
    int tiles = (in.columns + kTile - 1) / kTile;
    limit = tiles * kTile < kChunk ? tiles * kTile : kChunk;
  }

  // Row t of the block, or null when there is none.
  __device__ const float* row(int t) const {
    int row = first + t;
    if (row >= in.rows) {
      return nullptr;
    }
    return in.x + (i64)(in.rowIndex ? in.rowIndex[row] : row) * in.columns;
  }

  // Puts columns [from, from + limit) of all rows into shared memory, times the gain. All threads; a barrier before and
  // after.
  __device__ void stage(int from) const {
    bool whole = in.columns % 4 == 0;
    int quads = limit / 4;
    for (int i = threadIdx.x; i < kRows * quads; i += kDecodeThreads) {
      int t = kRows == 1 ? 0 : i / quads;
      int c = (i - t * quads) * 4;
      int column = from + c;
      const float* source = row(t);
      float v[4] = {0, 0, 0, 0};
      if (source && whole && column < in.columns) {
        float4 four = *(const float4*)(source + column);
        v[0] = four.x, v[1] = four.y, v[2] = four.z, v[3] = four.w;
      } else if (source) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
          v[j] = column + j < in.columns ? source[column + j] : 0;
        }
      }
      if (in.gain) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
          v[j] *= column + j < in.columns ? in.gain[column + j] : 0;
        }
      }
      int place = Format::place(c);
      int tile = place / kTile;
      int lane = place % kTile / Format::kValues;
      int quarter = place % Format::kValues / 4;
      float* to = staged + t * limit + tile * kTile + (quarter * kWarp + lane) * 4;
      *(float4*)to = make_float4(v[0], v[1], v[2], v[3]);
    }
  }

  // 1 / rms of each row into `scales`; all threads. The barrier after it is the caller's.
  __device__ void rootMeanSquares(float* scales, float (*parts)[kDecodeWarps]) const {
    if (in.squares) {
      int row = first + threadIdx.x;
      if (threadIdx.x < kRows && row < in.rows) {
        const float* squares = in.squares + (i64)(in.rowIndex ? in.rowIndex[row] : row) * in.slices;
        float sum = 0;
        for (int i = 0; i < in.slices; i++) {
          sum += squares[i];
        }
        scales[threadIdx.x] = 1.0f / sqrtf(sum / (float)in.columns + in.epsilon);
      }
      return;
    }
    int lane = threadIdx.x % kWarp;
    int warp = threadIdx.x / kWarp;
#pragma unroll 1
    for (int t = 0; t < kRows; t++) {
      const float* source = row(t);
      float squares = 0;
      if (source) {
        for (int c = threadIdx.x; c < in.columns; c += kDecodeThreads) {
          squares = fmaf(source[c], source[c], squares);
        }
      }
      squares = warpSum(squares);
      if (lane == 0) {
        parts[t][warp] = squares;
      }
    }
    __syncthreads();
    if (threadIdx.x < kRows) {
      float sum = 0;
      for (int w = 0; w < kDecodeWarps; w++) {
        sum += parts[threadIdx.x][w];
      }
      scales[threadIdx.x] = 1.0f / sqrtf(sum / (float)in.columns + in.epsilon);
    }
  }

  // For all outputs of this block: `rows(group, w)` gives the kOutputs weight rows of a group of outputs, `done(group,
  // sums)` takes the sums: lane l has that of number l >> (5 - log2 kSums), numbers counting rows of activations within
  // weight rows.
  template <class Rows, class Done>
  __device__ void run(int groups, Rows rows, Done done) const {
    int lane = threadIdx.x % kWarp;
    int warp = threadIdx.x / kWarp;
    int begin = (int)((i64)groups * blockIdx.x / gridDim.x);
    int end = (int)((i64)groups * (blockIdx.x + 1) / gridDim.x);
    int raws = Format::raws(in.columns);
    bool several = limit < in.columns;
    bool ready = false;
    for (int round = begin; round < end; round += kDecodeWarps) {
      int group = round + warp;
      bool active = group < end;
      const u8* w[kOutputs];
      typename Format::Raw next[kOutputs];
      if (active) {
        rows(group, w);
        load(w, lane, raws, next);
      }
      float sums[kSums];
#pragma unroll
      for (int i = 0; i < kSums; i++) {
        sums[i] = 0;
      }
      for (int from = 0; from < in.columns; from += limit) {
        if (several || !ready) {
          __syncthreads();
          stage(from);
          __syncthreads();
          ready = true;
        }
        if (active) {
          int firstRaw = from / Format::kValues;
          int lastRaw = firstRaw + limit / Format::kValues;
          for (int raw = firstRaw + lane; raw < lastRaw && raw - lane < raws; raw += kWarp) {
            typename Format::Raw now[kOutputs];
#pragma unroll
            for (int r = 0; r < kOutputs; r++) {
              now[r] = next[r];
            }
            if (raw + kWarp < raws) {
              load(w, raw + kWarp, raws, next);
            }
            if (raw < raws) {
              multiply(now, staged + (raw - lane - firstRaw) * Format::kValues + lane * 4, sums);
            }
          }
        }
      }
      if (active) {
        done(group, warpSums<kSums>(sums, lane));
      }
    }
  }

 private:
  __device__ void load(const u8* const (&w)[kOutputs], int raw, int raws, typename Format::Raw (&to)[kOutputs]) const {
    if (raw < raws) {
#pragma unroll
      for (int r = 0; r < kOutputs; r++) {
        to[r] = Format::load(w[r], in.columns, raw);
      }
    }
  }

  __device__ void multiply(const typename Format::Raw (&raw)[kOutputs], const float* x, float (&sums)[kSums]) const {
#pragma unroll
    for (int quarter = 0; quarter < Format::kValues / 4; quarter++) {
      float w[kOutputs][4];
#pragma unroll
      for (int r = 0; r < kOutputs; r++) {
        Format::unpack(raw[r], quarter, w[r]);
      }
#pragma unroll
      for (int t = 0; t < kRows; t++) {
        float4 v = *(const float4*)(x + t * limit + quarter * kWarp * 4);
#pragma unroll
        for (int r = 0; r < kOutputs; r++) {
          float& sum = sums[r * kRows + t];
          sum = fmaf(w[r][0], v.x, sum);
          sum = fmaf(w[r][1], v.y, sum);
          sum = fmaf(w[r][2], v.z, sum);
          sum = fmaf(w[r][3], v.w, sum);
        }
      }
    }
  }
};

// One weight and where its outputs go.
struct DecodeTarget {
  const u8* weights;  // [outputs, columns] in the format
  const float* bias;  // [outputs] or null
  float* out;         // [rows, outputs], rows `stride` values apart; may lie on another device
  int outputs;
  int stride;
};

// Up to three layers that read the same activations, as one list of outputs; the result is stored, or added to what is
// there.
template <class Format, int kRows>
__device__ void project(const DecodeInput& in, const DecodeTarget (&targets)[3], bool add) {
  using Tile = DecodeTile<Format, kRows>;
  DYNAMIC_SHARED(shared);
  __shared__ float scales[kRows];
  __shared__ float parts[kRows][kDecodeWarps];
  Tile tile(in, (float*)shared);
  if (in.gain) {
    tile.rootMeanSquares(scales, parts);
  }
  int total = targets[0].outputs + targets[1].outputs + targets[2].outputs;
  i64 rowBytes = Format::rowBytes(in.columns);
  int lane = threadIdx.x % kWarp;
  // Which layer an output belongs to, and its number there.
  auto locate = [&](int& output) {
    int which = 0;
    if (output >= targets[0].outputs) {
      output -= targets[0].outputs;
      which = output >= targets[1].outputs ? 2 : 1;
      output -= which == 2 ? targets[1].outputs : 0;
    }
    return which;
  };
  tile.run(
      (total + Tile::kOutputs - 1) / Tile::kOutputs,
      [&](int group, const u8*(&w)[Tile::kOutputs]) {
#pragma unroll
        for (int r = 0; r < Tile::kOutputs; r++) {
          int output = group * Tile::kOutputs + r;
          output = output < total ? output : total - 1;
          int which = locate(output);
          const u8* weights = which == 0 ? targets[0].weights : which == 1 ? targets[1].weights : targets[2].weights;
          w[r] = weights + output * rowBytes;
        }
      },
      [&](int group, float sum) {
        constexpr int kShare = kWarp / Tile::kSums;
        int number = lane / kShare;
        int output = group * Tile::kOutputs + number / kRows;
        int t = number % kRows;
        int row = tile.first + t;
        if (lane % kShare != 0 || output >= total || row >= in.rows) {
          return;
        }
        int which = locate(output);
        const float* bias = which == 0 ? targets[0].bias : which == 1 ? targets[1].bias : targets[2].bias;
        float* out = which == 0 ? targets[0].out : which == 1 ? targets[1].out : targets[2].out;
        int stride = which == 0 ? targets[0].stride : which == 1 ? targets[1].stride : targets[2].stride;
        float value = (in.gain ? sum * scales[t] : sum) + (bias ? bias[output] : 0);
        i64 at = (i64)row * stride + output;
        out[at] = add ? out[at] + value : value;
      });
}

// out = silu(x·gateᵀ) ⊙ (x·upᵀ); a warp takes the same outputs of both.
template <class Format, int kRows>
__device__ void gated(const DecodeInput& in, const u8* gate, const u8* up, float* out, int outputs) {
  using Tile = DecodeTile<Format, kRows>;
  constexpr int kPairs = Tile::kOutputs / 2;
  DYNAMIC_SHARED(shared);
  __shared__ float scales[kRows];
  __shared__ float parts[kRows][kDecodeWarps];
  Tile tile(in, (float*)shared);
  tile.rootMeanSquares(scales, parts);
  i64 rowBytes = Format::rowBytes(in.columns);
  int lane = threadIdx.x % kWarp;
  tile.run((outputs + kPairs - 1) / kPairs,
           [&](int group, const u8*(&w)[Tile::kOutputs]) {
#pragma unroll
             for (int p = 0; p < kPairs; p++) {
               int output = group * kPairs + p;
               output = output < outputs ? output : outputs - 1;
               w[2 * p] = gate + output * rowBytes;
               w[2 * p + 1] = up + output * rowBytes;
             }
           },
           [&](int group, float sum) {
             constexpr int kShare = kWarp / Tile::kSums;
             int number = lane / kShare;
             float other = __shfl_xor_sync(kAllLanes, sum, kShare * kRows);
             int output = group * kPairs + number / kRows / 2;
             int t = number % kRows;
             int row = tile.first + t;
             bool isGate = number / kRows % 2 == 0;
             if (lane % kShare == 0 && isGate && output < outputs && row < in.rows) {
               out[(i64)row * outputs + output] = silu(sum * scales[t]) * (other * scales[t]);
             }
           });
}

#define DECODE_KERNELS(name, Format, kRows)                                                                            \
  extern "C" __global__ void __launch_bounds__(kDecodeThreads, kDecodeBlocks<Format, kRows>) project_##name##_##kRows( \
      const float* x, const i32* rowIndex, i32 rows, i32 columns, const float* gain, float epsilon,                    \
      const float* squares, i32 slices, const u8* w0, const float* bias0, float* out0, i32 outputs0, i32 stride0,      \
      const u8* w1, const float* bias1, float* out1, i32 outputs1, i32 stride1, const u8* w2, const float* bias2,      \
      float* out2, i32 outputs2, i32 stride2, i32 add) {                                                               \
    project<Format, kRows>({x, rowIndex, rows, columns, gain, epsilon, squares, slices},                               \
                           {{w0, bias0, out0, outputs0, stride0},                                                      \
                            {w1, bias1, out1, outputs1, stride1},                                                      \
                            {w2, bias2, out2, outputs2, stride2}},                                                     \
                           add);                                                                                       \
  }                                                                                                                    \
  extern "C" __global__ void __launch_bounds__(kDecodeThreads, kDecodeBlocks<Format, kRows>) gated_##name##_##kRows(   \
      const float* x, i32 rows, i32 columns, const float* gain, float epsilon, const float* squares, i32 slices,       \
      const u8* gate, const u8* up, float* out, i32 outputs) {                                                         \
    gated<Format, kRows>({x, nullptr, rows, columns, gain, epsilon, squares, slices}, gate, up, out, outputs);         \
  }

#include "weights.cuh"

// Linear layers over many rows (17 and more) with BF16 weights on the tensor cores, and what prepares their input.
//
// prepare_rows: normalises rows of FP32 activations and rounds them to BF16, as one or as two numbers each: the second
// is what the first one's rounding lost, so that both together keep 16 bits of mantissa. With two, tiles compute to
// nearly FP32's precision for twice the arithmetic, which costs nothing while the weights' bandwidth is the limit
// (17-64 rows).
//
// project_tiles_S, gated_tiles_S: out = x·Wᵀ by tiles of kM rows and kN outputs, mma 16x8x16 with FP32 sums. Shared
// memory has kStages stages of kK columns of both matrices: the tensor cores work on one while the others are on their
// way from memory (cp.async). The 16-byte pieces of a row are permuted by the row's number, so that neither copies nor
// ldmatrix meet in a bank. Where there are fewer tiles than multiprocessors, the columns are split (grid z): each part
// leaves its sums in `partials`, and the last to arrive, which a counter per tile tells, adds all of them up in their
// order, so that results don't depend on who was last.
//
// Limit: up to about 64 rows the bandwidth of the device's memory, 2 · outputs · columns bytes of weights; beyond,
// arithmetic. S is the shape: 32 or 64 rows with two numbers each, or 128 rows with one for prompts. Geometry: grid
// (ceil(rows / kM), ceil(outputs / kN), splits), blocks of kThreads; dynamic shared memory kStages · (kParts · kM + kN)
// · 128 bytes. Outputs of gated_tiles count twice, gate and up by turns. partials: FP32 [tiles, splits, kM · kN];
// counters: one per tile, zero before the first launch and again after each. Preconditions: weight rows at multiples of
// 16 bytes, padded with zeros as WeightFormat lays them out; x as prepare_rows writes it.

constexpr int kPrepareThreads = 256;

// parts 0 (and 1, if not null): BF16 [rows, paddedColumns], paddedColumns the multiple of 8 that is not less than
// columns, zeros behind them. Bound by the L2 cache: it reads each row twice and writes it once. Grid (rows), blocks of
// kPrepareThreads.
extern "C" __global__ void __launch_bounds__(kPrepareThreads) prepare_rows(const float* x, const i32* rowIndex,
                                                                           i32 columns, const float* gain,
                                                                           float epsilon, u16* part0, u16* part1) {
  __shared__ float sums[kPrepareThreads / kWarp];
  const float* row = x + (i64)(rowIndex ? rowIndex[blockIdx.x] : (int)blockIdx.x) * columns;
  float scale = 1;
  if (gain) {
    float squares = 0;
    for (int c = threadIdx.x; c < columns; c += kPrepareThreads) {
      squares = fmaf(row[c], row[c], squares);
    }
    squares = warpSum(squares);
    if (threadIdx.x % kWarp == 0) {
      sums[threadIdx.x / kWarp] = squares;
    }
    __syncthreads();
    squares = 0;
    for (int w = 0; w < kPrepareThreads / kWarp; w++) {
      squares += sums[w];
    }
    scale = 1.0f / sqrtf(squares / (float)columns + epsilon);
  }
  int padded = (columns + 7) / 8 * 8;
  for (int c = threadIdx.x; c < padded; c += kPrepareThreads) {
    float value = c < columns ? row[c] * scale : 0;
    value *= gain && c < columns ? gain[c] : 1;
    u32 rounded = floatToBf16(value);
    i64 at = (i64)blockIdx.x * padded + c;
    part0[at] = (u16)rounded;
    if (part1) {
      part1[at] = (u16)floatToBf16(value - bf16ToFloat(rounded));
    }
  }
}

struct TileInput {
  const u16* parts[2];
  int rows;
  int columns;
};

struct TileTarget {
  const u8* weights;
  const float* bias;
  float* out;
  int outputs;
  int stride;
};

template <int kTileRows, int kTileOutputs, int kWarpRows, int kWarpOutputs, int kInputParts>
struct TileShape {
  static constexpr int kM = kTileRows;
  static constexpr int kN = kTileOutputs;
  static constexpr int kParts = kInputParts;
  static constexpr int kK = 64;
  static constexpr int kStages = kM >= 128 ? 3 : 4;
  static constexpr int kThreads = kM / kWarpRows * (kN / kWarpOutputs) * kWarp;
  // A warp's part of the tile, in fragments.
  static constexpr int kFragmentsM = kWarpRows / 16;
  static constexpr int kFragmentsN = kWarpOutputs / 8;
  static constexpr int kWarpsN = kN / kWarpOutputs;
  static constexpr int kPieces = kK / 8;
  static constexpr int kStageBytes = (kParts * kM + kN) * kK * 2;
  static constexpr int kSums = kFragmentsM * kFragmentsN * 4;
};

// Four warps side by side of 32 rows and 16 outputs; two by two of 32 and 32; for prompts two by four of 64 and 32.
using Tiles32 = TileShape<32, 64, 32, 16, 2>;
using Tiles64 = TileShape<64, 64, 32, 32, 2>;
using Tiles128 = TileShape<128, 128, 64, 32, 1>;

template <class S, class WeightRow, class Emit>
__device__ void tiles(const TileInput& in, int outputs, WeightRow weightRow, float* partials, u32* counters,
                      Emit emit) {
  DYNAMIC_SHARED(shared);
  __shared__ u32 arrived;
  int lane = threadIdx.x % kWarp;
  int warp = threadIdx.x / kWarp;
  int firstRow = blockIdx.x * S::kM;
  int firstOutput = blockIdx.y * S::kN;
  int pieces = (in.columns + 7) / 8;
  int chunks = (pieces + S::kPieces - 1) / S::kPieces;
  int chunk = (int)((i64)chunks * blockIdx.z / gridDim.z);
  int endChunk = (int)((i64)chunks * (blockIdx.z + 1) / gridDim.z);

  // Row r of a matrix of 8 pieces a row: piece p of it lies at p ^ r % 8.
  auto place = [](int r, int p) { return (r * S::kPieces + (p ^ (r & 7))) * 16; };
  // Thread i copies piece i % 8 of rows i / 8, i / 8 + kThreads / 8, ... of the activations' parts and then of the
  // weights.
  constexpr int kRowsPerPass = S::kThreads / S::kPieces;
  int piece = threadIdx.x % S::kPieces;
  auto fetch = [&](int which, int stage) {
    u8* to = shared + stage * S::kStageBytes;
    int column = which * S::kPieces + piece;
    bool inside = column < pieces;
#pragma unroll
    for (int part = 0; part < S::kParts; part++) {
#pragma unroll
      for (int r0 = 0; r0 < S::kM; r0 += kRowsPerPass) {
        int r = r0 + threadIdx.x / S::kPieces;
        bool valid = inside && firstRow + r < in.rows;
        const u16* from = in.parts[part] + (valid ? ((i64)(firstRow + r) * pieces + column) * 8 : 0);
        copyAsync16(to + part * S::kM * S::kK * 2 + place(r, piece), from, valid);
      }
    }
#pragma unroll
    for (int r0 = 0; r0 < S::kN; r0 += kRowsPerPass) {
      int r = r0 + threadIdx.x / S::kPieces;
      bool valid = inside && firstOutput + r < outputs;
      const u8* from = weightRow(valid ? firstOutput + r : 0) + (valid ? (i64)column * 16 : 0);
      copyAsync16(to + S::kParts * S::kM * S::kK * 2 + place(r, piece), from, valid);
    }
  };

  float sums[S::kFragmentsM][S::kFragmentsN][4];
#pragma unroll
  for (int m = 0; m < S::kFragmentsM; m++) {
#pragma unroll
    for (int n = 0; n < S::kFragmentsN; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        sums[m][n][i] = 0;
      }
    }
  }
  int rowOfWarp = warp / S::kWarpsN * S::kFragmentsM * 16;
  int outputOfWarp = warp % S::kWarpsN * S::kFragmentsN * 8;

#pragma unroll
  for (int s = 0; s < S::kStages - 1; s++) {
    if (chunk + s < endChunk) {
      fetch(chunk + s, s);
    }
    copyAsyncCommit();
  }
  int stage = 0;
  for (; chunk < endChunk; chunk++) {
    copyAsyncWait<S::kStages - 2>();
    // Everybody's copies of this stage are there, and everybody is done with the stage that is overwritten next.
    __syncthreads();
    if (chunk + S::kStages - 1 < endChunk) {
      fetch(chunk + S::kStages - 1, stage == 0 ? S::kStages - 1 : stage - 1);
    }
    copyAsyncCommit();
    const u8* x = shared + stage * S::kStageBytes;
    const u8* w = x + S::kParts * S::kM * S::kK * 2;
#pragma unroll
    for (int k = 0; k < S::kK / 16; k++) {
      // A fragment's four matrices: rows 0-7 and 8-15 of columns 0-7, then of columns 8-15.
      u32 b[S::kFragmentsN][2];
#pragma unroll
      for (int n = 0; n < S::kFragmentsN; n += 2) {
        // Two fragments of eight outputs at once: outputs 0-7 with columns 0-7 and 8-15, then outputs 8-15.
        int r = outputOfWarp + n * 8 + lane / 16 * 8 + lane % 8;
        u32 four[4];
        loadMatrices(four, w + place(r, 2 * k + lane / 8 % 2));
        b[n][0] = four[0], b[n][1] = four[1];
        b[n + 1][0] = four[2], b[n + 1][1] = four[3];
      }
#pragma unroll
      for (int part = 0; part < S::kParts; part++) {
#pragma unroll
        for (int m = 0; m < S::kFragmentsM; m++) {
          int r = rowOfWarp + m * 16 + lane % 16;
          u32 a[4];
          loadMatrices(a, x + part * S::kM * S::kK * 2 + place(r, 2 * k + lane / 16));
#pragma unroll
          for (int n = 0; n < S::kFragmentsN; n++) {
            multiplyAdd16x8x16(sums[m][n], a, b[n][0], b[n][1]);
          }
        }
      }
    }
    stage = stage + 1 == S::kStages ? 0 : stage + 1;
  }
  copyAsyncWait<0>();

  if (gridDim.z > 1) {
    // A thread's sums lie kThreads apart: neighbours write neighbouring words.
    i64 tile = (i64)blockIdx.y * gridDim.x + blockIdx.x;
    auto partial = [&](int split, int i) {
      return partials + ((tile * gridDim.z + split) * S::kSums + i) * S::kThreads + threadIdx.x;
    };
#pragma unroll
    for (int i = 0; i < S::kSums; i++) {
      *partial(blockIdx.z, i) = sums[i / 4 / S::kFragmentsN][i / 4 % S::kFragmentsN][i % 4];
    }
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
      arrived = atomicAdd(counters + tile, 1u);
    }
    __syncthreads();
    if (arrived != gridDim.z - 1) {
      return;
    }
    __threadfence();
    if (threadIdx.x == 0) {
      counters[tile] = 0;
    }
#pragma unroll
    for (int i = 0; i < S::kSums; i++) {
      float sum = 0;
      for (int split = 0; split < (int)gridDim.z; split++) {
        sum += *partial(split, i);
      }
      sums[i / 4 / S::kFragmentsN][i / 4 % S::kFragmentsN][i % 4] = sum;
    }
  }
#pragma unroll
  for (int m = 0; m < S::kFragmentsM; m++) {
#pragma unroll
    for (int n = 0; n < S::kFragmentsN; n++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        int row = firstRow + rowOfWarp + m * 16 + half * 8 + lane / 4;
        int output = firstOutput + outputOfWarp + n * 8 + lane % 4 * 2;
        if (row < in.rows && output < outputs) {
          emit(row, output, sums[m][n][2 * half], sums[m][n][2 * half + 1]);
        }
      }
    }
  }
}

// Up to three layers that read the same activations; the result is stored, or added to what is there.
template <class S>
__device__ void projectTiles(const TileInput& in, const TileTarget (&targets)[3], bool add, float* partials,
                             u32* counters) {
  int total = targets[0].outputs + targets[1].outputs + targets[2].outputs;
  i64 rowBytes = WeightsBF16::rowBytes(in.columns);
  auto locate = [&](int& output) {
    int which = 0;
    if (output >= targets[0].outputs) {
      output -= targets[0].outputs;
      which = output >= targets[1].outputs ? 2 : 1;
      output -= which == 2 ? targets[1].outputs : 0;
    }
    return which;
  };
  auto one = [&](int row, int output, float value) {
    int which = locate(output);
    const float* bias = which == 0 ? targets[0].bias : which == 1 ? targets[1].bias : targets[2].bias;
    float* out = which == 0 ? targets[0].out : which == 1 ? targets[1].out : targets[2].out;
    int stride = which == 0 ? targets[0].stride : which == 1 ? targets[1].stride : targets[2].stride;
    value += bias ? bias[output] : 0;
    i64 at = (i64)row * stride + output;
    out[at] = add ? out[at] + value : value;
  };
  tiles<S>(
      in, total,
      [&](int output) {
        int which = locate(output);
        const u8* weights = which == 0 ? targets[0].weights : which == 1 ? targets[1].weights : targets[2].weights;
        return weights + output * rowBytes;
      },
      partials, counters,
      [&](int row, int output, float first, float second) {
        one(row, output, first);
        if (output + 1 < total) {
          one(row, output + 1, second);
        }
      });
}

// out = silu(x·gateᵀ) ⊙ (x·upᵀ): rows of gate and up by turns, so that a thread has both sums of an output.
template <class S>
__device__ void gatedTiles(const TileInput& in, const u8* gate, const u8* up, float* out, int outputs, float* partials,
                           u32* counters) {
  i64 rowBytes = WeightsBF16::rowBytes(in.columns);
  tiles<S>(
      in, 2 * outputs, [&](int row) { return (row % 2 == 0 ? gate : up) + row / 2 * rowBytes; }, partials, counters,
      [&](int row, int output, float ofGate, float ofUp) {
        out[(i64)row * outputs + output / 2] = silu(ofGate) * ofUp;
      });
}

#define TILE_KERNELS(name, Shape)                                                                               \
  extern "C" __global__ void __launch_bounds__(Shape::kThreads) project_tiles_##name(                           \
      const u16* part0, const u16* part1, i32 rows, i32 columns, const u8* w0, const float* bias0, float* out0, \
      i32 outputs0, i32 stride0, const u8* w1, const float* bias1, float* out1, i32 outputs1, i32 stride1,      \
      const u8* w2, const float* bias2, float* out2, i32 outputs2, i32 stride2, i32 add, float* partials,       \
      u32* counters) {                                                                                          \
    projectTiles<Shape>({{part0, part1}, rows, columns},                                                        \
                        {{w0, bias0, out0, outputs0, stride0},                                                  \
                         {w1, bias1, out1, outputs1, stride1},                                                  \
                         {w2, bias2, out2, outputs2, stride2}},                                                 \
                        add, partials, counters);                                                               \
  }                                                                                                             \
  extern "C" __global__ void __launch_bounds__(Shape::kThreads) gated_tiles_##name(                             \
      const u16* part0, const u16* part1, i32 rows, i32 columns, const u8* gate, const u8* up, float* out,      \
      i32 outputs, float* partials, u32* counters) {                                                            \
    gatedTiles<Shape>({{part0, part1}, rows, columns}, gate, up, out, outputs, partials, counters);             \
  }

TILE_KERNELS(32, Tiles32)
TILE_KERNELS(64, Tiles64)
TILE_KERNELS(128, Tiles128)

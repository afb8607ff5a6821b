// Matrix fragments on tensor cores and copies that run beside the computation.
#pragma once

#include "emulator/warp.h"

/// Names the block's dynamic shared memory, an array of bytes that begins at a multiple of 128.
#define DYNAMIC_SHARED(name) unsigned char* name = intramuros::emulator::current.dynamic_shared

namespace intramuros::emulator {

/// What a lane gives to an mma.
struct Fragments {
  uint32_t a[4];
  uint32_t b[2];
  float c[4];
};

__attribute__((visibility("default"))) void multiply_fragments(WarpExchange& warp);
__attribute__((visibility("default"))) void perform_copy(const PendingCopy& copy);
__attribute__((visibility("default"))) void issue_copy(PendingCopy copy, Site site);
__attribute__((visibility("default"))) void wait_for_copies(unsigned groups_left);

/// ldmatrix: lane 8 i + r names row r of matrix i; each lane gets two neighbouring elements of each matrix.
template <bool kTransposed>
__attribute__((visibility("default"))) void load_fragments(WarpExchange& warp);

template <bool kTransposed>
inline void load_matrices(uint32_t (&registers)[4], const void* row, Site site) {
  if (reinterpret_cast<uintptr_t>(row) % 16 != 0) {
    fail_thread("a row is not aligned to 16 bytes", site);
  }
  std::memcpy(current.warp->given[current.lane], &row, sizeof row);
  meet_warp(~0u, site, sizeof row, load_fragments<kTransposed>);
  if (current.warp->members != ~0u) fail_thread("lanes of the warp are missing", site);
  std::memcpy(registers, current.warp->taken[current.lane], sizeof registers);
}

}  // namespace intramuros::emulator

/// c += a b for BF16 fragments of 16x16 and 16x8 (mma.sync.aligned.m16n8k16.row.col), accumulated in FP32.
inline void multiplyAdd16x8x16(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1, INTRAMUROS_CALLER) {
  using namespace intramuros::emulator;
  const intramuros::emulator::Fragments given{{a[0], a[1], a[2], a[3]}, {b0, b1}, {c[0], c[1], c[2], c[3]}};
  std::memcpy(current.warp->given[current.lane], &given, sizeof given);
  meet_warp(~0u, {"mma", file, line}, sizeof given, multiply_fragments);
  if (current.warp->members != ~0u) fail_thread("lanes of the warp are missing", {"mma", file, line});
  std::memcpy(c, current.warp->taken[current.lane] + offsetof(Fragments, c), sizeof c);
}

/// Four 8x8 matrices of 16-bit values from shared memory (ldmatrix.x4): lane 8 i + r names row r of matrix i.
inline void loadMatrices(uint32_t (&registers)[4], const void* row, INTRAMUROS_CALLER) {
  intramuros::emulator::load_matrices<false>(registers, row, {"ldmatrix", file, line});
}
/// The same with each matrix transposed.
inline void loadMatricesTransposed(uint32_t (&registers)[4], const void* row, INTRAMUROS_CALLER) {
  intramuros::emulator::load_matrices<true>(registers, row, {"ldmatrix.trans", file, line});
}

/// Copies 16 bytes of global memory to shared memory at some time before the wait for its group ends, or writes zeros.
inline void copyAsync16(void* shared, const void* global, bool valid = true, INTRAMUROS_CALLER) {
  intramuros::emulator::issue_copy({shared, global, valid ? 16u : 0u, 16, 0}, {"cp.async", file, line});
}
/// Ends a group of this thread's copies.
inline void copyAsyncCommit() { intramuros::emulator::current.copies->group++; }
/// Waits until at most N groups of this thread are still under way.
template <int N>
inline void copyAsyncWait() {
  intramuros::emulator::wait_for_copies(N);
}

// mma and cp.async.
#include "emulator/tensor.h"

#include <algorithm>

#include "block.h"
#include "driver_types.h"

namespace intramuros::emulator {

namespace {

float low_half(uint32_t pair) { return bits_of<float>(pair << 16); }
float high_half(uint32_t pair) { return bits_of<float>(pair & 0xFFFF0000u); }

}  // namespace

/// Lane 4 g + t holds rows g and g + 8 of a and c, column g of b; in them pairs t (and t + 4 for k from 8).
void multiply_fragments(WarpExchange& warp) {
  float a[16][16], b[16][8];
  Fragments given;
  for (unsigned lane = 0; lane < 32; lane++) {
    const unsigned group = lane >> 2, pair = lane & 3;
    std::memcpy(&given, warp.taken[lane], sizeof given);
    for (unsigned i = 0; i < 4; i++) {
      float* to = &a[group + 8 * (i & 1)][2 * pair + 8 * (i >> 1)];
      to[0] = low_half(given.a[i]);
      to[1] = high_half(given.a[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
      b[2 * pair + 8 * i][group] = low_half(given.b[i]);
      b[2 * pair + 8 * i + 1][group] = high_half(given.b[i]);
    }
  }
  for (unsigned row = 0; row < 16; row++) {
    float sums[8] = {};
    for (unsigned k = 0; k < 16; k++) {
      for (unsigned column = 0; column < 8; column++) sums[column] += a[row][k] * b[k][column];
    }
    for (unsigned column = 0; column < 8; column++) {
      unsigned char* at = warp.taken[4 * (row & 7) + column / 2] + offsetof(Fragments, c) +
                          sizeof(float) * (2 * (row >> 3) + (column & 1));
      float sum;
      std::memcpy(&sum, at, sizeof sum);
      sum += sums[column];
      std::memcpy(at, &sum, sizeof sum);
    }
  }
}

template <bool kTransposed>
void load_fragments(WarpExchange& warp) {
  const void* rows[32];
  for (unsigned i = 0; i < 32; i++) std::memcpy(&rows[i], warp.taken[i], sizeof rows[i]);
  uint32_t loaded[32][4];
  for (unsigned lane = 0; lane < 32; lane++) {
    const unsigned group = lane >> 2, pair = lane & 3;
    for (unsigned i = 0; i < 4; i++) {
      if constexpr (kTransposed) {
        const auto* low = static_cast<const uint16_t*>(rows[8 * i + 2 * pair]);
        const auto* high = static_cast<const uint16_t*>(rows[8 * i + 2 * pair + 1]);
        loaded[lane][i] = low[group] | static_cast<uint32_t>(high[group]) << 16;
      } else {
        loaded[lane][i] = static_cast<const uint32_t*>(rows[8 * i + group])[pair];
      }
    }
  }
  for (unsigned lane = 0; lane < 32; lane++) std::memcpy(warp.taken[lane], loaded[lane], sizeof loaded[lane]);
}

template void load_fragments<false>(WarpExchange&);
template void load_fragments<true>(WarpExchange&);

void perform_copy(const PendingCopy& copy) {
  std::memcpy(copy.to, copy.from, copy.valid_bytes);
  std::memset(static_cast<unsigned char*>(copy.to) + copy.valid_bytes, 0, copy.bytes - copy.valid_bytes);
}

void issue_copy(PendingCopy copy, Site site) {
  if (copy.valid_bytes > copy.bytes) fail_thread("more valid bytes than are copied", site);
  const uintptr_t addresses = reinterpret_cast<uintptr_t>(copy.to) | reinterpret_cast<uintptr_t>(copy.from);
  if (addresses % copy.bytes != 0) {
    BlockRunner::inside_kernel()->fail(CUDA_ERROR_MISALIGNED_ADDRESS,
                                       "cp.async between addresses not aligned to its size");
  }
  if (eager_copies) {
    perform_copy(copy);
    return;
  }
  CopyQueue& queue = *current.copies;
  if (queue.count == CopyQueue::kCapacity) fail_thread("too many copies under way; wait for some", site);
  copy.group = queue.group;
  queue.copies[queue.count++] = copy;
}

void wait_for_copies(unsigned groups_left) {
  CopyQueue& queue = *current.copies;
  unsigned kept = 0;
  for (unsigned i = 0; i < queue.count; i++) {
    if (queue.copies[i].group + groups_left < queue.group) {
      perform_copy(queue.copies[i]);
    } else {
      queue.copies[kept++] = queue.copies[i];
    }
  }
  queue.count = kept;
}

}  // namespace intramuros::emulator

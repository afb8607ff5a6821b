// Barriers, shuffles and votes.
#pragma once

#include "emulator/language.h"

inline void __syncthreads(INTRAMUROS_CALLER) {
  intramuros::emulator::meet_block({"__syncthreads", file, line}, intramuros::emulator::Vote::kNone, 0);
}
inline int __syncthreads_or(int value, INTRAMUROS_CALLER) {
  return intramuros::emulator::meet_block({"__syncthreads_or", file, line}, intramuros::emulator::Vote::kOr, value);
}
inline int __syncthreads_and(int value, INTRAMUROS_CALLER) {
  return intramuros::emulator::meet_block({"__syncthreads_and", file, line}, intramuros::emulator::Vote::kAnd, value);
}
inline int __syncthreads_count(int value, INTRAMUROS_CALLER) {
  return intramuros::emulator::meet_block({"__syncthreads_count", file, line}, intramuros::emulator::Vote::kCount,
                                          value);
}
inline void __syncwarp(unsigned mask = ~0u, INTRAMUROS_CALLER) {
  intramuros::emulator::meet_warp(mask, {"__syncwarp", file, line}, 0, nullptr);
}

namespace intramuros::emulator {

/// What a lane gets from one that took no part: on a GPU, anything.
template <class T>
inline T undefined_value() {
  T value;
  std::memset(static_cast<void*>(&value), 0xFF, sizeof value);
  return value;
}

template <class T>
inline void give(unsigned mask, const T& value, Site site) {
  static_assert(sizeof(T) <= kExchangeBytes);
  std::memcpy(current.warp->given[current.lane], &value, sizeof value);
  meet_warp(mask, site, sizeof value, nullptr);
}

template <class T>
inline T taken_from(unsigned lane) {
  if (!(current.warp->members >> lane & 1)) return undefined_value<T>();
  T value;
  std::memcpy(&value, current.warp->taken[lane], sizeof value);
  return value;
}

/// Gives a value and takes that of the lane `source`, which is clamped to the own segment of `width` lanes.
template <class T>
inline T shuffle(unsigned mask, T value, int source, int width, Site site) {
  if (width <= 0 || width > 32 || (width & (width - 1)) != 0)
    fail_thread("the width is no power of two up to 32", site);
  give(mask, value, site);
  const int first = static_cast<int>(current.lane) & ~(width - 1);
  return source < first || source >= first + width ? value : taken_from<T>(static_cast<unsigned>(source));
}

}  // namespace intramuros::emulator

template <class T>
inline T __shfl_sync(unsigned mask, T value, int source, int width = 32, INTRAMUROS_CALLER) {
  const int first = static_cast<int>(intramuros::emulator::current.lane) & ~(width - 1);
  return intramuros::emulator::shuffle(mask, value, first | (source & (width - 1)), width, {"__shfl_sync", file, line});
}
template <class T>
inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32, INTRAMUROS_CALLER) {
  const int source = static_cast<int>(intramuros::emulator::current.lane) ^ lanes;
  return intramuros::emulator::shuffle(mask, value, source, width, {"__shfl_xor_sync", file, line});
}
template <class T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned lanes, int width = 32, INTRAMUROS_CALLER) {
  const int source = static_cast<int>(intramuros::emulator::current.lane + lanes);
  return intramuros::emulator::shuffle(mask, value, source, width, {"__shfl_down_sync", file, line});
}
template <class T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned lanes, int width = 32, INTRAMUROS_CALLER) {
  const int source = static_cast<int>(intramuros::emulator::current.lane) - static_cast<int>(lanes);
  return intramuros::emulator::shuffle(mask, value, source, width, {"__shfl_up_sync", file, line});
}

inline unsigned __ballot_sync(unsigned mask, int predicate, INTRAMUROS_CALLER) {
  using namespace intramuros::emulator;
  give(mask, predicate, {"__ballot_sync", file, line});
  unsigned votes = 0;
  for (unsigned lane = 0; lane < 32; lane++) {
    if ((current.warp->members >> lane & 1) && taken_from<int>(lane)) votes |= 1u << lane;
  }
  return votes;
}
inline int __any_sync(unsigned mask, int predicate, INTRAMUROS_CALLER) {
  return __ballot_sync(mask, predicate, file, line) != 0;
}
inline int __all_sync(unsigned mask, int predicate, INTRAMUROS_CALLER) {
  const unsigned votes = __ballot_sync(mask, predicate, file, line);
  return votes == intramuros::emulator::current.warp->members;
}

namespace intramuros::emulator {

template <class T, class F>
inline T reduce(unsigned mask, T value, F combine, Site site) {
  give(mask, value, site);
  T result = value;
  for (unsigned lane = 0; lane < 32; lane++) {
    if ((current.warp->members >> lane & 1) && lane != current.lane) result = combine(result, taken_from<T>(lane));
  }
  return result;
}

}  // namespace intramuros::emulator

template <class T>
inline T __reduce_add_sync(unsigned mask, T value, INTRAMUROS_CALLER) {
  return intramuros::emulator::reduce(mask, value, [](T a, T b) { return a + b; }, {"__reduce_add_sync", file, line});
}
template <class T>
inline T __reduce_max_sync(unsigned mask, T value, INTRAMUROS_CALLER) {
  return intramuros::emulator::reduce(mask, value, [](T a, T b) { return a > b ? a : b; },
                                      {"__reduce_max_sync", file, line});
}
template <class T>
inline T __reduce_min_sync(unsigned mask, T value, INTRAMUROS_CALLER) {
  return intramuros::emulator::reduce(mask, value, [](T a, T b) { return a < b ? a : b; },
                                      {"__reduce_min_sync", file, line});
}

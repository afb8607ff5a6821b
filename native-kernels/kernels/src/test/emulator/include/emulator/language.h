// CUDA's words and vector types for the host compiler.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "emulator/thread_state.h"

#ifdef INTRAMUROS_LIST_ENTRIES
#define __global__ INTRAMUROS_ENTRY
#else
#define __global__
#endif
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(n) __attribute__((aligned(n)))
// An OS thread runs one block at a time, so what a thread of the host owns is what a block shares. The pad before each
// variable is a red zone.
#define INTRAMUROS_JOIN2(a, b) a##b
#define INTRAMUROS_JOIN(a, b) INTRAMUROS_JOIN2(a, b)
#define __shared__                                                                                         \
  static thread_local                                                                                      \
      __attribute__((aligned(64), used)) unsigned char INTRAMUROS_JOIN(shared_red_zone_, __COUNTER__)[64]; \
  static thread_local

#define threadIdx (::intramuros::emulator::current.thread)
#define blockIdx (::intramuros::emulator::current.block)
#define blockDim (::intramuros::emulator::current.block_size)
#define gridDim (::intramuros::emulator::current.grid_size)
inline constexpr int warpSize = 32;

// The place of the caller, when it stands as default argument.
#define INTRAMUROS_CALLER const char *file = __builtin_FILE(), unsigned line = __builtin_LINE()

#define INTRAMUROS_VECTOR(T, name, bytes)                    \
  struct alignas(bytes) name##2 {                            \
    T x, y;                                                  \
  };                                                         \
  inline name##2 make_##name##2(T x, T y) { return {x, y}; } \
  struct alignas((bytes)*2 > 16 ? 16 : (bytes)*2) name##4 {  \
    T x, y, z, w;                                            \
  };                                                         \
  inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
INTRAMUROS_VECTOR(float, float, 8)
INTRAMUROS_VECTOR(double, double, 16)
INTRAMUROS_VECTOR(int, int, 8)
INTRAMUROS_VECTOR(unsigned, uint, 8)
INTRAMUROS_VECTOR(short, short, 4)
INTRAMUROS_VECTOR(unsigned short, ushort, 4)
INTRAMUROS_VECTOR(signed char, char, 2)
INTRAMUROS_VECTOR(unsigned char, uchar, 2)
INTRAMUROS_VECTOR(long long, longlong, 16)
INTRAMUROS_VECTOR(unsigned long long, ulonglong, 16)
#undef INTRAMUROS_VECTOR

struct float3 {
  float x, y, z;
};
inline float3 make_float3(float x, float y, float z) { return {x, y, z}; }
struct int3 {
  int x, y, z;
};
inline int3 make_int3(int x, int y, int z) { return {x, y, z}; }
inline uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }

namespace intramuros::emulator {

template <class To, class From>
inline To bits_of(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  std::memcpy(&result, &value, sizeof result);
  return result;
}

}  // namespace intramuros::emulator

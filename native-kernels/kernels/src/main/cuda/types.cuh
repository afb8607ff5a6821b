#pragma once

// Integers of a known size. The kernels include no header of CUDA or of the C library, so that they compile with
// nothing but the compiler: nvcc, NVRTC at run time, or a host compiler with the stand-in for a GPU.
using u8 = unsigned char;
using i8 = signed char;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;
using i32 = int;
using i64 = long long;

constexpr int kWarp = 32;
constexpr u32 kAllLanes = 0xFFFFFFFFu;

#pragma once

// What the kernels ask of the hardware beyond the C++ language of CUDA. On a GPU each function is one PTX instruction;
// with INTRAMUROS_EMULATOR defined the stand-in's header gives the language (qualifiers, vector types, indices,
// barriers, shuffles, atomics) and functions of the same names.

#include "types.cuh"

#ifdef INTRAMUROS_EMULATOR
#include "emulator/device.h"
#else

// Dynamic shared memory, aligned for every vector and for ldmatrix.
#define DYNAMIC_SHARED(name) extern __shared__ __align__(128) u8 name[]

// 16 bytes that are read once: they pass by the L1 cache. `from` is a multiple of 16.
__device__ __forceinline__ uint4 loadStreaming(const void* from) {
  uint4 v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(from));
  return v;
}

__device__ __forceinline__ float halfToFloat(u16 bits) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}

__device__ __forceinline__ u32 sharedAddress(const void* shared) { return (u32)__cvta_generic_to_shared(shared); }

// Copies 16 bytes from global to shared memory without waiting, or writes 16 zero bytes if not `valid` (then `global`
// is not read, but must be an address all the same). Both addresses are multiples of 16.
__device__ __forceinline__ void copyAsync16(void* shared, const void* global, bool valid = true) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
               :
               : "r"(sharedAddress(shared)), "l"(global), "r"(valid ? 16 : 0)
               : "memory");
}

// Ends a group of this thread's copies.
__device__ __forceinline__ void copyAsyncCommit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits until at most the `pending` latest groups of this thread are under way. Other threads see the bytes after a
// barrier.
template <int pending>
__device__ __forceinline__ void copyAsyncWait() {
  asm volatile("cp.async.wait_group %0;" : : "n"(pending) : "memory");
}

// Four 8x8 matrices of 16-bit values from shared memory: lane i gives the address of row i % 8 of matrix i / 8, a
// multiple of 16; r[m] holds of matrix m the two neighbouring values at row lane / 4, column 2 * (lane % 4).
__device__ __forceinline__ void loadMatrices(u32 (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(row))
               : "memory");
}

// The same with each matrix transposed: r[m] holds the values at rows 2 * (lane % 4) and + 1, column lane / 4.
__device__ __forceinline__ void loadMatricesTransposed(u32 (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(row))
               : "memory");
}

// c += a·b on the tensor cores, BF16 in pairs, FP32 sums: a is 16x16 (row-major fragment), b 16x8 (column-major
// fragment), c 16x8. Lane l holds of c the values (l / 4, 2 * (l % 4)), its right neighbour, and the same eight rows
// down.
__device__ __forceinline__ void multiplyAdd16x8x16(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
      "%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// A flag in memory that other devices of this process read and write. Release: what this thread wrote before is seen by
// whoever acquires the value.
__device__ __forceinline__ u32 loadAcquireSystem(const u32* flag) {
  u32 value;
  asm volatile("ld.acquire.sys.global.u32 %0, [%1];" : "=r"(value) : "l"(flag) : "memory");
  return value;
}

__device__ __forceinline__ void storeReleaseSystem(u32* flag, u32 value) {
  asm volatile("st.release.sys.global.u32 [%0], %1;" : : "l"(flag), "r"(value) : "memory");
}

#endif

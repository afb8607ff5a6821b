// What a kernel compiled for the host and the scheduler of its threads share.
#pragma once

#include <cstdint>

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};

namespace intramuros::emulator {

/// Bytes that one lane can give to a collective of its warp: the operands of an mma are the most.
inline constexpr unsigned kExchangeBytes = 48;

struct WarpExchange;

/// Done once for the whole warp when all its lanes have met.
using Collective = void (*)(WarpExchange&);

/// Where the lanes of a warp leave what they give to a collective, and find what all gave once it has happened.
struct WarpExchange {
  alignas(64) unsigned char given[32][kExchangeBytes];
  alignas(64) unsigned char taken[32][kExchangeBytes];
  uint32_t members;
  Collective perform;
};

/// One cp.async that was issued and not yet waited for.
struct PendingCopy {
  void* to;
  const void* from;
  unsigned valid_bytes;
  unsigned bytes;
  unsigned group;
};

/// The asynchronous copies of one device thread.
struct CopyQueue {
  static constexpr unsigned kCapacity = 256;
  PendingCopy copies[kCapacity];
  unsigned count;
  unsigned group;
};

/// A place in a kernel's source where threads meet.
struct Site {
  const char* what;
  const char* file;
  unsigned line;
};

/// The device thread that this OS thread runs now. An OS thread runs one block at a time.
struct ThreadState {
  uint3 thread;
  uint3 block;
  dim3 block_size;
  dim3 grid_size;
  unsigned lane;
  unsigned char* dynamic_shared;
  WarpExchange* warp;
  CopyQueue* copies;
  uint64_t streamed_bytes;  ///< by loadStreaming(), of all threads that this OS thread has run
};

/// Known not to need a constructor, or each use of it in a kernel would first ask whether it has run.
extern constinit __attribute__((visibility("default"), tls_model("initial-exec"))) thread_local ThreadState current;

/// Whether cp.async copies at once instead of as late as it may.
extern __attribute__((visibility("default"))) const bool eager_copies;

/// Waits until all lanes of the mask are here; then what each gave can be taken.
__attribute__((visibility("default"))) void meet_warp(uint32_t mask, Site site, unsigned bytes, Collective perform);

/// How a block's barrier combines what its threads bring.
enum class Vote : uint8_t { kNone, kOr, kAnd, kCount };

/// Waits until all threads of the block that are still running are here.
__attribute__((visibility("default"))) int meet_block(Site site, Vote vote, int value);

/// Lets other threads, blocks and devices go on while this thread waits for a flag; reports a wait without end.
__attribute__((visibility("default"))) void wait_for_flag(const void* flag, Site site);

/// Ends the kernel with an error that names the place.
[[noreturn]] __attribute__((visibility("default"))) void fail_thread(const char* cause, Site site);

}  // namespace intramuros::emulator

// Runs the threads of one block as fibers of one OS thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "emulator/thread_state.h"
#include "fiber.h"

namespace intramuros::emulator {

/// One launch of a kernel, as blocks see it.
struct Grid {
  const char* kernel;
  void (*run)(void** arguments);
  void** arguments;
  dim3 blocks;
  dim3 threads;
  unsigned dynamic_bytes;
};

/// Why a kernel ended before its time: a CUDA result code (0: it did not) and a sentence.
struct KernelFault {
  int code = 0;
  std::string message;
};

/// A scheduler of one OS thread. Threads of a warp run one after another, each until it waits for others.
class BlockRunner {
 public:
  /// Runs one block to its end and returns how it ended.
  KernelFault run(const Grid& grid, uint3 block);

  /// Ends the kernel from one of its fibers; does not return.
  [[noreturn]] void fail(int code, std::string message);

  /// For a signal handler: notes the fault; the saved stack of the scheduler is to be resumed then.
  void* note_fault(int code, std::string message);

  /// The runner whose kernel this OS thread runs right now, or null. Safe in a signal handler.
  static BlockRunner* inside_kernel();

  /// Whether an address lies on the stack of one of the block's threads.
  bool owns_stack(uintptr_t address) const { return stacks_.contains(address); }

  /// "kernel k, block (0,0,0), thread (1,0,0)".
  std::string place() const;

  /// The runner of this OS thread.
  static BlockRunner& mine();

  void wait_warp(uint32_t mask, Site site, unsigned bytes, Collective perform);
  int wait_block(Site site, Vote vote, int value);
  void wait_flag();
  /// Counts the reads of flags in this block: many of them are a wait.
  unsigned count_flag_reads() { return ++flag_reads_; }

 private:
  enum class State : uint8_t { kReady, kAtFlag, kAtWarp, kAtBlock, kDone };

  struct Thread {
    void* stack;
    State state;
    uint32_t mask;
    Site site;
    unsigned bytes;
    Collective perform;
    Vote vote;
    int value;
    CopyQueue copies;
  };

  void prepare(const Grid& grid, uint3 block);
  void run_warp(unsigned warp);
  void resume(unsigned index, unsigned warp);
  bool release_warp(unsigned first, unsigned last);
  void release_block();
  void check_afterwards();
  void switch_out(State state);
  static void enter();
  unsigned in_order(unsigned index, unsigned count) const;

  const Grid* grid_ = nullptr;
  bool reverse_ = false;
  FiberStacks stacks_;
  std::vector<Thread> threads_;
  std::vector<WarpExchange> warps_;
  std::vector<unsigned char> dynamic_;
  unsigned char* dynamic_begin_ = nullptr;
  unsigned count_ = 0;
  unsigned flag_reads_ = 0;
  Thread* running_ = nullptr;
  void* scheduler_stack_ = nullptr;
  KernelFault fault_;
};

}  // namespace intramuros::emulator

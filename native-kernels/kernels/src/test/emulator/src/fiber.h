// A stack of its own for each thread of a block, and the switch between two of them.
#pragma once

#include <cstddef>
#include <cstdint>

/// Saves the caller's registers on its stack, its stack in *from, and goes on where `to` was saved.
extern "C" void intramuros_switch_stack(void** from, void* to);
/// Where a saved stack is taken up again, its address being in the stack pointer.
extern "C" void intramuros_resume_stack();

namespace intramuros::emulator {

/// The stacks of one block's threads, side by side; each ends in a canary, as guard pages would be too many mappings.
class FiberStacks {
 public:
  static constexpr size_t kBytes = 64 << 10;

  FiberStacks() = default;
  ~FiberStacks();
  FiberStacks(const FiberStacks&) = delete;
  FiberStacks& operator=(const FiberStacks&) = delete;

  /// Makes room for so many stacks; what was prepared before is lost.
  void reserve(unsigned count);

  /// Returns a saved stack on which `entry` starts when it is switched to. `entry` must not return.
  void* prepare(unsigned index, void (*entry)());

  bool intact(unsigned index) const;

  bool contains(uintptr_t address) const {
    const auto begin = reinterpret_cast<uintptr_t>(memory_);
    return address >= begin && address < begin + count_ * kBytes;
  }

 private:
  unsigned char* memory_ = nullptr;
  unsigned count_ = 0;
};

}  // namespace intramuros::emulator

#include "fiber.h"

#include <sys/mman.h>

#include <new>

asm(R"(
.text
.globl intramuros_switch_stack
.type intramuros_switch_stack,@function
intramuros_switch_stack:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp,(%rdi)
  mov %rsi,%rsp
.globl intramuros_resume_stack
.type intramuros_resume_stack,@function
intramuros_resume_stack:
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret
.size intramuros_switch_stack,.-intramuros_switch_stack
)");

namespace intramuros::emulator {

namespace {
constexpr uint64_t kCanary = 0x5AFE57AC5AFE57ACull;
constexpr unsigned kSavedRegisters = 6;
}  // namespace

FiberStacks::~FiberStacks() {
  if (memory_) munmap(memory_, count_ * kBytes);
}

void FiberStacks::reserve(unsigned count) {
  if (count <= count_) return;
  if (memory_) munmap(memory_, count_ * kBytes);
  memory_ = nullptr;
  void* mapped =
      mmap(nullptr, count * kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  memory_ = static_cast<unsigned char*>(mapped);
  count_ = count;
}

void* FiberStacks::prepare(unsigned index, void (*entry)()) {
  unsigned char* low = memory_ + index * kBytes;
  *reinterpret_cast<uint64_t*>(low) = kCanary;
  // Stacks start at different places of a page, or they would all compete for the same lines of the cache.
  void** top = reinterpret_cast<void**>(low + kBytes - 64 - index * 37 % 61 * 64);
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(entry);
  for (unsigned i = 0; i < kSavedRegisters; i++) *--top = nullptr;
  return top;
}

bool FiberStacks::intact(unsigned index) const {
  return *reinterpret_cast<const uint64_t*>(memory_ + index * kBytes) == kCanary;
}

}  // namespace intramuros::emulator

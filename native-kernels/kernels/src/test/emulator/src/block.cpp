#include "block.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "driver_types.h"
#include "settings.h"
#include "static_shared.h"

namespace intramuros::emulator {

constinit thread_local ThreadState current{};

namespace {

constexpr unsigned char kPoison = 0xFF;
constexpr unsigned char kZone = 0xFB;
constexpr unsigned kZoneBytes = 256;
constexpr unsigned kDynamicAlignment = 128;

std::string describe(const Site& site) {
  const char* slash = std::strrchr(site.file, '/');
  return std::string(site.what) + " at " + (slash ? slash + 1 : site.file) + ":" + std::to_string(site.line);
}

std::string hex(uint32_t value) {
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "0x%08x", value);
  return buffer;
}

bool same(const Site& a, const Site& b) {
  if (a.line != b.line) return false;
  return (a.what == b.what || std::strcmp(a.what, b.what) == 0) &&
         (a.file == b.file || std::strcmp(a.file, b.file) == 0);
}

std::string triple(unsigned x, unsigned y, unsigned z) {
  return "(" + std::to_string(x) + "," + std::to_string(y) + "," + std::to_string(z) + ")";
}

}  // namespace

// A signal handler may look at this: it must not allocate the thread's storage.
static __attribute__((tls_model("initial-exec"))) thread_local BlockRunner* active = nullptr;

BlockRunner* BlockRunner::inside_kernel() { return active && active->running_ ? active : nullptr; }

BlockRunner& BlockRunner::mine() {
  static thread_local BlockRunner runner;
  active = &runner;
  return runner;
}

unsigned BlockRunner::in_order(unsigned index, unsigned count) const {
  return reverse_ ? count - 1 - index : index;
}

void BlockRunner::prepare(const Grid& grid, uint3 block) {
  grid_ = &grid;
  reverse_ = settings().reverse_warps;
  count_ = grid.threads.x * grid.threads.y * grid.threads.z;
  stacks_.reserve(count_);
  if (threads_.size() < count_) threads_.resize(count_);
  const unsigned warps = (count_ + 31) / 32;
  if (warps_.size() < warps) warps_.resize(warps);
  const size_t wanted = grid.dynamic_bytes + 2 * kZoneBytes + kDynamicAlignment;
  if (dynamic_.size() < wanted) dynamic_.resize(wanted);
  const uintptr_t after_zone = reinterpret_cast<uintptr_t>(dynamic_.data()) + kZoneBytes;
  dynamic_begin_ =
      reinterpret_cast<unsigned char*>((after_zone + kDynamicAlignment - 1) & ~uintptr_t{kDynamicAlignment - 1});
  poison_static_shared();
  std::memset(dynamic_begin_ - kZoneBytes, kZone, kZoneBytes);
  std::memset(dynamic_begin_, kPoison, grid.dynamic_bytes);
  std::memset(dynamic_begin_ + grid.dynamic_bytes, kZone, kZoneBytes);
  for (unsigned i = 0; i < count_; i++) {
    Thread& t = threads_[i];
    t.stack = stacks_.prepare(i, enter);
    t.state = State::kReady;
    t.copies.count = t.copies.group = 0;
  }
  current.block = block;
  current.block_size = grid.threads;
  current.grid_size = grid.blocks;
  current.dynamic_shared = dynamic_begin_;
  flag_reads_ = 0;
  fault_ = {};
}

void BlockRunner::enter() {
  BlockRunner& runner = *active;
  runner.grid_->run(runner.grid_->arguments);
  runner.switch_out(State::kDone);
  std::abort();
}

void BlockRunner::switch_out(State state) {
  Thread* thread = running_;
  thread->state = state;
  running_ = nullptr;
  intramuros_switch_stack(&thread->stack, scheduler_stack_);
}

void BlockRunner::resume(unsigned index, unsigned warp) {
  Thread& thread = threads_[index];
  const dim3& size = grid_->threads;
  current.thread = {index % size.x, index / size.x % size.y, index / (size.x * size.y)};
  current.lane = index % 32;
  current.warp = &warps_[warp];
  current.copies = &thread.copies;
  running_ = &thread;
  intramuros_switch_stack(&scheduler_stack_, thread.stack);
  running_ = nullptr;
}

/// Runs a warp until all its threads wait for other warps, for a flag, or are done.
void BlockRunner::run_warp(unsigned warp) {
  const unsigned first = warp * 32;
  const unsigned last = std::min(first + 32, count_);
  do {
    for (unsigned i = 0; i < last - first; i++) {
      const unsigned index = first + in_order(i, last - first);
      if (threads_[index].state != State::kReady) continue;
      resume(index, warp);
      if (fault_.code) return;
    }
  } while (release_warp(first, last));
}

/// Lets those go on whose whole mask has met. Returns whether there was anybody.
bool BlockRunner::release_warp(unsigned first, unsigned last) {
  uint32_t waiting = 0, done = 0, at_block = 0;
  for (unsigned i = first; i < last; i++) {
    const uint32_t bit = 1u << (i - first);
    if (threads_[i].state == State::kAtWarp) waiting |= bit;
    if (threads_[i].state == State::kDone) done |= bit;
    if (threads_[i].state == State::kAtBlock) at_block |= bit;
  }
  if (!waiting) return false;
  const uint32_t existing = last - first == 32 ? ~0u : (1u << (last - first)) - 1;
  WarpExchange& exchange = warps_[first / 32];
  for (unsigned i = first; i < last; i++) {
    Thread& leader = threads_[i];
    if (leader.state != State::kAtWarp) continue;
    const uint32_t members = leader.mask & existing & ~done;
    if (members & at_block) {
      fault_ = {CUDA_ERROR_LAUNCH_FAILED, "kernel " + std::string(grid_->kernel) + ": lanes " +
                                              hex(members & at_block) + " are in the mask " + hex(leader.mask) +
                                              " of " + describe(leader.site) + " but wait at a barrier of the block"};
      return false;
    }
    if (members & ~waiting) continue;
    for (unsigned j = first; j < last; j++) {
      if (!(members >> (j - first) & 1)) continue;
      const Thread& member = threads_[j];
      if (member.mask != leader.mask || !same(member.site, leader.site)) {
        fault_ = {CUDA_ERROR_LAUNCH_FAILED, "kernel " + std::string(grid_->kernel) + ": lane " +
                                                std::to_string(i - first) + " waits with mask " + hex(leader.mask) +
                                                " in " + describe(leader.site) + ", lane " + std::to_string(j - first) +
                                                " with mask " + hex(member.mask) + " in " + describe(member.site)};
        return false;
      }
    }
    exchange.members = members;
    for (unsigned j = first; j < last; j++) {
      if (!(members >> (j - first) & 1)) continue;
      std::memcpy(exchange.taken[j - first], exchange.given[j - first], leader.bytes);
      threads_[j].state = State::kReady;
    }
    exchange.perform = members == ~0u ? leader.perform : nullptr;
    // Other groups of this warp wait until this one has taken what it met for: the exchange is one.
    return true;
  }
  for (unsigned i = first; i < last; i++) {
    // A lane that waits for a flag may still come.
    if (threads_[i].state == State::kAtFlag) return false;
  }
  const unsigned i = static_cast<unsigned>(__builtin_ctz(waiting)) + first;
  fault_ = {CUDA_ERROR_LAUNCH_FAILED, "kernel " + std::string(grid_->kernel) + ": lanes " + hex(waiting) +
                                          " of a warp wait for each other for ever, one with mask " +
                                          hex(threads_[i].mask) + " in " + describe(threads_[i].site)};
  return false;
}

/// All threads wait at the block's barrier or are done: lets them go on if it is the same barrier.
void BlockRunner::release_block() {
  const Thread* leader = nullptr;
  unsigned at_barrier = 0, yes = 0;
  for (unsigned i = 0; i < count_; i++) {
    const Thread& thread = threads_[i];
    if (thread.state != State::kAtBlock) continue;
    if (!leader) leader = &thread;
    if (!same(leader->site, thread.site)) {
      fault_ = {CUDA_ERROR_LAUNCH_FAILED, "kernel " + std::string(grid_->kernel) +
                                              ": divergent barrier, some threads wait in " + describe(leader->site) +
                                              ", thread " + std::to_string(i) + " in " + describe(thread.site)};
      return;
    }
    at_barrier++;
    yes += thread.value != 0;
  }
  if (at_barrier != count_) {
    fault_ = {CUDA_ERROR_LAUNCH_FAILED, "kernel " + std::string(grid_->kernel) + ": divergent barrier, " +
                                            std::to_string(at_barrier) + " of " + std::to_string(count_) +
                                            " threads wait in " + describe(leader->site) + ", the others have ended"};
    return;
  }
  for (unsigned i = 0; i < count_; i++) {
    Thread& thread = threads_[i];
    switch (thread.vote) {
      case Vote::kNone:
        break;
      case Vote::kOr:
        thread.value = yes != 0;
        break;
      case Vote::kAnd:
        thread.value = yes == at_barrier;
        break;
      case Vote::kCount:
        thread.value = static_cast<int>(yes);
        break;
    }
    thread.state = State::kReady;
  }
}

void BlockRunner::check_afterwards() {
  for (unsigned i = 0; i < count_; i++) {
    if (!stacks_.intact(i)) {
      std::fprintf(stderr, "emulator: kernel %s used more than %zu bytes of stack; memory is damaged\n", grid_->kernel,
                   FiberStacks::kBytes);
      std::abort();
    }
  }
  if (auto damaged = static_shared_damage()) {
    fault_ = {CUDA_ERROR_ILLEGAL_ADDRESS, place() + " or another: " + *damaged};
    return;
  }
  for (unsigned i = 0; i < kZoneBytes; i++) {
    const bool before = dynamic_begin_[-1 - static_cast<int>(i)] != kZone;
    if (before || dynamic_begin_[grid_->dynamic_bytes + i] != kZone) {
      fault_ = {CUDA_ERROR_ILLEGAL_ADDRESS, place() + ": wrote " + std::to_string(before ? i + 1 : i) +
                                                (before ? " bytes before the begin of" : " bytes after the end of") +
                                                " its " + std::to_string(grid_->dynamic_bytes) +
                                                " bytes of dynamic shared memory"};
      return;
    }
  }
}

KernelFault BlockRunner::run(const Grid& grid, uint3 block) {
  prepare(grid, block);
  const unsigned warps = (count_ + 31) / 32;
  for (;;) {
    for (unsigned i = 0; i < warps; i++) {
      run_warp(in_order(i, warps));
      if (fault_.code) return fault_;
    }
    unsigned done = 0;
    bool waits_for_flag = false;
    for (unsigned i = 0; i < count_; i++) {
      Thread& thread = threads_[i];
      done += thread.state == State::kDone;
      if (thread.state == State::kAtFlag) {
        waits_for_flag = true;
        thread.state = State::kReady;
      }
    }
    if (done == count_) break;
    if (!waits_for_flag) release_block();
    if (fault_.code) return fault_;
  }
  check_afterwards();
  return fault_;
}

std::string BlockRunner::place() const {
  const uint3& b = current.block;
  const uint3& t = current.thread;
  return "kernel " + std::string(grid_->kernel) + ", block " + triple(b.x, b.y, b.z) + ", thread " +
         triple(t.x, t.y, t.z);
}

void BlockRunner::fail(int code, std::string message) {
  void* lost;
  void* scheduler = note_fault(code, place() + ": " + message);
  intramuros_switch_stack(&lost, scheduler);
  std::abort();
}

void* BlockRunner::note_fault(int code, std::string message) {
  fault_ = {code, std::move(message)};
  running_ = nullptr;
  return scheduler_stack_;
}

void BlockRunner::wait_warp(uint32_t mask, Site site, unsigned bytes, Collective perform) {
  if (!(mask >> current.lane & 1)) {
    fail(CUDA_ERROR_LAUNCH_FAILED, describe(site) + " with mask " + hex(mask) + ", which leaves out the own lane");
  }
  running_->mask = mask;
  running_->site = site;
  running_->bytes = bytes;
  running_->perform = perform;
  switch_out(State::kAtWarp);
  // The first lane that goes on does what the warp does as one.
  if (Collective perform_now = std::exchange(current.warp->perform, nullptr)) perform_now(*current.warp);
}

int BlockRunner::wait_block(Site site, Vote vote, int value) {
  Thread* thread = running_;
  thread->site = site;
  thread->vote = vote;
  thread->value = value;
  switch_out(State::kAtBlock);
  return thread->value;
}

void BlockRunner::wait_flag() { switch_out(State::kAtFlag); }

void meet_warp(uint32_t mask, Site site, unsigned bytes, Collective perform) {
  active->wait_warp(mask, site, bytes, perform);
}

int meet_block(Site site, Vote vote, int value) { return active->wait_block(site, vote, value); }

void fail_thread(const char* cause, Site site) {
  active->fail(CUDA_ERROR_LAUNCH_FAILED, describe(site) + ": " + cause);
}

}  // namespace intramuros::emulator

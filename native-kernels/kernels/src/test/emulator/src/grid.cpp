#include "grid.h"

#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "emulator_api.h"
#include "fault.h"
#include "settings.h"
#include "timeline.h"

namespace intramuros::emulator {

namespace {

/// Fewer device threads than this aren't worth waking another OS thread.
constexpr uint64_t kWorthSharing = 4096;

/// So many reads of flags are a wait.
constexpr unsigned kSpins = 64;

/// A grid whose blocks are taken one by one by whoever helps.
struct Job {
  const Grid& grid;
  const uint64_t blocks;
  std::atomic<uint64_t> next{0};
  std::atomic<bool> failed{false};
  std::atomic<uint64_t> streamed_bytes{0};
  std::mutex mutex;
  std::condition_variable idle;
  int helpers = 0;
  KernelFault fault;

  explicit Job(const Grid& g) : grid(g), blocks(uint64_t{g.blocks.x} * g.blocks.y * g.blocks.z) {}

  void work() {
    KernelWatch watch(grid.kernel);
    const uint64_t streamed_before = current.streamed_bytes;
    for (uint64_t i; !failed && (i = next++) < blocks;) {
      const uint64_t n = settings().reverse_warps ? blocks - 1 - i : i;
      const uint3 block = {static_cast<unsigned>(n % grid.blocks.x),
                           static_cast<unsigned>(n / grid.blocks.x % grid.blocks.y),
                           static_cast<unsigned>(n / (uint64_t{grid.blocks.x} * grid.blocks.y))};
      KernelFault ended = BlockRunner::mine().run(grid, block);
      if (ended.code) {
        std::lock_guard lock(mutex);
        if (!failed) fault = std::move(ended);
        failed = true;
      }
    }
    streamed_bytes += current.streamed_bytes - streamed_before;
  }
};

/// OS threads that help all devices.
class Helpers {
 public:
  static Helpers& get() {
    static Helpers& helpers = *new Helpers();
    return helpers;
  }

  void ask(const std::shared_ptr<Job>& job) {
    std::lock_guard lock(mutex_);
    for (int i = 1; i < settings().threads; i++) jobs_.push_back(job);
    wake_.notify_all();
  }

  /// Takes back the calls for help that nobody heard, and waits for those who came.
  void dismiss(const std::shared_ptr<Job>& job) {
    {
      std::lock_guard lock(mutex_);
      std::erase(jobs_, job);
    }
    std::unique_lock lock(job->mutex);
    job->idle.wait(lock, [&] { return job->helpers == 0; });
  }

 private:
  Helpers() {
    for (int i = 1; i < settings().threads; i++) std::thread([this] { serve(); }).detach();
  }

  [[noreturn]] void serve() {
    for (;;) {
      std::shared_ptr<Job> job;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return !jobs_.empty(); });
        job = jobs_.front();
        jobs_.pop_front();
        std::lock_guard own(job->mutex);
        job->helpers++;
      }
      job->work();
      std::lock_guard own(job->mutex);
      job->helpers--;
      job->idle.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> jobs_;
};

/// What kernels have read by loadStreaming(), by their names.
class Streamed {
 public:
  static Streamed& get() {
    static Streamed& streamed = *new Streamed();
    return streamed;
  }

  void add(const std::string& kernel, uint64_t bytes) {
    std::lock_guard lock(mutex_);
    bytes_[kernel] += bytes;
  }

  uint64_t of(const std::string& kernel) {
    std::lock_guard lock(mutex_);
    const auto found = bytes_.find(kernel);
    return found == bytes_.end() ? 0 : found->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, uint64_t> bytes_;
};

}  // namespace

KernelFault run_grid(const Grid& grid) {
  auto job = std::make_shared<Job>(grid);
  const uint64_t threads = job->blocks * grid.threads.x * grid.threads.y * grid.threads.z;
  const bool share = settings().threads > 1 && job->blocks > 1 && threads >= kWorthSharing;
  if (share) Helpers::get().ask(job);
  job->work();
  if (share) Helpers::get().dismiss(job);
  Streamed::get().add(grid.kernel, job->streamed_bytes);
  return job->fault;
}

namespace {

/// Keeps the watchdog from ending the kernel where it holds one of the stand-in's locks, which nobody would open again; it
/// ends it right behind.
class WatchdogHeldOff {
 public:
  WatchdogHeldOff() {
    sigset_t watchdog;
    sigemptyset(&watchdog);
    sigaddset(&watchdog, SIGILL);
    pthread_sigmask(SIG_BLOCK, &watchdog, &before_);
  }
  ~WatchdogHeldOff() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WatchdogHeldOff(const WatchdogHeldOff&) = delete;
  WatchdogHeldOff& operator=(const WatchdogHeldOff&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

void wait_for_flag(const void*, Site) {
  BlockRunner& runner = *BlockRunner::inside_kernel();
  // Whoever sets the flag may still be queued, as work runs late.
  const unsigned reads = runner.count_flag_reads();
  if (reads % kSpins == 0) {
    const WatchdogHeldOff hold;
    Timeline::get().demand_all();
    std::this_thread::yield();
  }
  runner.wait_flag();
}

}  // namespace intramuros::emulator

/// For tests: how many bytes all launches of a kernel together have read by loadStreaming(), which is how weights are read.
EMULATOR_API uint64_t intramurosEmulatorStreamedBytes(const char* kernel) {
  return intramuros::emulator::Streamed::get().of(kernel);
}

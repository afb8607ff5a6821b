#include "grid.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

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
  std::mutex mutex;
  std::condition_variable idle;
  int helpers = 0;
  KernelFault fault;

  explicit Job(const Grid& g) : grid(g), blocks(uint64_t{g.blocks.x} * g.blocks.y * g.blocks.z) {}

  void work() {
    KernelWatch watch(grid.kernel);
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

}  // namespace

KernelFault run_grid(const Grid& grid) {
  auto job = std::make_shared<Job>(grid);
  const uint64_t threads = job->blocks * grid.threads.x * grid.threads.y * grid.threads.z;
  const bool share = settings().threads > 1 && job->blocks > 1 && threads >= kWorthSharing;
  if (share) Helpers::get().ask(job);
  job->work();
  if (share) Helpers::get().dismiss(job);
  return job->fault;
}

void wait_for_flag(const void*, Site) {
  BlockRunner& runner = *BlockRunner::inside_kernel();
  // Whoever sets the flag may still be queued, as work runs late.
  const unsigned reads = runner.count_flag_reads();
  if (reads % kSpins == 0) {
    Timeline::get().demand_all();
    std::this_thread::yield();
  }
  runner.wait_flag();
}

}  // namespace intramuros::emulator

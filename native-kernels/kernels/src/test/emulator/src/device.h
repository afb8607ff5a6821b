// Devices and their contexts.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "failure.h"
#include "timeline.h"

namespace intramuros::emulator {

inline constexpr unsigned kMaxThreadsPerBlock = 1024;
inline constexpr unsigned kSharedBytes = 48 << 10;
/// Shared memory of a block that asks for more than it has anyway: as much as cards of the capability have.
unsigned shared_bytes_opt_in();

class Context;

/// One emulated GPU with a thread that does its work.
class Device {
 public:
  explicit Device(int index);

  const int index;
  std::atomic<size_t> used_bytes{0};
  /// Bytes a second that its bus carries; 0 for as many as it can.
  std::atomic<double> bus_rate{0};
  /// It fell off the bus: no call reaches it any more.
  std::atomic<bool> lost{false};

  /// Queues work for the device's thread and waits for it; starts the thread when it is first needed.
  void start();

  /// Counts what a copy carries over the bus; by the device's thread.
  void carry(size_t bytes);
  /// The time that events take. Where the bus has a rate it is told by that alone, so that it is the same on every machine.
  std::chrono::steady_clock::time_point now() const;

  static Device& at(int index);
  static int count();

  std::shared_ptr<Context> primary;
  int primary_users = 0;
  std::mutex mutex;

 private:
  std::once_flag started_;
  std::chrono::duration<double> carrying_{0};
};

/// What a program owns on one device. An error of a kernel spoils it for good.
class Context {
 public:
  Context(Device& device, bool is_primary);

  Device& device;
  const bool is_primary;
  const uint64_t id;

  bool failed() const { return failed_; }
  void fail(CUresult code, const std::string& message);
  /// Throws if the context failed or its device is lost.
  void check() const;

  std::shared_ptr<Stream> open_stream(unsigned flags, int priority);
  void close_stream(const std::shared_ptr<Stream>& stream);
  /// The legacy stream, which waits for all blocking streams and which they wait for.
  std::shared_ptr<Stream> legacy() const { return legacy_; }
  std::vector<std::shared_ptr<Stream>> streams() const;

  /// Waits for all work of this context, and fails if it failed.
  void synchronize();

  void enable_peer(Context& peer);
  void disable_peer(Context& peer);
  bool reaches(const Context& other) const;

  /// The calling thread's context; fails without one, or if it failed.
  static std::shared_ptr<Context> current();
  static std::shared_ptr<Context> current_unchecked();

  /// Makes the legacy stream, once the context is owned.
  void open();
  /// Frees everything that the context owns.
  void destroy();

 private:
  mutable std::mutex mutex_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> destroyed_{false};
  CUresult code_ = CUDA_SUCCESS;
  std::string message_;
  std::shared_ptr<Stream> legacy_;
  std::vector<std::shared_ptr<Stream>> streams_;
  std::set<const Context*> peers_;
};

/// Whether what devices with access to each other copy between them arrives changed.
std::atomic<bool>& peers_lose_bytes();

}  // namespace intramuros::emulator

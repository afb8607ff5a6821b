// When queued work runs: as late as CUDA allows, that is, when somebody waits for it or asks whether it is done; or as
// another order of StreamOrder says.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "block.h"

namespace intramuros::emulator {

class Stream;
class Context;
struct Capture;

/// The end of the first `number` operations of a stream.
struct Moment {
  std::shared_ptr<Stream> stream;
  uint64_t number = 0;
};

/// Work for a device.
struct Operation {
  std::string what;
  std::function<KernelFault()> run;
  std::vector<Moment> after;
  /// Where copies run ahead, it does so too: a copy, or the mark or wait of an event between copies.
  bool ahead = false;
};

/// Work of one device in its order.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  Stream(Context& context, unsigned flags, int priority, uint64_t id)
      : context(context), flags(flags), priority(priority), id(id) {}

  Context& context;
  const unsigned flags;
  const int priority;
  const uint64_t id;

  /// What it records instead of running it, and the nodes that the next one comes after.
  std::shared_ptr<Capture> capture;
  std::vector<size_t> heads;

 private:
  friend class Timeline;
  std::deque<Operation> waiting_;
  uint64_t queued_ = 0;
  uint64_t done_ = 0;
  uint64_t demanded_ = 0;
};

/// All streams of all devices. One thread for each device does its work.
class Timeline {
 public:
  static Timeline& get();

  /// Queues work; nothing runs yet.
  Moment add(Stream& stream, Operation operation);

  /// The end of all that is queued in a stream now.
  Moment tail(Stream& stream);

  bool reached(const Moment& moment);

  /// Lets the work up to a moment begin, with all that it waits for.
  void demand(const Moment& moment);

  /// Lets all work that is queued begin: somebody spins for a flag.
  void demand_all();

  /// Waits for a moment; fails if the work's context failed.
  void wait(const Moment& moment);

  void open(const std::shared_ptr<Stream>& stream);
  void close(const std::shared_ptr<Stream>& stream);

  /// Does the work of a device for ever.
  [[noreturn]] void serve(int device);

 private:
  void demand_locked(const Moment& moment);
  std::shared_ptr<Stream> next_locked(int device, bool ahead);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Stream>> streams_;
};

}  // namespace intramuros::emulator

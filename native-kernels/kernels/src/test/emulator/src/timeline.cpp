#include "timeline.h"

#include <algorithm>

#include "device.h"
#include "failure.h"
#include "settings.h"

namespace intramuros::emulator {

Timeline& Timeline::get() {
  // Never destroyed: the devices' threads work until the process ends.
  static Timeline& timeline = *new Timeline();
  return timeline;
}

Moment Timeline::add(Stream& stream, Operation operation) {
  Moment end;
  {
    std::lock_guard lock(mutex_);
    stream.waiting_.push_back(std::move(operation));
    end = {stream.shared_from_this(), ++stream.queued_};
  }
  if (settings().streams == StreamOrder::kEager) wait(end);
  if (settings().streams == StreamOrder::kCopiesAhead) changed_.notify_all();
  return end;
}

Moment Timeline::tail(Stream& stream) {
  std::lock_guard lock(mutex_);
  return {stream.shared_from_this(), stream.queued_};
}

bool Timeline::reached(const Moment& moment) {
  std::lock_guard lock(mutex_);
  return moment.stream->done_ >= moment.number;
}

void Timeline::demand_locked(const Moment& moment) {
  Stream& stream = *moment.stream;
  const uint64_t number = std::min(moment.number, stream.queued_);
  if (stream.demanded_ >= number) return;
  const uint64_t from = std::max(stream.demanded_, stream.done_);
  stream.demanded_ = number;
  for (uint64_t i = from; i < number; i++) {
    for (const Moment& needed : stream.waiting_[i - stream.done_].after) demand_locked(needed);
  }
}

void Timeline::demand(const Moment& moment) {
  std::lock_guard lock(mutex_);
  demand_locked(moment);
  changed_.notify_all();
}

void Timeline::demand_all() {
  std::lock_guard lock(mutex_);
  for (const auto& stream : streams_) demand_locked({stream, stream->queued_});
  changed_.notify_all();
}

void Timeline::wait(const Moment& moment) {
  std::unique_lock lock(mutex_);
  demand_locked(moment);
  changed_.notify_all();
  changed_.wait(lock, [&] { return moment.stream->done_ >= moment.number; });
}

void Timeline::open(const std::shared_ptr<Stream>& stream) {
  std::lock_guard lock(mutex_);
  streams_.push_back(stream);
}

void Timeline::close(const std::shared_ptr<Stream>& stream) {
  wait(tail(*stream));
  std::lock_guard lock(mutex_);
  std::erase(streams_, stream);
}

std::shared_ptr<Stream> Timeline::next_locked(int device, bool ahead) {
  for (const auto& stream : streams_) {
    if (stream->context.device.index != device || stream->waiting_.empty()) continue;
    if (ahead ? !stream->waiting_.front().ahead : stream->demanded_ <= stream->done_) continue;
    const std::vector<Moment>& after = stream->waiting_.front().after;
    // What is queued in a context that failed is over, whatever it was to wait for.
    if (stream->context.failed() ||
        std::all_of(after.begin(), after.end(), [](const Moment& m) { return m.stream->done_ >= m.number; })) {
      return stream;
    }
  }
  return nullptr;
}

void Timeline::serve(int device) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool ahead = settings().streams == StreamOrder::kCopiesAhead;
    std::shared_ptr<Stream> stream = ahead ? next_locked(device, true) : nullptr;
    if (!stream) stream = next_locked(device, false);
    if (!stream) {
      changed_.wait(lock);
      continue;
    }
    // It stays at the head of its queue while it runs.
    Operation& operation = stream->waiting_.front();
    Context& context = stream->context;
    lock.unlock();
    if (!context.failed()) {
      KernelFault fault = operation.run();
      if (fault.code) context.fail(static_cast<CUresult>(fault.code), operation.what + ": " + fault.message);
    }
    lock.lock();
    stream->waiting_.pop_front();
    stream->done_++;
    changed_.notify_all();
  }
}

}  // namespace intramuros::emulator

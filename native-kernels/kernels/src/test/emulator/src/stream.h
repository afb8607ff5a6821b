// Streams and events behind their handles.
#pragma once

#include <chrono>
#include <memory>

#include "driver_types.h"
#include "graph.h"
#include "timeline.h"

namespace intramuros::emulator {

/// A mark in a stream.
struct EventState {
  unsigned flags = 0;
  Moment recorded;  ///< empty until it is recorded
  std::shared_ptr<std::chrono::steady_clock::time_point> time;
  std::shared_ptr<Capture> capture;  ///< when it was recorded in a capture
  std::vector<size_t> heads;
};

/// The stream of a handle, null and the special values included.
std::shared_ptr<Stream> stream_of(CUstream handle);

/// Waits for all that was queued in a stream.
void synchronize(const std::shared_ptr<Stream>& stream);

}  // namespace intramuros::emulator

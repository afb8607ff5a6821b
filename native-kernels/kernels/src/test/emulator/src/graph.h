// Work that is recorded and run again: captured streams and graphs.
#pragma once

#include <memory>
#include <vector>

#include "timeline.h"

namespace intramuros::emulator {

/// What a node of a graph does, by the driver's numbers.
enum class NodeKind : int { kKernel = 0, kMemcpy = 1, kMemset = 2, kHost = 3, kEmpty = 5 };

/// One piece of recorded work.
struct Node {
  NodeKind kind;
  std::string what;
  std::function<KernelFault()> run;
  std::vector<size_t> after;
};

struct Graph {
  std::vector<Node> nodes;

  /// The nodes in an order that keeps only what the edges promise: of those that may run, the last recorded goes first.
  std::vector<size_t> latest_order() const;
};

/// The recording of one or more streams of a context.
struct Capture {
  Graph graph;
  Stream* origin = nullptr;
  int mode = 0;
  bool broken = false;
};

/// Adds work to a stream: to what it records, or to what it will run.
void submit(const std::shared_ptr<Stream>& stream, NodeKind kind, std::string what, std::function<KernelFault()> run);

/// Fails if a call that may not be made while a stream records is made then.
void forbid_capture(const char* what);

}  // namespace intramuros::emulator

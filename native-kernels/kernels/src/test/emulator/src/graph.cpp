#include "graph.h"

#include <algorithm>
#include <atomic>

#include "device.h"
#include "failure.h"
#include "handles.h"
#include "stream.h"

namespace intramuros::emulator {

namespace {

/// How many captures in the strictest mode are going on.
std::atomic<int> global_captures{0};
/// How many that forbid calls to their own thread alone, which is this one.
thread_local int own_captures = 0;
thread_local int capture_mode = 0;

Handles<Graph, CUgraph>& graphs() {
  static auto& table = *new Handles<Graph, CUgraph>();
  return table;
}

/// A graph that can be launched, in the order in which it will run.
struct Executable {
  std::vector<Node> steps;
};

Handles<Executable, CUgraphExec>& executables() {
  static auto& table = *new Handles<Executable, CUgraphExec>();
  return table;
}

/// The nodes that no other node comes after.
std::vector<size_t> loose_ends(const Graph& graph) {
  std::vector<bool> followed(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    for (size_t i : node.after) followed[i] = true;
  }
  std::vector<size_t> ends;
  for (size_t i = 0; i < graph.nodes.size(); i++) {
    if (!followed[i]) ends.push_back(i);
  }
  return ends;
}

}  // namespace

std::vector<size_t> Graph::latest_order() const {
  std::vector<size_t> order;
  std::vector<bool> done(nodes.size());
  while (order.size() < nodes.size()) {
    for (size_t i = nodes.size(); i-- > 0;) {
      const auto& after = nodes[i].after;
      if (done[i] || !std::all_of(after.begin(), after.end(), [&](size_t n) { return done[n]; })) continue;
      done[i] = true;
      order.push_back(i);
      break;
    }
  }
  return order;
}

void forbid_capture(const char* what) {
  if ((global_captures > 0 || own_captures > 0) && capture_mode != 2) {
    throw Failure(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, std::string(what) + " while a stream is being captured");
  }
}

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

DRIVER_API CUresult cuStreamBeginCapture_v2(CUstream handle, int mode) {
  return answer("cuStreamBeginCapture_v2", [&] {
    std::shared_ptr<Stream> stream = stream_of(handle);
    if (stream == stream->context.legacy()) {
      throw Failure(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the legacy stream can't be captured");
    }
    if (stream->capture) throw Failure(CUDA_ERROR_ILLEGAL_STATE, "the stream is being captured already");
    if (mode < 0 || mode > 2) throw Failure(CUDA_ERROR_INVALID_VALUE, "unknown mode");
    stream->capture = std::make_shared<Capture>();
    stream->capture->origin = stream.get();
    stream->capture->mode = mode;
    stream->heads.clear();
    if (mode == 0) global_captures++;
    if (mode == 1) own_captures++;
  });
}

DRIVER_API CUresult cuStreamEndCapture(CUstream handle, CUgraph* graph) {
  return answer("cuStreamEndCapture", [&] {
    *graph = nullptr;
    std::shared_ptr<Stream> stream = stream_of(handle);
    std::shared_ptr<Capture> capture = stream->capture;
    if (!capture) throw Failure(CUDA_ERROR_ILLEGAL_STATE, "the stream is not being captured");
    if (capture->origin != stream.get()) {
      throw Failure(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "the capture began in another stream");
    }
    std::vector<size_t> ends = loose_ends(capture->graph);
    const bool unjoined = std::any_of(ends.begin(), ends.end(), [&](size_t end) {
      return std::find(stream->heads.begin(), stream->heads.end(), end) == stream->heads.end();
    });
    if (capture->mode == 0) global_captures--;
    if (capture->mode == 1) own_captures--;
    stream->heads.clear();
    for (const auto& other : stream->context.streams()) {
      if (other->capture == capture) other->capture.reset();
    }
    stream->capture.reset();
    if (capture->broken) {
      throw Failure(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "a call that can't be captured was made meanwhile");
    }
    if (unjoined) {
      throw Failure(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "the stream does not wait for all that was captured in others");
    }
    *graph = graphs().add(std::make_shared<Graph>(std::move(capture->graph)));
  });
}

DRIVER_API CUresult cuStreamIsCapturing(CUstream handle, int* status) {
  return answer("cuStreamIsCapturing", [&] {
    const std::shared_ptr<Capture> capture = stream_of(handle)->capture;
    *status = !capture ? 0 : capture->broken ? 2 : 1;
  });
}

DRIVER_API CUresult cuThreadExchangeStreamCaptureMode(int* mode) {
  return answer("cuThreadExchangeStreamCaptureMode", [&] { std::swap(*mode, capture_mode); });
}

DRIVER_API CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph handle, unsigned long long) {
  return answer("cuGraphInstantiateWithFlags", [&] {
    std::shared_ptr<Graph> graph = graphs().find(handle, "graph");
    auto made = std::make_shared<Executable>();
    for (size_t i : graph->latest_order()) made->steps.push_back(graph->nodes[i]);
    *executable = executables().add(std::move(made));
  });
}

DRIVER_API CUresult cuGraphUpload(CUgraphExec executable, CUstream stream) {
  return answer("cuGraphUpload", [&] {
    executables().find(executable, "executable graph");
    stream_of(stream);
  });
}

DRIVER_API CUresult cuGraphLaunch(CUgraphExec handle, CUstream stream) {
  return answer("cuGraphLaunch", [&] {
    std::shared_ptr<Executable> executable = executables().find(handle, "executable graph");
    submit(stream_of(stream), NodeKind::kEmpty, "cuGraphLaunch", [executable] {
      for (const Node& step : executable->steps) {
        KernelFault fault = step.run();
        if (fault.code) return fault;
      }
      return KernelFault{};
    });
  });
}

DRIVER_API CUresult cuGraphDestroy(CUgraph graph) {
  return answer("cuGraphDestroy", [&] { graphs().remove(graph, "graph"); });
}

DRIVER_API CUresult cuGraphExecDestroy(CUgraphExec executable) {
  return answer("cuGraphExecDestroy", [&] { executables().remove(executable, "executable graph"); });
}

/// Tells how many nodes there are; their handles are the nodes' places, from one.
DRIVER_API CUresult cuGraphGetNodes(CUgraph handle, CUgraphNode* nodes, size_t* count) {
  return answer("cuGraphGetNodes", [&] {
    std::shared_ptr<Graph> graph = graphs().find(handle, "graph");
    if (nodes) {
      *count = std::min(*count, graph->nodes.size());
      for (size_t i = 0; i < *count; i++) nodes[i] = reinterpret_cast<CUgraphNode>(i + 1);
    } else {
      *count = graph->nodes.size();
    }
  });
}

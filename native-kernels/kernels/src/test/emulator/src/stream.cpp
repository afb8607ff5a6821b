#include "stream.h"

#include <algorithm>

#include "device.h"
#include "failure.h"
#include "handles.h"

namespace intramuros::emulator {

namespace {

Handles<Stream, CUstream>& streams() {
  static auto& table = *new Handles<Stream, CUstream>();
  return table;
}

Handles<EventState, CUevent>& events() {
  static auto& table = *new Handles<EventState, CUevent>();
  return table;
}

/// What new work of a stream has to come after, beside what is before it in the stream.
std::vector<Moment> implied(Stream& stream) {
  std::vector<Moment> after;
  Context& context = stream.context;
  if (&stream == context.legacy().get()) {
    for (const auto& other : context.streams()) {
      if (!(other->flags & CU_STREAM_NON_BLOCKING)) after.push_back(Timeline::get().tail(*other));
    }
  } else if (!(stream.flags & CU_STREAM_NON_BLOCKING)) {
    after.push_back(Timeline::get().tail(*context.legacy()));
  }
  std::erase_if(after, [](const Moment& m) { return m.number == 0; });
  return after;
}

void refuse_while_recording(const Stream& stream, const char* what) {
  if (!stream.capture) return;
  stream.capture->broken = true;
  throw Failure(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, std::string(what) + " while the stream is being captured");
}

}  // namespace

std::shared_ptr<Stream> stream_of(CUstream handle) {
  const std::shared_ptr<Context> context = Context::current();
  if (handle == nullptr || handle == CU_STREAM_LEGACY) return context->legacy();
  if (handle == CU_STREAM_PER_THREAD) throw Failure(CUDA_ERROR_NOT_SUPPORTED, "streams per thread are not emulated");
  std::shared_ptr<Stream> stream = streams().find(handle, "stream");
  stream->context.check();
  return stream;
}

void submit(const std::shared_ptr<Stream>& stream, NodeKind kind, std::string what, std::function<KernelFault()> run) {
  if (stream->capture) {
    Graph& graph = stream->capture->graph;
    graph.nodes.push_back({kind, std::move(what), std::move(run), stream->heads});
    stream->heads = {graph.nodes.size() - 1};
    return;
  }
  Timeline::get().add(*stream, {std::move(what), std::move(run), implied(*stream), kind == NodeKind::kMemcpy});
}

void synchronize(const std::shared_ptr<Stream>& stream) {
  refuse_while_recording(*stream, "waiting");
  if (stream == stream->context.legacy()) {
    for (const Moment& moment : implied(*stream)) Timeline::get().wait(moment);
  }
  Timeline::get().wait(Timeline::get().tail(*stream));
  stream->context.check();
}

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

DRIVER_API CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int priority) {
  return answer("cuStreamCreateWithPriority", [&] {
    if (flags > CU_STREAM_NON_BLOCKING) throw Failure(CUDA_ERROR_INVALID_VALUE, "unknown flags");
    *stream = streams().add(Context::current()->open_stream(flags, priority));
  });
}

DRIVER_API CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
  return cuStreamCreateWithPriority(stream, flags, 0);
}

DRIVER_API CUresult cuStreamDestroy_v2(CUstream handle) {
  return answer("cuStreamDestroy_v2", [&] {
    std::shared_ptr<Stream> stream = streams().remove(handle, "stream");
    stream->context.close_stream(stream);
  });
}

DRIVER_API CUresult cuStreamSynchronize(CUstream handle) {
  return answer("cuStreamSynchronize", [&] { synchronize(stream_of(handle)); });
}

DRIVER_API CUresult cuStreamQuery(CUstream handle) {
  return answer("cuStreamQuery", [&] {
    std::shared_ptr<Stream> stream = stream_of(handle);
    refuse_while_recording(*stream, "a query");
    const Moment tail = Timeline::get().tail(*stream);
    if (!Timeline::get().reached(tail)) {
      Timeline::get().demand(tail);
      throw Failure(CUDA_ERROR_NOT_READY, "");
    }
  });
}

DRIVER_API CUresult cuStreamGetFlags(CUstream handle, unsigned* flags) {
  return answer("cuStreamGetFlags", [&] { *flags = stream_of(handle)->flags; });
}

DRIVER_API CUresult cuStreamGetPriority(CUstream handle, int* priority) {
  return answer("cuStreamGetPriority", [&] { *priority = stream_of(handle)->priority; });
}

DRIVER_API CUresult cuStreamGetId(CUstream handle, unsigned long long* id) {
  return answer("cuStreamGetId", [&] { *id = stream_of(handle)->id; });
}

DRIVER_API CUresult cuStreamWaitEvent(CUstream handle, CUevent event_handle, unsigned flags) {
  return answer("cuStreamWaitEvent", [&] {
    if (flags != 0) throw Failure(CUDA_ERROR_INVALID_VALUE, "unknown flags");
    std::shared_ptr<Stream> stream = stream_of(handle);
    std::shared_ptr<EventState> event = events().find(event_handle, "event");
    if (event->capture) {
      if (stream->capture && stream->capture != event->capture) {
        throw Failure(CUDA_ERROR_STREAM_CAPTURE_MERGE, "the event belongs to another capture");
      }
      if (!stream->capture) stream->heads.clear();
      stream->capture = event->capture;
      for (size_t head : event->heads) {
        if (std::find(stream->heads.begin(), stream->heads.end(), head) == stream->heads.end()) {
          stream->heads.push_back(head);
        }
      }
      return;
    }
    if (stream->capture) {
      stream->capture->broken = true;
      throw Failure(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "a captured stream can't wait for work outside the capture");
    }
    // An event that was never recorded is nothing to wait for.
    if (!event->recorded.stream) return;
    std::vector<Moment> after = implied(*stream);
    after.push_back(event->recorded);
    Timeline::get().add(*stream, {"cuStreamWaitEvent", [] { return KernelFault{}; }, std::move(after), true});
  });
}

DRIVER_API CUresult cuLaunchHostFunc(CUstream handle, CUhostFn function, void* data) {
  return answer("cuLaunchHostFunc", [&] {
    submit(stream_of(handle), NodeKind::kHost, "cuLaunchHostFunc", [=] {
      function(data);
      return KernelFault{};
    });
  });
}

DRIVER_API CUresult cuEventCreate(CUevent* event, unsigned flags) {
  return answer("cuEventCreate", [&] {
    Context::current();
    if (flags & CU_EVENT_INTERPROCESS)
      throw Failure(CUDA_ERROR_NOT_SUPPORTED, "events between processes are not emulated");
    auto state = std::make_shared<EventState>();
    state->flags = flags;
    *event = events().add(std::move(state));
  });
}

DRIVER_API CUresult cuEventDestroy_v2(CUevent event) {
  return answer("cuEventDestroy_v2", [&] { events().remove(event, "event"); });
}

DRIVER_API CUresult cuEventRecord(CUevent event_handle, CUstream handle) {
  return answer("cuEventRecord", [&] {
    std::shared_ptr<EventState> event = events().find(event_handle, "event");
    std::shared_ptr<Stream> stream = stream_of(handle);
    if (stream->capture) {
      event->capture = stream->capture;
      event->heads = stream->heads;
      return;
    }
    event->capture.reset();
    auto time = std::make_shared<std::chrono::steady_clock::time_point>();
    event->time = time;
    event->recorded = Timeline::get().add(*stream, {"cuEventRecord",
                                                    [time, &device = stream->context.device] {
                                                      *time = device.now();
                                                      return KernelFault{};
                                                    },
                                                    implied(*stream),
                                                    true});
  });
}

namespace {

std::shared_ptr<EventState> recorded_event(CUevent handle) {
  std::shared_ptr<EventState> event = events().find(handle, "event");
  if (event->capture) throw Failure(CUDA_ERROR_CAPTURED_EVENT, "the event was last recorded in a capture");
  return event;
}

}  // namespace

DRIVER_API CUresult cuEventSynchronize(CUevent handle) {
  return answer("cuEventSynchronize", [&] {
    const Moment recorded = recorded_event(handle)->recorded;
    if (!recorded.stream) return;
    Timeline::get().wait(recorded);
    recorded.stream->context.check();
  });
}

DRIVER_API CUresult cuEventQuery(CUevent handle) {
  return answer("cuEventQuery", [&] {
    const Moment recorded = recorded_event(handle)->recorded;
    if (!recorded.stream) return;
    if (!Timeline::get().reached(recorded)) {
      Timeline::get().demand(recorded);
      throw Failure(CUDA_ERROR_NOT_READY, "");
    }
    recorded.stream->context.check();
  });
}

DRIVER_API CUresult cuEventElapsedTime(float* milliseconds, CUevent from_handle, CUevent to_handle) {
  return answer("cuEventElapsedTime", [&] {
    std::shared_ptr<EventState> from = recorded_event(from_handle), to = recorded_event(to_handle);
    if (!from->recorded.stream || !to->recorded.stream || (from->flags | to->flags) & CU_EVENT_DISABLE_TIMING) {
      throw Failure(CUDA_ERROR_INVALID_HANDLE, "an event was never recorded or has no time");
    }
    if (!Timeline::get().reached(from->recorded) || !Timeline::get().reached(to->recorded)) {
      throw Failure(CUDA_ERROR_NOT_READY, "");
    }
    *milliseconds = std::chrono::duration<float, std::milli>(*to->time - *from->time).count();
  });
}

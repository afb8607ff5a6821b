// That work runs as late as CUDA allows, and no later.
#include <cmath>
#include <cstdlib>

#include "gpu.h"

using namespace testing;

namespace {

struct Pinned {
  explicit Pinned(size_t count) {
    void* address;
    OK(cuMemHostAlloc(&address, count * sizeof(float), 0));
    values = static_cast<float*>(address);
  }
  float* values;
};

CUstream new_stream() {
  CUstream stream;
  OK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  return stream;
}

}  // namespace

TEST("queued work has not run before somebody waits for it") {
  Gpu gpu;
  const CUstream stream = new_stream();
  const auto x = upload(counting(64));
  Pinned result(64);
  OK(cuMemcpyDtoHAsync_v2(result.values, x, 256, stream));
  TRUE(std::isnan(result.values[0]));
  OK(cuStreamSynchronize(stream));
  EQUAL(result.values[63], 64.0f);
}

TEST("a query lets work begin and reports its end") {
  Gpu gpu;
  const CUstream stream = new_stream();
  const auto counter = upload(std::vector<unsigned>{0});
  OK(launch("count", {10, 32, 0, stream}, counter));
  CUresult state = cuStreamQuery(stream);
  FAILS(state, CUDA_ERROR_NOT_READY);
  while (state == CUDA_ERROR_NOT_READY) state = cuStreamQuery(stream);
  OK(state);
  EQUAL(download<unsigned>(counter, 1)[0], 320u);
}

TEST("work of two streams without an event between them is not ordered") {
  Gpu gpu;
  const CUstream producer = new_stream(), consumer = new_stream();
  const auto x = upload(counting(64));
  const auto middle = room<float>(64), y = room<float>(64);
  OK(launch("scale", {1, 64, 0, producer}, x, middle, 64, 1.0f));
  OK(launch("scale", {1, 64, 0, consumer}, middle, y, 64, 1.0f));
  OK(cuStreamSynchronize(consumer));
  TRUE(std::isnan(download<float>(y, 64)[0]));
}

TEST("an event orders the work of two streams") {
  Gpu gpu;
  const CUstream producer = new_stream(), consumer = new_stream();
  CUevent made;
  OK(cuEventCreate(&made, CU_EVENT_DISABLE_TIMING));
  const auto x = upload(counting(64));
  const auto middle = room<float>(64), y = room<float>(64);
  OK(launch("scale", {1, 64, 0, producer}, x, middle, 64, 1.0f));
  OK(cuEventRecord(made, producer));
  OK(cuStreamWaitEvent(consumer, made, 0));
  OK(launch("scale", {1, 64, 0, consumer}, middle, y, 64, 1.0f));
  OK(cuStreamSynchronize(consumer));
  EQUAL(download<float>(y, 64)[63], 64.0f);
}

TEST("where copies run ahead, nothing but an event keeps one from overtaking the kernels of another stream") {
  Gpu gpu;
  const char* order = std::getenv("INTRAMUROS_EMULATOR_STREAMS");
  const bool ahead = order && std::string(order) == "copies-ahead";
  for (bool ordered : {false, true}) {
    const CUstream compute = new_stream(), copies = new_stream();
    CUevent left;
    OK(cuEventCreate(&left, CU_EVENT_DISABLE_TIMING));
    const auto x = upload(counting(64));
    const auto y = room<float>(64);
    Pinned next(64);
    next.values[63] = 5;
    OK(launch("scale", {1, 64, 0, compute}, x, y, 64, 1.0f));
    OK(cuEventRecord(left, compute));
    if (ordered) OK(cuStreamWaitEvent(copies, left, 0));
    OK(cuMemcpyHtoDAsync_v2(x, next.values, 256, copies));
    OK(cuStreamSynchronize(compute));
    EQUAL(download<float>(y, 64)[63], ahead && !ordered ? 5.0f : 64.0f);
    OK(cuStreamSynchronize(copies));
  }
}

TEST("the legacy stream waits for blocking streams and for no others") {
  Gpu gpu;
  CUstream blocking;
  OK(cuStreamCreate(&blocking, 0));
  const CUstream other = new_stream();
  const auto x = upload(counting(64));
  const auto y = room<float>(64), z = room<float>(64);
  OK(launch("scale", {1, 64, 0, blocking}, x, y, 64, 1.0f));
  OK(launch("scale", {1, 64, 0, other}, x, z, 64, 1.0f));
  EQUAL(download<float>(y, 64)[63], 64.0f);
  TRUE(std::isnan(download<float>(z, 64)[63]));
}

TEST("an asynchronous copy needs pinned memory") {
  Gpu gpu;
  const CUstream stream = new_stream();
  const auto x = upload(counting(64));
  std::vector<float> plain(64);
  FAILS(cuMemcpyDtoHAsync_v2(plain.data(), x, 256, stream), CUDA_ERROR_INVALID_VALUE);
  SAYS("not pinned");
  OK(cuMemHostRegister_v2(plain.data(), 256, 0));
  OK(cuMemcpyDtoHAsync_v2(plain.data(), x, 256, stream));
  OK(cuStreamSynchronize(stream));
  EQUAL(plain[63], 64.0f);
  OK(cuMemHostUnregister(plain.data()));
}

TEST("a staging buffer that is changed too early gives the changed values") {
  Gpu gpu;
  const CUstream stream = new_stream();
  Pinned staging(1);
  const auto x = room<float>(1);
  staging.values[0] = 1;
  OK(cuMemcpyHtoDAsync_v2(x, staging.values, 4, stream));
  staging.values[0] = 2;
  OK(cuStreamSynchronize(stream));
  EQUAL(download<float>(x, 1)[0], 2.0f);
}

TEST("events tell the time by the rate of the bus, where it has one") {
  Gpu gpu;
  const CUstream stream = new_stream();
  CUevent begin, end;
  OK(cuEventCreate(&begin, 0));
  OK(cuEventCreate(&end, 0));
  const auto x = room<float>(1000);
  Pinned host(1000);
  intramurosEmulatorSetBusRate(0, 1e6);
  OK(cuMemcpyHtoDAsync_v2(x, host.values, 4000, stream));
  OK(cuEventRecord(begin, stream));
  OK(cuMemcpyHtoDAsync_v2(x, host.values, 4000, stream));
  OK(cuMemcpyDtoHAsync_v2(host.values, x, 1000, stream));
  OK(cuMemcpyDtoDAsync_v2(x, x + 2000, 2000, stream));
  OK(cuEventRecord(end, stream));
  OK(cuStreamSynchronize(stream));
  float milliseconds;
  OK(cuEventElapsedTime(&milliseconds, begin, end));
  intramurosEmulatorSetBusRate(0, 0);
  EQUAL(milliseconds, 5.0f);
}

TEST("a copy beyond the end of an allocation is refused") {
  Gpu gpu;
  const auto x = room<float>(64);
  std::vector<float> host(65);
  FAILS(cuMemcpyHtoD_v2(x, host.data(), 260), CUDA_ERROR_INVALID_VALUE);
}

TEST("a captured stream runs when its graph is launched, as often as that") {
  Gpu gpu;
  const CUstream stream = new_stream();
  const auto counter = upload(std::vector<unsigned>{0});
  CUgraph graph;
  CUgraphExec executable;
  OK(cuStreamBeginCapture_v2(stream, 0));
  OK(launch("count", {1, 32, 0, stream}, counter));
  OK(launch("count", {1, 32, 0, stream}, counter));
  FAILS(cuCtxSynchronize(), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  OK(cuStreamEndCapture(stream, &graph));
  OK(cuGraphInstantiateWithFlags(&executable, graph, 0));
  OK(cuGraphDestroy(graph));
  EQUAL(download<unsigned>(counter, 1)[0], 0u);
  for (int i = 0; i < 3; i++) OK(cuGraphLaunch(executable, stream));
  OK(cuStreamSynchronize(stream));
  EQUAL(download<unsigned>(counter, 1)[0], 192u);
  OK(cuGraphExecDestroy(executable));
}

TEST("who captures for one thread may not make calls there that can't be captured") {
  Gpu gpu;
  const CUstream stream = new_stream();
  CUgraph graph;
  OK(cuStreamBeginCapture_v2(stream, 1));
  FAILS(cuCtxSynchronize(), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  OK(cuStreamEndCapture(stream, &graph));
  OK(cuGraphDestroy(graph));
  OK(cuCtxSynchronize());
}

TEST("branches of a graph that nothing joins are refused, and joined ones keep to their edges only") {
  Gpu gpu;
  const CUstream stream = new_stream(), branch = new_stream();
  CUevent forked, joined;
  OK(cuEventCreate(&forked, 0));
  OK(cuEventCreate(&joined, 0));
  const auto x = upload(counting(64));
  const auto middle = room<float>(64), y = room<float>(64);
  for (bool ordered : {false, true}) {
    CUgraph graph;
    CUgraphExec executable;
    OK(cuStreamBeginCapture_v2(stream, 0));
    if (!ordered) OK(cuEventRecord(forked, stream));
    OK(launch("scale", {1, 64, 0, stream}, x, middle, 64, 1.0f));
    if (ordered) OK(cuEventRecord(forked, stream));
    OK(cuStreamWaitEvent(branch, forked, 0));
    OK(launch("scale", {1, 64, 0, branch}, middle, y, 64, 1.0f));
    OK(cuEventRecord(joined, branch));
    OK(cuStreamWaitEvent(stream, joined, 0));
    OK(cuStreamEndCapture(stream, &graph));
    OK(cuGraphInstantiateWithFlags(&executable, graph, 0));
    OK(cuMemsetD8_v2(middle, 0xFF, 256));
    OK(cuGraphLaunch(executable, stream));
    OK(cuStreamSynchronize(stream));
    EQUAL(!std::isnan(download<float>(y, 64)[63]), ordered);
  }
}

TEST("devices that wait for each other's flags both go on") {
  Gpu second(1);
  Gpu first(0);
  OK(cuCtxEnablePeerAccess(second.context, 0));
  const auto flag0 = upload(std::vector<unsigned>{0});
  const auto data = upload(std::vector<float>{5});
  const auto seen0 = room<float>(1);
  OK(cuCtxSetCurrent(second.context));
  OK(cuCtxEnablePeerAccess(first.context, 0));
  const auto flag1 = upload(std::vector<unsigned>{0});
  const auto seen1 = room<float>(1);
  const CUstream stream1 = new_stream();
  OK(launch("meet", {1, 32, 0, stream1}, flag1, flag0, seen1, data));
  OK(cuCtxSetCurrent(first.context));
  const CUstream stream0 = new_stream();
  OK(launch("meet", {1, 32, 0, stream0}, flag0, flag1, seen0, data));
  OK(cuStreamSynchronize(stream0));
  EQUAL(download<float>(seen0, 1)[0], 5.0f);
}

TEST("memory that was never freed is counted") {
  Gpu gpu;
  const auto kept = room<float>(64), freed = room<float>(64);
  OK(cuMemFree_v2(freed));
  EQUAL(intramurosEmulatorAllocations(), 1u);
  OK(cuMemFree_v2(kept));
  FAILS(cuMemFree_v2(kept), CUDA_ERROR_INVALID_VALUE);
}

TEST("more memory than a device has is refused with an account") {
  Gpu gpu;
  size_t free, total;
  OK(cuMemGetInfo_v2(&free, &total));
  CUdeviceptr memory;
  FAILS(cuMemAlloc_v2(&memory, total + 1), CUDA_ERROR_OUT_OF_MEMORY);
  SAYS("are free");
  OK(cuMemAlloc_v2(&memory, total));
  OK(cuMemGetInfo_v2(&free, &total));
  EQUAL(free, 0u);
}

TEST("cuBLAS multiplies by columns, transposed or not, in the order of its stream") {
  Gpu gpu;
  const CUstream stream = new_stream();
  void* blas;
  OK(cublasCreate_v2(&blas));
  OK(cublasSetStream_v2(blas, stream));
  const int m = 5, n = 3, k = 19;
  const auto a = counting(static_cast<size_t>(m * k)), b = counting(static_cast<size_t>(k * n));
  const auto on_a = upload(a), on_b = upload(b), on_c = room<float>(15);
  const float one = 1, zero = 0;
  for (int transposed : {0, 1}) {
    const auto* pa = reinterpret_cast<const void*>(on_a);
    const auto* pb = reinterpret_cast<const void*>(on_b);
    OK(cublasGemmEx(blas, transposed, transposed, m, n, k, &one, pa, 0, transposed ? k : m, pb, 0, transposed ? n : k,
                    &zero, reinterpret_cast<void*>(on_c), 0, m, 68, -1));
    OK(cuStreamSynchronize(stream));
    const auto c = download<float>(on_c, 15);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int l = 0; l < k; l++) {
          sum += a[static_cast<size_t>(transposed ? l + i * k : i + l * m)] *
                 b[static_cast<size_t>(transposed ? j + l * n : l + j * k)];
        }
        EQUAL(c[static_cast<size_t>(i + j * m)], sum);
      }
    }
  }
  OK(cublasDestroy_v2(blas));
}

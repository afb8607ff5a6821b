// Short ways to memory and kernels for the tests.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "harness.h"

namespace testing {

/// The primary context of a device, current on this thread.
class Gpu {
 public:
  explicit Gpu(int device = 0) : device_(device) {
    OK(cuDevicePrimaryCtxRetain(&context, device));
    OK(cuCtxSetCurrent(context));
  }
  ~Gpu() {
    cuCtxSetCurrent(nullptr);
    cuDevicePrimaryCtxReset_v2(device_);
  }
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  CUcontext context = nullptr;

 private:
  int device_;
};

template <class T>
CUdeviceptr upload(const std::vector<T>& values) {
  CUdeviceptr address;
  OK(cuMemAlloc_v2(&address, values.size() * sizeof(T)));
  OK(cuMemcpyHtoD_v2(address, values.data(), values.size() * sizeof(T)));
  return address;
}

template <class T>
CUdeviceptr room(size_t count) {
  CUdeviceptr address;
  OK(cuMemAlloc_v2(&address, count * sizeof(T)));
  return address;
}

template <class T>
std::vector<T> download(CUdeviceptr address, size_t count) {
  std::vector<T> values(count);
  OK(cuMemcpyDtoH_v2(values.data(), address, count * sizeof(T)));
  return values;
}

/// A kernel of the tests by its name and the PTX letters of its parameters' sizes, such as {8, 8, 4}.
CUfunction kernel(const std::string& name, const std::vector<int>& parameter_bytes);

struct Geometry {
  unsigned blocks, threads, dynamic = 0;
  CUstream stream = nullptr;
};

template <class... A>
CUresult launch(const std::string& name, Geometry g, A... arguments) {
  void* addresses[] = {&arguments..., nullptr};
  return cuLaunchKernel(kernel(name, {static_cast<int>(sizeof(A))...}), g.blocks, 1, 1, g.threads, 1, 1, g.dynamic,
                        g.stream, addresses, nullptr);
}

std::vector<float> counting(size_t count);

}  // namespace testing

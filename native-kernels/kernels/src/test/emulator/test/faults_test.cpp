// That the emulator finds what a GPU would forgive by luck.
#include <cmath>

#include "gpu.h"

using namespace testing;

namespace {

CUresult finish(CUresult launched) { return launched ? launched : cuCtxSynchronize(); }

bool any_nan(const std::vector<float>& values) {
  for (float v : values) {
    if (std::isnan(v)) return true;
  }
  return false;
}

}  // namespace

TEST("a missing barrier shows as poison in one of both orders of warps") {
  Gpu gpu;
  const auto x = upload(counting(64));
  const auto y = room<float>(64);
  OK(launch("no_barrier", {1, 64}, x, y));
  TRUE(any_nan(download<float>(y, 64)));
}

TEST("a missing barrier of a warp shows as poison") {
  Gpu gpu;
  const auto x = upload(counting(32));
  const auto y = room<float>(32);
  OK(launch("no_warp_barrier", {1, 32}, x, y));
  TRUE(any_nan(download<float>(y, 32)));
}

TEST("a copy that nobody waited for has not happened") {
  Gpu gpu;
  const auto x = upload(counting(128));
  const auto y = room<float>(32);
  OK(launch("no_copy_wait", {1, 32}, x, y));
  TRUE(any_nan(download<float>(y, 32)));
}

TEST("an access one element behind an allocation is an illegal address that names kernel and place") {
  Gpu gpu;
  const auto x = upload(counting(64));
  const auto y = room<float>(64);
  FAILS(finish(launch("one_too_far", {1, 128}, x, y, 64)), CUDA_ERROR_ILLEGAL_ADDRESS);
  SAYS("kernel one_too_far, block (0,0,0), thread (64,0,0)");
  SAYS("0 bytes after the end of allocation");
}

TEST("a write before an allocation is found in its red zone") {
  Gpu gpu;
  const auto y = room<float>(32);
  FAILS(finish(launch("one_too_early", {1, 32}, y)), CUDA_ERROR_ILLEGAL_ADDRESS);
}

TEST("an error of a kernel spoils its context for good and no other") {
  Gpu first(0);
  const auto y = room<float>(64);
  FAILS(finish(launch("one_too_far", {1, 128}, y, y, 64)), CUDA_ERROR_ILLEGAL_ADDRESS);
  CUdeviceptr more;
  FAILS(cuMemAlloc_v2(&more, 16), CUDA_ERROR_ILLEGAL_ADDRESS);
  Gpu second(1);
  OK(cuMemAlloc_v2(&more, 16));
  OK(cuCtxSynchronize());
}

TEST("use of freed memory is an illegal address") {
  Gpu gpu;
  const auto y = room<float>(64);
  const auto table = upload(std::vector<CUdeviceptr>{y});
  const auto out = room<float>(1);
  OK(cuMemFree_v2(y));
  FAILS(finish(launch("through_table", {1, 1}, table, out)), CUDA_ERROR_ILLEGAL_ADDRESS);
  SAYS("freed");
}

TEST("a pointer argument that is no device memory is refused") {
  Gpu gpu;
  std::vector<float> host(64);
  const auto y = room<float>(64);
  FAILS(finish(launch("scale", {1, 64}, host.data(), y, 64, 1.0f)), CUDA_ERROR_ILLEGAL_ADDRESS);
  SAYS("argument 0");
}

TEST("threads that wait at different barriers are found") {
  Gpu gpu;
  const auto y = room<float>(64);
  FAILS(finish(launch("divergent_barrier", {1, 64}, y)), CUDA_ERROR_LAUNCH_FAILED);
  SAYS("divergent barrier");
}

TEST("a barrier that some threads never reach is found") {
  Gpu gpu;
  const auto y = room<float>(64);
  FAILS(finish(launch("barrier_without_some", {1, 64}, y)), CUDA_ERROR_LAUNCH_FAILED);
  SAYS("40 of 64 threads");
}

TEST("a mask with lanes that don't come is found") {
  Gpu gpu;
  const auto y = room<float>(32);
  FAILS(finish(launch("wrong_mask", {1, 32}, y)), CUDA_ERROR_LAUNCH_FAILED);
  SAYS("__shfl_xor_sync");
}

TEST("a mask without the own lane is found") {
  Gpu gpu;
  const auto y = room<float>(32);
  FAILS(finish(launch("mask_without_self", {1, 32}, y)), CUDA_ERROR_LAUNCH_FAILED);
  SAYS("leaves out the own lane");
}

TEST("a write behind dynamic shared memory is found") {
  Gpu gpu;
  const auto y = room<float>(32);
  FAILS(finish(launch("past_dynamic", {1, 32, 128}, y)), CUDA_ERROR_ILLEGAL_ADDRESS);
  SAYS("dynamic shared memory");
}

TEST("a write behind static shared memory is found") {
  Gpu gpu;
  const auto y = room<float>(32);
  FAILS(finish(launch("past_static", {1, 32}, y, 1)), CUDA_ERROR_ILLEGAL_ADDRESS);
  SAYS("past_static::values");
}

TEST("a kernel without end is stopped") {
  Gpu gpu;
  const auto flag = upload(std::vector<int>{0});
  FAILS(finish(launch("endless", {1, 1}, flag)), CUDA_ERROR_LAUNCH_TIMEOUT);
  SAYS("kernel endless");
}

TEST("a division by zero ends the kernel and not the process") {
  Gpu gpu;
  const auto x = upload(std::vector<int>{1, 0});
  FAILS(finish(launch("divide", {1, 1}, x)), CUDA_ERROR_LAUNCH_FAILED);
}

TEST("memory of another device needs peer access") {
  Gpu second(1);
  const auto there = upload(counting(64));
  Gpu first(0);
  const auto y = room<float>(64);
  FAILS(finish(launch("scale", {1, 64}, there, y, 64, 1.0f)), CUDA_ERROR_ILLEGAL_ADDRESS);
  SAYS("no peer access");
}

TEST("with peer access memory of another device is read") {
  Gpu second(1);
  const auto there = upload(counting(64));
  Gpu first(0);
  OK(cuCtxEnablePeerAccess(second.context, 0));
  FAILS(cuCtxEnablePeerAccess(second.context, 0), CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
  const auto y = room<float>(64);
  OK(launch("scale", {1, 64}, there, y, 64, 1.0f));
  EQUAL(download<float>(y, 64)[63], 64.0f);
}

TEST("geometry beyond CUDA's limits is refused") {
  Gpu gpu;
  const auto y = room<float>(64);
  FAILS(launch("divergent_barrier", {1, 1025}, y), CUDA_ERROR_INVALID_VALUE);
  FAILS(launch("divergent_barrier", {0, 32}, y), CUDA_ERROR_INVALID_VALUE);
  FAILS(launch("past_dynamic", {1, 32, 49153}, y), CUDA_ERROR_INVALID_VALUE);
  CUfunction f = kernel("past_dynamic", {8});
  FAILS(cuFuncSetAttribute(f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 240000), CUDA_ERROR_INVALID_VALUE);
  OK(cuFuncSetAttribute(f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 100000));
}

TEST("a kernel whose name or parameters are not in the PTX is refused") {
  Gpu gpu;
  const std::string ptx =
      ".version 7.8\n.target sm_80\n.address_size 64\n.visible .entry count(\n\t.param .u32 p\n)\n{\n\tret;\n}\n";
  CUmodule module;
  CUfunction function;
  OK(cuModuleLoadDataEx(&module, ptx.c_str(), 0, nullptr, nullptr));
  FAILS(cuModuleGetFunction(&function, module, "scale"), CUDA_ERROR_NOT_FOUND);
  FAILS(cuModuleGetFunction(&function, module, "count"), CUDA_ERROR_INVALID_PTX);
  FAILS(cuModuleLoadDataEx(&module, "not PTX", 0, nullptr, nullptr), CUDA_ERROR_INVALID_PTX);
}

TEST("PTX that was linked can be loaded, and half of it is refused") {
  Gpu gpu;
  const std::string ptx =
      ".version 7.8\n.target sm_80\n.address_size 64\n.visible .entry count(\n\t.param .u64 p\n)\n{\n\tret;\n}\n";
  void *state, *image;
  size_t bytes;
  OK(cuLinkCreate_v2(0, nullptr, nullptr, &state));
  FAILS(cuLinkAddData_v2(state, 1, ptx.data(), ptx.size() - 4, "half", 0, nullptr, nullptr), CUDA_ERROR_INVALID_PTX);
  OK(cuLinkAddData_v2(state, 1, ptx.data(), ptx.size(), "whole", 0, nullptr, nullptr));
  OK(cuLinkComplete(state, &image, &bytes));
  CUmodule module;
  CUfunction function;
  OK(cuModuleLoadDataEx(&module, image, 0, nullptr, nullptr));
  OK(cuLinkDestroy(state));
  OK(cuModuleGetFunction(&function, module, "count"));
}

TEST("an entry point that is not emulated says its name") {
  FAILS(cuTexRefCreate(), CUDA_ERROR_NOT_SUPPORTED);
  SAYS("cuTexRefCreate");
}

TEST("a fault can be asked for at a launch, an allocation or a copy") {
  {
    Gpu gpu;
    OK(intramurosEmulatorInject("ecc@launch=2"));
    const auto counter = upload(std::vector<unsigned>{0});
    OK(finish(launch("count", {1, 32}, counter)));
    FAILS(finish(launch("count", {1, 32}, counter)), CUDA_ERROR_ECC_UNCORRECTABLE);
  }
  Gpu gpu;
  OK(intramurosEmulatorInject("out-of-memory@allocation=1;lost@copy=1"));
  CUdeviceptr memory;
  FAILS(cuMemAlloc_v2(&memory, 64), CUDA_ERROR_OUT_OF_MEMORY);
  OK(cuMemAlloc_v2(&memory, 64));
  float x;
  FAILS(cuMemcpyDtoH_v2(&x, memory, 4), CUDA_ERROR_DEVICE_UNAVAILABLE);
  FAILS(intramurosEmulatorInject("nonsense@launch=1"), CUDA_ERROR_INVALID_VALUE);
}

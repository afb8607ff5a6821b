// The driver's calls for memory: allocating, copying, setting.
#include <cstring>
#include <functional>

#include "device.h"
#include "fault.h"
#include "graph.h"
#include "memory.h"
#include "settings.h"
#include "stream.h"

namespace intramuros::emulator {

namespace {

uintptr_t address_of(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

/// Where one end of a copy lies.
struct Place {
  uintptr_t address;
  bool on_device;
};

/// Queues a copy and, unless it is asynchronous, waits for it.
void copy(Place to, Place from, size_t bytes, CUstream handle, bool asynchronous) {
  const std::shared_ptr<Stream> stream = stream_of(handle);
  Context& context = stream->context;
  if (bytes == 0) return;
  for (const auto& [place, role] : {std::pair{to, "destination"}, std::pair{from, "source"}}) {
    if (place.on_device) {
      Memory::get().require_device(context, place.address, bytes, role);
    } else if (asynchronous && !Memory::get().is_pinned(place.address, bytes)) {
      throw Failure(CUDA_ERROR_INVALID_VALUE, std::string("an asynchronous copy whose ") + role + " of " +
                                                  std::to_string(bytes) +
                                                  " bytes is host memory that is not pinned as a whole");
    }
  }
  auto run = [to, from, bytes, &context] {
    if (const CUresult fault = injected(Event::kCopy, context.device.index))
      return KernelFault{fault, "injected fault"};
    if (to.on_device != from.on_device) context.device.carry(bytes);
    if (settings().empty) return KernelFault{};
    if (const auto freed = Memory::get().objection(context, to.on_device ? to.address : from.address)) {
      return KernelFault{CUDA_ERROR_ILLEGAL_ADDRESS, "the memory " + *freed};
    }
    std::memmove(reinterpret_cast<void*>(to.address), reinterpret_cast<const void*>(from.address), bytes);
    return KernelFault{};
  };
  if (!asynchronous) forbid_capture("a synchronous copy");
  submit(stream, NodeKind::kMemcpy, "copy of " + std::to_string(bytes) + " bytes", run);
  if (!asynchronous) synchronize(stream);
}

template <class T>
void set(uintptr_t to, T value, size_t count, CUstream handle, bool asynchronous) {
  const std::shared_ptr<Stream> stream = stream_of(handle);
  if (to % sizeof(T) != 0) throw Failure(CUDA_ERROR_INVALID_VALUE, "the address is not aligned to its elements");
  if (count == 0) return;
  Memory::get().require_device(stream->context, to, count * sizeof(T), "destination");
  submit(stream, NodeKind::kMemset, "memset", [to, value, count] {
    if (!settings().empty) std::fill_n(reinterpret_cast<T*>(to), count, value);
    return KernelFault{};
  });
  if (!asynchronous) synchronize(stream);
}

}  // namespace

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

DRIVER_API CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
  return answer("cuMemGetInfo_v2", [&] {
    const Device& device = Context::current()->device;
    *total = settings().memory_of(device.index);
    *free = *total - device.used_bytes;
  });
}

DRIVER_API CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  return answer("cuMemAlloc_v2", [&] {
    std::shared_ptr<Context> context = Context::current();
    forbid_capture("cuMemAlloc");
    *address = Memory::get().allocate(*context, bytes);
  });
}

DRIVER_API CUresult cuMemFree_v2(CUdeviceptr address) {
  return answer("cuMemFree_v2", [&] {
    std::shared_ptr<Context> context = Context::current();
    forbid_capture("cuMemFree");
    if (address == 0) return;
    // Freeing waits for the device, as the driver does.
    context->synchronize();
    Memory::get().free(address, false);
  });
}

DRIVER_API CUresult cuMemGetAddressRange_v2(CUdeviceptr* begin, size_t* bytes, CUdeviceptr address) {
  return answer("cuMemGetAddressRange_v2", [&] {
    Context::current();
    const auto found = Memory::get().find(address);
    if (!found) throw Failure(CUDA_ERROR_NOT_FOUND, "no allocation has this address");
    if (begin) *begin = found->begin;
    if (bytes) *bytes = found->bytes;
  });
}

DRIVER_API CUresult cuMemHostAlloc(void** address, size_t bytes, unsigned) {
  return answer("cuMemHostAlloc", [&] {
    std::shared_ptr<Context> context = Context::current();
    forbid_capture("cuMemHostAlloc");
    *address = reinterpret_cast<void*>(Memory::get().allocate_host(*context, bytes));
  });
}

DRIVER_API CUresult cuMemAllocHost_v2(void** address, size_t bytes) { return cuMemHostAlloc(address, bytes, 0); }

DRIVER_API CUresult cuMemFreeHost(void* address) {
  return answer("cuMemFreeHost", [&] {
    std::shared_ptr<Context> context = Context::current();
    context->synchronize();
    Memory::get().free(address_of(address), true);
  });
}

DRIVER_API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr* device, void* host, unsigned) {
  return answer("cuMemHostGetDevicePointer_v2", [&] {
    Context::current();
    if (!Memory::get().is_pinned(address_of(host), 1))
      throw Failure(CUDA_ERROR_INVALID_VALUE, "the memory is not pinned");
    *device = address_of(host);
  });
}

DRIVER_API CUresult cuMemHostRegister_v2(void* address, size_t bytes, unsigned) {
  return answer("cuMemHostRegister_v2", [&] {
    std::shared_ptr<Context> context = Context::current();
    if (!address || bytes == 0) throw Failure(CUDA_ERROR_INVALID_VALUE, "nothing to pin");
    Memory::get().pin(*context, address_of(address), bytes);
  });
}

DRIVER_API CUresult cuMemHostUnregister(void* address) {
  return answer("cuMemHostUnregister", [&] {
    Context::current();
    Memory::get().unpin(address_of(address));
  });
}

DRIVER_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void* from, size_t bytes) {
  return answer("cuMemcpyHtoD_v2", [&] { copy({to, true}, {address_of(from), false}, bytes, nullptr, false); });
}

DRIVER_API CUresult cuMemcpyDtoH_v2(void* to, CUdeviceptr from, size_t bytes) {
  return answer("cuMemcpyDtoH_v2", [&] { copy({address_of(to), false}, {from, true}, bytes, nullptr, false); });
}

DRIVER_API CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
  return answer("cuMemcpyDtoD_v2", [&] { copy({to, true}, {from, true}, bytes, nullptr, false); });
}

DRIVER_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
  return answer("cuMemcpyHtoDAsync_v2", [&] { copy({to, true}, {address_of(from), false}, bytes, stream, true); });
}

DRIVER_API CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return answer("cuMemcpyDtoHAsync_v2", [&] { copy({address_of(to), false}, {from, true}, bytes, stream, true); });
}

DRIVER_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return answer("cuMemcpyDtoDAsync_v2", [&] { copy({to, true}, {from, true}, bytes, stream, true); });
}

/// Copies between devices need no peer access: the driver finds a way.
DRIVER_API CUresult cuMemcpyPeerAsync(CUdeviceptr to, CUcontext, CUdeviceptr from, CUcontext, size_t bytes,
                                      CUstream handle) {
  return answer("cuMemcpyPeerAsync", [&] {
    const std::shared_ptr<Stream> stream = stream_of(handle);
    for (uintptr_t address : {to, from}) {
      const auto found = Memory::get().find(address);
      if (!found || found->on_host || address + bytes > found->end()) {
        throw Failure(CUDA_ERROR_INVALID_VALUE, "no device memory: " + Memory::get().locate(address));
      }
    }
    const Context& target = *Memory::get().find(to)->context;
    const Context& source = *Memory::get().find(from)->context;
    const bool loses =
        peers_lose_bytes() && bytes > 0 && &target.device != &source.device && target.reaches(source);
    submit(stream, NodeKind::kMemcpy, "copy between devices", [=] {
      if (settings().empty) return KernelFault{};
      std::memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), bytes);
      if (loses) *reinterpret_cast<unsigned char*>(to + bytes - 1) ^= 1;
      return KernelFault{};
    });
  });
}

DRIVER_API CUresult cuMemcpyPeer(CUdeviceptr to, CUcontext to_context, CUdeviceptr from, CUcontext from_context,
                                 size_t bytes) {
  const CUresult queued = cuMemcpyPeerAsync(to, to_context, from, from_context, bytes, nullptr);
  return queued ? queued : answer("cuMemcpyPeer", [] { synchronize(stream_of(nullptr)); });
}

#define INTRAMUROS_MEMSET(bits, T)                                                                     \
  DRIVER_API CUresult cuMemsetD##bits##_v2(CUdeviceptr to, T value, size_t count) {                    \
    return answer("cuMemsetD" #bits "_v2", [&] { set<T>(to, value, count, nullptr, false); });         \
  }                                                                                                    \
  DRIVER_API CUresult cuMemsetD##bits##Async(CUdeviceptr to, T value, size_t count, CUstream stream) { \
    return answer("cuMemsetD" #bits "Async", [&] { set<T>(to, value, count, stream, true); });         \
  }
INTRAMUROS_MEMSET(8, unsigned char)
INTRAMUROS_MEMSET(16, unsigned short)
INTRAMUROS_MEMSET(32, unsigned)
#undef INTRAMUROS_MEMSET

#include "device.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

#include "fault.h"
#include "graph.h"
#include "identity.h"
#include "memory.h"
#include "settings.h"

namespace intramuros::emulator {

namespace {

std::atomic<bool> initialised{false};

/// Whether devices reach each other's memory.
std::atomic<bool>& peers() {
  static std::atomic<bool> reach{settings().peers};
  return reach;
}

std::atomic<uint64_t> next_id{1};
thread_local std::vector<std::shared_ptr<Context>> context_stack;

std::mutex contexts_mutex;
std::vector<std::shared_ptr<Context>>& contexts() {
  static auto& list = *new std::vector<std::shared_ptr<Context>>();
  return list;
}

std::shared_ptr<Context> context_of(CUcontext handle) {
  std::lock_guard lock(contexts_mutex);
  for (const auto& context : contexts()) {
    if (reinterpret_cast<CUcontext>(context.get()) == handle) return context;
  }
  throw Failure(CUDA_ERROR_INVALID_CONTEXT, "there is no such context, or it was destroyed");
}

CUcontext handle_of(const std::shared_ptr<Context>& context) { return reinterpret_cast<CUcontext>(context.get()); }

std::shared_ptr<Context> open_context(Device& device, bool is_primary) {
  device.start();
  auto context = std::make_shared<Context>(device, is_primary);
  context->open();
  std::lock_guard lock(contexts_mutex);
  contexts().push_back(context);
  return context;
}

void close_context(const std::shared_ptr<Context>& context) {
  // Handles of streams outlive it and refer to it, so it stays in memory.
  static auto& closed = *new std::vector<std::shared_ptr<Context>>();
  {
    std::lock_guard lock(contexts_mutex);
    std::erase(contexts(), context);
    closed.push_back(context);
  }
  context->destroy();
}

void require_init() {
  if (!initialised) throw Failure(CUDA_ERROR_NOT_INITIALIZED, "call cuInit first");
}

}  // namespace

Device::Device(int index) : index(index) {}

void Device::start() {
  std::call_once(started_, [this] { std::thread([this] { Timeline::get().serve(index); }).detach(); });
}

void Device::carry(size_t bytes) {
  if (const double rate = bus_rate) carrying_ += std::chrono::duration<double>(static_cast<double>(bytes) / rate);
}

std::chrono::steady_clock::time_point Device::now() const {
  using Clock = std::chrono::steady_clock;
  return bus_rate > 0 ? Clock::time_point(std::chrono::duration_cast<Clock::duration>(carrying_)) : Clock::now();
}

int Device::count() { return settings().devices; }

Device& Device::at(int index) {
  require_init();
  static auto& devices = *[] {
    auto* made = new std::vector<std::unique_ptr<Device>>();
    for (int i = 0; i < count(); i++) made->push_back(std::make_unique<Device>(i));
    return made;
  }();
  if (index < 0 || index >= count()) {
    throw Failure(CUDA_ERROR_INVALID_DEVICE, "there is no device " + std::to_string(index));
  }
  return *devices[static_cast<size_t>(index)];
}

Context::Context(Device& on, bool primary) : device(on), is_primary(primary), id(next_id++) {}

void Context::open() { legacy_ = open_stream(0, 0); }

void Context::fail(CUresult code, const std::string& message) {
  complain("device " + std::to_string(device.index) + ": " + name_of(code) + ": " + message);
  if (code == CUDA_ERROR_DEVICE_UNAVAILABLE) device.lost = true;
  std::lock_guard lock(mutex_);
  if (failed_) return;
  code_ = code;
  message_ = message;
  failed_ = true;
}

void Context::check() const {
  if (destroyed_) throw Failure(CUDA_ERROR_CONTEXT_IS_DESTROYED, "the context was destroyed");
  if (device.lost) {
    throw Failure(CUDA_ERROR_DEVICE_UNAVAILABLE, "device " + std::to_string(device.index) + " fell off the bus");
  }
  if (!failed_) return;
  std::lock_guard lock(mutex_);
  throw Failure(code_, message_);
}

std::shared_ptr<Stream> Context::open_stream(unsigned flags, int priority) {
  auto stream = std::make_shared<Stream>(*this, flags, priority, next_id++);
  std::lock_guard lock(mutex_);
  streams_.push_back(stream);
  Timeline::get().open(stream);
  return stream;
}

void Context::close_stream(const std::shared_ptr<Stream>& stream) {
  Timeline::get().close(stream);
  std::lock_guard lock(mutex_);
  std::erase(streams_, stream);
}

std::vector<std::shared_ptr<Stream>> Context::streams() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Stream>> others = streams_;
  std::erase(others, legacy_);
  return others;
}

void Context::synchronize() {
  for (const auto& stream : streams()) Timeline::get().wait(Timeline::get().tail(*stream));
  Timeline::get().wait(Timeline::get().tail(*legacy_));
  check();
  if (auto damaged = Memory::get().damage()) {
    fail(CUDA_ERROR_ILLEGAL_ADDRESS, *damaged);
    check();
  }
}

unsigned shared_bytes_opt_in() {
  switch (settings().capability) {
    case 80:
      return 163 << 10;
    case 86:
    case 89:
      return 99 << 10;
    default:
      return 227 << 10;
  }
}

std::atomic<bool>& peers_lose_bytes() {
  static std::atomic<bool> lose{false};
  return lose;
}

void Context::enable_peer(Context& peer) {
  if (&peer == this || &peer.device == &device)
    throw Failure(CUDA_ERROR_INVALID_DEVICE, "a device is no peer of itself");
  if (!peers()) throw Failure(CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, "these devices don't reach each other's memory");
  std::lock_guard lock(mutex_);
  if (!peers_.insert(&peer).second) throw Failure(CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED, "enabled before");
}

void Context::disable_peer(Context& peer) {
  std::lock_guard lock(mutex_);
  if (peers_.erase(&peer) == 0) throw Failure(CUDA_ERROR_PEER_ACCESS_NOT_ENABLED, "not enabled");
}

bool Context::reaches(const Context& other) const {
  if (&other.device == &device) return true;
  std::lock_guard lock(mutex_);
  return peers_.contains(&other);
}

void Context::destroy() {
  for (const auto& stream : streams()) close_stream(stream);
  close_stream(legacy_);
  Memory::get().free_all(*this);
  destroyed_ = true;
}

std::shared_ptr<Context> Context::current_unchecked() {
  require_init();
  if (context_stack.empty() || !context_stack.back()) {
    throw Failure(CUDA_ERROR_INVALID_CONTEXT, "this thread has no current context");
  }
  std::shared_ptr<Context> context = context_stack.back();
  context_of(handle_of(context));
  return context;
}

std::shared_ptr<Context> Context::current() {
  std::shared_ptr<Context> context = current_unchecked();
  context->check();
  return context;
}

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

DRIVER_API CUresult cuInit(unsigned flags) {
  return answer("cuInit", [&] {
    if (flags != 0) throw Failure(CUDA_ERROR_INVALID_VALUE, "flags must be zero");
    if (settings().devices < 1) throw Failure(CUDA_ERROR_NO_DEVICE, "INTRAMUROS_EMULATOR_DEVICES=0");
    install_signal_handlers();
    initialised = true;
  });
}

DRIVER_API CUresult cuDriverGetVersion(int* version) {
  *version = settings().driver;
  return CUDA_SUCCESS;
}

DRIVER_API CUresult cuDeviceGetCount(int* count) {
  return answer("cuDeviceGetCount", [&] {
    require_init();
    *count = Device::count();
  });
}

DRIVER_API CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  return answer("cuDeviceGet", [&] { *device = Device::at(ordinal).index; });
}

DRIVER_API CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  return answer("cuDeviceGetName", [&] {
    std::snprintf(name, static_cast<size_t>(length), "%s", settings().name_of(Device::at(device).index).c_str());
  });
}

DRIVER_API CUresult cuDeviceGetUuid(unsigned char* uuid, CUdevice device) {
  return answer("cuDeviceGetUuid", [&] {
    Device::at(device);
    std::memset(uuid, kUuidByte, 15);
    uuid[15] = static_cast<unsigned char>(device);
  });
}

DRIVER_API CUresult cuDeviceGetPCIBusId(char* id, int length, CUdevice device) {
  return answer("cuDeviceGetPCIBusId", [&] {
    Device::at(device);
    std::snprintf(id, static_cast<size_t>(length), "%s", bus_id(device).c_str());
  });
}

DRIVER_API CUresult cuDeviceGetByPCIBusId(CUdevice* device, const char* id) {
  return answer("cuDeviceGetByPCIBusId", [&] { *device = Device::at(device_of(id)).index; });
}

DRIVER_API CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
  return answer("cuDeviceTotalMem_v2", [&] {
    *bytes = settings().memory_of(Device::at(device).index);
  });
}

DRIVER_API CUresult cuDeviceComputeCapability(int* major, int* minor, CUdevice device) {
  return answer("cuDeviceComputeCapability", [&] {
    Device::at(device);
    *major = settings().capability / 10;
    *minor = settings().capability % 10;
  });
}

DRIVER_API CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) {
  return answer("cuDeviceGetAttribute", [&] {
    Device::at(device);
    switch (attribute) {
      case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
      case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
      case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y:
        *value = kMaxThreadsPerBlock;
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z:
        *value = 64;
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X:
        *value = 0x7FFFFFFF;
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
      case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z:
        *value = 65535;
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK:
        *value = kSharedBytes;
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
        *value = shared_bytes_opt_in();
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
        *value = 228 << 10;
        break;
      case CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK:
        *value = 1024;
        break;
      case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY:
        *value = 65536;
        break;
      case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
        *value = 32;
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
      case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR:
        *value = 65536;
        break;
      case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
        *value = settings().multiprocessors;
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
        *value = 2048;
        break;
      case CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR:
        *value = 32;
        break;
      case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
      case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
        *value = 1'000'000;
        break;
      case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH:
        *value = 64;
        break;
      case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
        *value = 1 << 20;
        break;
      case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
        *value = settings().capability / 10;
        break;
      case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
        *value = settings().capability % 10;
        break;
      case CU_DEVICE_ATTRIBUTE_PCI_BUS_ID:
        *value = device + 1;
        break;
      case CU_DEVICE_ATTRIBUTE_GPU_OVERLAP:
      case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT:
      case CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY:
      case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS:
      case CU_DEVICE_ATTRIBUTE_ECC_ENABLED:
      case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
      case CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED:
        *value = 1;
        break;
      case CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT:
      case CU_DEVICE_ATTRIBUTE_INTEGRATED:
      case CU_DEVICE_ATTRIBUTE_COMPUTE_MODE:
      case CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID:
      case CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID:
      case CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED:
      case CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY:
      case CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH:
      case CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED:
        *value = 0;
        break;
      default:
        throw Failure(CUDA_ERROR_NOT_SUPPORTED, "attribute " + std::to_string(attribute) + " is not emulated");
    }
  });
}

DRIVER_API CUresult cuDeviceCanAccessPeer(int* can, CUdevice device, CUdevice peer) {
  return answer("cuDeviceCanAccessPeer", [&] { *can = &Device::at(device) != &Device::at(peer) && peers(); });
}

DRIVER_API CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice ordinal) {
  return answer("cuDevicePrimaryCtxRetain", [&] {
    Device& device = Device::at(ordinal);
    if (device.lost) throw Failure(CUDA_ERROR_DEVICE_UNAVAILABLE, "the device fell off the bus");
    std::lock_guard lock(device.mutex);
    if (!device.primary) device.primary = open_context(device, true);
    device.primary_users++;
    *context = handle_of(device.primary);
  });
}

namespace {

void drop_primary(Device& device) {
  std::shared_ptr<Context> primary = std::exchange(device.primary, nullptr);
  if (primary) close_context(primary);
}

}  // namespace

DRIVER_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice ordinal) {
  return answer("cuDevicePrimaryCtxRelease_v2", [&] {
    Device& device = Device::at(ordinal);
    std::lock_guard lock(device.mutex);
    if (device.primary_users == 0) throw Failure(CUDA_ERROR_INVALID_CONTEXT, "nobody holds the primary context");
    if (--device.primary_users == 0) drop_primary(device);
  });
}

DRIVER_API CUresult cuDevicePrimaryCtxReset_v2(CUdevice ordinal) {
  return answer("cuDevicePrimaryCtxReset_v2", [&] {
    Device& device = Device::at(ordinal);
    std::lock_guard lock(device.mutex);
    drop_primary(device);
    device.primary_users = 0;
  });
}

DRIVER_API CUresult cuDevicePrimaryCtxGetState(CUdevice ordinal, unsigned* flags, int* active) {
  return answer("cuDevicePrimaryCtxGetState", [&] {
    Device& device = Device::at(ordinal);
    std::lock_guard lock(device.mutex);
    *flags = 0;
    *active = device.primary != nullptr;
  });
}

DRIVER_API CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice ordinal, unsigned) {
  return answer("cuDevicePrimaryCtxSetFlags_v2", [&] { Device::at(ordinal); });
}

DRIVER_API CUresult cuCtxCreate_v2(CUcontext* context, unsigned, CUdevice ordinal) {
  return answer("cuCtxCreate_v2", [&] {
    Device& device = Device::at(ordinal);
    if (device.lost) throw Failure(CUDA_ERROR_DEVICE_UNAVAILABLE, "the device fell off the bus");
    context_stack.push_back(open_context(device, false));
    *context = handle_of(context_stack.back());
  });
}

DRIVER_API CUresult cuCtxDestroy_v2(CUcontext handle) {
  return answer("cuCtxDestroy_v2", [&] {
    std::shared_ptr<Context> context = context_of(handle);
    if (context->is_primary) throw Failure(CUDA_ERROR_INVALID_CONTEXT, "a primary context is released, not destroyed");
    if (!context_stack.empty() && context_stack.back() == context) context_stack.pop_back();
    close_context(context);
  });
}

DRIVER_API CUresult cuCtxSetCurrent(CUcontext handle) {
  return answer("cuCtxSetCurrent", [&] {
    require_init();
    std::shared_ptr<Context> context = handle ? context_of(handle) : nullptr;
    if (!context_stack.empty()) context_stack.pop_back();
    if (context) context_stack.push_back(context);
  });
}

DRIVER_API CUresult cuCtxGetCurrent(CUcontext* context) {
  return answer("cuCtxGetCurrent", [&] {
    require_init();
    *context = context_stack.empty() ? nullptr : handle_of(context_stack.back());
  });
}

DRIVER_API CUresult cuCtxPushCurrent_v2(CUcontext handle) {
  return answer("cuCtxPushCurrent_v2", [&] { context_stack.push_back(context_of(handle)); });
}

DRIVER_API CUresult cuCtxPopCurrent_v2(CUcontext* context) {
  return answer("cuCtxPopCurrent_v2", [&] {
    if (context_stack.empty()) throw Failure(CUDA_ERROR_INVALID_CONTEXT, "this thread has no current context");
    if (context) *context = handle_of(context_stack.back());
    context_stack.pop_back();
  });
}

DRIVER_API CUresult cuCtxGetDevice(CUdevice* device) {
  return answer("cuCtxGetDevice", [&] { *device = Context::current_unchecked()->device.index; });
}

DRIVER_API CUresult cuCtxGetFlags(unsigned* flags) {
  return answer("cuCtxGetFlags", [&] {
    Context::current_unchecked();
    *flags = 0;
  });
}

DRIVER_API CUresult cuCtxGetApiVersion(CUcontext, unsigned* version) {
  *version = 3020;
  return CUDA_SUCCESS;
}

DRIVER_API CUresult cuCtxGetStreamPriorityRange(int* least, int* greatest) {
  return answer("cuCtxGetStreamPriorityRange", [&] { *least = *greatest = 0; });
}

DRIVER_API CUresult cuCtxSynchronize() {
  return answer("cuCtxSynchronize", [&] {
    std::shared_ptr<Context> context = Context::current();
    forbid_capture("cuCtxSynchronize");
    context->synchronize();
  });
}

DRIVER_API CUresult cuCtxEnablePeerAccess(CUcontext peer, unsigned) {
  return answer("cuCtxEnablePeerAccess", [&] { Context::current()->enable_peer(*context_of(peer)); });
}

DRIVER_API CUresult cuCtxDisablePeerAccess(CUcontext peer) {
  return answer("cuCtxDisablePeerAccess", [&] { Context::current()->disable_peer(*context_of(peer)); });
}

/// For tests: whether devices reach each other's memory from now on, whatever PEERS says.
DRIVER_API void intramurosEmulatorSetPeers(int reach) { peers() = reach != 0; }

/// For tests: whether devices with access to each other change what is copied between them, as an IOMMU may make them.
DRIVER_API void intramurosEmulatorSetPeersLose(int lose) { peers_lose_bytes() = lose != 0; }

/// For tests: bytes a second that a device's bus carries from now on, as its events tell; 0 for as many as it can.
DRIVER_API void intramurosEmulatorSetBusRate(int device, double bytes) { Device::at(device).bus_rate = bytes; }

/// For tests: how many pieces of device memory the current context has. What is left at the end is a leak.
DRIVER_API size_t intramurosEmulatorAllocations() {
  size_t count = 0;
  answer("intramurosEmulatorAllocations", [&] { count = Memory::get().count(*Context::current_unchecked()); });
  return count;
}

/// For tests: how many pieces of pinned memory there are, whoever made them.
DRIVER_API size_t intramurosEmulatorPinnedPieces() { return Memory::get().count_pinned(); }

/// For tests: how many pieces of memory were ever asked for. What computes steps asks for none.
DRIVER_API size_t intramurosEmulatorAllocationsEver() { return Memory::get().count_ever(); }

/// For the management library: bytes of a device's memory in use.
DRIVER_API size_t intramurosEmulatorUsedBytes(int device) {
  return initialised ? Device::at(device).used_bytes.load() : 0;
}

/// For the management library: whether a device fell off the bus.
DRIVER_API int intramurosEmulatorIsLost(int device) { return initialised && Device::at(device).lost ? 1 : 0; }

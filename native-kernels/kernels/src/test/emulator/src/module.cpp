// Modules: the PTX says which kernels there are, the library compiled for the host runs them.
#include <dlfcn.h>

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "device.h"
#include "emulator/kernel.h"
#include "fault.h"
#include "graph.h"
#include "grid.h"
#include "handles.h"
#include "memory.h"
#include "ptx.h"
#include "settings.h"
#include "static_shared.h"
#include "stream.h"

namespace intramuros::emulator {

namespace {

struct Function {
  std::string name;
  KernelEntry entry;
  PtxEntry ptx;
  unsigned max_dynamic_shared;
  CUmodule module;
};

struct Module {
  std::string ptx;
  std::map<std::string, CUfunction> functions;
  std::mutex mutex;
};

Handles<Module, CUmodule>& modules() {
  static auto& table = *new Handles<Module, CUmodule>();
  return table;
}

Handles<Function, CUfunction>& functions() {
  static auto& table = *new Handles<Function, CUfunction>();
  return table;
}

void* kernel_library() {
  static std::mutex mutex;
  static void* library = nullptr;
  std::lock_guard lock(mutex);
  if (library) return library;
  library = dlopen(settings().kernels.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    throw Failure(CUDA_ERROR_SHARED_OBJECT_INIT_FAILED, std::string("no kernels for the host: ") + dlerror());
  load_static_shared(library);
  return library;
}

std::shared_ptr<Function> make_function(CUmodule handle, const Module& module, const std::string& name) {
  const auto ptx = find_entry(module.ptx, name);
  if (!ptx) throw Failure(CUDA_ERROR_NOT_FOUND, "the PTX has no entry named " + name);
  void* symbol = dlsym(kernel_library(), ("emulated_" + name).c_str());
  if (!symbol) {
    throw Failure(CUDA_ERROR_NOT_FOUND, name + " is in the PTX but not in " + settings().kernels + "; build it again");
  }
  const KernelEntry entry = reinterpret_cast<KernelEntry (*)()>(symbol)();
  bool same = entry.parameter_count == ptx->parameter_bytes.size();
  for (unsigned i = 0; same && i < entry.parameter_count; i++) {
    same = entry.parameters[i].bytes == ptx->parameter_bytes[i];
  }
  if (!same) {
    throw Failure(CUDA_ERROR_INVALID_PTX, name + " has other parameters in the PTX than in " + settings().kernels +
                                              "; they come from different sources, build both again");
  }
  const unsigned dynamic = kSharedBytes - std::min(kSharedBytes, ptx->static_shared_bytes);
  return std::make_shared<Function>(Function{name, entry, *ptx, dynamic, handle});
}

/// A launch's arguments, copied as cuLaunchKernel does when it is called.
class Arguments {
 public:
  Arguments(const Function& f, void** parameters, void** extra) {
    size_t bytes = 0;
    for (unsigned i = 0; i < f.entry.parameter_count; i++) {
      const Parameter& p = f.entry.parameters[i];
      bytes = (bytes + p.alignment - 1) / p.alignment * p.alignment;
      offsets_.push_back(bytes);
      bytes += p.bytes;
    }
    storage_.resize(bytes / sizeof(storage_[0]) + 1);
    if (parameters && extra) throw Failure(CUDA_ERROR_INVALID_VALUE, "both kernelParams and extra are given");
    if (extra) {
      copy_buffer(extra, bytes);
    } else {
      if (!parameters && f.entry.parameter_count > 0) throw Failure(CUDA_ERROR_INVALID_VALUE, "no arguments are given");
      for (unsigned i = 0; i < f.entry.parameter_count; i++) {
        if (!parameters[i]) throw Failure(CUDA_ERROR_INVALID_VALUE, "argument " + std::to_string(i) + " is missing");
        std::memcpy(at(i), parameters[i], f.entry.parameters[i].bytes);
      }
    }
  }

  void* at(size_t i) { return reinterpret_cast<unsigned char*>(storage_.data()) + offsets_[i]; }
  size_t count() const { return offsets_.size(); }

 private:
  void copy_buffer(void** extra, size_t wanted) {
    const void* buffer = nullptr;
    size_t bytes = 0;
    for (; *extra != CU_LAUNCH_PARAM_END; extra += 2) {
      if (extra[0] == CU_LAUNCH_PARAM_BUFFER_POINTER) buffer = extra[1];
      if (extra[0] == CU_LAUNCH_PARAM_BUFFER_SIZE) bytes = *static_cast<size_t*>(extra[1]);
    }
    if (!buffer || bytes < wanted) {
      throw Failure(CUDA_ERROR_INVALID_VALUE,
                    "the arguments take " + std::to_string(wanted) + " bytes, " + std::to_string(bytes) + " are given");
    }
    std::memcpy(storage_.data(), buffer, wanted);
  }

  std::vector<std::max_align_t> storage_;
  std::vector<size_t> offsets_;
};

void require_geometry(const Function& f, dim3 blocks, dim3 threads, unsigned dynamic) {
  const auto refuse = [&](const std::string& why) { throw Failure(CUDA_ERROR_INVALID_VALUE, f.name + ": " + why); };
  const uint64_t count = uint64_t{threads.x} * threads.y * threads.z;
  if (count == 0 || blocks.x == 0 || blocks.y == 0 || blocks.z == 0) refuse("a dimension is zero");
  if (blocks.x > 0x7FFFFFFF || blocks.y > 65535 || blocks.z > 65535) refuse("the grid is too large");
  if (threads.z > 64 || count > kMaxThreadsPerBlock)
    refuse(std::to_string(count) + " threads are too many for a block");
  if (count > f.ptx.max_threads) {
    refuse(std::to_string(count) + " threads; __launch_bounds__ promised at most " + std::to_string(f.ptx.max_threads));
  }
  if (dynamic > f.max_dynamic_shared) {
    refuse(std::to_string(dynamic) + " bytes of dynamic shared memory; without cuFuncSetAttribute at most " +
           std::to_string(f.max_dynamic_shared));
  }
}

KernelFault run_launch(const Function& f, Arguments& arguments, dim3 blocks, dim3 threads, unsigned dynamic,
                       const Context& context) {
  if (const CUresult fault = injected(Event::kLaunch, context.device.index)) {
    return {fault, "injected fault in kernel " + f.name};
  }
  if (settings().empty) return {};
  std::vector<void*> addresses;
  for (unsigned i = 0; i < arguments.count(); i++) {
    addresses.push_back(arguments.at(i));
    if (!f.entry.parameters[i].is_pointer) continue;
    uintptr_t pointer;
    std::memcpy(&pointer, arguments.at(i), sizeof pointer);
    if (const auto wrong = Memory::get().objection(context, pointer)) {
      return {CUDA_ERROR_ILLEGAL_ADDRESS, "kernel " + f.name + ": argument " + std::to_string(i) + " " + *wrong};
    }
  }
  addresses.push_back(nullptr);
  return run_grid({f.name.c_str(), f.entry.run, addresses.data(), blocks, threads, dynamic});
}

}  // namespace

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

DRIVER_API CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned, int*, void**) {
  return answer("cuModuleLoadDataEx", [&] {
    Context::current();
    kernel_library();
    auto made = std::make_shared<Module>();
    made->ptx = require_ptx(image);
    *module = modules().add(std::move(made));
  });
}

DRIVER_API CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  return cuModuleLoadDataEx(module, image, 0, nullptr, nullptr);
}

DRIVER_API CUresult cuModuleUnload(CUmodule module) {
  return answer("cuModuleUnload", [&] {
    Context::current();
    const std::shared_ptr<Module> removed = modules().remove(module, "module");
    for (const auto& [name, function] : removed->functions) {
      functions().remove(function, "function");
    }
  });
}

DRIVER_API CUresult cuModuleGetFunction(CUfunction* function, CUmodule handle, const char* name) {
  return answer("cuModuleGetFunction", [&] {
    Context::current();
    std::shared_ptr<Module> module = modules().find(handle, "module");
    std::lock_guard lock(module->mutex);
    auto [at, is_new] = module->functions.try_emplace(name);
    if (is_new) {
      try {
        at->second = functions().add(make_function(handle, *module, name));
      } catch (...) {
        module->functions.erase(at);
        throw;
      }
    }
    *function = at->second;
  });
}

DRIVER_API CUresult cuFuncGetModule(CUmodule* module, CUfunction function) {
  return answer("cuFuncGetModule", [&] { *module = functions().find(function, "function")->module; });
}

DRIVER_API CUresult cuFuncGetAttribute(int* value, CUfunction_attribute attribute, CUfunction handle) {
  return answer("cuFuncGetAttribute", [&] {
    const std::shared_ptr<Function> f = functions().find(handle, "function");
    switch (attribute) {
      case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
        *value = static_cast<int>(f->ptx.max_threads);
        break;
      case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
        *value = static_cast<int>(f->ptx.static_shared_bytes);
        break;
      case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
        *value = static_cast<int>(f->max_dynamic_shared);
        break;
      case CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
      case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES:
        *value = 0;
        break;
      default:
        throw Failure(CUDA_ERROR_NOT_SUPPORTED, "attribute " + std::to_string(attribute) + " is not emulated");
    }
  });
}

DRIVER_API CUresult cuFuncSetAttribute(CUfunction handle, CUfunction_attribute attribute, int value) {
  return answer("cuFuncSetAttribute", [&] {
    const std::shared_ptr<Function> f = functions().find(handle, "function");
    if (attribute == CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT) return;
    if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES) {
      throw Failure(CUDA_ERROR_NOT_SUPPORTED, "attribute " + std::to_string(attribute) + " is not emulated");
    }
    if (value < 0 || static_cast<unsigned>(value) + f->ptx.static_shared_bytes > shared_bytes_opt_in()) {
      throw Failure(CUDA_ERROR_INVALID_VALUE, std::to_string(value) + " bytes of dynamic and " +
                                                  std::to_string(f->ptx.static_shared_bytes) +
                                                  " of static shared memory are more than a block can have");
    }
    f->max_dynamic_shared = static_cast<unsigned>(value);
  });
}

DRIVER_API CUresult cuFuncSetCacheConfig(CUfunction handle, int) {
  return answer("cuFuncSetCacheConfig", [&] { functions().find(handle, "function"); });
}

DRIVER_API CUresult cuLaunchKernel(CUfunction handle, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned dynamic,
                                   CUstream stream_handle, void** parameters, void** extra) {
  return answer("cuLaunchKernel", [&] {
    const std::shared_ptr<Stream> stream = stream_of(stream_handle);
    const std::shared_ptr<Function> f = functions().find(handle, "function");
    const dim3 blocks{grid_x, grid_y, grid_z}, threads{block_x, block_y, block_z};
    require_geometry(*f, blocks, threads, dynamic);
    auto arguments = std::make_shared<Arguments>(*f, parameters, extra);
    submit(stream, NodeKind::kKernel, f->name,
           [=, &context = stream->context] { return run_launch(*f, *arguments, blocks, threads, dynamic, context); });
  });
}

/// How many blocks fit on a multiprocessor, by threads and shared memory; the emulator knows of no registers.
DRIVER_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction handle, int threads,
                                                                size_t dynamic) {
  return answer("cuOccupancyMaxActiveBlocksPerMultiprocessor", [&] {
    const std::shared_ptr<Function> f = functions().find(handle, "function");
    if (threads <= 0) throw Failure(CUDA_ERROR_INVALID_VALUE, "no threads");
    const size_t shared = dynamic + f->ptx.static_shared_bytes + 1024;
    *blocks = static_cast<int>(std::min<size_t>({32, static_cast<size_t>(2048 / threads), (228 << 10) / shared}));
  });
}

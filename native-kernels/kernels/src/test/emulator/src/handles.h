// The objects behind the driver's opaque handles; a handle that was destroyed is known as such.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "failure.h"

namespace intramuros::emulator {

template <class T, class Handle>
class Handles {
 public:
  Handle add(std::shared_ptr<T> object) {
    std::lock_guard lock(mutex_);
    Handle handle = reinterpret_cast<Handle>(object.get());
    objects_[handle] = std::move(object);
    return handle;
  }

  std::shared_ptr<T> find(Handle handle, const char* kind) const {
    std::lock_guard lock(mutex_);
    auto found = objects_.find(handle);
    if (found == objects_.end()) {
      throw Failure(CUDA_ERROR_INVALID_HANDLE, std::string("there is no such ") + kind + ", or it was destroyed");
    }
    return found->second;
  }

  std::shared_ptr<T> remove(Handle handle, const char* kind) {
    std::shared_ptr<T> object = find(handle, kind);
    std::lock_guard lock(mutex_);
    objects_.erase(handle);
    return object;
  }

 private:
  mutable std::mutex mutex_;
  std::map<Handle, std::shared_ptr<T>> objects_;
};

}  // namespace intramuros::emulator

#include "failure.h"

#include <cstdio>
#include <mutex>
#include <new>

#include "settings.h"

namespace intramuros::emulator {

namespace {

std::mutex message_mutex;
std::string last_message;

struct Name {
  CUresult code;
  const char* name;
};

constexpr Name kNames[] = {
#define RESULT(name, code) {name, #name},
#include "result_codes.inc"
#undef RESULT
};

}  // namespace

const char* name_of(CUresult code) {
  for (const Name& n : kNames) {
    if (n.code == code) return n.name;
  }
  return nullptr;
}

void complain(const std::string& message) {
  std::lock_guard lock(message_mutex);
  last_message = message;
  std::fprintf(stderr, "emulator: %s\n", message.c_str());
}

void log(const std::string& message) {
  if (settings().log) std::fprintf(stderr, "emulator: %s\n", message.c_str());
}

CUresult answer(const char* call, const std::function<void()>& body) {
  try {
    if (settings().log) log(call);
    body();
    return CUDA_SUCCESS;
  } catch (const Failure& f) {
    if (f.code != CUDA_ERROR_NOT_READY) complain(std::string(call) + ": " + name_of(f.code) + ": " + f.what());
    return f.code;
  } catch (const std::bad_alloc&) {
    complain(std::string(call) + ": the host is out of memory");
    return CUDA_ERROR_OUT_OF_MEMORY;
  } catch (const std::exception& e) {
    complain(std::string(call) + ": " + e.what());
    return CUDA_ERROR_UNKNOWN;
  }
}

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

DRIVER_API CUresult cuGetErrorName(CUresult code, const char** name) {
  *name = name_of(code);
  return *name ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

/// The emulator knows more than the driver's fixed sentences: what it complained about last.
DRIVER_API CUresult cuGetErrorString(CUresult code, const char** text) { return cuGetErrorName(code, text); }

/// Copies the last complaint, to be shown by tests. Returns its length.
DRIVER_API size_t intramurosEmulatorLastMessage(char* buffer, size_t bytes) {
  std::lock_guard lock(message_mutex);
  if (bytes > 0) std::snprintf(buffer, bytes, "%s", last_message.c_str());
  return last_message.size();
}

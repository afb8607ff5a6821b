// libnvidia-ml.so.1: the questions about temperature, memory, load, power, errors and throttling that the engine asks.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include "emulator_api.h"
#include "gpu_values.h"
#include "identity.h"
#include "settings.h"

using namespace intramuros::emulator;

EMULATOR_API size_t intramurosEmulatorUsedBytes(int device);
EMULATOR_API int intramurosEmulatorIsLost(int device);

namespace {

/// A handle is the device's index and one, so that none is null.
using Handle = uintptr_t;

struct Memory {
  uint64_t total, free, used;
};

struct Utilisation {
  unsigned gpu, memory;
};

enum Threshold : int { kSlowdown = 1, kHighest = 3 };

std::atomic<int> users{0};

/// What every question about a device begins with.
Nvml check(Handle handle) {
  if (users == 0) return Nvml::kUninitialised;
  const int device = static_cast<int>(handle) - 1;
  if (device < 0 || device >= settings().devices) return Nvml::kInvalidArgument;
  if (intramurosEmulatorIsLost(device)) return Nvml::kGpuIsLost;
  return value_of(device, "device", 0).result;
}

/// Answers with a value that is set, or with `otherwise`; `scale` is the answer's unit in that of the setting.
template <class T>
Nvml answer(Handle handle, const char* name, uint64_t otherwise, T* out, uint64_t scale = 1) {
  if (const Nvml result = check(handle); result != Nvml::kSuccess) return result;
  const Value value = value_of(static_cast<int>(handle) - 1, name, otherwise);
  if (value.result == Nvml::kSuccess) *out = static_cast<T>(value.number * scale);
  return value.result;
}

Nvml copy(Handle handle, const std::string& text, char* out, unsigned length) {
  if (const Nvml result = check(handle); result != Nvml::kSuccess) return result;
  if (text.size() >= length) return Nvml::kInsufficientSize;
  std::memcpy(out, text.c_str(), text.size() + 1);
  return Nvml::kSuccess;
}

/// The form in which the management library writes the driver's 16 bytes.
std::string uuid(int device) {
  std::string text = "GPU-";
  for (int i = 0; i < 16; i++) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%02x", i < 15 ? kUuidByte : static_cast<unsigned char>(device));
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hex;
  }
  return text;
}

}  // namespace

EMULATOR_API Nvml nvmlInit_v2() {
  users++;
  return Nvml::kSuccess;
}

EMULATOR_API Nvml nvmlShutdown() {
  if (users == 0) return Nvml::kUninitialised;
  users--;
  return Nvml::kSuccess;
}

EMULATOR_API const char* nvmlErrorString(Nvml result) {
  switch (result) {
    case Nvml::kSuccess:
      return "Success";
    case Nvml::kUninitialised:
      return "Uninitialized";
    case Nvml::kNotSupported:
      return "Not Supported";
    case Nvml::kNotFound:
      return "Not Found";
    case Nvml::kGpuIsLost:
      return "GPU is lost";
    default:
      return "Another error of the emulated library";
  }
}

EMULATOR_API Nvml nvmlDeviceGetHandleByPciBusId_v2(const char* id, Handle* handle) {
  const int device = device_of(id);
  if (users > 0 && (device < 0 || device >= settings().devices)) return Nvml::kNotFound;
  *handle = static_cast<Handle>(device) + 1;
  return check(*handle);
}

EMULATOR_API Nvml nvmlDeviceGetName(Handle handle, char* name, unsigned length) {
  return copy(handle, settings().name_of(static_cast<int>(handle) - 1), name, length);
}

EMULATOR_API Nvml nvmlDeviceGetUUID(Handle handle, char* text, unsigned length) {
  return copy(handle, uuid(static_cast<int>(handle) - 1), text, length);
}

EMULATOR_API Nvml nvmlDeviceGetTemperature(Handle handle, int sensor, unsigned* celsius) {
  return sensor == 0 ? answer(handle, "temperature", 45, celsius) : Nvml::kInvalidArgument;
}

EMULATOR_API Nvml nvmlDeviceGetTemperatureThreshold(Handle handle, int threshold, unsigned* celsius) {
  switch (threshold) {
    case kSlowdown:
      return answer(handle, "slowdown-temperature", 92, celsius);
    case kHighest:
      return answer(handle, "highest-temperature", 85, celsius);
    default:
      return Nvml::kInvalidArgument;
  }
}

EMULATOR_API Nvml nvmlDeviceGetMemoryInfo(Handle handle, Memory* memory) {
  const int device = static_cast<int>(handle) - 1;
  const Nvml result = answer(handle, "total", settings().memory_of(device), &memory->total);
  if (result != Nvml::kSuccess) return result;
  const Nvml used = answer(handle, "used", intramurosEmulatorUsedBytes(device), &memory->used);
  memory->free = memory->total - memory->used;
  return used;
}

EMULATOR_API Nvml nvmlDeviceGetUtilizationRates(Handle handle, Utilisation* utilisation) {
  const Nvml result = answer(handle, "utilisation", 0, &utilisation->gpu);
  return result == Nvml::kSuccess ? answer(handle, "memory-utilisation", 0, &utilisation->memory) : result;
}

EMULATOR_API Nvml nvmlDeviceGetPowerUsage(Handle handle, unsigned* milliwatts) {
  return answer(handle, "power", 70, milliwatts, 1000);
}

EMULATOR_API Nvml nvmlDeviceGetEnforcedPowerLimit(Handle handle, unsigned* milliwatts) {
  return answer(handle, "power-limit", 700, milliwatts, 1000);
}

EMULATOR_API Nvml nvmlDeviceGetTotalEccErrors(Handle handle, int type, int, uint64_t* count) {
  return answer(handle, type == 0 ? "ecc-corrected" : "ecc-uncorrected", 0, count);
}

EMULATOR_API Nvml nvmlDeviceGetCurrentClocksThrottleReasons(Handle handle, uint64_t* reasons) {
  return answer(handle, "throttle", 0, reasons);
}

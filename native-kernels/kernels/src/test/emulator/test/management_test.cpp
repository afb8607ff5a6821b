// That the management library speaks of the same devices as the driver, and says what it is told to.
#include <cstdlib>
#include <fstream>
#include <string>

#include "gpu.h"

extern "C" {
int nvmlInit_v2();
int nvmlShutdown();
int nvmlDeviceGetHandleByPciBusId_v2(const char*, void**);
int nvmlDeviceGetName(void*, char*, unsigned);
int nvmlDeviceGetUUID(void*, char*, unsigned);
int nvmlDeviceGetTemperature(void*, int, unsigned*);
int nvmlDeviceGetMemoryInfo(void*, uint64_t*);
void intramurosEmulatorSetGpu(int, const char*);
CUresult cuDeviceGetPCIBusId(char*, int, CUdevice);
CUresult cuDeviceGetName(char*, int, CUdevice);
CUresult cuDeviceGetUuid(unsigned char*, CUdevice);
}

using namespace testing;

namespace {

constexpr int kNotSupported = 3, kNotFound = 6, kGpuIsLost = 15, kUninitialised = 1;

/// The library while it is initialised, and one of its devices found as the driver names it.
class Managed {
 public:
  explicit Managed(int device = 0) : device_(device) {
    char id[16];
    OK(nvmlInit_v2());
    OK(cuDeviceGetPCIBusId(id, sizeof id, device));
    OK(nvmlDeviceGetHandleByPciBusId_v2(id, &handle));
  }
  ~Managed() {
    intramurosEmulatorSetGpu(device_, "");
    nvmlShutdown();
  }
  Managed(const Managed&) = delete;
  Managed& operator=(const Managed&) = delete;

  unsigned temperature() const {
    unsigned celsius = 0;
    OK(nvmlDeviceGetTemperature(handle, 0, &celsius));
    return celsius;
  }

  void* handle = nullptr;

 private:
  int device_;
};

}  // namespace

TEST("driver and management library give a device the same address and UUID") {
  Managed second(1);
  char text[96];
  unsigned char bytes[16];
  OK(nvmlDeviceGetUUID(second.handle, text, sizeof text));
  OK(cuDeviceGetUuid(bytes, 1));
  EQUAL(std::string(text), "GPU-e0e0e0e0-e0e0-e0e0-e0e0-e0e0e0e0e001");
  EQUAL(static_cast<int>(bytes[15]), 1);
}

TEST("driver and management library call a device by its name in the list, or by the last one") {
  const char* names[] = {"First", "Another kind", "Another kind"};
  for (int device = 0; device < 3; device++) {
    Managed managed(device);
    char driver[96], management[96];
    OK(cuDeviceGetName(driver, sizeof driver, device));
    OK(nvmlDeviceGetName(managed.handle, management, sizeof management));
    EQUAL(std::string(driver), names[device]);
    EQUAL(std::string(management), names[device]);
  }
}

TEST("memory in use is what programs have allocated") {
  Gpu gpu(1);
  Managed second(1);
  room<float>(1000);
  uint64_t total_free_used[3];
  OK(nvmlDeviceGetMemoryInfo(second.handle, total_free_used));
  EQUAL(total_free_used[2], size_t{4096});
  EQUAL(total_free_used[0] - total_free_used[1], total_free_used[2]);
}

TEST("a device's values can be set by the program and by a file that changes") {
  Managed first(0), second(1);
  const std::string path = "/tmp/intramuros-emulator-" + std::to_string(reinterpret_cast<uintptr_t>(&first));
  setenv("INTRAMUROS_EMULATOR_NVML_FILE", path.c_str(), 1);
  std::ofstream(path) << "temperature=60\n1:temperature=61\n";
  EQUAL(first.temperature(), 60u);
  EQUAL(second.temperature(), 61u);
  std::ofstream(path) << "temperature=70";
  EQUAL(second.temperature(), 70u);
  intramurosEmulatorSetGpu(1, "temperature=93");
  EQUAL(second.temperature(), 93u);
  EQUAL(first.temperature(), 70u);
  std::remove(path.c_str());
  unsetenv("INTRAMUROS_EMULATOR_NVML_FILE");
  EQUAL(first.temperature(), 45u);
}

TEST("a value can be an error, and a text that sets nothing changes nothing") {
  Managed first;
  unsigned celsius;
  intramurosEmulatorSetGpu(0, "temperature=!3");
  FAILS(nvmlDeviceGetTemperature(first.handle, 0, &celsius), kNotSupported);
  intramurosEmulatorSetGpu(0, "temperature;temperature=hot;temperature=9x");
  EQUAL(first.temperature(), 45u);
}

TEST("a device that fell off the driver's bus is lost to the management library too") {
  Managed third(2);
  unsigned celsius;
  {
    Gpu gpu(2);
    const auto memory = room<float>(1);
    float x;
    OK(intramurosEmulatorInject("lost@copy=1,device=2"));
    FAILS(cuMemcpyDtoH_v2(&x, memory, 4), CUDA_ERROR_DEVICE_UNAVAILABLE);
  }
  FAILS(nvmlDeviceGetTemperature(third.handle, 0, &celsius), kGpuIsLost);
  OK(intramurosEmulatorInject(""));
  EQUAL(third.temperature(), 45u);
}

TEST("the management library answers only between its start and its end, and only about its devices") {
  void* handle;
  unsigned celsius;
  FAILS(nvmlDeviceGetHandleByPciBusId_v2("0000:01:00.0", &handle), kUninitialised);
  OK(nvmlInit_v2());
  FAILS(nvmlDeviceGetHandleByPciBusId_v2("0000:7f:00.0", &handle), kNotFound);
  OK(nvmlDeviceGetHandleByPciBusId_v2("00000000:01:00.0", &handle));
  OK(nvmlShutdown());
  FAILS(nvmlDeviceGetTemperature(handle, 0, &celsius), kUninitialised);
}

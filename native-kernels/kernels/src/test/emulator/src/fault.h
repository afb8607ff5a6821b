// Faults that are asked for, and faults of kernels that the processor notices.
#pragma once

#include <string>

#include "driver_types.h"

namespace intramuros::emulator {

/// What a fault can be asked to happen at.
enum class Event : unsigned char { kLaunch, kAllocation, kCopy };

/// Counts an event on a device and returns the fault that was asked for it, or CUDA_SUCCESS.
///
/// INTRAMUROS_EMULATOR_FAULT, or intramurosEmulatorInject(), has a list like
/// `illegal-address@launch=17,device=1;out-of-memory@allocation=3`: what (illegal-address, misaligned-address, ecc,
/// lost, launch-failed, timeout, out-of-memory), at which launch, allocation or copy from now, counted from 1, and on
/// which device (any).
CUresult injected(Event event, int device);

/// Watches for illegal addresses and the like in kernels; other threads' signals go where they went before.
void install_signal_handlers();

/// Stops kernels that run longer than INTRAMUROS_EMULATOR_WATCHDOG_SECONDS.
class KernelWatch {
 public:
  explicit KernelWatch(const char* kernel);
  ~KernelWatch();
  KernelWatch(const KernelWatch&) = delete;
  KernelWatch& operator=(const KernelWatch&) = delete;
};

}  // namespace intramuros::emulator

// What the environment asks of the emulator, read once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace intramuros::emulator {

/// When queued work runs.
enum class StreamOrder {
  kLate,        ///< when somebody waits for it, or asks whether it is done
  kEager,       ///< at once
  kCopiesAhead  ///< copies as soon as their stream and its events allow, everything else late
};

struct Settings {
  int devices;              ///< INTRAMUROS_EMULATOR_DEVICES
  std::vector<size_t> memory_bytes;  ///< INTRAMUROS_EMULATOR_MEMORY_BYTES
  std::vector<std::string> names;    ///< INTRAMUROS_EMULATOR_NAMES
  int multiprocessors;      ///< INTRAMUROS_EMULATOR_MULTIPROCESSORS
  int capability;           ///< INTRAMUROS_EMULATOR_CAPABILITY, 90 for 9.0
  int driver;               ///< INTRAMUROS_EMULATOR_DRIVER, the driver's version: 12090 for CUDA 12.9
  int threads;              ///< INTRAMUROS_EMULATOR_THREADS that run the blocks of a grid
  StreamOrder streams;      ///< INTRAMUROS_EMULATOR_STREAMS
  bool reverse_warps;       ///< INTRAMUROS_EMULATOR_WARPS=reverse
  bool peers;               ///< INTRAMUROS_EMULATOR_PEERS is not none
  double watchdog_seconds;  ///< INTRAMUROS_EMULATOR_WATCHDOG_SECONDS that a kernel may take
  bool empty;               ///< INTRAMUROS_EMULATOR_KERNELS_EMPTY=1: nothing that is queued does anything
  bool log;                 ///< INTRAMUROS_EMULATOR_LOG=1: every call and launch
  std::string kernels;      ///< INTRAMUROS_EMULATOR_KERNELS, a library
  std::string fault;        ///< INTRAMUROS_EMULATOR_FAULT, see fault.h

  size_t memory_of(int device) const { return of(memory_bytes, device); }
  const std::string& name_of(int device) const { return of(names, device); }

 private:
  /// What a list says of a device; the last entry is that of all further devices.
  template <class T>
  static const T& of(const std::vector<T>& list, int device) {
    return list[std::min(static_cast<size_t>(device), list.size() - 1)];
  }
};

const Settings& settings();

}  // namespace intramuros::emulator

// What tells emulated GPUs apart, the same in all of the stand-in's libraries.
#pragma once

#include <cstdio>
#include <string>

namespace intramuros::emulator {

/// The 16 bytes of a UUID; the last one tells devices apart.
inline constexpr unsigned char kUuidByte = 0xE0;

/// As the driver writes it: domain:bus:device.function.
inline std::string bus_id(int device) {
  char id[16];
  std::snprintf(id, sizeof id, "0000:%02x:00.0", static_cast<unsigned char>(device + 1));
  return id;
}

/// The device of a bus id, whatever number of digits its domain has; -1 if it is none.
inline int device_of(const char* id) {
  unsigned bus = 0;
  return std::sscanf(id, "%*x:%x:", &bus) == 1 ? static_cast<int>(bus) - 1 : -1;
}

}  // namespace intramuros::emulator

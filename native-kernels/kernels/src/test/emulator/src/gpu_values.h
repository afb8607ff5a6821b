// What the management library says of each GPU, and how a test or a person changes it.
#pragma once

#include <cstdint>
#include <string>

namespace intramuros::emulator {

/// Results of the management library, numbered as it documents them.
enum class Nvml : int {
  kSuccess = 0,
  kUninitialised = 1,
  kInvalidArgument = 2,
  kNotSupported = 3,
  kNotFound = 6,
  kInsufficientSize = 7,
  kGpuIsLost = 15,
};

/// A value, or the error that asking for it gives.
struct Value {
  uint64_t number;
  Nvml result;
};

/// A value of a GPU as it is set at this moment, or `otherwise`.
///
/// Values are set by a text like `temperature=93;1:power=700;ecc-corrected=!3`: a name, a number and before the name
/// the index of the only device that is meant; `!3` stands for the error 3 instead of a number. Separators are
/// semicolons and ends of lines. INTRAMUROS_EMULATOR_NVML has such a text; the file that INTRAMUROS_EMULATOR_NVML_FILE
/// names has one that is read anew at each question and goes before it; intramurosEmulatorSetGpu goes before both.
///
/// Names: temperature, slowdown-temperature, highest-temperature, used, total (bytes), utilisation, memory-utilisation,
/// power, power-limit (watts), ecc-corrected, ecc-uncorrected, throttle (the library's bits), and device, whose error
/// is that of every question.
Value value_of(int device, const std::string& name, uint64_t otherwise);

}  // namespace intramuros::emulator

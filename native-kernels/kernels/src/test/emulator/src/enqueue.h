// What the stand-in of cuBLAS needs of the stand-in of the driver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "driver_types.h"

namespace intramuros::emulator {

/// Device memory that queued work reads or writes.
struct Operand {
  uintptr_t address;
  size_t bytes;
};

/// Queues work in a stream of the calling thread's context, or records it. Returns whether that went well; the reason
/// of a failure is on standard error.
__attribute__((visibility("default"))) bool enqueue(CUstream stream, const char* what,
                                                    const std::vector<Operand>& operands, std::function<void()> work);

}  // namespace intramuros::emulator

// Runs the blocks of a grid on several OS threads.
#pragma once

#include "block.h"

namespace intramuros::emulator {

/// Runs a whole grid and returns the first fault, if any.
KernelFault run_grid(const Grid& grid);

}  // namespace intramuros::emulator

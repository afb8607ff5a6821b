// CUDA's language and Intramuros' wrappers of PTX instructions, for kernels that are compiled for the host.
#pragma once

#include "emulator/arithmetic.h"
#include "emulator/memory_access.h"
#include "emulator/tensor.h"
#include "emulator/warp.h"

// All entry points of the driver that JCuda's library asks for; each fails and says its name unless it is emulated
// elsewhere, for these definitions are weak.
#include "failure.h"

#define UNSUPPORTED_DRIVER(name)                                                                      \
  extern "C" __attribute__((visibility("default"), weak)) CUresult name() {                           \
    return intramuros::emulator::answer(#name, [] {                                                   \
      throw intramuros::emulator::Failure(CUDA_ERROR_NOT_SUPPORTED, "the emulator does not have it"); \
    });                                                                                               \
  }
#include "jcuda_driver.inc"
#undef UNSUPPORTED_DRIVER

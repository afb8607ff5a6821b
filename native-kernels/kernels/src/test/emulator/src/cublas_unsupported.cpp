// All entry points of cuBLAS that JCublas2's library asks for; each fails and says its name unless it is emulated
// elsewhere, for these definitions are weak.
#include <cstdio>

#define UNSUPPORTED_CUBLAS(name)                                                  \
  extern "C" __attribute__((visibility("default"), weak)) int name() {            \
    std::fprintf(stderr, "emulator: " #name ": the emulator does not have it\n"); \
    return 15;                                                                    \
  }
#include "jcuda_cublas.inc"

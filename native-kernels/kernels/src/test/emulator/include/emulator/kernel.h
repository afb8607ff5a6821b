// Makes a compiled kernel callable with the array of argument addresses that cuLaunchKernel is given.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace intramuros::emulator {

/// One parameter of a kernel.
struct Parameter {
  unsigned bytes;
  unsigned alignment;
  bool is_pointer;
};

/// What the library of kernels tells of one kernel.
struct KernelEntry {
  void (*run)(void** arguments);
  const Parameter* parameters;
  unsigned parameter_count;
};

template <class... A, size_t... I>
inline void call(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
  kernel(*static_cast<std::remove_const_t<A>*>(arguments[I])...);
}

template <class... A>
inline void call(void (*kernel)(A...), void** arguments) {
  call(kernel, arguments, std::index_sequence_for<A...>{});
}

template <class... A>
inline KernelEntry entry_of(void (*)(A...), void (*run)(void**)) {
  static const Parameter parameters[] = {
      {static_cast<unsigned>(sizeof(A)), static_cast<unsigned>(alignof(A)), std::is_pointer_v<A>}..., {0, 0, false}};
  return {run, parameters, static_cast<unsigned>(sizeof...(A))};
}

}  // namespace intramuros::emulator

#define INTRAMUROS_KERNEL(name)                                                                                   \
  extern "C" __attribute__((visibility("default"))) intramuros::emulator::KernelEntry emulated_##name() {         \
    return intramuros::emulator::entry_of(name,                                                                   \
                                          [](void** arguments) { intramuros::emulator::call(name, arguments); }); \
  }

// Static shared memory: what `__shared__` variables of kernels become when the host compiles them.
#pragma once

#include <optional>
#include <string>

namespace intramuros::emulator {

/// Learns from a library of kernels where its shared variables and the red zones between them lie.
void load_static_shared(void* library);

/// Fills the calling thread's shared variables with poison before a block begins.
void poison_static_shared();

/// Looks at the red zones after a block: which variable was written past, or nothing.
std::optional<std::string> static_shared_damage();

}  // namespace intramuros::emulator

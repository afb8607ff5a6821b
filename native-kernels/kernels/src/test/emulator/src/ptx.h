// What a kernel's PTX says of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intramuros::emulator {

struct PtxEntry {
  std::vector<unsigned> parameter_bytes;
  unsigned max_threads = 1024;  ///< what __launch_bounds__ promised
  unsigned static_shared_bytes = 0;
};

/// Looks at what a program gives as code; only PTX is understood. `bytes` is 0 where a zero ends the text.
std::string require_ptx(const void* image, size_t bytes = 0);

/// Finds an entry point in PTX text.
std::optional<PtxEntry> find_entry(const std::string& ptx, const std::string& name);

}  // namespace intramuros::emulator

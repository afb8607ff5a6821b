// Memory of devices and pinned memory of the host, between red zones and guard pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "device.h"

namespace intramuros::emulator {

/// A piece of memory that a device can reach.
struct Allocation {
  uintptr_t begin;
  size_t bytes;
  Context* context;  ///< whose it is; for pinned memory, who asked for it
  bool on_host;
  bool registered;  ///< the caller's own memory, pinned
  uint64_t number;  ///< counts allocations, to name them in messages
  uintptr_t mapping;
  size_t mapping_bytes;
  bool freed;

  uintptr_t end() const { return begin + bytes; }
  std::string describe() const;
};

class Memory {
 public:
  static Memory& get();

  uintptr_t allocate(Context& context, size_t bytes);
  uintptr_t allocate_host(Context& context, size_t bytes);
  void free(uintptr_t address, bool on_host);
  void pin(Context& context, uintptr_t address, size_t bytes);
  void unpin(uintptr_t address);
  /// Frees all that a context owns; returns how many pieces that were.
  size_t free_all(const Context& context);

  std::optional<Allocation> find(uintptr_t address) const;

  /// Fails unless all of a range is one piece of device memory that the context can reach.
  void require_device(const Context& context, uintptr_t address, size_t bytes, const char* role) const;
  /// Whether all of a range is pinned.
  bool is_pinned(uintptr_t address, size_t bytes) const;

  /// What is wrong with a kernel's pointer, or nothing.
  std::optional<std::string> objection(const Context& context, uintptr_t address) const;

  /// What lies at an address, for messages.
  std::string locate(uintptr_t address) const;

  /// Looks at all red zones: a sentence about the first that was written to.
  std::optional<std::string> damage() const;

  /// Pieces of device memory that a context has.
  size_t count(const Context& context) const;
  /// Pieces of pinned memory that all contexts have.
  size_t count_pinned() const;
  /// Pieces that were ever asked for, on devices and pinned.
  size_t count_ever() const;
};

}  // namespace intramuros::emulator

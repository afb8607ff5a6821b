#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <shared_mutex>

#include "fault.h"
#include "settings.h"

namespace intramuros::emulator {

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kPoisonFileBytes = 16 << 20;
constexpr unsigned char kPoison = 0xFF;
constexpr unsigned char kZone = 0xFB;
// Vectors of 16 bytes are the widest that a kernel may load. Nothing more is promised, so that memory ends at a guard
// page.
constexpr size_t kAlignment = 16;
constexpr size_t kCheckedZone = 256;

std::shared_mutex mutex;
std::map<uintptr_t, Allocation> allocations;
uint64_t next_number = 1;

size_t round_up(size_t value, size_t to) { return (value + to - 1) / to * to; }

/// A file full of poison: memory mapped from it privately is poisoned without being touched.
int poison_file() {
  static const int file = [] {
    const int fd = memfd_create("intramuros-poison", MFD_CLOEXEC);
    const std::vector<unsigned char> poison(kPoisonFileBytes, kPoison);
    if (fd < 0 || write(fd, poison.data(), poison.size()) != static_cast<ssize_t>(poison.size())) {
      throw Failure(CUDA_ERROR_OPERATING_SYSTEM, "no memory file for poison");
    }
    return fd;
  }();
  return file;
}

/// Maps poisoned pages with a guard page on both sides; returns the first page between them.
uintptr_t map_poisoned(size_t pages_bytes, uintptr_t* mapping, size_t* mapping_bytes) {
  *mapping_bytes = pages_bytes + 2 * kPage;
  void* whole = mmap(nullptr, *mapping_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (whole == MAP_FAILED) throw Failure(CUDA_ERROR_OUT_OF_MEMORY, "the host has no room for the mapping");
  *mapping = reinterpret_cast<uintptr_t>(whole);
  const uintptr_t first = *mapping + kPage;
  for (size_t at = 0; at < pages_bytes; at += kPoisonFileBytes) {
    void* part = mmap(reinterpret_cast<void*>(first + at), std::min(kPoisonFileBytes, pages_bytes - at),
                      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, poison_file(), 0);
    if (part == MAP_FAILED) {
      munmap(whole, *mapping_bytes);
      throw Failure(CUDA_ERROR_OUT_OF_MEMORY, "the host has no room for the mapping");
    }
  }
  return first;
}

/// Bytes of slack that lie before and behind a piece and are checked for writes.
std::pair<size_t, size_t> zones(const Allocation& a) {
  if (a.registered || a.bytes == 0) return {0, 0};
  const size_t before = std::min(kCheckedZone, a.begin - (a.mapping + kPage));
  return {before, a.mapping + a.mapping_bytes - kPage - a.end()};
}

Allocation place(Context& context, size_t bytes, bool on_host) {
  Allocation a{};
  const size_t pages_bytes = round_up(std::max<size_t>(bytes, 1), kPage);
  const uintptr_t first = map_poisoned(pages_bytes, &a.mapping, &a.mapping_bytes);
  // A device's memory ends at the guard page; the host's pinned memory begins at a page, as programs may expect.
  a.begin = on_host ? first : first + pages_bytes - round_up(bytes, kAlignment);
  a.bytes = bytes;
  a.context = &context;
  a.on_host = on_host;
  const auto [before, behind] = zones(a);
  std::memset(reinterpret_cast<void*>(a.begin - before), kZone, before);
  std::memset(reinterpret_cast<void*>(a.end()), kZone, std::min(behind, kCheckedZone));
  std::unique_lock lock(mutex);
  a.number = next_number++;
  allocations[a.begin] = a;
  return a;
}

/// The piece at or before an address.
const Allocation* before(uintptr_t address) {
  auto next = allocations.upper_bound(address);
  return next == allocations.begin() ? nullptr : &std::prev(next)->second;
}

const Allocation* containing(uintptr_t address, size_t bytes) {
  const Allocation* a = before(address);
  return a && !a->freed && address + bytes <= a->end() && (address < a->end() || bytes == 0) ? a : nullptr;
}

std::optional<std::string> damage_of(const Allocation& a) {
  const auto [ahead, behind] = zones(a);
  for (size_t i = 0; i < ahead; i++) {
    if (*reinterpret_cast<const unsigned char*>(a.begin - 1 - i) != kZone) {
      return std::to_string(i + 1) + " bytes before the begin of " + a.describe() + " were written to";
    }
  }
  for (size_t i = 0; i < std::min(behind, kCheckedZone); i++) {
    if (*reinterpret_cast<const unsigned char*>(a.end() + i) != kZone) {
      return std::to_string(i) + " bytes after the end of " + a.describe() + " were written to";
    }
  }
  return std::nullopt;
}

void release(Allocation& a) {
  if (!a.on_host) a.context->device.used_bytes -= round_up(a.bytes, 512);
  // The addresses are never used again, so that a use after this is an illegal address.
  mmap(reinterpret_cast<void*>(a.mapping), a.mapping_bytes, PROT_NONE,
       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  a.freed = true;
}

}  // namespace

std::string Allocation::describe() const {
  std::string text = "allocation " + std::to_string(number) + " (" + std::to_string(bytes) + " bytes ";
  text += on_host ? "of pinned host memory" : "on device " + std::to_string(context->device.index);
  return text + (freed ? ", freed)" : ")");
}

Memory& Memory::get() {
  static Memory memory;
  return memory;
}

uintptr_t Memory::allocate(Context& context, size_t bytes) {
  if (bytes == 0) throw Failure(CUDA_ERROR_INVALID_VALUE, "zero bytes");
  if (injected(Event::kAllocation, context.device.index) == CUDA_ERROR_OUT_OF_MEMORY) {
    throw Failure(CUDA_ERROR_OUT_OF_MEMORY, "injected fault");
  }
  const size_t charged = round_up(bytes, 512);
  const size_t used = context.device.used_bytes.fetch_add(charged);
  const size_t all = settings().memory_of(context.device.index);
  if (used + charged > all) {
    context.device.used_bytes -= charged;
    throw Failure(CUDA_ERROR_OUT_OF_MEMORY, std::to_string(bytes) + " bytes wanted on device " +
                                                std::to_string(context.device.index) + ", " +
                                                std::to_string(all - used) + " are free");
  }
  try {
    return place(context, bytes, false).begin;
  } catch (...) {
    context.device.used_bytes -= charged;
    throw;
  }
}

uintptr_t Memory::allocate_host(Context& context, size_t bytes) {
  if (bytes == 0) throw Failure(CUDA_ERROR_INVALID_VALUE, "zero bytes");
  return place(context, bytes, true).begin;
}

void Memory::free(uintptr_t address, bool on_host) {
  std::unique_lock lock(mutex);
  auto found = allocations.find(address);
  if (found == allocations.end() || found->second.on_host != on_host || found->second.registered) {
    throw Failure(CUDA_ERROR_INVALID_VALUE, "no allocation begins at this address");
  }
  if (found->second.freed) throw Failure(CUDA_ERROR_INVALID_VALUE, found->second.describe() + " is freed twice");
  const std::optional<std::string> damaged = damage_of(found->second);
  release(found->second);
  if (damaged) throw Failure(CUDA_ERROR_ILLEGAL_ADDRESS, *damaged);
}

void Memory::pin(Context& context, uintptr_t address, size_t bytes) {
  std::unique_lock lock(mutex);
  const Allocation* a = before(address + bytes - 1);
  if (a && !a->freed && a->end() > address) {
    throw Failure(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, "the range touches " + a->describe());
  }
  allocations[address] = {address, bytes, &context, true, true, next_number++, 0, 0, false};
}

void Memory::unpin(uintptr_t address) {
  std::unique_lock lock(mutex);
  auto found = allocations.find(address);
  if (found == allocations.end() || !found->second.registered) {
    throw Failure(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, "no registered range begins at this address");
  }
  allocations.erase(found);
}

size_t Memory::free_all(const Context& context) {
  std::unique_lock lock(mutex);
  size_t freed = 0;
  for (auto it = allocations.begin(); it != allocations.end();) {
    Allocation& a = it->second;
    if (a.context != &context) {
      ++it;
      continue;
    }
    if (!a.freed && !a.registered) {
      release(a);
      freed++;
    }
    it = allocations.erase(it);
  }
  return freed;
}

std::optional<Allocation> Memory::find(uintptr_t address) const {
  std::shared_lock lock(mutex);
  const Allocation* a = containing(address, 1);
  return a ? std::optional(*a) : std::nullopt;
}

void Memory::require_device(const Context& context, uintptr_t address, size_t bytes, const char* role) const {
  std::shared_lock lock(mutex);
  const Allocation* a = containing(address, bytes);
  if (!a) {
    lock.unlock();
    throw Failure(CUDA_ERROR_INVALID_VALUE, std::string("the ") + role + " of " + std::to_string(bytes) +
                                                " bytes is no device memory: " + locate(address));
  }
  if (!a->on_host && !context.reaches(*a->context)) {
    throw Failure(CUDA_ERROR_INVALID_VALUE,
                  std::string("the ") + role + " is " + a->describe() + ", to which this context has no peer access");
  }
}

bool Memory::is_pinned(uintptr_t address, size_t bytes) const {
  std::shared_lock lock(mutex);
  const Allocation* a = containing(address, bytes);
  return a && a->on_host;
}

std::optional<std::string> Memory::objection(const Context& context, uintptr_t address) const {
  if (address == 0) return std::nullopt;
  std::shared_lock lock(mutex);
  const Allocation* a = before(address);
  // The end of a piece is where an empty rest of it begins.
  if (!a || a->freed || address > a->end()) {
    lock.unlock();
    return "is no memory of a device: " + locate(address);
  }
  if (!a->on_host && !context.reaches(*a->context)) {
    return "is " + a->describe() + ", to which this context has no peer access";
  }
  return std::nullopt;
}

std::string Memory::locate(uintptr_t address) const {
  std::shared_lock lock(mutex);
  char hex[32];
  std::snprintf(hex, sizeof hex, "0x%zx", static_cast<size_t>(address));
  const Allocation* below = before(address);
  if (below && address < below->end()) return std::string(hex) + " in " + below->describe();
  auto next = allocations.upper_bound(address);
  const size_t above_by = next == allocations.end() ? SIZE_MAX : next->first - address;
  if (below && address - below->end() <= above_by && address - below->end() < (1 << 20)) {
    return std::string(hex) + ", " + std::to_string(address - below->end()) + " bytes after the end of " +
           below->describe();
  }
  if (above_by < (1 << 20)) {
    return std::string(hex) + ", " + std::to_string(above_by) + " bytes before the begin of " + next->second.describe();
  }
  return std::string(hex) + ", which is near no allocation";
}

std::optional<std::string> Memory::damage() const {
  std::shared_lock lock(mutex);
  for (const auto& [begin, a] : allocations) {
    if (a.freed) continue;
    if (auto damaged = damage_of(a)) return damaged;
  }
  return std::nullopt;
}

size_t Memory::count(const Context& context) const {
  std::shared_lock lock(mutex);
  return static_cast<size_t>(std::count_if(allocations.begin(), allocations.end(), [&](const auto& entry) {
    return entry.second.context == &context && !entry.second.on_host && !entry.second.freed;
  }));
}

size_t Memory::count_pinned() const {
  std::shared_lock lock(mutex);
  return static_cast<size_t>(std::count_if(allocations.begin(), allocations.end(),
                                           [](const auto& entry) { return entry.second.on_host && !entry.second.freed; }));
}

size_t Memory::count_ever() const {
  std::shared_lock lock(mutex);
  return next_number - 1;
}

}  // namespace intramuros::emulator

#include "settings.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "emulator/thread_state.h"

namespace intramuros::emulator {

namespace {

const char* text(const char* name, const char* otherwise) {
  const char* value = std::getenv((std::string("INTRAMUROS_EMULATOR_") + name).c_str());
  return value && *value ? value : otherwise;
}

double number(const char* name, double otherwise) {
  const char* value = text(name, nullptr);
  if (!value) return otherwise;
  char* end;
  const double parsed = std::strtod(value, &end);
  if (*end || parsed < 0) {
    std::fprintf(stderr, "emulator: INTRAMUROS_EMULATOR_%s=%s is no number; set one or unset it\n", name, value);
    std::exit(2);
  }
  return parsed;
}

/// What stands between commas.
std::vector<std::string> list(const char* name, const char* otherwise) {
  std::vector<std::string> values;
  std::istringstream in(text(name, otherwise));
  for (std::string one; std::getline(in, one, ',');) values.push_back(one);
  return values;
}

/// Whole numbers with commas between them.
std::vector<size_t> sizes(const char* name, const char* otherwise) {
  std::vector<size_t> values;
  for (const std::string& one : list(name, otherwise)) {
    char* end;
    values.push_back(std::strtoull(one.c_str(), &end, 10));
    if (*end || one.empty()) {
      std::fprintf(stderr, "emulator: INTRAMUROS_EMULATOR_%s: %s is no number of bytes\n", name, one.c_str());
      std::exit(2);
    }
  }
  return values;
}

/// The place of what is set among the words there are; the first is the usual one.
size_t choice(const char* name, const std::vector<std::string>& words) {
  const std::string value = text(name, words.front().c_str());
  const auto found = std::find(words.begin(), words.end(), value);
  if (found == words.end()) {
    std::fprintf(stderr, "emulator: INTRAMUROS_EMULATOR_%s=%s is none of", name, value.c_str());
    for (const std::string& word : words) std::fprintf(stderr, " %s", word.c_str());
    std::fprintf(stderr, "\n");
    std::exit(2);
  }
  return static_cast<size_t>(found - words.begin());
}

/// The library of kernels that lies beside this one.
std::string kernels_beside_us() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void*>(&kernels_beside_us), &info) || !info.dli_fname) return "libintramuros-kernels.so";
  const std::string here = info.dli_fname;
  return here.substr(0, here.rfind('/') + 1) + "libintramuros-kernels.so";
}

Settings read() {
  Settings s;
  s.devices = static_cast<int>(number("DEVICES", 1));
  s.memory_bytes = sizes("MEMORY_BYTES", "2147483648");
  s.names = list("NAMES", "Intramuros emulated GPU");
  s.multiprocessors = static_cast<int>(number("MULTIPROCESSORS", 4));
  s.capability = static_cast<int>(number("CAPABILITY", 90));
  s.driver = static_cast<int>(number("DRIVER", 12090));
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  s.threads = std::max(1, static_cast<int>(number("THREADS", cores)));
  s.streams = static_cast<StreamOrder>(choice("STREAMS", {"late", "eager", "copies-ahead"}));
  s.reverse_warps = choice("WARPS", {"forward", "reverse"}) == 1;
  s.peers = choice("PEERS", {"all", "none"}) == 0;
  s.watchdog_seconds = number("WATCHDOG_SECONDS", 120);
  s.empty = number("KERNELS_EMPTY", 0) != 0;
  s.log = number("LOG", 0) != 0;
  s.kernels = text("KERNELS", kernels_beside_us().c_str());
  s.fault = text("FAULT", "");
  return s;
}

}  // namespace

const Settings& settings() {
  static const Settings read_once = read();
  return read_once;
}

const bool eager_copies = choice("COPIES", {"late", "eager"}) == 1;

}  // namespace intramuros::emulator

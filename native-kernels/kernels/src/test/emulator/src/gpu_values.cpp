#include "gpu_values.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>

#include "emulator_api.h"

namespace intramuros::emulator {

namespace {

constexpr int kAllDevices = -1;

using Values = std::map<std::pair<int, std::string>, Value>;

std::mutex set_mutex;
Values& set_by_program() {
  static auto& values = *new Values();
  return values;
}

/// `[device:]name=number` or `[device:]name=!error`; whatever else is told and left out.
void take(Values& values, const std::string& entry, int device) {
  const size_t equals = entry.find('=');
  const size_t colon = entry.find(':');
  const bool named = colon < equals;
  try {
    if (equals == std::string::npos) throw std::invalid_argument("no =");
    if (named) device = std::stoi(entry.substr(0, colon));
    const std::string name = entry.substr(named ? colon + 1 : 0, equals - (named ? colon + 1 : 0));
    const std::string text = entry.substr(equals + 1);
    const bool error = text.starts_with('!');
    size_t read = 0;
    const uint64_t number = std::stoull(text.substr(error ? 1 : 0), &read, 0);
    if (read + (error ? 1 : 0) != text.size()) throw std::invalid_argument("more than a number");
    values[{device, name}] = error ? Value{0, static_cast<Nvml>(number)} : Value{number, Nvml::kSuccess};
  } catch (const std::exception&) {
    std::cerr << "emulator: '" << entry << "' sets nothing of a GPU; write temperature=93 or 1:power=!3\n";
  }
}

Values parse(std::istream& text, int device = kAllDevices) {
  Values values;
  std::string line;
  while (std::getline(text, line)) {
    std::istringstream entries(line);
    for (std::string entry; std::getline(entries, entry, ';');) {
      if (!entry.empty()) take(values, entry, device);
    }
  }
  return values;
}

Values from_text(const char* text, int device = kAllDevices) {
  std::istringstream stream(text);
  return parse(stream, device);
}

Values from_environment() {
  const char* text = std::getenv("INTRAMUROS_EMULATOR_NVML");
  return from_text(text ? text : "");
}

Values from_file() {
  const char* path = std::getenv("INTRAMUROS_EMULATOR_NVML_FILE");
  if (!path) return {};
  std::ifstream file(path);
  return parse(file);
}

std::optional<Value> find(const Values& values, int device, const std::string& name) {
  for (const int of : {device, kAllDevices}) {
    const auto found = values.find({of, name});
    if (found != values.end()) return found->second;
  }
  return {};
}

}  // namespace

Value value_of(int device, const std::string& name, uint64_t otherwise) {
  {
    std::lock_guard lock(set_mutex);
    if (const auto value = find(set_by_program(), device, name)) return *value;
  }
  if (const auto value = find(from_file(), device, name)) return *value;
  if (const auto value = find(from_environment(), device, name)) return *value;
  return {otherwise, Nvml::kSuccess};
}

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

/// For tests: what the program has set of a GPU before is forgotten, and these values are set.
EMULATOR_API void intramurosEmulatorSetGpu(int device, const char* values) {
  std::lock_guard lock(set_mutex);
  std::erase_if(set_by_program(), [&](const auto& value) { return value.first.first == device; });
  set_by_program().merge(from_text(values, device));
}

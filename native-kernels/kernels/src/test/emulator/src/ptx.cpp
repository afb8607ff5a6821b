#include "ptx.h"

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <map>
#include <regex>

#include "failure.h"

namespace intramuros::emulator {

namespace {

unsigned bytes_of(const std::string& type) {
  // .u64, .b8, .f32: the digits are bits.
  return static_cast<unsigned>(std::atoi(type.c_str() + 2)) / 8;
}

/// The size of each variable in static shared memory. The texts are megabytes long: only declarations are looked at closely.
std::map<std::string, unsigned> shared_variables(const std::string& ptx) {
  static const std::regex pattern(R"(\.shared\s+\.align\s+\d+\s+(\.[a-z]\d+)\s+([\w$]+)(?:\[(\d+)\])?\s*;)");
  constexpr std::string_view kMark = ".shared .align";
  std::map<std::string, unsigned> variables;
  for (size_t at = ptx.find(kMark); at != std::string::npos; at = ptx.find(kMark, at + kMark.size())) {
    const std::string declaration = ptx.substr(at, ptx.find(';', at) + 1 - at);
    std::smatch found;
    if (!std::regex_search(declaration, found, pattern)) continue;
    const unsigned count = found[3].matched ? static_cast<unsigned>(std::stoul(found[3])) : 1;
    variables[found[2]] = bytes_of(found[1]) * count;
  }
  return variables;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }

bool mentions(std::string_view text, const std::string& word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

}  // namespace

std::string require_ptx(const void* image, size_t bytes) {
  if (!image) throw Failure(CUDA_ERROR_INVALID_VALUE, "no image");
  if (std::memcmp(image,
                  "\x7f"
                  "ELF",
                  4) == 0) {
    throw Failure(CUDA_ERROR_NO_BINARY_FOR_GPU, "a cubin is machine code of a real GPU; give the PTX");
  }
  const char* begin = static_cast<const char*>(image);
  std::string text(begin, bytes == 0 ? std::strlen(begin) : strnlen(begin, bytes));
  for (const char* directive : {".version", ".target", ".address_size"}) {
    if (text.find(directive) == std::string::npos) {
      throw Failure(CUDA_ERROR_INVALID_PTX, std::string("the image has no ") + directive + ", so it is no PTX");
    }
  }
  const size_t end = text.find_last_not_of(" \t\r\n");
  if (text[end] != '}' && text[end] != ';') throw Failure(CUDA_ERROR_INVALID_PTX, "the PTX ends in mid-sentence");
  return text;
}

std::optional<PtxEntry> find_entry(const std::string& ptx, const std::string& name) {
  size_t at = std::string::npos;
  for (const char* after : {"(", "\n", " "}) {
    at = ptx.find(".entry " + name + after);
    if (at != std::string::npos) break;
  }
  if (at == std::string::npos) return std::nullopt;
  const size_t open = ptx.find('{', at);
  if (open == std::string::npos) return std::nullopt;
  size_t close = ptx.find("\n}", open);
  if (close == std::string::npos) return std::nullopt;
  const std::string head = ptx.substr(at, open - at);
  const std::string_view body = std::string_view(ptx).substr(open, close - open);

  PtxEntry entry;
  static const std::regex parameter(
      R"(\.param\s+(?:\.align\s+\d+\s+)?(\.[a-z]\d+)(?:\s+\.ptr[^,)]*?)?\s+[\w$]+(?:\[(\d+)\])?\s*[,)\n])");
  for (std::sregex_iterator it(head.begin(), head.end(), parameter), end; it != end; ++it) {
    const unsigned count = (*it)[2].matched ? static_cast<unsigned>(std::stoul((*it)[2])) : 1;
    entry.parameter_bytes.push_back(bytes_of((*it)[1]) * count);
  }
  static const std::regex bounds(R"(\.maxntid\s+(\d+)(?:,\s*(\d+))?(?:,\s*(\d+))?)");
  if (std::smatch found; std::regex_search(head, found, bounds)) {
    entry.max_threads = 1;
    for (unsigned i = 1; i <= 3; i++) {
      if (found[i].matched) entry.max_threads *= static_cast<unsigned>(std::stoul(found[i]));
    }
  }
  for (const auto& [variable, bytes] : shared_variables(ptx)) {
    if (mentions(body, variable)) entry.static_shared_bytes += bytes;
  }
  return entry;
}

}  // namespace intramuros::emulator

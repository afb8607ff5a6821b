#include "static_shared.h"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "failure.h"

// glibc's way to a library's thread-local storage.
struct tls_index {
  size_t module;
  size_t offset;
};
extern "C" void* __tls_get_addr(tls_index* index);

namespace intramuros::emulator {

namespace {

constexpr unsigned char kPoison = 0xFF;
constexpr std::string_view kZoneName = "shared_red_zone_";

struct Variable {
  size_t offset;
  size_t bytes;
  std::string name;
  bool is_zone;
};

/// The thread-local storage of the library of kernels: nothing but shared variables.
struct Layout {
  size_t module = 0;
  size_t bytes = 0;
  std::vector<Variable> variables;
};

std::atomic<const Layout*> layout{nullptr};

std::string readable(const char* mangled) {
  int status;
  std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  return status == 0 ? name.get() : mangled;
}

/// Reads the names of thread-local variables from the library's file.
std::vector<Variable> read_variables(const char* file) {
  const int fd = open(file, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) throw Failure(CUDA_ERROR_FILE_NOT_FOUND, std::string("can't read ") + file);
  const auto bytes = static_cast<size_t>(status.st_size);
  void* mapped = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (mapped == MAP_FAILED) throw Failure(CUDA_ERROR_FILE_NOT_FOUND, std::string("can't map ") + file);
  const auto* base = static_cast<const unsigned char*>(mapped);
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(base);
  const auto* sections = reinterpret_cast<const Elf64_Shdr*>(base + header->e_shoff);
  std::vector<Variable> variables;
  for (unsigned i = 0; i < header->e_shnum; i++) {
    if (sections[i].sh_type != SHT_SYMTAB) continue;
    const auto* symbols = reinterpret_cast<const Elf64_Sym*>(base + sections[i].sh_offset);
    const auto* names = reinterpret_cast<const char*>(base + sections[sections[i].sh_link].sh_offset);
    for (size_t s = 0; s < sections[i].sh_size / sizeof(Elf64_Sym); s++) {
      if (ELF64_ST_TYPE(symbols[s].st_info) != STT_TLS || symbols[s].st_shndx == SHN_UNDEF) continue;
      const char* name = names + symbols[s].st_name;
      variables.push_back({symbols[s].st_value, symbols[s].st_size, readable(name),
                           std::string_view(name).find(kZoneName) != std::string_view::npos});
    }
  }
  munmap(mapped, bytes);
  std::sort(variables.begin(), variables.end(),
            [](const Variable& a, const Variable& b) { return a.offset < b.offset; });
  return variables;
}

unsigned char* mine(const Layout& l) {
  tls_index index{l.module, 0};
  return static_cast<unsigned char*>(__tls_get_addr(&index));
}

}  // namespace

void load_static_shared(void* library) {
  link_map* map = nullptr;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) throw Failure(CUDA_ERROR_SHARED_OBJECT_INIT_FAILED, "no link map");
  auto found = std::make_unique<Layout>();
  if (dlinfo(library, RTLD_DI_TLS_MODID, &found->module) != 0 || found->module == 0) return;
  struct Search {
    const link_map* map;
    size_t bytes;
  } search{map, 0};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* data) {
        auto* s = static_cast<Search*>(data);
        if (info->dlpi_addr != s->map->l_addr) return 0;
        for (int i = 0; i < info->dlpi_phnum; i++) {
          if (info->dlpi_phdr[i].p_type == PT_TLS) s->bytes = info->dlpi_phdr[i].p_memsz;
        }
        return 1;
      },
      &search);
  found->bytes = search.bytes;
  found->variables = read_variables(map->l_name);
  layout = found.release();
}

void poison_static_shared() {
  if (const Layout* l = layout) std::memset(mine(*l), kPoison, l->bytes);
}

std::optional<std::string> static_shared_damage() {
  const Layout* l = layout;
  if (!l) return std::nullopt;
  const unsigned char* base = mine(*l);
  for (size_t i = 0; i < l->variables.size(); i++) {
    const Variable& zone = l->variables[i];
    if (!zone.is_zone) continue;
    for (size_t b = 0; b < zone.bytes; b++) {
      if (base[zone.offset + b] == kPoison) continue;
      const std::string before = i > 0 ? l->variables[i - 1].name : "the first shared variable";
      const std::string after = i + 1 < l->variables.size() ? l->variables[i + 1].name : "the last shared variable";
      return "wrote between the shared variables " + before + " and " + after;
    }
  }
  return std::nullopt;
}

}  // namespace intramuros::emulator

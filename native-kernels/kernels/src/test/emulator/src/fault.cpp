#include "fault.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "block.h"
#include "failure.h"
#include "fiber.h"
#include "memory.h"
#include "settings.h"

namespace intramuros::emulator {

namespace {

// ---- Faults that are asked for

struct Wish {
  CUresult code;
  Event event;
  long countdown;
  int device;  // -1: any
};

std::mutex wishes_mutex;

CUresult code_of(const std::string& fault) {
  if (fault == "illegal-address") return CUDA_ERROR_ILLEGAL_ADDRESS;
  if (fault == "misaligned-address") return CUDA_ERROR_MISALIGNED_ADDRESS;
  if (fault == "ecc") return CUDA_ERROR_ECC_UNCORRECTABLE;
  if (fault == "lost") return CUDA_ERROR_DEVICE_UNAVAILABLE;
  if (fault == "launch-failed") return CUDA_ERROR_LAUNCH_FAILED;
  if (fault == "timeout") return CUDA_ERROR_LAUNCH_TIMEOUT;
  if (fault == "out-of-memory") return CUDA_ERROR_OUT_OF_MEMORY;
  throw Failure(CUDA_ERROR_INVALID_VALUE, "there is no fault named " + fault);
}

Wish parse(const std::string& text) {
  const size_t at = text.find('@');
  Wish wish{code_of(text.substr(0, at)), Event::kLaunch, 1, -1};
  std::stringstream conditions(at == std::string::npos ? "" : text.substr(at + 1));
  for (std::string condition; std::getline(conditions, condition, ',');) {
    const size_t equals = condition.find('=');
    if (equals == std::string::npos) throw Failure(CUDA_ERROR_INVALID_VALUE, "no number in " + condition);
    const std::string key = condition.substr(0, equals);
    const long value = std::atol(condition.c_str() + equals + 1);
    if (key == "device") {
      wish.device = static_cast<int>(value);
      continue;
    }
    wish.countdown = value;
    if (key == "launch") {
      wish.event = Event::kLaunch;
    } else if (key == "allocation") {
      wish.event = Event::kAllocation;
    } else if (key == "copy") {
      wish.event = Event::kCopy;
    } else {
      throw Failure(CUDA_ERROR_INVALID_VALUE, "faults don't happen at a " + key);
    }
  }
  return wish;
}

std::vector<Wish> parse_all(const std::string& text) {
  std::vector<Wish> parsed;
  std::stringstream parts(text);
  for (std::string part; std::getline(parts, part, ';');) {
    if (!part.empty()) parsed.push_back(parse(part));
  }
  return parsed;
}

/// What is still to happen; at first what the environment asks for.
std::vector<Wish>& wishes() {
  static std::vector<Wish> list = parse_all(settings().fault);
  return list;
}

// ---- Signals of kernels

struct sigaction previous[NSIG];

std::string place_in_code(uintptr_t address) {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void*>(address), &info) || !info.dli_fname) return "";
  char text[64];
  std::snprintf(text, sizeof text, "+0x%zx",
                static_cast<size_t>(address - reinterpret_cast<uintptr_t>(info.dli_fbase)));
  return std::string(" (at ") + info.dli_fname + text + ")";
}

void forward(int signal, siginfo_t* info, void* context) {
  const struct sigaction& before = previous[signal];
  if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(signal, info, context);
  } else if (before.sa_handler == SIG_DFL) {
    sigaction(signal, &before, nullptr);
    if (info->si_code <= 0) raise(signal);
  } else if (before.sa_handler != SIG_IGN) {
    before.sa_handler(signal);
  }
}

void on_signal(int signal, siginfo_t* info, void* context) {
  auto* machine = static_cast<ucontext_t*>(context);
  auto& registers = machine->uc_mcontext.gregs;
  BlockRunner* runner = BlockRunner::inside_kernel();
  const bool from_watchdog = info->si_code == SI_TKILL && info->si_pid == getpid() && signal == SIGILL;
  if (!runner || !runner->owns_stack(static_cast<uintptr_t>(registers[REG_RSP]))) {
    if (!from_watchdog) forward(signal, info, context);
    return;
  }
  const auto code_at = static_cast<uintptr_t>(registers[REG_RIP]);
  int code = CUDA_ERROR_ILLEGAL_ADDRESS;
  std::string what;
  if (from_watchdog) {
    code = CUDA_ERROR_LAUNCH_TIMEOUT;
    what = "ran longer than INTRAMUROS_EMULATOR_WATCHDOG_SECONDS";
  } else if (signal == SIGFPE) {
    code = CUDA_ERROR_LAUNCH_FAILED;
    what = "divided an integer by zero";
  } else if (signal == SIGILL) {
    code = CUDA_ERROR_ILLEGAL_INSTRUCTION;
    what = "trap";
  } else if (info->si_addr == nullptr && info->si_code == SI_KERNEL) {
    what = "illegal or misaligned address";
  } else {
    what = "illegal address " + Memory::get().locate(reinterpret_cast<uintptr_t>(info->si_addr));
  }
  // When this handler returns, the scheduler goes on as if the thread had switched to it.
  void* scheduler = runner->note_fault(code, runner->place() + ": " + what + place_in_code(code_at));
  registers[REG_RSP] = reinterpret_cast<greg_t>(scheduler);
  registers[REG_RIP] = reinterpret_cast<greg_t>(&intramuros_resume_stack);
}

// ---- Kernels that take too long

struct Watched {
  pthread_t thread;
  std::chrono::steady_clock::time_point since;
};

std::mutex watched_mutex;
std::list<Watched>& watched() {
  static auto& list = *new std::list<Watched>();
  return list;
}

thread_local std::list<Watched>::iterator watched_here;

void watch() {
  const auto limit = std::chrono::duration<double>(settings().watchdog_seconds);
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    std::lock_guard lock(watched_mutex);
    for (const Watched& w : watched()) {
      if (std::chrono::steady_clock::now() - w.since > limit) pthread_kill(w.thread, SIGILL);
    }
  }
}

}  // namespace

CUresult injected(Event event, int device) {
  std::lock_guard lock(wishes_mutex);
  for (auto wish = wishes().begin(); wish != wishes().end(); ++wish) {
    if (wish->event != event || (wish->device >= 0 && wish->device != device) || --wish->countdown > 0) continue;
    const CUresult code = wish->code;
    wishes().erase(wish);
    return code;
  }
  return CUDA_SUCCESS;
}

void install_signal_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
      sigaction(signal, nullptr, &previous[signal]);
      struct sigaction ours = previous[signal];
      ours.sa_sigaction = on_signal;
      ours.sa_flags |= SA_SIGINFO;
      ours.sa_flags &= ~SA_RESETHAND;
      sigaction(signal, &ours, nullptr);
    }
    std::thread(watch).detach();
  });
}

KernelWatch::KernelWatch(const char*) {
  std::lock_guard lock(watched_mutex);
  watched_here = watched().insert(watched().end(), {pthread_self(), std::chrono::steady_clock::now()});
}

KernelWatch::~KernelWatch() {
  std::lock_guard lock(watched_mutex);
  watched().erase(watched_here);
}

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

/// Asks for faults from now on, as INTRAMUROS_EMULATOR_FAULT does from the start. What was asked for before is taken
/// back, and lost devices are there again.
DRIVER_API CUresult intramurosEmulatorInject(const char* faults) {
  return answer("intramurosEmulatorInject", [&] {
    std::vector<Wish> parsed = parse_all(faults ? faults : "");
    std::lock_guard lock(wishes_mutex);
    wishes() = std::move(parsed);
    for (int i = 0; i < Device::count(); i++) Device::at(i).lost = false;
  });
}

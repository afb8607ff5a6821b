// How calls of the driver fail: with a result code and a sentence that says why.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "driver_types.h"
#include "emulator_api.h"

namespace intramuros::emulator {

/// A call that fails.
struct Failure : std::runtime_error {
  Failure(CUresult code, const std::string& why) : std::runtime_error(why), code(code) {}
  CUresult code;
};

const char* name_of(CUresult code);

/// Says on standard error, and to whoever asks with intramurosEmulatorLastMessage(), what went wrong.
void complain(const std::string& message);

/// Says what happens, if INTRAMUROS_EMULATOR_LOG asks for it.
void log(const std::string& message);

/// Runs the body of an entry point of the driver and turns what it throws into its result.
CUresult answer(const char* call, const std::function<void()>& body);

}  // namespace intramuros::emulator

/// An entry point of the library.
#define DRIVER_API EMULATOR_API

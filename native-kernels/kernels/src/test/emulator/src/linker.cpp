// The driver's compiler: makes of PTX what can be loaded. Here that is the PTX again, once it has been looked at.
#include <memory>
#include <string>

#include "device.h"
#include "handles.h"
#include "ptx.h"

struct CUlink_st;

namespace intramuros::emulator {

namespace {

constexpr int kPtxInput = 1;

struct LinkState {
  std::string text;
};

Handles<LinkState, CUlink_st*>& links() {
  static auto& table = *new Handles<LinkState, CUlink_st*>();
  return table;
}

}  // namespace

}  // namespace intramuros::emulator

using namespace intramuros::emulator;

DRIVER_API CUresult cuLinkCreate_v2(unsigned, int*, void**, CUlink_st** state) {
  return answer("cuLinkCreate_v2", [&] {
    Context::current();
    *state = links().add(std::make_shared<LinkState>());
  });
}

DRIVER_API CUresult cuLinkAddData_v2(CUlink_st* state, int type, void* data, size_t bytes, const char*, unsigned, int*,
                                     void**) {
  return answer("cuLinkAddData_v2", [&] {
    const std::shared_ptr<LinkState> link = links().find(state, "link");
    if (type != kPtxInput) throw Failure(CUDA_ERROR_NOT_SUPPORTED, "only PTX can be linked");
    if (!link->text.empty()) throw Failure(CUDA_ERROR_NOT_SUPPORTED, "only one file can be linked");
    link->text = require_ptx(data, bytes);
  });
}

DRIVER_API CUresult cuLinkComplete(CUlink_st* state, void** image, size_t* bytes) {
  return answer("cuLinkComplete", [&] {
    const std::shared_ptr<LinkState> link = links().find(state, "link");
    if (link->text.empty()) throw Failure(CUDA_ERROR_INVALID_VALUE, "nothing was added");
    *image = link->text.data();
    *bytes = link->text.size() + 1;
  });
}

DRIVER_API CUresult cuLinkDestroy(CUlink_st* state) {
  return answer("cuLinkDestroy", [&] { links().remove(state, "link"); });
}

#include "gpu.h"

namespace testing {

CUfunction kernel(const std::string& name, const std::vector<int>& parameter_bytes) {
  std::string ptx = ".version 7.8\n.target sm_80\n.address_size 64\n.visible .entry " + name + "(\n";
  for (size_t i = 0; i < parameter_bytes.size(); i++) {
    ptx += "\t.param .u" + std::to_string(8 * parameter_bytes[i]) + " " + name + "_param_" + std::to_string(i);
    ptx += i + 1 < parameter_bytes.size() ? ",\n" : "\n";
  }
  ptx += ")\n{\n\tret;\n\n}\n";
  CUmodule module;
  CUfunction function;
  OK(cuModuleLoadDataEx(&module, ptx.c_str(), 0, nullptr, nullptr));
  OK(cuModuleGetFunction(&function, module, name.c_str()));
  return function;
}

std::vector<float> counting(size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; i++) values[i] = static_cast<float>(i + 1);
  return values;
}

}  // namespace testing

/// Runs all tests, or those whose sentence has the words given.
int main(int count, char** words) {
  if (cuInit(0) != CUDA_SUCCESS) return 2;
  int failed = 0, ran = 0;
  for (const testing::Test& test : testing::tests()) {
    if (count > 1 && std::string(test.promise).find(words[1]) == std::string::npos) continue;
    ran++;
    try {
      test.body();
      std::printf("ok      %s\n", test.promise);
    } catch (const std::exception& e) {
      failed++;
      std::printf("FAILED  %s\n        %s\n", test.promise, e.what());
    }
    std::fflush(stdout);
    intramurosEmulatorInject("");
    for (int device = 0; device < 3; device++) cuDevicePrimaryCtxReset_v2(device);
  }
  std::printf("%d tests, %d failed\n", ran, failed);
  return failed == 0 && ran > 0 ? 0 : 1;
}

// That correct kernels give correct results.
#include <cmath>

#include "gpu.h"

using namespace testing;

TEST("a kernel reads and writes device memory") {
  Gpu gpu;
  const auto x = upload(counting(1000));
  const auto y = room<float>(1000);
  OK(launch("scale", {4, 256}, x, y, 1000, 2.0f));
  const auto result = download<float>(y, 1000);
  for (size_t i = 0; i < 1000; i++) EQUAL(result[i], 2.0f * static_cast<float>(i + 1));
}

TEST("warps exchange values and blocks meet at barriers") {
  Gpu gpu;
  const auto x = upload(std::vector<float>(7 * 300, 1.0f));
  const auto y = room<float>(7);
  OK(launch("sum_rows", {7, 256}, x, y, 300));
  for (float sum : download<float>(y, 7)) EQUAL(sum, 300.0f);
}

TEST("a block has the dynamic shared memory that the launch asks for") {
  Gpu gpu;
  const auto x = upload(counting(96));
  const auto y = room<float>(96);
  OK(launch("reverse_dynamic", {1, 96, 96 * 4}, x, y, 96));
  const auto result = download<float>(y, 96);
  for (size_t i = 0; i < 96; i++) EQUAL(result[i], static_cast<float>(96 - i));
}

TEST("atomics of many blocks lose nothing") {
  Gpu gpu;
  const auto counter = upload(std::vector<unsigned>{0});
  OK(launch("count", {500, 64}, counter));
  EQUAL(download<unsigned>(counter, 1)[0], 32000u);
}

TEST("tensor cores multiply BF16 fragments that ldmatrix has read") {
  Gpu gpu;
  const auto bf16 = [](int value) {
    const float f = static_cast<float>(value);
    uint32_t bits;
    std::memcpy(&bits, &f, sizeof bits);
    return static_cast<unsigned short>(bits >> 16);
  };
  std::vector<unsigned short> a, b;
  for (int i = 0; i < 256; i++) a.push_back(bf16((i * 7 % 13) - 6));
  for (int i = 0; i < 128; i++) b.push_back(bf16((i * 5 % 11) - 5));
  const auto c = room<float>(128);
  OK(launch("multiply_tile", {1, 32}, upload(a), upload(b), c));
  const auto result = download<float>(c, 128);
  for (int row = 0; row < 16; row++) {
    for (int column = 0; column < 8; column++) {
      int sum = 0;
      for (int k = 0; k < 16; k++) sum += (((row * 16 + k) * 7 % 13) - 6) * (((column * 16 + k) * 5 % 11) - 5);
      EQUAL(result[static_cast<size_t>(row * 8 + column)], static_cast<float>(sum));
    }
  }
}

TEST("threads vote in warps and blocks") {
  Gpu gpu;
  const auto results = room<int>(4);
  OK(launch("vote", {1, 64}, results));
  const auto r = download<int>(results, 4);
  EQUAL(static_cast<unsigned>(r[0]), 0xAAAAAAAAu);
  EQUAL(r[1], 1);
  EQUAL(r[2], 0);
  EQUAL(r[3], 32);
}

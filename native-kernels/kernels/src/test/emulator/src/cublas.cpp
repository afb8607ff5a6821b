// A stand-in for cuBLAS: matrix products of BF16, F16 and FP32 with FP32 sums, queued like any other work.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "enqueue.h"

#define CUBLAS_API extern "C" __attribute__((visibility("default"))) int

namespace {

enum Status { kSuccess = 0, kNotInitialized = 1, kInvalidValue = 7, kExecutionFailed = 13, kNotSupported = 15 };
enum DataType { kFloat32 = 0, kFloat16 = 2, kBfloat16 = 14 };
constexpr int kCompute32F = 68;
constexpr int kTranspose = 1;

struct Handle {
  CUstream stream = nullptr;
  int math_mode = 0;
  int pointer_mode = 0;
};

size_t bytes_of(int type) { return type == kFloat32 ? 4 : 2; }

bool known(int type) { return type == kFloat32 || type == kFloat16 || type == kBfloat16; }

float load(const unsigned char* at, int type) {
  if (type == kFloat32) {
    float value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  uint16_t bits;
  std::memcpy(&bits, at, sizeof bits);
  if (type == kFloat16) {
    _Float16 half;
    std::memcpy(&half, &bits, sizeof half);
    return static_cast<float>(half);
  }
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

void store(unsigned char* at, int type, float value) {
  if (type == kFloat32) {
    std::memcpy(at, &value, sizeof value);
  } else if (type == kFloat16) {
    const auto half = static_cast<_Float16>(value);
    std::memcpy(at, &half, sizeof half);
  } else {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const auto rounded = static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    std::memcpy(at, &rounded, sizeof rounded);
  }
}

struct Matrix {
  uintptr_t address;
  int type;
  int64_t leading;
  bool transposed;

  float at(int64_t row, int64_t column) const {
    const int64_t index = transposed ? column + row * leading : row + column * leading;
    return load(reinterpret_cast<const unsigned char*>(address) + static_cast<size_t>(index) * bytes_of(type), type);
  }
};

struct Product {
  int64_t m, n, k;
  float alpha, beta;
  Matrix a, b, c;

  void run() const {
    // Rows of op(A) and columns of op(B) as plain floats, so that the inner loop is a dot product of vectors.
    constexpr int64_t kTile = 64;
    std::vector<float> rows(static_cast<size_t>(kTile * k)), column(static_cast<size_t>(k));
    for (int64_t first = 0; first < m; first += kTile) {
      const int64_t count = std::min(kTile, m - first);
      for (int64_t i = 0; i < count; i++) {
        for (int64_t l = 0; l < k; l++) rows[static_cast<size_t>(i * k + l)] = a.at(first + i, l);
      }
      for (int64_t j = 0; j < n; j++) {
        for (int64_t l = 0; l < k; l++) column[static_cast<size_t>(l)] = b.at(l, j);
        for (int64_t i = 0; i < count; i++) put(first + i, j, dot(&rows[static_cast<size_t>(i * k)], column.data()));
      }
    }
  }

 private:
  float dot(const float* x, const float* y) const {
    float sums[16] = {};
    int64_t l = 0;
    for (; l + 16 <= k; l += 16) {
      for (int64_t i = 0; i < 16; i++) sums[i] += x[l + i] * y[l + i];
    }
    float sum = 0;
    for (float s : sums) sum += s;
    for (; l < k; l++) sum += x[l] * y[l];
    return sum;
  }

  void put(int64_t row, int64_t column_index, float sum) const {
    auto* at = reinterpret_cast<unsigned char*>(c.address) +
               static_cast<size_t>(row + column_index * c.leading) * bytes_of(c.type);
    store(at, c.type, alpha * sum + (beta != 0 ? beta * load(at, c.type) : 0.0f));
  }
};

int gemm(void* handle, int trans_a, int trans_b, int64_t m, int64_t n, int64_t k, const void* alpha, const void* a,
         int a_type, int64_t lda, const void* b, int b_type, int64_t ldb, const void* beta, void* c, int c_type,
         int64_t ldc, int compute) {
  if (!handle) return kNotInitialized;
  if (compute != kCompute32F || !known(a_type) || !known(b_type) || !known(c_type)) {
    std::fprintf(stderr, "emulator: cublasGemmEx: only CUBLAS_COMPUTE_32F with BF16, F16 and FP32 is emulated\n");
    return kNotSupported;
  }
  const bool ta = trans_a == kTranspose, tb = trans_b == kTranspose;
  if (m < 0 || n < 0 || k < 0 || lda < std::max<int64_t>(1, ta ? k : m) || ldb < std::max<int64_t>(1, tb ? n : k) ||
      ldc < std::max<int64_t>(1, m) || !alpha || !beta) {
    std::fprintf(stderr, "emulator: cublasGemmEx: a dimension or a leading dimension is wrong\n");
    return kInvalidValue;
  }
  if (m == 0 || n == 0) return kSuccess;
  Product product{m,
                  n,
                  k,
                  *static_cast<const float*>(alpha),
                  *static_cast<const float*>(beta),
                  {reinterpret_cast<uintptr_t>(a), a_type, lda, ta},
                  {reinterpret_cast<uintptr_t>(b), b_type, ldb, tb},
                  {reinterpret_cast<uintptr_t>(c), c_type, ldc, false}};
  const auto extent = [](int64_t rows, int64_t columns, int64_t leading, int type) {
    return (static_cast<size_t>(leading) * static_cast<size_t>(columns - 1) + static_cast<size_t>(rows)) *
           bytes_of(type);
  };
  std::vector<intramuros::emulator::Operand> operands = {{product.c.address, extent(m, n, ldc, c_type)}};
  if (k > 0) {
    operands.push_back({product.a.address, ta ? extent(k, m, lda, a_type) : extent(m, k, lda, a_type)});
    operands.push_back({product.b.address, tb ? extent(n, k, ldb, b_type) : extent(k, n, ldb, b_type)});
  }
  return intramuros::emulator::enqueue(static_cast<Handle*>(handle)->stream, "cublasGemmEx", operands,
                                       [product] { product.run(); })
             ? kSuccess
             : kExecutionFailed;
}

}  // namespace

CUBLAS_API cublasCreate_v2(void** handle) {
  *handle = new Handle();
  return kSuccess;
}

CUBLAS_API cublasDestroy_v2(void* handle) {
  delete static_cast<Handle*>(handle);
  return kSuccess;
}

CUBLAS_API cublasGetVersion_v2(void*, int* version) {
  *version = 120900;
  return kSuccess;
}

CUBLAS_API cublasSetStream_v2(void* handle, CUstream stream) {
  static_cast<Handle*>(handle)->stream = stream;
  return kSuccess;
}

CUBLAS_API cublasGetStream_v2(void* handle, CUstream* stream) {
  *stream = static_cast<Handle*>(handle)->stream;
  return kSuccess;
}

CUBLAS_API cublasSetWorkspace_v2(void* handle, void*, size_t) { return handle ? kSuccess : kNotInitialized; }

CUBLAS_API cublasSetMathMode(void* handle, int mode) {
  static_cast<Handle*>(handle)->math_mode = mode;
  return kSuccess;
}

CUBLAS_API cublasGetMathMode(void* handle, int* mode) {
  *mode = static_cast<Handle*>(handle)->math_mode;
  return kSuccess;
}

CUBLAS_API cublasSetPointerMode_v2(void*, int mode) {
  if (mode == 0) return kSuccess;
  std::fprintf(stderr, "emulator: cublasSetPointerMode_v2: alpha and beta on the device are not emulated\n");
  return kNotSupported;
}

CUBLAS_API cublasGetPointerMode_v2(void*, int* mode) {
  *mode = 0;
  return kSuccess;
}

CUBLAS_API cublasGemmEx(void* handle, int trans_a, int trans_b, int m, int n, int k, const void* alpha, const void* a,
                        int a_type, int lda, const void* b, int b_type, int ldb, const void* beta, void* c, int c_type,
                        int ldc, int compute, int) {
  return gemm(handle, trans_a, trans_b, m, n, k, alpha, a, a_type, lda, b, b_type, ldb, beta, c, c_type, ldc, compute);
}

CUBLAS_API cublasGemmEx_64(void* handle, int trans_a, int trans_b, int64_t m, int64_t n, int64_t k, const void* alpha,
                           const void* a, int a_type, int64_t lda, const void* b, int b_type, int64_t ldb,
                           const void* beta, void* c, int c_type, int64_t ldc, int compute, int) {
  return gemm(handle, trans_a, trans_b, m, n, k, alpha, a, a_type, lda, b, b_type, ldb, beta, c, c_type, ldc, compute);
}

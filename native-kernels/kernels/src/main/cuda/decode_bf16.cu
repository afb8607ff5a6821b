#include "decode_linear.cuh"

// project_bf16_N and gated_bf16_N: linear layers over up to N rows at a time with BF16 weights; see decode_linear.cuh.
// For a layer of o outputs and c columns they move 2·o·c bytes of weights, the least possible, once for every N rows.

DECODE_KERNELS(bf16, WeightsBF16, 1)
DECODE_KERNELS(bf16, WeightsBF16, 2)
DECODE_KERNELS(bf16, WeightsBF16, 4)
DECODE_KERNELS(bf16, WeightsBF16, 8)
DECODE_KERNELS(bf16, WeightsBF16, 16)

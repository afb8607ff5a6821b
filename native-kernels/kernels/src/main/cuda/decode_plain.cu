#include "decode_linear.cuh"

// project_f32_N, project_f16_N, gated_f32_N, gated_f16_N: linear layers over up to N rows at a time; see
// decode_linear.cuh. For a layer of o outputs and c columns they move 4·o·c or 2·o·c bytes of weights, once for every N
// rows.

DECODE_KERNELS(f32, WeightsF32, 1)
DECODE_KERNELS(f32, WeightsF32, 4)
DECODE_KERNELS(f32, WeightsF32, 16)
DECODE_KERNELS(f16, WeightsF16, 1)
DECODE_KERNELS(f16, WeightsF16, 4)
DECODE_KERNELS(f16, WeightsF16, 16)

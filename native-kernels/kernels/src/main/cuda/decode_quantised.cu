#include "decode_linear.cuh"

// project_T_N and gated_T_N for the quantised types: linear layers over up to N rows at a time, weights dequantised in
// registers; see decode_linear.cuh. For a layer of n weights they move 34/32 (Q8_0), 18/32 (Q4_0), 20/32 (Q4_1),
// 144/256 (Q4_K) or 210/256 (Q6_K) times n bytes, once for every N rows. From about 8 rows on arithmetic binds them,
// not bandwidth.

DECODE_KERNELS(q8_0, WeightsQ8_0, 1)
DECODE_KERNELS(q8_0, WeightsQ8_0, 4)
DECODE_KERNELS(q8_0, WeightsQ8_0, 16)
DECODE_KERNELS(q4_0, WeightsQ4_0, 1)
DECODE_KERNELS(q4_0, WeightsQ4_0, 4)
DECODE_KERNELS(q4_0, WeightsQ4_0, 16)
DECODE_KERNELS(q4_1, WeightsQ4_1, 1)
DECODE_KERNELS(q4_1, WeightsQ4_1, 4)
DECODE_KERNELS(q4_1, WeightsQ4_1, 16)
DECODE_KERNELS(q4_k, WeightsQ4_K, 1)
DECODE_KERNELS(q4_k, WeightsQ4_K, 4)
DECODE_KERNELS(q4_k, WeightsQ4_K, 16)
DECODE_KERNELS(q6_k, WeightsQ6_K, 1)
DECODE_KERNELS(q6_k, WeightsQ6_K, 4)
DECODE_KERNELS(q6_k, WeightsQ6_K, 16)

#include "numbers.cuh"

// Takes a token from each row of logits, as the sampler of the vector backend does:
//   arg-max (the lowest id among equals), or a draw at a temperature from the topK best and of these from the smallest
//   set whose probability reaches topP; a forced token instead of either; the token's log-probability under the model
//   itself; and, if asked for, the most probable tokens with theirs. A row that is not finite gives log-probability
//   NaN.
//
// logits [rows, vocabulary] FP32; one block a row, of any whole number of warps (1024 threads for real vocabularies).
// Limit: the bandwidth of the L2 cache, from which a row's 4 · vocabulary bytes are read two times for arg-max, four
// times for a draw from all, seven or eight times for topK and topP. Only the results cross the bus.
//
// Weights, e^((logit - greatest) / temperature), are whole numbers of 2^-40 of the greatest, and are added as such:
// sums don't depend on their order, so that a draw is the same on any card, in any batch, with any number of threads. A
// set of best tokens is written as a threshold: all logits above it, and of those equal to it the first `ties` by id.
// The threshold is found digit by digit of the logits' bits (a radix selection in shared memory) among those near the
// greatest that can matter.

constexpr int kSamplingThreads = 1024;
constexpr int kDigitBits = 8;
constexpr int kDigits = 1 << kDigitBits;
constexpr int kDepths = 4;

// How one row is to become a token; the fields of SamplingRow.
struct SamplingRule {
  float temperature;
  i32 topK;
  float topP;
  i32 step;
  u64 seed;
  i32 forcedToken;
  i32 topLogprobs;
};

// An unsigned number that is ordered as the float is; both zeros are equal.
__device__ __forceinline__ u32 rising(float value) {
  u32 bits = __float_as_uint(value + 0.0f);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

__device__ __forceinline__ u64 weightOf(float logit, float greatest, float temperature) {
  return (u64)(expf((logit - greatest) / temperature) * 1099511627776.0f);
}

// The finaliser of SplitMix64, and a number of 24 bits from a seed and a step: Java's Draw, bit for bit.
__device__ __forceinline__ u64 mix(u64 z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
__device__ __forceinline__ u64 uniform24(u64 seed, i32 step) {
  return mix(mix(seed) + (u64)((i64)step + 1) * 0x9E3779B97F4A7C15ull) >> 40;
}

// What a block's threads share.
struct SamplingShared {
  u64 masses[kDigits];
  u32 counts[kDigits];
  u64 warpMasses[kWarp][kDepths];
  u32 warpCounts[kWarp][kDepths];
  float warpFloats[kWarp];
  i32 warpIds[kWarp];
  u64 resultMass;
  u32 resultCount;
  u32 resultDigit;
  i32 resultId;
};

// Tokens kept: keys above `key`, and the first `ties` by id of those equal to it.
struct Threshold {
  u32 key;
  u32 ties;
  u64 mass;
};

struct Row {
  const float* logits;
  int vocabulary;
  float greatest;
  int greatestId;
  SamplingShared* shared;
  int lane, warp, warps;

  // The greatest logit, or of those below (key, id) in the order of falling logit and rising id, and its id; NaN if a
  // logit isn't finite. All threads get it.
  __device__ void best(bool limited, u32 key, int id, float& value, int& at) {
    float top = 0;
    int topId = -1;
    float faults = 0;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x) {
      float v = logits[i];
      faults += v - v;
      u32 k = rising(v);
      bool allowed = !limited || k < key || (k == key && i > id);
      if (allowed && (topId < 0 || v > top)) {
        top = v;
        topId = i;
      }
    }
    for (int offset = kWarp / 2; offset > 0; offset /= 2) {
      better(top, topId, __shfl_xor_sync(kAllLanes, top, offset), __shfl_xor_sync(kAllLanes, topId, offset));
      faults += __shfl_xor_sync(kAllLanes, faults, offset);
    }
    __syncthreads();
    if (lane == 0) {
      shared->warpFloats[warp] = top + faults;
      shared->warpIds[warp] = topId;
    }
    __syncthreads();
    value = 0;
    at = -1;
    float all = 0;
    for (int w = 0; w < warps; w++) {
      all += shared->warpFloats[w] - shared->warpFloats[w];
      better(value, at, shared->warpFloats[w], shared->warpIds[w]);
    }
    value += all;
  }

  static __device__ void better(float& value, int& id, float other, int otherId) {
    if (otherId >= 0 && (id < 0 || other > value || (other == value && otherId < id))) {
      value = other;
      id = otherId;
    }
  }

  // The sum of a number of each thread, for all threads.
  __device__ u64 total(u64 mine) {
    u64 sum = warpSum(mine);
    __syncthreads();
    if (lane == 0) {
      shared->warpMasses[warp][0] = sum;
    }
    __syncthreads();
    sum = 0;
    for (int w = 0; w < warps; w++) {
      sum += shared->warpMasses[w][0];
    }
    return sum;
  }

  __device__ u64 mass(float temperature) {
    u64 sum = 0;
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x) {
      sum += weightOf(logits[i], greatest, temperature);
    }
    return total(sum);
  }

  __device__ float depth(float temperature, int d) const { return greatest - (float)(4 << d) * temperature; }

  // The least logit that can matter: so far below the greatest that `count` tokens and a mass of `reach` lie above.
  __device__ float cutoff(float temperature, u32 count, u64 reach) {
    u64 masses[kDepths];
    u32 counts[kDepths];
    for (int d = 0; d < kDepths; d++) {
      masses[d] = counts[d] = 0;
    }
    for (int i = threadIdx.x; i < vocabulary; i += blockDim.x) {
      u64 weight = weightOf(logits[i], greatest, temperature);
#pragma unroll
      for (int d = 0; d < kDepths; d++) {
        bool within = logits[i] >= depth(temperature, d);
        masses[d] += within ? weight : 0;
        counts[d] += within ? 1 : 0;
      }
    }
    __syncthreads();
#pragma unroll
    for (int d = 0; d < kDepths; d++) {
      u64 m = warpSum(masses[d]);
      u32 c = warpSum(counts[d]);
      if (lane == 0) {
        shared->warpMasses[warp][d] = m;
        shared->warpCounts[warp][d] = c;
      }
    }
    __syncthreads();
    for (int d = 0; d < kDepths; d++) {
      u64 m = 0;
      u32 c = 0;
      for (int w = 0; w < warps; w++) {
        m += shared->warpMasses[w][d];
        c += shared->warpCounts[w][d];
      }
      if (c >= count && m >= reach) {
        return depth(temperature, d);
      }
    }
    return __builtin_bit_cast(float, 0xFF800000u);
  }

  // The smallest set of best tokens that has `count` members or, if `byMass`, a mass of `reach`; the first is always
  // kept.
  __device__ Threshold select(float temperature, bool byMass, u32 count, u64 reach) {
    float least = cutoff(temperature, byMass ? 1 : count, byMass ? reach : 0);
    u32 prefix = 0;
    u32 above = 0;
    u64 massAbove = 0;
    for (int shift = 32 - kDigitBits; shift >= 0; shift -= kDigitBits) {
      __syncthreads();
      for (int d = threadIdx.x; d < kDigits; d += blockDim.x) {
        shared->masses[d] = 0;
        shared->counts[d] = 0;
      }
      __syncthreads();
      u32 known = shift == 32 - kDigitBits ? 0 : 0xFFFFFFFFu << (shift + kDigitBits);
      for (int i = threadIdx.x; i < vocabulary; i += blockDim.x) {
        float logit = logits[i];
        u32 key = rising(logit);
        if (logit >= least && (key & known) == prefix) {
          u32 digit = key >> shift & (kDigits - 1);
          atomicAdd(&shared->counts[digit], 1u);
          atomicAdd(&shared->masses[digit], weightOf(logit, greatest, temperature));
        }
      }
      __syncthreads();
      if (threadIdx.x == 0) {
        u32 c = above;
        u64 m = massAbove;
        int digit = kDigits - 1;
        int last = digit;
        // Down to the digit in which the set is complete, or to the last that has members.
        for (; digit >= 0; digit--) {
          if (shared->counts[digit] == 0) {
            continue;
          }
          last = digit;
          bool complete = byMass ? m + shared->masses[digit] >= reach : c + shared->counts[digit] >= count;
          if (complete) {
            break;
          }
          c += shared->counts[digit];
          m += shared->masses[digit];
        }
        if (digit < 0) {
          c -= shared->counts[last];
          m -= shared->masses[last];
        }
        shared->resultDigit = last;
        shared->resultCount = c;
        shared->resultMass = m;
      }
      __syncthreads();
      prefix |= shared->resultDigit << shift;
      above = shared->resultCount;
      massAbove = shared->resultMass;
    }
    // All members of the last digit are equal: so many of them, at least one, as it takes.
    u32 equal = shared->counts[prefix & (kDigits - 1)];
    u64 each = shared->masses[prefix & (kDigits - 1)] / equal;
    u64 ties = byMass ? (each == 0           ? equal
                         : reach > massAbove ? (reach - massAbove + each - 1) / each
                                             : 1)
                      : count - above;
    ties = ties < 1 ? 1 : ties > equal ? equal : ties;
    return {prefix, (u32)ties, massAbove + ties * each};
  }

  // The first token by rising id at which the weights of the kept ones sum up to more than `target`. A warp has a run
  // of ids.
  __device__ int draw(float temperature, const Threshold& kept, u64 target) {
    int run = (vocabulary + warps - 1) / warps;
    int begin = warp * run;
    int end = begin + run < vocabulary ? begin + run : vocabulary;
    u64 mine = 0;
    u32 ties = 0;
    for (int i = begin + lane; i < end; i += kWarp) {
      u32 key = rising(logits[i]);
      mine += key > kept.key ? weightOf(logits[i], greatest, temperature) : 0;
      ties += key == kept.key ? 1 : 0;
    }
    mine = warpSum(mine);
    ties = warpSum(ties);
    __syncthreads();
    if (lane == 0) {
      shared->warpMasses[warp][0] = mine;
      shared->warpCounts[warp][0] = ties;
    }
    if (threadIdx.x == 0) {
      shared->resultId = -1;
      shared->resultMass = 0;
    }
    __syncthreads();
    // Where this warp's run begins: the mass before it, and the ties that are still to be kept.
    u64 each = 0;
    u64 before = 0;
    u32 left = kept.ties;
    each = weightOf(fromRising(kept.key), greatest, temperature);
    for (int w = 0; w < warp; w++) {
      u32 used = shared->warpCounts[w][0] < left ? shared->warpCounts[w][0] : left;
      before += shared->warpMasses[w][0] + used * each;
      left -= used;
    }
    u32 used = ties < left ? ties : left;
    u64 after = before + mine + used * each;
    if (target >= before && target < after) {
      for (int from = begin; from < end; from += kWarp) {
        int i = from + lane;
        u32 key = i < end ? rising(logits[i]) : 0;
        bool tie = i < end && key == kept.key;
        u32 tieBits = __ballot_sync(kAllLanes, tie);
        bool keep = (i < end && key > kept.key) || (tie && (u32)__popc(tieBits & ((1u << lane) - 1)) < left);
        u64 weight = keep ? weightOf(logits[i], greatest, temperature) : 0;
        u64 sum = weight;
        for (int offset = 1; offset < kWarp; offset *= 2) {
          u64 other = __shfl_up_sync(kAllLanes, sum, offset);
          sum += lane >= offset ? other : 0;
        }
        u32 found = __ballot_sync(kAllLanes, keep && before + sum > target);
        if (found) {
          if (lane == 0) {
            shared->resultId = from + __ffs(found) - 1;
          }
          break;
        }
        before += __shfl_sync(kAllLanes, sum, kWarp - 1);
        u32 count = __popc(tieBits);
        left -= count < left ? count : left;
      }
    }
    __syncthreads();
    return shared->resultId;
  }

  static __device__ float fromRising(u32 key) { return __uint_as_float(key & 0x80000000u ? key & 0x7FFFFFFFu : ~key); }
};

__device__ int choose(Row& row, const SamplingRule& rule) {
  if (rule.forcedToken >= 0) {
    return rule.forcedToken;
  }
  if (rule.temperature == 0) {
    return row.greatestId;
  }
  Threshold kept = {0, 0, 0};
  bool limitedByCount = rule.topK > 0 && rule.topK < row.vocabulary;
  if (limitedByCount) {
    kept = row.select(rule.temperature, false, rule.topK, 0);
  } else {
    kept.mass = row.mass(rule.temperature);
  }
  if (rule.topP < 1) {
    // topP as a whole number of 2^-32, so that the product is exact: (mass · p) >> 32, rounded up.
    u64 p = (u64)((double)rule.topP * 4294967296.0);
    u64 reach = (__umul64hi(kept.mass, p) << 32) | (kept.mass * p >> 32);
    kept = row.select(rule.temperature, true, 0, reach + ((kept.mass * p & 0xFFFFFFFFu) != 0));
  }
  // uniform · mass, without its fraction.
  u64 target = __umul64hi(kept.mass, uniform24(rule.seed, rule.step) << 40);
  return row.draw(rule.temperature, kept, target);
}

// For row blockIdx.x: ids [rows], logprobs [rows]; topIds and topLogprobs [rows, maxTop], best first, as many as the
// row's rule asks for.
extern "C" __global__ void __launch_bounds__(kSamplingThreads) sample_rows(const float* logits, i32 vocabulary,
                                                                           const u8* rules, i32 maxTop, i32* ids,
                                                                           float* logprobs, i32* topIds,
                                                                           float* topLogprobs) {
  __shared__ SamplingShared shared;
  SamplingRule rule = ((const SamplingRule*)rules)[blockIdx.x];
  Row row;
  row.logits = logits + (i64)blockIdx.x * vocabulary;
  row.vocabulary = vocabulary;
  row.shared = &shared;
  row.lane = threadIdx.x % kWarp;
  row.warp = threadIdx.x / kWarp;
  row.warps = blockDim.x / kWarp;
  row.best(false, 0, 0, row.greatest, row.greatestId);
  // Also false for NaN.
  if (!(row.greatest - row.greatest == 0)) {
    if (threadIdx.x == 0) {
      ids[blockIdx.x] = rule.forcedToken > 0 ? rule.forcedToken : 0;
      logprobs[blockIdx.x] = __builtin_bit_cast(float, 0x7FC00000u);
    }
    return;
  }
  float logSum = (float)(log((double)row.mass(1) * (1.0 / 1099511627776.0)));
  int id = choose(row, rule);
  if (threadIdx.x == 0) {
    ids[blockIdx.x] = id;
    logprobs[blockIdx.x] = row.logits[id] - row.greatest - logSum;
  }
  int count = rule.topLogprobs < maxTop ? rule.topLogprobs : maxTop;
  count = count < vocabulary ? count : vocabulary;
  float value = row.greatest;
  int at = row.greatestId;
  for (int i = 0; i < count; i++) {
    if (threadIdx.x == 0) {
      topIds[(i64)blockIdx.x * maxTop + i] = at;
      topLogprobs[(i64)blockIdx.x * maxTop + i] = value - row.greatest - logSum;
    }
    if (i + 1 < count) {
      row.best(true, rising(value), at, value, at);
    }
  }
}

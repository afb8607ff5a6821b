// Atomics, fences, and loads with a hint to the caches.
#pragma once

#include "emulator/language.h"

namespace intramuros::emulator {

/// Replaces *address by f(*address) in one step and returns what was there.
template <class T, class F>
inline T atomically(T* address, F f) {
  T before, after;
  __atomic_load(address, &before, __ATOMIC_SEQ_CST);
  do {
    after = f(before);
  } while (!__atomic_compare_exchange(address, &before, &after, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  return before;
}

/// A type that an argument takes its value from, but not its type.
template <class T>
struct Same {
  using type = T;
};

}  // namespace intramuros::emulator

#define INTRAMUROS_ATOMIC(name, expression)                                                       \
  template <class T>                                                                              \
  inline T name(T* address, typename intramuros::emulator::Same<T>::type value) {                 \
    return intramuros::emulator::atomically(address, [value](T old) -> T { return expression; }); \
  }
INTRAMUROS_ATOMIC(atomicAdd, static_cast<T>(old + value))
INTRAMUROS_ATOMIC(atomicSub, static_cast<T>(old - value))
INTRAMUROS_ATOMIC(atomicMax, old > value ? old : value)
INTRAMUROS_ATOMIC(atomicMin, old < value ? old : value)
INTRAMUROS_ATOMIC(atomicExch, (static_cast<void>(old), value))
INTRAMUROS_ATOMIC(atomicOr, old | value)
INTRAMUROS_ATOMIC(atomicAnd, old& value)
INTRAMUROS_ATOMIC(atomicXor, old ^ value)
INTRAMUROS_ATOMIC(atomicInc, old >= value ? 0 : old + 1)
INTRAMUROS_ATOMIC(atomicDec, old == 0 || old > value ? value : old - 1)
#undef INTRAMUROS_ATOMIC
template <class T>
inline T atomicCAS(T* address, typename intramuros::emulator::Same<T>::type expected,
                   typename intramuros::emulator::Same<T>::type value) {
  return intramuros::emulator::atomically(address, [=](T old) { return old == expected ? value : old; });
}

inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_system() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

#define INTRAMUROS_LOAD(name)       \
  template <class T>                \
  inline T name(const T* address) { \
    return *address;                \
  }
INTRAMUROS_LOAD(__ldg)
INTRAMUROS_LOAD(__ldcs)
INTRAMUROS_LOAD(__ldcg)
INTRAMUROS_LOAD(__ldca)
INTRAMUROS_LOAD(__ldcv)
#undef INTRAMUROS_LOAD
#define INTRAMUROS_STORE(name)                                                       \
  template <class T>                                                                 \
  inline void name(T* address, typename intramuros::emulator::Same<T>::type value) { \
    *address = value;                                                                \
  }
INTRAMUROS_STORE(__stcs)
INTRAMUROS_STORE(__stcg)
INTRAMUROS_STORE(__stwb)
INTRAMUROS_STORE(__stwt)
#undef INTRAMUROS_STORE

/// 16 bytes that are read once.
inline uint4 loadStreaming(const void* from) {
  intramuros::emulator::current.streamed_bytes += sizeof(uint4);
  return *static_cast<const uint4*>(from);
}

/// Reads a flag that another GPU sets, before anything that comes after it.
inline uint32_t loadAcquireSystem(const uint32_t* flag, INTRAMUROS_CALLER) {
  const uint32_t value = __atomic_load_n(flag, __ATOMIC_ACQUIRE);
  intramuros::emulator::wait_for_flag(flag, {"loadAcquireSystem", file, line});
  return value;
}
/// Sets a flag that another GPU reads, after anything that came before it.
inline void storeReleaseSystem(uint32_t* flag, uint32_t value) { __atomic_store_n(flag, value, __ATOMIC_RELEASE); }

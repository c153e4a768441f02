// Philox 4x32-10, the counter-based random number generator of Salmon, Moraes,
// Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), and
// the numbers array.rand_uniform and array.rand_normal make of it. Plain C++.
#ifndef RUNMAT_REFERENCE_PHILOX_H
#define RUNMAT_REFERENCE_PHILOX_H

#include <array>
#include <cmath>
#include <cstdint>

namespace runmat {

using PhiloxWords = std::array<uint32_t, 4>;

/// The four random words of one counter.
inline PhiloxWords philox4x32(PhiloxWords counter,
                              std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t p0 = uint64_t(0xD2511F53) * counter[0];
    uint64_t p1 = uint64_t(0xCD9E8D57) * counter[2];
    counter = {uint32_t(p1 >> 32) ^ counter[1] ^ key[0], uint32_t(p1),
               uint32_t(p0 >> 32) ^ counter[3] ^ key[1], uint32_t(p0)};
    key[0] += 0x9E3779B9; // the golden ratio
    key[1] += 0xBB67AE85; // sqrt(3) - 1
  }
  return counter;
}

/// The words of counter number `counter` of the stream `key`.
inline PhiloxWords philoxWords(uint64_t key, uint64_t counter) {
  return philox4x32({uint32_t(counter), uint32_t(counter >> 32), 0, 0},
                    {uint32_t(key), uint32_t(key >> 32)});
}

/// In [0, 1), a multiple of 2^-24: an f32 value.
inline double uniformFromWord(uint32_t word) { return (word >> 8) * 0x1p-24; }

/// In [0, 1), a multiple of 2^-53: an f64 value.
inline double uniformFromWords(uint32_t low, uint32_t high) {
  return ((uint64_t(high) << 32 | low) >> 11) * 0x1p-53;
}

/// Element `index` of a stream, for f32 (and what is made of it) or f64.
inline double philoxUniform(uint64_t key, uint64_t index, bool isF64) {
  if (!isF64)
    return uniformFromWord(philoxWords(key, index / 4)[index % 4]);
  PhiloxWords words = philoxWords(key, index / 2);
  unsigned j = index % 2;
  return uniformFromWords(words[2 * j], words[2 * j + 1]);
}

/// Element `index` of a stream by Box-Muller, computed in f64.
inline double philoxNormal(uint64_t key, uint64_t index, bool isF64) {
  uint64_t even = index & ~uint64_t(1);
  double u1 = philoxUniform(key, even, isF64);
  double u2 = philoxUniform(key, even + 1, isF64);
  double radius = std::sqrt(-2 * std::log1p(-u1));
  double angle = 6.283185307179586477 * u2;
  return radius * (index & 1 ? std::sin(angle) : std::cos(angle));
}

} // namespace runmat

#endif // RUNMAT_REFERENCE_PHILOX_H

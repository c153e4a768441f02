// The numbers that CPU schedules are chosen by, each with what it was measured
// on. Plain C++; passes take them as options or from here and hold none of
// their own.
#ifndef RUNMAT_TARGET_CPU_CPUPROFILE_H
#define RUNMAT_TARGET_CPU_CPUPROFILE_H

#include <cstdint>

namespace runmat {

/// The defaults were measured on a virtual AMD EPYC (Zen 3: AVX2, two cores of
/// 32 KiB L1 and 512 KiB L2, 32 MiB L3). Times are fused.image_normalize of
/// 4x2160x3840 f32 on both cores unless another is named.
struct CPUProfile {
  /// Width of the vector registers: 512 with AVX-512F, 256 with AVX2, else 128
  /// (hostVectorBits).
  unsigned vectorBits = 256;

  /// Registers that one vector operation of a unit covers: the polynomials of
  /// pow are chains, and one register waits for each link (a gamma curve takes
  /// 0.75 ns an element with four, 1.1 with one; one core). Sums have as many
  /// accumulators.
  unsigned registersPerStep = 4;

  /// Elements of a plane that one task takes: 16 KiB of f32, half of the L1
  /// data cache.
  int64_t chunkElements = 4096;

  /// Planes that fit into this many bytes together go through both passes as
  /// one group, so that the apply pass finds them in the last-level cache: a
  /// quarter of it, since the two cores share it with whatever else runs.
  int64_t groupBytes = 8 << 20;

  /// Results of at least this many bytes, or of unknown size, are written
  /// around the caches: they would push out what is still to be read.
  int64_t streamingBytes = 8 << 20;

  /// What an element of the apply pass is worth in units of `minWork`, the
  /// statistics' element being 1.
  int64_t applyWork = 4;

  /// Parallel loops of fewer elements (times what each is worth) run on the
  /// calling thread.
  int64_t minWork = 32768;

  /// Trips that a loop of unknown length inside a parallel loop counts for.
  int64_t unknownTripCount = 64;
};

} // namespace runmat

#endif // RUNMAT_TARGET_CPU_CPUPROFILE_H

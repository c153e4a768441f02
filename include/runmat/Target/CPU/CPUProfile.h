// The numbers that CPU schedules are chosen by, each with what it was measured
// on. Plain C++; passes take them as options or from here and hold none of
// their own.
#ifndef RUNMAT_TARGET_CPU_CPUPROFILE_H
#define RUNMAT_TARGET_CPU_CPUPROFILE_H

#include <cstdint>

namespace runmat {

/// The defaults were measured on a virtual AMD EPYC (Zen 3: AVX2, two cores of
/// 32 KiB L1 and 512 KiB L2, 32 MiB L3), the least of 45 runs where the machine
/// had other work too.
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
  /// data cache. Normalising 4x2160x3840 f32 takes 21.2 ms with 1024, 20.7 with
  /// 4096, 20.0 with 8192, 22.6 with 16384, 25.4 with 65536; 64x512x512 takes
  /// 12.2 ms with 1024, 9.4 with 4096, 9.3 with 16384. A lane of f32 sums has
  /// at most 4096 / 32 = 128 terms.
  int64_t chunkElements = 4096;

  /// Planes that fit into this many bytes together go through both passes as
  /// one group, so that the apply pass finds them in the last-level cache: a
  /// quarter of it. 64x512x512 f32 takes 15.1 ms with one plane a group, 12.0
  /// with 2 MiB, 10.6 with 4, 9.7 with 8, 10.2 with 16, 12.0 with 32.
  int64_t groupBytes = 8 << 20;

  /// Results of at least this many bytes, or of unknown size, are written
  /// around the caches: they would push out what is still to be read. Of 2 and
  /// 8 MiB it makes no difference; 32 MiB take 4.7 ms around the caches, 6.3
  /// through them.
  int64_t streamingBytes = 8 << 20;

  /// Rows of a product's tile, and vector registers a row: accumulators beside
  /// the vectors and splats that they are summed from in 32 registers (AVX-512)
  /// or 16.
  int64_t tileRows() const { return vectorBits >= 512 ? 12 : 6; }
  int64_t tileRegisters = 2;

  /// The same where there is one row: independent sums hide the latency of fma
  /// (4 cycles on Zen 3 and 4, two a cycle).
  int64_t tileRegistersOfOneRow = 8;

  /// Tiles of a task down and across.
  int64_t taskRows = 4, taskColumns = 4;

  /// Terms that a tile sums at a time.
  int64_t sumBlock = 256;

  /// A product of at most this many terms is a plain loop.
  int64_t productsWorthTiling = 512;

  /// Rows from which on a copy of the other operand to a contiguous layout
  /// pays.
  int64_t rowsWorthCopying = 4;

  /// Products that one core sums in the time of one unit of work (below).
  int64_t productsPerElement = 4;

  /// A side of a block that is transposed in registers: at most 16 vectors, and
  /// where a dim is known to be shorter than 8 elements move one by one.
  int64_t mostBlockLanes = 16, blockLanes = 8;

  /// Blocks of a task down and across.
  int64_t taskBlocks = 4;

  /// Work of a permuted element, that of a contiguous one being 1.
  int64_t permutedWork = 4;

  /// Work is counted in elements of a loop of a few operations: 0.11 ns each
  /// (y = x + x of f32 in cache; one core).
  int64_t unitOperations = 8;

  /// Operations that a call into libm counts for, 7 ns: sin of f32 takes 2.3
  /// ns, erf 8, tanh 14, cbrt 21.
  int64_t callOperations = 512;

  /// Work of an element of the apply pass, the statistics' element being 1:
  /// between 1 (no gamma) and 7 (0.75 ns with one).
  int64_t applyWork = 4;

  /// Parallel loops of less work run on the calling thread. Waking the other
  /// core takes some 30 us, in which one core adds 262,144 elements.
  int64_t minWork = 262144;

  /// Trips that a loop of unknown length inside a parallel loop counts for. A
  /// guess, not a measurement: rows of images and matrices are longer, so that
  /// loops over them are rather run in parallel too early than too late.
  int64_t unknownTripCount = 64;
};

} // namespace runmat

#endif // RUNMAT_TARGET_CPU_CPUPROFILE_H

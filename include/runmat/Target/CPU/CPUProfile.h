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

  /// The following were measured on one core of an AMD EPYC (Zen 4: AVX-512, 1
  /// MiB L2), CPU time, least of six where the machine had other work too:
  /// products of f32, 1000x1000x1000 and 256x20000x256, and a transpose of
  /// 4096x4096.
  ///
  /// Rows of a product's tile, and vector registers a row: accumulators beside
  /// the vectors and splats that they are summed from in 32 registers (AVX-512)
  /// or 16. 1000x1000x1000 takes 16.3 ms (123 GFLOP/s).
  int64_t tileRows() const { return vectorBits >= 512 ? 12 : 6; }
  int64_t tileRegisters = 2;

  /// The same where there is one row: independent sums hide the latency of fma
  /// (4 cycles on Zen 3 and 4, two a cycle).
  int64_t tileRegistersOfOneRow = 8;

  /// Tiles of a task down and across. Twice as many make no difference to the
  /// square product and take 26 in place of 29 ms for the long one, but leave
  /// it three tasks.
  int64_t taskRows = 4, taskColumns = 4;

  /// Terms that a tile sums at a time: a panel of 32 columns is then 32 KiB.
  /// 18.3 ms with 128, 16.3 with 256, between 14.5 and 17.3 with 512.
  int64_t sumBlock = 256;

  /// A product of at most this many terms is a plain loop, which is less to
  /// compile. A choice, not a measurement: 8x8x8.
  int64_t productsWorthTiling = 512;

  /// A reduction of at most this many elements is a plain loop. A choice too.
  int64_t elementsWorthTiling = 256;

  /// Tasks that a reduction is cut into where it has fewer results: some for
  /// each of many threads, each worth a wake-up for large arrays.
  int64_t reductionTasks = 64;

  /// Rows from which on a copy of the other operand to a contiguous layout
  /// pays: it reads and writes what each row reads once.
  int64_t rowsWorthCopying = 4;

  /// Products that one core sums in the time of one unit of work (below):
  /// 0.016 ns each.
  int64_t productsPerElement = 6;

  /// A side of a block that is transposed in registers: at most 16 vectors, and
  /// where a dim is known to be shorter than 8 elements move one by one.
  int64_t mostBlockLanes = 16, blockLanes = 8;

  /// Blocks of a task down and across: 20.2 ms with 2, 10.2 with 4, 10.6
  /// with 8.
  int64_t taskBlocks = 4;

  /// Blocks of a tile of a sweep's transpose, across and along the results'
  /// rows: 128 rows of 256 elements are best of an 8192x8192 transpose of f32
  /// with streaming stores (18.3 ms, two Zen 4 cores).
  int64_t tileBlocksAcross = 8, tileBlocksAlong = 16;

  /// A body of at most this many operations is there once for each row of a
  /// block, which then never leaves the registers. A choice.
  int64_t unrolledOperations = 8;

  /// Work of a permuted element, that of a contiguous one being 1: 0.6 ns.
  int64_t permutedWork = 5;

  /// Registers that a sweep's accumulators take at most: half of AVX-512's, the
  /// rest is for elements and constants.
  int64_t stateRegisters = 16;

  /// A value that later stages read is computed again where it costs fewer
  /// operations than this: about what a store and a load in L1 take. A choice.
  int64_t recomputedOperations = 4;

  /// Columns that a task reduces side by side, a page of f32, and rows that it
  /// takes at a time: accumulators then stay in the first two caches. Mean and
  /// variance down the columns of 8192x8192 f32 take 19.4 ms column by column.
  int64_t columnElements = 1024, columnRows = 8;

  /// Elements of rows that share one scratch row: an allocation, some 100 ns
  /// where two threads ask, is then below a hundredth of the row's exponentials
  /// (16384 rows of 1024: 8.9 ms with one allocation a row).
  int64_t scratchElements = 32768;

  /// Rows of at most this many bytes go through all their stages before the
  /// next: half of a 1 MiB L2.
  int64_t rowBytes = 512 << 10;

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

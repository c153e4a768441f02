// The lowering of one fused.nest on memrefs to parallel vector loops.
//
// The space's dims are merged where all operands allow it (Schedule.cpp). Of
// the dims that are left, one is covered by vector lanes. A unit is what has
// row values of its own: one row where the lanes run along a reduced dim, as
// many rows as there are lanes where they run along a kept one. The reduced
// space of a unit is a list of segments; a segment is a chunk of the lanes'
// dim, or one point of the reduced dims where the lanes are kept (Stage.cpp).
// Rows.cpp orders units, stages and segments.
#ifndef RUNMAT_LIB_LOWER_SWEEP_SWEEP_H
#define RUNMAT_LIB_LOWER_SWEEP_SWEEP_H

#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Lower/Combiner.h"
#include "runmat/Lower/ScalarBody.h"
#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace runmat::lower {

using namespace mlir;

/// A dim of the loops: one of the space, or several that lie one in the other
/// everywhere.
struct LoopDim {
  int64_t known; ///< kDynamic where it is not
  Value size;
  bool reduced;
  SmallVector<unsigned> space;
};

/// How an operand is read or written at a point of the loops.
struct Access {
  Value memory; ///< of rank 1; bytes where the elements are i1
  Type element;
  Value offset;
  /// In elements, one for each dim of the loops; null where it does not move.
  SmallVector<Value> strides;
  /// Of a row-major memref: for each dim of the space, the one that lies side
  /// by side inside it, -1 for none.
  SmallVector<int64_t> inside;
};

/// A reduction, or moments, with its bodies.
struct Reducer {
  unsigned yield;
  Combiner combiner;
  std::unique_ptr<ScalarBody> step, merge, finish;
  /// Of each state: its value for every unit and part.
  SmallVector<Value> partials;
  /// Of each value that later stages read: the value of every unit.
  SmallVector<Value> values;
  /// Whether it runs over more than the row dims.
  bool crossesRows;
};

struct Stage {
  std::unique_ptr<ScalarBody> body;
  SmallVector<unsigned> yields;
  SmallVector<unsigned> reducers;
  /// Lanes of a whole step, and of a masked one.
  int64_t wide, narrow;
};

/// A point of the kept dims; `lanes` of them from there on where the lanes run
/// along a kept dim, else 0.
struct Unit {
  SmallVector<Value> at;
  int64_t lanes = 0;
  Value mask;
};

class Sweep {
public:
  Sweep(fused::NestOp op, OpBuilder &builder, const CPUProfile &cpu)
      : op(op), b(op.getLoc(), builder), cpu(cpu), yields(op.getAllYields()) {}

  /// Reads the nest and chooses dims and lanes.
  void plan();
  /// Whether rows take one trip to memory: known here, or a run-time i1.
  std::optional<bool> keepsRows();
  Value keepsRowsValue();
  /// Emits all stages of a unit one after another, or stage after stage.
  LogicalResult emitByRow();
  LogicalResult emitByStage();
  /// Whether the nest is a map that reads operands across the results' rows,
  /// and chooses lanes for it.
  bool findTranspose();
  LogicalResult emitTransposed();

private:
  // Schedule.cpp
  void readSpace();
  Access accessOf(Value memref, ArrayRef<std::optional<unsigned>> dims);
  void mergeDims();
  bool liesInside(const Access &access, unsigned outer, unsigned inner);
  void chooseLanes();
  LogicalResult buildStages(bool withScratch);
  LogicalResult buildReducers();
  void chooseWidths();
  bool isInlined(const fused::NestYield &yield) const;
  bool isReadLater(const fused::NestYield &yield) const;
  bool reduces(const fused::NestYield &yield, unsigned loop) const;
  Value countOf(const fused::NestYield &yield);
  int64_t rowElements() const;
  int64_t workOf(int64_t elements) const;

  // Memory.cpp
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(x, y); }
  Value sub(Value x, Value y) { return b.createOrFold<arith::SubIOp>(x, y); }
  Value mul(Value x, Value y) { return b.createOrFold<arith::MulIOp>(x, y); }
  Value min(Value x, Value y) { return b.createOrFold<arith::MinSIOp>(x, y); }
  Value max(Value x, Value y) { return b.createOrFold<arith::MaxSIOp>(x, y); }
  Value div(Value x, Value y) { return b.createOrFold<arith::DivUIOp>(x, y); }
  Value rem(Value x, Value y) { return b.createOrFold<arith::RemUIOp>(x, y); }
  Value ceilDiv(Value x, int64_t y) {
    return b.createOrFold<arith::CeilDivUIOp>(x, index(y));
  }
  Value toI64(Value x) {
    return b.createOrFold<arith::IndexCastOp>(b.getI64Type(), x);
  }
  Value splat(Value scalar, int64_t lanes) {
    return lanes == 0 || isa<VectorType>(scalar.getType())
               ? scalar
               : Value(vector::BroadcastOp::create(
                     b, VectorType::get({lanes}, scalar.getType()), scalar));
  }
  Value maskOf(Value count, int64_t lanes) {
    return vector::CreateMaskOp::create(
        b, VectorType::get({lanes}, b.getI1Type()), count);
  }
  Value flat(Value memref);
  Value fromStored(Value value, Type element);
  Value addressOf(const Access &access, ArrayRef<Value> at);
  bool isContiguous(const Access &access) const;
  /// The element at `at`, or those of `lanes` from there on.
  Value load(const Access &access, ArrayRef<Value> at, int64_t lanes,
             Value mask);
  void store(const Access &access, Value value, ArrayRef<Value> at,
             int64_t lanes, Value mask, bool streaming);
  Value loadFlat(Value memory, Type element, Value at, int64_t lanes,
                 Value mask);
  void storeFlat(Value memory, Value value, Value at, int64_t lanes, Value mask,
                 int64_t alignment = 0);
  Value allocate(Type element, Value size);
  scf::ForOp beginLoop(Value from, Value to, int64_t step,
                       ValueRange carried = {});
  void endLoop(scf::ForOp loop, ValueRange carried = {});
  scf::ParallelOp beginParallel(ArrayRef<Value> counts, int64_t work);
  void ifElse(Value condition, function_ref<void()> then,
              function_ref<void()> otherwise);

  // Stage.cpp
  bool lanesKept() const { return !dims[lane].reduced; }
  int levelOf(unsigned loop) const;
  int innermostLevel() const { return lanesKept() ? 1 : 2; }
  void setLevels(Stage &stage);
  void bind(const Stage &stage, int level, IRMapping &map, ArrayRef<Value> at,
            int64_t lanes, Value mask);
  Value laneIndices(Value base, Value stride, int64_t lanes);
  Value reducedIndex(const fused::NestYield &yield, ArrayRef<Value> at,
                     int64_t lanes);
  SmallVector<Value> startStates(const Stage &stage, int64_t lanes);
  SmallVector<Value> point(const Stage &stage, IRMapping &map,
                           ArrayRef<Value> at, int64_t lanes, Value mask,
                           ValueRange states, bool streaming);
  /// States of the stage's reducers after segments [from, to) of a unit.
  SmallVector<Value> sweep(const Stage &stage, const Unit &unit, Value from,
                           Value to);
  /// The same where the lanes are kept, from the accumulators `start` on.
  SmallVector<Value> sweepKept(const Stage &stage, const Unit &unit, Value from,
                               Value to, ValueRange start);
  SmallVector<Value> sweepRow(const Stage &stage, const Unit &unit,
                              IRMapping &map, Value from, Value to);
  void decode(Value segment, SmallVector<Value> &at, Value &begin, Value &end);
  SmallVector<Value> mergeLanes(const Stage &stage, ValueRange states,
                                int64_t lanes);
  SmallVector<Value> mergeStates(const Reducer &reducer, ValueRange left,
                                 ValueRange right, int64_t lanes);
  /// How many elements of a segment precede the first whole step, so that
  /// streaming stores are aligned; null where none.
  Value headOf(const Stage &stage, ArrayRef<Value> at, Value begin);
  bool streams(const fused::NestYield &yield) const;

  // Transpose.cpp
  bool isUnitStride(const Access &access, unsigned loop) const;
  SmallVector<Value> transposed(SmallVector<Value> rows);
  void transposeBlock(const Stage &stage, const IRMapping &map,
                      SmallVector<Value> at, int64_t lanes,
                      ArrayRef<Value> tiles, bool streaming);

  // Rows.cpp
  void forLanes(SmallVector<Value> at, function_ref<void(const Unit &)> body);
  Value segmentCount();
  Value unitCount();
  Value keptCount();
  Value keptIndex(ArrayRef<Value> at);
  void decodeUnit(Value unit, SmallVector<Value> &at);
  void storePartials(const Reducer &reducer, ValueRange states, Value slot,
                     const Unit &unit);
  SmallVector<Value> loadPartials(const Reducer &reducer, Value slot,
                                  int64_t lanes, Value mask);
  SmallVector<Value> finishStates(const Reducer &reducer, ValueRange states,
                                  int64_t lanes);
  void storeResult(const fused::NestYield &yield, Value value,
                   const Unit &unit);
  void sweepPart(const Stage &stage, Value unit, Value part, Value from,
                 Value to);
  void storeStates(const Stage &stage, ValueRange states, Value slot,
                   const Unit &unit);
  void sweepColumns(const Stage &stage, Value first, Value last, Value part,
                    Value from, Value to);
  void mergeUnit(Reducer &reducer, const Unit &unit, Value parts);
  void mergeAcrossRows(Reducer &reducer, Value parts);
  SmallVector<Value> allocateScratch();

  mutable fused::NestOp op;
  ImplicitLocOpBuilder b;
  const CPUProfile &cpu;
  SmallVector<fused::NestYield> yields;

  SmallVector<int64_t> knownSizes;
  SmallVector<Value> spaceSizes;
  SmallVector<int64_t> rowDims;
  SmallVector<LoopDim> dims;
  /// The dim of `dims` that the lanes run along.
  unsigned lane = 0;
  /// Of a transpose: the dim along which the operands lie side by side.
  unsigned across = 0;
  /// Elements of the lanes' dim in a segment; 0: all.
  int64_t chunk = 0;
  SmallVector<Access> inputs, outs;
  /// Of stores that are no results and are kept in memory: by yield.
  DenseMap<unsigned, Access> scratch;
  bool withScratch = false;
  SmallVector<Stage> stages;
  SmallVector<std::unique_ptr<Reducer>> reducers;
  /// Row values of the unit at hand, by number; null where they come from
  /// `Reducer::values`.
  SmallVector<Value> rowValues;
  unsigned firstValue = 0, firstIndex = 0, numValues = 0;
};

} // namespace runmat::lower

#endif // RUNMAT_LIB_LOWER_SWEEP_SWEEP_H

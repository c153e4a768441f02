// The lowering of one fused.image_normalize, in four parts: its set-up
// (ImageNormalize.cpp), the statistics, the apply pass, and the reductions of
// its results.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZELOWERING_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZELOWERING_H

#include "ElementBody.h"
#include "ImageNormalize.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace runmat::image_normalize {

using namespace mlir;
using array::ReductionKind;

class Lowering {
public:
  Lowering(fused::ImageNormalizeOp op, const CPUProfile &cpu)
      : op(op), b(op.getLoc(), op), cpu(cpu), chunkElements(cpu.chunkElements) {
  }

  LogicalResult run();

private:
  void classify();
  LogicalResult buildBody();
  void prepare();
  void statistics(Value firstPlane, Value planesHere);
  /// A chunk's sum and sum of squares again in f64, shifted by `shift`.
  std::pair<Value, Value> sumUpWide(Value begin, Value size, Value shift);
  void combine(Value firstPlane, Value planesHere);
  /// gain / sigma in two factors of the compute type's range: a power of two,
  /// nearly always 1, and the rest.
  std::pair<Value, Value> factorsOf(Value factor, Value sigma);
  void apply(Value firstPlane, Value planesHere);
  void finish();

  // Small pieces of IR.
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value constant(Type type, double value) {
    return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulIOp::create(b, x, y); }
  Value min(Value x, Value y) { return arith::MinSIOp::create(b, x, y); }
  Value toF64(Value x) {
    return x.getType().isF64()
               ? x
               : Value(arith::ExtFOp::create(b, b.getF64Type(), x));
  }
  Value fromF64(Value x, Type type) {
    return type.isF64() ? x : Value(arith::TruncFOp::create(b, type, x));
  }
  VectorType vectorOf(Type element) {
    return VectorType::get({lanes}, element);
  }
  Value splat(Value scalar) {
    return vector::BroadcastOp::create(b, vectorOf(scalar.getType()), scalar);
  }
  Value load(Value memref, Value at, Value mask);
  void store(Value value, Value memref, Value at, Value mask, bool streaming);
  Value flat(Value memref);
  Value flatTensor(Value tensor);
  Value buffer(Type element, Value size);
  scf::ParallelOp parallel(Value count, int64_t work);
  Value finishReduction(unsigned number);
  Value identity(fused::ReductionAttr reduction, Type element);
  Type accumulatorOf(fused::ReductionAttr reduction, Type value);
  /// `v` (a scalar or vector) in the type that the reduction is computed in.
  Value widenTo(Value v, Type accumulator);
  Value reduceStep(fused::ReductionAttr reduction, Value a, Value x);
  Value reduceLanes(fused::ReductionAttr reduction, Value v);
  /// One body on `lanes` elements at `at`; `mask` is null for all lanes.
  void applyBlock(ValueRange uniform, Value plane, Value planeOffset, Value at,
                  Value mask, bool streaming,
                  SmallVectorImpl<Value> &accumulators);

  fused::ImageNormalizeOp op;
  ImplicitLocOpBuilder b;
  const CPUProfile &cpu;
  int64_t chunkElements;
  int64_t lanes = 1;
  /// The body's inputs in front of its run-time slots: see buildBody.
  static constexpr unsigned firstSlot = 5;
  Type compute, element;
  unsigned rank = 0, batchRank = 0;
  SmallVector<ExtraAccess> extraAccess;
  std::unique_ptr<ElementBody> body;
  SmallVector<Value>
      slots; // clamp and gamma that are run-time values, in body order
  /// For each stored result, whether it is written around the caches.
  SmallVector<bool> streams;
  Type i64f; // f64

  Value input, planes, planeSize, chunks, group;
  SmallVector<Value> extras, outputs, outputTensors, partials;
  Value shifts, sums, squares;
  Value planeMeans, planeLifts, planeScales, planeOffsets;
  Value epsilon, gain, bias;
};

} // namespace runmat::image_normalize

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZELOWERING_H

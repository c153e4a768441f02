// The lowering of one fused.image_normalize, in three parts: its set-up and
// results (ImageNormalize.cpp), the statistics, and the apply pass.
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

/// Elements of a chunk: 16 KiB of f32, half of a first-level cache, and small
/// enough that f32 sums of its lanes (256 elements each at 16 lanes) lose
/// nothing that matters.
constexpr int64_t chunkElements = 4096;
/// Planes that fit into this many bytes together are processed as one group, so
/// that the apply pass finds them in the last-level cache.
constexpr int64_t groupBytes = 8 << 20;
/// Results of at least this many bytes, or of unknown size, are written around
/// the caches: they would not stay there anyway.
constexpr int64_t streamingBytes = 8 << 20;
/// Registers that one vector operation covers: the polynomials of pow are
/// chains, and one register waits for each link (a gamma curve takes 0.75 ns an
/// element against 1.1 with one register; AVX2, one core). Sums have as many
/// accumulators.
constexpr int64_t registersPerStep = 4;
constexpr int64_t unroll = 1;

/// How an extra is read: one value per plane, or along with the input.
enum class ExtraAccess { PerPlane, AlongPlane, AlongInput };

class Lowering {
public:
  Lowering(fused::ImageNormalizeOp op, unsigned vectorBits)
      : op(op), b(op.getLoc(), op), vectorBits(vectorBits) {}

  LogicalResult run(std::string &reason);

private:
  LogicalResult check(std::string &reason);
  LogicalResult buildBody(std::string &reason);
  void prepare();
  void statistics(Value firstPlane, Value planesHere);
  void combine(Value firstPlane, Value planesHere);
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
    return lanes == 1 ? scalar
                      : Value(vector::BroadcastOp::create(
                            b, vectorOf(scalar.getType()), scalar));
  }
  Type laneType(Type element) {
    return lanes == 1 ? element : Type(vectorOf(element));
  }
  Value load(Value memref, Value at, Value mask);
  void store(Value value, Value memref, Value at, Value mask, bool streaming);
  Value flat(Value memref);
  Value flatTensor(Value tensor);
  Value buffer(Type element, Value size);
  scf::ParallelOp parallel(Value count, int64_t work);
  Value identity(fused::ReductionAttr reduction, Type element);
  Value reduceStep(fused::ReductionAttr reduction, Value a, Value x);
  Value reduceLanes(fused::ReductionAttr reduction, Value v);
  /// One body on `lanes` elements at `at`; `mask` is null for all lanes.
  void applyBlock(ValueRange uniform, Value plane, Value planeOffset, Value at,
                  Value mask, bool streaming,
                  SmallVectorImpl<Value> &accumulators);

  fused::ImageNormalizeOp op;
  ImplicitLocOpBuilder b;
  unsigned vectorBits;
  int64_t lanes = 1;
  Type compute, element;
  unsigned rank = 0, batchRank = 0;
  SmallVector<ExtraAccess> extraAccess;
  std::unique_ptr<ElementBody> body;
  SmallVector<Value>
      slots; // gain, bias, clamp, gamma that are run-time values, in body order
  bool streams = true;
  Type i64f; // f64

  Value input, planes, planeSize, chunks, group;
  SmallVector<Value> extras, outputs, outputTensors, partials;
  Value shifts, sums, squares, meanHigh, meanLow, scales;
  Value epsilon, gain;
};

} // namespace runmat::image_normalize

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOVECTOR_IMAGENORMALIZELOWERING_H

// Reductions of what the region yields: lanes of a chunk first, then the
// chunks' partial values, one accumulator type for each. Sums and products of
// chunks are added up in f64.
#include "ImageNormalizeLowering.h"

namespace runmat::image_normalize {

static bool isSum(fused::ReductionAttr reduction) {
  return reduction.getKind() == ReductionKind::Sum ||
         reduction.getKind() == ReductionKind::Mean;
}

/// What lanes are combined in: 16-bit floats in f32, integers' sums and
/// products in i64; products of f32 in f64, since a partial product leaves
/// f32's range long before the whole one does.
Type Lowering::accumulatorOf(fused::ReductionAttr reduction, Type value) {
  bool product = reduction.getKind() == ReductionKind::Prod;
  if (value.isInteger(1))
    return value;
  if (isa<IntegerType>(value))
    return product || isSum(reduction) ? b.getI64Type() : value;
  if (value.isF32())
    return product ? Type(b.getF64Type()) : value;
  return value.isF64() ? value : Type(b.getF32Type());
}

Value Lowering::widenTo(Value v, Type accumulator) {
  Type from = getElementTypeOrSelf(v.getType()), to = accumulator;
  if (from == to)
    return v;
  if (auto vector = dyn_cast<VectorType>(v.getType()))
    to = vector.clone(accumulator);
  return isa<FloatType>(from) ? Value(arith::ExtFOp::create(b, to, v))
                              : Value(arith::ExtSIOp::create(b, to, v));
}

static APFloat infinity(Type type, bool negative) {
  return APFloat::getInf(cast<FloatType>(type).getFloatSemantics(), negative);
}

Value Lowering::identity(fused::ReductionAttr reduction, Type type) {
  ReductionKind kind = reduction.getKind();
  bool isMin = kind == ReductionKind::Min, isMax = kind == ReductionKind::Max;
  TypedAttr value;
  if (auto integer = dyn_cast<IntegerType>(type)) {
    unsigned width = integer.getWidth();
    APInt number(width,
                 kind == ReductionKind::Prod || kind == ReductionKind::All);
    if (isMin)
      number = APInt::getSignedMaxValue(width);
    if (isMax)
      number = APInt::getSignedMinValue(width);
    value = b.getIntegerAttr(type, number);
  } else if (isMin || isMax) {
    // One that skips NaN starts from NaN, so that all NaN gives NaN; an empty
    // one is put right at the end.
    value = b.getFloatAttr(
        type, reduction.getNan() == array::NanMode::Number
                  ? APFloat::getNaN(cast<FloatType>(type).getFloatSemantics())
                  : infinity(type, isMax));
  } else {
    value = b.getFloatAttr(type, kind == ReductionKind::Prod ? 1 : 0);
  }
  return arith::ConstantOp::create(b, value);
}

Value Lowering::reduceStep(fused::ReductionAttr reduction, Value a, Value x) {
  bool number = reduction.getNan() == array::NanMode::Number;
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(x.getType()));
  switch (reduction.getKind()) {
  case ReductionKind::Any:
    return arith::OrIOp::create(b, a, x);
  case ReductionKind::All:
    return arith::AndIOp::create(b, a, x);
  case ReductionKind::Min:
    if (!isFloat)
      return arith::MinSIOp::create(b, a, x);
    return number ? Value(arith::MinNumFOp::create(b, a, x))
                  : Value(arith::MinimumFOp::create(b, a, x));
  case ReductionKind::Max:
    if (!isFloat)
      return arith::MaxSIOp::create(b, a, x);
    return number ? Value(arith::MaxNumFOp::create(b, a, x))
                  : Value(arith::MaximumFOp::create(b, a, x));
  case ReductionKind::Prod:
    return isFloat ? Value(arith::MulFOp::create(b, a, x))
                   : Value(arith::MulIOp::create(b, a, x));
  default:
    return isFloat ? Value(arith::AddFOp::create(b, a, x))
                   : Value(arith::AddIOp::create(b, a, x));
  }
}

Value Lowering::reduceLanes(fused::ReductionAttr reduction, Value v) {
  if (isSum(reduction) && isa<FloatType>(getElementTypeOrSelf(v.getType())))
    return vector::ReductionOp::create(b, vector::CombiningKind::ADD, v,
                                       arith::FastMathFlags::reassoc);
  // Halves onto each other: the number of lanes is a power of two.
  int64_t width = cast<VectorType>(v.getType()).getDimSize(0);
  for (int64_t half = width / 2; half; half /= 2) {
    auto part = [&](int64_t from) {
      return vector::ExtractStridedSliceOp::create(
          b, v, ArrayRef<int64_t>{from}, ArrayRef<int64_t>{half},
          ArrayRef<int64_t>{1});
    };
    Value low = part(0), high = part(half);
    v = reduceStep(reduction, low, high);
  }
  return vector::ExtractOp::create(b, v, ArrayRef<int64_t>{0});
}

/// The result of reduction `number` from its partial values: of all chunks, or
/// of those of each plane.
Value Lowering::finishReduction(unsigned number) {
  Value partial = partials[number];
  fused::ReductionAttr reduction = op.unitBody().reduction(number);
  auto type =
      cast<RankedTensorType>(op.getResult(outputs.size() + number).getType());
  Type lane = cast<MemRefType>(partial.getType()).getElementType();
  bool isFloat = isa<FloatType>(lane);
  bool bound = reduction.getKind() == ReductionKind::Min ||
               reduction.getKind() == ReductionKind::Max;
  Type accumulator = isFloat && !bound ? i64f : lane;
  bool all = reduction.getDims().size() == rank;
  Value rows = all ? index(1) : planes;
  Value perRow = all ? mul(planes, chunks) : chunks;
  Value elements = all ? mul(planes, planeSize) : planeSize;
  SmallVector<Value> dynamic;
  for (int64_t d = 0; d < type.getRank(); ++d)
    if (type.isDynamicDim(d))
      // Only batch dims are left, or with `keep` those in their places.
      dynamic.push_back(tensor::DimOp::create(b, op.getInput(), d));
  Value out = memref::AllocOp::create(
      b, MemRefType::get(type.getShape(), type.getElementType()), dynamic,
      b.getI64IntegerAttr(64));
  Value flatOut = type.getRank() == 0 ? out : flat(out);
  auto loop = scf::ForOp::create(b, index(0), rows, index(1));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    auto inner =
        scf::ForOp::create(b, index(0), perRow, index(1),
                           ValueRange{identity(reduction, accumulator)});
    {
      OpBuilder::InsertionGuard innerGuard(b);
      b.setInsertionPointToStart(inner.getBody());
      Value slot =
          add(mul(loop.getInductionVar(), perRow), inner.getInductionVar());
      Value x = widenTo(memref::LoadOp::create(b, partial, slot), accumulator);
      scf::YieldOp::create(
          b, reduceStep(reduction, inner.getRegionIterArgs()[0], x));
    }
    Value total = inner.getResult(0);
    if (reduction.getKind() == ReductionKind::Mean)
      total = arith::DivFOp::create(
          b, total,
          arith::UIToFPOp::create(
              b, i64f,
              arith::IndexCastOp::create(b, b.getI64Type(), elements)));
    if (bound && isFloat) {
      Value none = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, elements,
                                         index(0));
      Value empty = arith::ConstantOp::create(
          b, b.getFloatAttr(lane, infinity(lane, reduction.getKind() ==
                                                     ReductionKind::Max)));
      total = arith::SelectOp::create(b, none, empty, total);
    }
    // Rounded once, by the dialect's rule: --expand-math has it for 16 bits.
    if (total.getType() != type.getElementType())
      total = array::CastOp::create(b, type.getElementType(), total);
    SmallVector<Value> at;
    if (type.getRank() != 0)
      at.push_back(loop.getInductionVar());
    memref::StoreOp::create(b, total, flatOut, at);
  }
  return bufferization::ToTensorOp::create(b, type, out, true, true);
}

} // namespace runmat::image_normalize

// Looking through casts without changing a value: only what is exact is peeled.
#include "Casts.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

using array::elementTypeOf;

bool fusion::widens(Type from, Type to) {
  if (from == to)
    return true;
  auto a = dyn_cast<FloatType>(from), b = dyn_cast<FloatType>(to);
  // f16 and bf16 have one width, and neither holds the other.
  return a && b && a.getWidth() < b.getWidth();
}

static bool isFloatCast(array::CastOp cast) {
  return isa<FloatType>(elementTypeOf(cast.getX().getType())) &&
         isa<FloatType>(elementTypeOf(cast.getType()));
}

bool fusion::narrows(array::CastOp cast) {
  return isFloatCast(cast) && !widens(elementTypeOf(cast.getX().getType()),
                                      elementTypeOf(cast.getType()));
}

Operation *fusion::narrowingOf(Value value) {
  auto cast = value.getDefiningOp<array::CastOp>();
  return cast && narrows(cast) ? cast.getOperation() : nullptr;
}

/// Where a narrowing cast's operand was widened from a type that fits into the
/// cast's result: that value, else null.
static Value widenedFrom(array::CastOp narrowing) {
  Type to = elementTypeOf(narrowing.getType());
  Value value = narrowing.getX();
  while (auto cast = value.getDefiningOp<array::CastOp>()) {
    if (!isFloatCast(cast) || narrows(cast))
      return {};
    value = cast.getX();
    if (widens(elementTypeOf(value.getType()), to))
      return value;
  }
  return {};
}

Value fusion::peelCasts(Value value) {
  while (auto cast = value.getDefiningOp<array::CastOp>()) {
    if (!isFloatCast(cast))
      break;
    Value inner = narrows(cast) ? widenedFrom(cast) : cast.getX();
    if (!inner)
      break;
    value = inner;
  }
  return value;
}

Operation *fusion::stripToOp(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    auto cast = dyn_cast<array::CastOp>(op);
    if (!(cast && isFloatCast(cast)) &&
        !isa<array::ReshapeOp, array::BroadcastOp>(op))
      return op;
    value = op->getOperand(0);
  }
  return nullptr;
}

static APFloat convert(APFloat number, Type type) {
  bool losesInfo;
  number.convert(cast<FloatType>(type).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &losesInfo);
  return number;
}

/// A float splat constant, casts evaluated (to nearest even, as array.cast
/// does).
static std::optional<APFloat> constantOf(Value value) {
  DenseElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements))) {
    if (!isa<FloatType>(elements.getElementType()) || !elements.isSplat())
      return std::nullopt;
    return elements.getSplatValue<APFloat>();
  }
  auto cast = value.getDefiningOp<array::CastOp>();
  if (!cast || !isFloatCast(cast))
    return std::nullopt;
  std::optional<APFloat> number = constantOf(cast.getX());
  if (!number)
    return std::nullopt;
  return convert(*number, elementTypeOf(cast.getType()));
}

Type ScalarOperand::type() const { return elementTypeOf(value.getType()); }

std::optional<ScalarOperand> fusion::matchScalar(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !isa<FloatType>(type.getElementType()))
    return std::nullopt;
  if (std::optional<APFloat> number = constantOf(value))
    return ScalarOperand{value, number};
  value = peelCasts(value);
  if (llvm::all_of(type.getShape(), [](int64_t size) { return size == 1; }))
    return ScalarOperand{value, std::nullopt};
  if (!type.hasStaticShape())
    return std::nullopt;
  if (auto full = value.getDefiningOp<array::FullOp>()) {
    if (isa<RankedTensorType>(full.getValue().getType()))
      return matchScalar(full.getValue());
    return ScalarOperand{full.getValue(), std::nullopt};
  }
  if (auto broadcast = value.getDefiningOp<array::BroadcastOp>())
    return matchScalar(broadcast.getX());
  return std::nullopt;
}

bool fusion::isRepresentable(const ScalarOperand &scalar, Type type) {
  if (widens(scalar.type(), type))
    return true;
  if (!scalar.constant)
    return false;
  APFloat there = convert(*scalar.constant, type);
  APFloat back = convert(there, scalar.type());
  return back.bitwiseIsEqual(*scalar.constant);
}

Value fusion::materialize(OpBuilder &builder, Location loc,
                          const ScalarOperand &scalar, Type type) {
  auto rank0 = RankedTensorType::get({}, type);
  if (scalar.constant) {
    APFloat number = convert(*scalar.constant, type);
    if (scalar.negated)
      number.changeSign();
    return array::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(rank0, number));
  }
  Value value = scalar.value;
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  if (!tensor)
    value = tensor::FromElementsOp::create(
        builder, loc, RankedTensorType::get({}, value.getType()), value);
  else if (tensor.getRank() != 0)
    value = array::ReshapeOp::create(
        builder, loc, RankedTensorType::get({}, tensor.getElementType()), value,
        ValueRange());
  if (elementTypeOf(value.getType()) != type)
    value = array::CastOp::create(builder, loc, rank0, value);
  if (scalar.negated)
    value = array::NegOp::create(builder, loc, value);
  return value;
}

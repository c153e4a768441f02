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
        !isa<array::ReshapeOp, array::BroadcastOp, tensor::CastOp>(op))
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

/// How many operations deep a constant is looked for: programs write -c, c * c,
/// 1 / c, and an operation that reads one value twice doubles the work.
static constexpr unsigned kFoldDepth = 8;

/// The constant that `value` is once elementwise operations, fills, reshapes
/// and broadcasts of constants are folded; null where it is none. Only where no
/// size is left to be checked at run time.
static Attribute foldedConstant(Value value, unsigned depth = kFoldDepth) {
  Attribute constant;
  if (matchPattern(value, m_Constant(&constant)))
    return constant;
  Operation *op = value.getDefiningOp();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (depth == 0 || !op || (type && !type.hasStaticShape()))
    return {};
  if (isa<array::ReshapeOp, array::BroadcastOp>(op)) {
    auto elements = dyn_cast_if_present<DenseElementsAttr>(
        foldedConstant(op->getOperand(0), depth - 1));
    return elements && elements.isSplat() ? elements.resizeSplat(type)
                                          : Attribute();
  }
  if (!isa<array::Elementwise, array::FullOp>(op))
    return {};
  SmallVector<Attribute> operands;
  for (Value operand : op->getOperands()) {
    operands.push_back(foldedConstant(operand, depth - 1));
    if (!operands.back())
      return {};
  }
  SmallVector<OpFoldResult> results;
  if (failed(op->fold(operands, results)) || results.empty())
    return {};
  if (auto same = dyn_cast<Value>(results[0]))
    return foldedConstant(same, depth - 1);
  return cast<Attribute>(results[0]);
}

/// The one float that all elements of `value` are known to be.
static std::optional<APFloat> constantOf(Value value) {
  Attribute constant = foldedConstant(value);
  if (auto number = dyn_cast_if_present<FloatAttr>(constant))
    return number.getValue();
  auto elements = dyn_cast_if_present<DenseElementsAttr>(constant);
  if (!elements || !isa<FloatType>(elements.getElementType()) ||
      !elements.isSplat())
    return std::nullopt;
  return elements.getSplatValue<APFloat>();
}

Type ScalarOperand::type() const { return elementTypeOf(value.getType()); }

std::optional<ScalarOperand> fusion::matchScalar(Value value, Value like) {
  if (!isa<RankedTensorType>(value.getType()))
    return std::nullopt;
  while (true) {
    if (!isa<FloatType>(elementTypeOf(value.getType())))
      return std::nullopt;
    if (std::optional<APFloat> number = constantOf(value))
      return ScalarOperand{value, number};
    value = peelCasts(value);
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type ||
        llvm::all_of(type.getShape(), [](int64_t size) { return size == 1; }))
      return ScalarOperand{value, std::nullopt};
    Operation *op = value.getDefiningOp();
    if (!isa_and_nonnull<array::FullOp, array::BroadcastOp>(op))
      return std::nullopt;
    // The operands after the first are the sizes.
    if (!type.hasStaticShape() &&
        !(like &&
          array::areSizesOf(op->getOperands().drop_front(), type, like)))
      return std::nullopt;
    value = op->getOperand(0);
  }
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

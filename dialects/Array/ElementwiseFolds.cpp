// Folds of elementwise operations: identities, and the operation itself on
// constants, by the same definition that the interpreter uses. A float identity
// is here only if it holds for every value, zeros of both signs, infinities and
// NaN (whose payload is nobody's business) included; an operation whose
// run-time check may fail is never folded.
#include "ArrayInference.h"
#include "ConstantFolding.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;
using namespace runmat::array::detail;

using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

/// What an identity is found in: the operation, its constants, and the forms
/// that results have.
struct Identity {
  Operation *op;
  ArrayRef<Attribute> constants;
  Type type = op->getResult(0).getType();
  bool isInt = isa<IntegerType>(elementTypeOf(op->getOperand(0).getType()));

  Value operand(unsigned i) const { return op->getOperand(i); }
  bool sameOperands(unsigned i, unsigned j) const {
    return operand(i) == operand(j);
  }

  /// `value` where it has the result's type: broadcasting may have made it
  /// larger.
  OpFoldResult is(Value value) const {
    return value.getType() == type ? OpFoldResult(value) : OpFoldResult();
  }
  /// The same number everywhere, where the shape is known.
  OpFoldResult is(int64_t number) const {
    return splatAttribute(type,
                          isa<FloatType>(elementTypeOf(type))
                              ? Scalar::ofFloat(static_cast<double>(number))
                              : Scalar::ofInt(number));
  }
  /// Operand `i` is this number; a zero is the positive one.
  bool equals(unsigned i, int64_t number) const {
    return isIntSplat(constants[i], number) ||
           isFloatSplat(constants[i], static_cast<double>(number));
  }
  /// Operand `i` has all bits set.
  bool isAllOnes(unsigned i) const {
    bool isBool = elementTypeOf(operand(i).getType()).isInteger(1);
    return isIntSplat(constants[i], isBool ? 1 : -1);
  }
};

} // namespace

/// f(f(x)) where f undoes itself.
template <typename OpTy> static OpFoldResult foldInvolution(OpTy op) {
  if (auto inner = op.getX().template getDefiningOp<OpTy>())
    return inner.getX();
  return {};
}

/// Rounding what already is integral, infinite or NaN.
static OpFoldResult foldRounding(Operation *op) {
  Operation *inner = op->getOperand(0).getDefiningOp();
  if (isa_and_present<FloorOp, CeilOp, RoundOp, RoundEvenOp, TruncOp>(inner))
    return inner->getResult(0);
  return {};
}

/// Whether every value of `from` exists in `to`.
static bool isExactConversion(Type from, Type to) {
  if (from == to || from.isInteger(1))
    return true;
  auto toFloat = dyn_cast<FloatType>(to);
  if (auto integer = dyn_cast<IntegerType>(from)) {
    if (toFloat) // the minimum, -2^(w-1), is a power of two
      return integer.getWidth() - 1 <= toFloat.getFPMantissaWidth();
    return integer.getWidth() <= cast<IntegerType>(to).getWidth();
  }
  if (!toFloat)
    return false;
  auto fromFloat = cast<FloatType>(from);
  const llvm::fltSemantics &a = fromFloat.getFloatSemantics(),
                           &b = toFloat.getFloatSemantics();
  return llvm::APFloat::semanticsPrecision(a) <=
             llvm::APFloat::semanticsPrecision(b) &&
         llvm::APFloat::semanticsMaxExponent(a) <=
             llvm::APFloat::semanticsMaxExponent(b) &&
         llvm::APFloat::semanticsMinExponent(a) >=
             llvm::APFloat::semanticsMinExponent(b);
}

static OpFoldResult foldCast(CastOp op) {
  if (op.getX().getType() == op.getType())
    return op.getX();
  auto inner = op.getX().getDefiningOp<CastOp>();
  if (!inner)
    return {};
  Type first = elementTypeOf(inner.getX().getType()),
       middle = elementTypeOf(inner.getType()),
       last = elementTypeOf(op.getType());
  if (!isExactConversion(first, middle))
    return {};
  // Narrowing an integer wraps, but through a float it saturates.
  bool wraps = isa<IntegerType>(first) && isa<IntegerType>(last) &&
               !last.isInteger(1) &&
               last.getIntOrFloatBitWidth() < first.getIntOrFloatBitWidth();
  if (wraps && isa<FloatType>(middle))
    return {};
  if (inner.getX().getType() == op.getType())
    return inner.getX();
  op.getXMutable().assign(inner.getX());
  return op.getResult();
}

static OpFoldResult foldBitcast(BitcastOp op) {
  if (op.getX().getType() == op.getType())
    return op.getX();
  auto inner = op.getX().getDefiningOp<BitcastOp>();
  if (!inner)
    return {};
  if (inner.getX().getType() == op.getType())
    return inner.getX();
  op.getXMutable().assign(inner.getX());
  return op.getResult();
}

static OpFoldResult foldAbs(AbsOp op) {
  Value x = op.getX();
  if (x.getDefiningOp<AbsOp>())
    return x;
  if (auto neg = x.getDefiningOp<NegOp>()) {
    op.getXMutable().assign(neg.getX());
    return op.getResult();
  }
  return {};
}

static OpFoldResult foldPow(const Identity &id) {
  if (id.equals(1, 1))
    return id.is(id.operand(0));
  // IEEE 754: also where the other operand is NaN.
  if (id.equals(1, 0) || isFloatSplat(id.constants[1], -0.0) || id.equals(0, 1))
    return id.is(1);
  return {};
}

static OpFoldResult foldAnd(const Identity &id) {
  if (id.isAllOnes(1) || id.sameOperands(0, 1))
    return id.is(id.operand(0));
  return id.equals(1, 0) ? id.is(0) : OpFoldResult();
}

static OpFoldResult foldOr(const Identity &id) {
  if (id.equals(1, 0) || id.sameOperands(0, 1))
    return id.is(id.operand(0));
  return id.isAllOnes(1) ? id.is(id.operand(1)) : OpFoldResult();
}

static OpFoldResult foldXor(const Identity &id) {
  if (id.equals(1, 0))
    return id.is(id.operand(0));
  return id.sameOperands(0, 1) ? id.is(0) : OpFoldResult();
}

static OpFoldResult foldCompare(CompareOp op, const Identity &id) {
  // A NaN differs from itself.
  Predicate p = op.getPredicate();
  if (id.isInt && id.sameOperands(0, 1))
    return id.is(p == Predicate::Eq || p == Predicate::Le ||
                 p == Predicate::Ge);
  return {};
}

static OpFoldResult foldSelect(const Identity &id) {
  if (isIntSplat(id.constants[0], 1) || id.sameOperands(1, 2))
    return id.is(id.operand(1));
  if (isIntSplat(id.constants[0], 0))
    return id.is(id.operand(2));
  if (isIntSplat(id.constants[1], 1) && isIntSplat(id.constants[2], 0) &&
      elementTypeOf(id.type).isInteger(1))
    return id.is(id.operand(0));
  return {};
}

static OpFoldResult foldIdentity(Operation *op, ArrayRef<Attribute> constants) {
  // Folding away an operation loses its check.
  if (needsRuntimeShapeCheck(op->getOperands()))
    return {};
  Identity id{op, constants};
  auto right = [&](int64_t number) {
    return id.equals(1, number) ? id.is(id.operand(0)) : OpFoldResult();
  };
  return llvm::TypeSwitch<Operation *, OpFoldResult>(op)
      .Case([](NegOp neg) { return foldInvolution(neg); })
      .Case([](NotOp complement) { return foldInvolution(complement); })
      .Case([](AbsOp abs) { return foldAbs(abs); })
      .Case<FloorOp, CeilOp, RoundOp, RoundEvenOp, TruncOp>(
          [](Operation *rounding) { return foldRounding(rounding); })
      .Case([](CastOp cast) { return foldCast(cast); })
      .Case([](BitcastOp bitcast) { return foldBitcast(bitcast); })
      // x + 0 is not x where x is -0, but x + -0 and x - 0 are.
      .Case([&](AddOp) {
        return isFloatSplat(constants[1], -0.0) || isIntSplat(constants[1], 0)
                   ? id.is(id.operand(0))
                   : OpFoldResult();
      })
      .Case([&](SubOp) {
        // inf - inf is NaN.
        return id.isInt && id.sameOperands(0, 1) ? id.is(0) : right(0);
      })
      .Case([&](MulOp) {
        // 0 * NaN is NaN.
        return isIntSplat(constants[1], 0) ? id.is(0) : right(1);
      })
      .Case([&](DivOp) { return right(1); })
      .Case([&](PowOp) { return foldPow(id); })
      .Case<ModOp, RemOp>([&](Operation *) {
        return isIntSplat(constants[1], 1) ? id.is(0) : OpFoldResult();
      })
      .Case([&](AndOp) { return foldAnd(id); })
      .Case([&](OrOp) { return foldOr(id); })
      .Case([&](XorOp) { return foldXor(id); })
      .Case<ShlOp, ShrArithOp, ShrLogicalOp>(
          [&](Operation *) { return right(0); })
      .Case<MinOp, MaxOp>([&](Operation *) {
        return id.sameOperands(0, 1) ? id.is(id.operand(0)) : OpFoldResult();
      })
      .Case([&](CompareOp compare) { return foldCompare(compare, id); })
      .Case([&](SelectOp) { return foldSelect(id); })
      .Default([](Operation *) { return OpFoldResult(); });
}

/// The operation on constants, each result rounded to its type.
static OpFoldResult foldConstants(Operation *op,
                                  ArrayRef<Attribute> constants) {
  if (llvm::any_of(constants, [](Attribute constant) {
        return !isa_and_present<FloatAttr, IntegerAttr, DenseElementsAttr>(
            constant);
      }))
    return {};
  ScalarFunction function = ScalarFunction::get(op, Rounding::Declared);
  if (!function)
    return {};
  Type type = op->getResult(0).getType();
  SmallVector<Scalar> scalars;
  for (Attribute constant : constants)
    if (std::optional<Scalar> splat = splatOf(constant))
      scalars.push_back(*splat);
  if (scalars.size() == constants.size())
    return splatAttribute(type, function(scalars));

  Type element = elementTypeOf(type);
  auto tensor = cast<RankedTensorType>(type);
  if (!tensor.hasStaticShape() || tensor.getNumElements() > maxFoldedElements)
    return {};
  // An operand may be large where another one has no elements.
  if (tensor.getNumElements() == 0)
    return denseFromScalars(tensor, {});
  // Elements and strides of each operand in the result's dims; a dim that
  // stretches has stride 0, and so has each dim of a splat.
  SmallVector<SmallVector<Scalar>> elements;
  SmallVector<SmallVector<int64_t>> strides;
  for (Attribute constant : constants) {
    auto dense = cast<DenseElementsAttr>(constant);
    elements.push_back(elementsOf(dense, /*keepSplat=*/true));
    ArrayRef<int64_t> shape = dense.getType().getShape();
    SmallVector<int64_t> stride = rowMajorStrides(shape);
    for (auto [size, step] : llvm::zip(shape, stride))
      if (size == 1 || dense.isSplat())
        step = 0;
    stride.insert(stride.begin(), tensor.getRank() - shape.size(), 0);
    strides.push_back(std::move(stride));
  }
  return buildConstant(type, [&](ArrayRef<int64_t> index) -> Attribute {
    scalars.clear();
    for (auto [values, stride] : llvm::zip(elements, strides)) {
      int64_t offset = 0;
      for (auto [i, step] : llvm::zip(index, stride))
        offset += i * step;
      scalars.push_back(values[offset]);
    }
    return attributeFromScalar(function(scalars), element);
  });
}

OpFoldResult array::detail::foldElementwise(Operation *op,
                                            ArrayRef<Attribute> operands) {
  if (OpFoldResult constant = foldConstants(op, operands))
    return constant;
  return foldIdentity(op, operands);
}

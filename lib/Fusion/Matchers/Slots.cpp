// The slots of an ImageNormalize. Only exact equalities are used: y - b is y +
// (-b), and max of a widened value narrowed back is max in the narrow type.
#include "Slots.h"

#include "Layout.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

using array::elementTypeOf;

/// The one operation that uses `value`, if there is just one (dead ones aside)
/// and it is in the same block.
static Operation *soleUser(Value value) {
  Operation *sole = nullptr;
  for (Operation *user : value.getUsers()) {
    if (user == sole || isOpTriviallyDead(user))
      continue;
    if (sole)
      return nullptr;
    sole = user;
  }
  return sole && sole->getBlock() == value.getParentBlock() ? sole : nullptr;
}

namespace {
enum class Slot { Gain, Bias, Clamp, Gamma };

struct SlotOp {
  Slot slot;
  ScalarOperand scalar;
};

class SlotWalk {
public:
  explicit SlotWalk(ImageNormalizeMatch &match) : match(match) {}
  bool step();

private:
  std::optional<ScalarOperand> &operandOf(Slot slot) {
    switch (slot) {
    case Slot::Gain:
      return match.gain;
    case Slot::Bias:
      return match.bias;
    case Slot::Clamp:
      return match.clamp;
    case Slot::Gamma:
      return match.gamma;
    }
    llvm_unreachable("four slots");
  }

  ImageNormalizeMatch &match;
  int last = -1;
};
} // namespace

/// Which slot `op` would fill with `value` as its other operand. What is
/// repeated to the sizes of the input is a scalar too.
static std::optional<SlotOp> classify(Operation *op, Value value, Value input) {
  auto scalarBeside = [&](Value a, Value b) -> std::optional<ScalarOperand> {
    if ((a == value) == (b == value))
      return std::nullopt;
    return matchScalar(a == value ? b : a, input);
  };
  std::optional<ScalarOperand> scalar;
  Slot slot;
  if (auto mul = dyn_cast<array::MulOp>(op)) {
    slot = Slot::Gain;
    scalar = scalarBeside(mul.getA(), mul.getB());
  } else if (auto add = dyn_cast<array::AddOp>(op)) {
    slot = Slot::Bias;
    scalar = scalarBeside(add.getA(), add.getB());
  } else if (auto sub = dyn_cast<array::SubOp>(op)) {
    // y - b is y + (-b), exactly; b - y is not a slot.
    slot = Slot::Bias;
    if (sub.getA() == value && (scalar = matchScalar(sub.getB(), input)))
      scalar->negated = true;
  } else if (auto max = dyn_cast<array::MaxOp>(op)) {
    slot = Slot::Clamp;
    scalar = scalarBeside(max.getA(), max.getB());
  } else if (auto pow = dyn_cast<array::PowOp>(op)) {
    slot = Slot::Gamma;
    if (pow.getA() == value)
      scalar = matchScalar(pow.getB(), input);
  }
  if (!scalar)
    return std::nullopt;
  return SlotOp{slot, *scalar};
}

/// max(widen(y), c) narrowed back is max(y, c) where c is a value of y's type:
/// widening is monotonic and keeps every value. Returns the narrowed value.
static Value narrowedBack(array::MaxOp max, const ScalarOperand &scalar,
                          Type narrow) {
  auto cast = dyn_cast_or_null<array::CastOp>(soleUser(max));
  if (!cast || elementTypeOf(cast.getType()) != narrow ||
      !isRepresentable(scalar, narrow))
    return {};
  return cast;
}

bool SlotWalk::step() {
  Type type = match.computeType;
  Value value = match.output;
  Operation *user = soleUser(value);
  // Casts in front of the next slot: widenings, and narrowings back to a type
  // that holds the value.
  while (auto cast = dyn_cast_or_null<array::CastOp>(user)) {
    if (!widens(type, elementTypeOf(cast.getType())))
      return false;
    value = cast.getResult();
    user = soleUser(value);
  }
  std::optional<SlotOp> found;
  if (user)
    found = classify(user, value, match.input);
  if (!found || static_cast<int>(found->slot) <= last ||
      shapeOf(user->getResult(0)) != shapeOf(match.input))
    return false;

  Value result = user->getResult(0);
  if (auto max = dyn_cast<array::MaxOp>(user)) {
    match.clampNan = max.getNan();
    if (elementTypeOf(value.getType()) != type)
      if (Value narrowed = narrowedBack(max, found->scalar, type))
        result = narrowed;
  }
  operandOf(found->slot) = found->scalar;
  last = static_cast<int>(found->slot);
  match.computeType = cast<FloatType>(elementTypeOf(result.getType()));
  match.output = result;
  return true;
}

void fusion::fillSlots(ImageNormalizeMatch &match) {
  SlotWalk walk(match);
  while (walk.step())
    ;
}

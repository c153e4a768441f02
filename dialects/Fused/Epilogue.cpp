// How a consumer joins a unit: its scalar form goes into the region, its other
// operands become extras, and results that nobody reads any more are dropped.
// One implementation for all units; what cannot join has a named reason.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

RejectionText fused::textOf(Rejection rejection) {
  switch (rejection) {
#define RUNMAT_REJECTION(NAME, TEXT, WHY, HINT)                                \
  case Rejection::NAME:                                                        \
    return {TEXT, WHY, HINT};
#include "runmat/Dialect/Fused/Rejections.def"
#undef RUNMAT_REJECTION
  }
  llvm_unreachable("every rejection has a text");
}

namespace {
/// What an operand of a consumer is to the unit.
struct OperandSource {
  enum Kind { Yielded, Input, Constant, Extra } kind;
  /// Yielded: index of the stored result.
  unsigned index = 0;
  /// Constant: the scalar's value.
  TypedAttr constant;
  /// Extra: the tensor and its map.
  Value tensor;
  AffineMap map;
};
} // namespace

/// The unit's input, or casts of it: computed again in the region, which is
/// free.
static bool isInputOrCast(Value value, Value input) {
  while (value != input) {
    auto cast = value.getDefiningOp<array::CastOp>();
    if (!cast || !input)
      return false;
    value = cast.getX();
  }
  return value && input;
}

/// The map that reads a tensor of `type` right-aligned in a space of `shape`;
/// fails where the tensor would stretch the space.
static FailureOr<AffineMap> broadcastMap(RankedTensorType type,
                                         ArrayRef<int64_t> shape) {
  MLIRContext *context = type.getContext();
  int64_t offset = static_cast<int64_t>(shape.size()) - type.getRank();
  if (offset < 0)
    return failure();
  SmallVector<AffineExpr> results;
  for (auto [i, size] : llvm::enumerate(type.getShape())) {
    int64_t space = shape[offset + i];
    if (size == 1)
      results.push_back(getAffineConstantExpr(0, context));
    else if (space == 1 || (size != space && !ShapedType::isDynamic(size) &&
                            !ShapedType::isDynamic(space)))
      return failure();
    else
      results.push_back(getAffineDimExpr(offset + i, context));
  }
  return AffineMap::get(shape.size(), 0, results, context);
}

/// A broadcast or fill of static shape, or to the sizes of the unit's input,
/// adds nothing that a map cannot say.
static Value peelStretch(Value value, Value input) {
  while (Operation *op = value.getDefiningOp()) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    Value source;
    if (auto broadcast = dyn_cast<array::BroadcastOp>(op))
      source = broadcast.getX();
    else if (auto full = dyn_cast<array::FullOp>(op))
      source = full.getValue();
    auto from = source ? dyn_cast<RankedTensorType>(source.getType())
                       : RankedTensorType();
    if (!from || !from.hasStaticShape())
      break;
    // The operands after the first are the sizes.
    if (!type.hasStaticShape() &&
        !(input &&
          array::areSizesOf(op->getOperands().drop_front(), type, input)))
      break;
    value = source;
  }
  return value;
}

static std::variant<OperandSource, Rejection>
sourceOf(const UnitBody &body, Epilogue unit, Value operand) {
  if (auto result = dyn_cast<OpResult>(operand);
      result && result.getOwner() == body.op) {
    if (result.getResultNumber() >= body.numStored)
      return Rejection::DependsOnReduction;
    return OperandSource{
        OperandSource::Yielded, result.getResultNumber(), {}, {}, {}};
  }
  if (isInputOrCast(operand, unit.inputInRegion()))
    return OperandSource{OperandSource::Input, 0, {}, operand, {}};
  // The type of what is written counts for the shape, not of what it came from.
  if (failed(broadcastMap(cast<RankedTensorType>(operand.getType()),
                          body.iterationShape)))
    return Rejection::LargerShape;
  Value tensor = peelStretch(operand, unit.inputInRegion());
  auto type = cast<RankedTensorType>(tensor.getType());
  DenseElementsAttr elements;
  if (matchPattern(tensor, m_Constant(&elements)) && elements.isSplat())
    return OperandSource{OperandSource::Constant,
                         0,
                         cast<TypedAttr>(elements.getSplatValue<Attribute>()),
                         {},
                         {}};
  return OperandSource{OperandSource::Extra,
                       0,
                       {},
                       tensor,
                       *broadcastMap(type, body.iterationShape)};
}

/// The unit moves down to the consumer unless another user stands before it;
/// then extras must be there already.
static bool canSinkTo(Operation *unit, Operation *consumer) {
  for (Operation *user : unit->getUsers()) {
    Operation *ancestor = unit->getBlock()->findAncestorOpInBlock(*user);
    if (!ancestor || ancestor->isBeforeInBlock(consumer))
      return false;
  }
  return true;
}

static bool isAvailableAt(Value value, Operation *unit) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != unit->getBlock())
    return true; // a block argument, or of an enclosing block
  return op->isBeforeInBlock(unit);
}

std::optional<Rejection> fused::whyNotAbsorbed(Operation *unit,
                                               Operation *consumer) {
  auto epilogue = cast<Epilogue>(unit);
  UnitBody body = cast<Unit>(unit).unitBody();
  if (consumer->getBlock() != unit->getBlock())
    return Rejection::OtherBlock;

  if (auto reduction = dyn_cast<array::Reduction>(consumer)) {
    auto input = cast<OpResult>(reduction.getReductionInput());
    if (input.getResultNumber() >= body.numStored)
      return Rejection::DependsOnReduction;
    if (!reductionAttrOf(consumer))
      return Rejection::ReductionKind;
    if (!epilogue.canReduceOver(reduction.getReducedDims()))
      return Rejection::ReductionDims;
    return std::nullopt;
  }
  if (!isa<array::Elementwise>(consumer))
    return Rejection::NotElementwise;

  bool sinks = canSinkTo(unit, consumer);
  for (Value operand : consumer->getOperands()) {
    auto source = sourceOf(body, epilogue, operand);
    if (auto *rejection = std::get_if<Rejection>(&source))
      return *rejection;
    auto &found = std::get<OperandSource>(source);
    if (found.kind == OperandSource::Extra && !sinks &&
        !isAvailableAt(found.tensor, unit))
      return Rejection::DefinedLater;
  }
  return std::nullopt;
}

namespace {
/// A unit while it is being made anew.
class Rebuild {
public:
  Rebuild(RewriterBase &rewriter, Operation *unit)
      : rewriter(rewriter), unit(unit), body(cast<Unit>(unit).unitBody()),
        extras(body.extras.begin(), body.extras.end()),
        maps(body.maps.begin(), body.maps.end()),
        reductions(body.reductions.begin(), body.reductions.end()),
        yield(body.block().getTerminator()) {}

  Value scalarOf(Value operand);
  Value scalarOfExtra(Value tensor, AffineMap map);
  /// Makes the unit with its present results (stored ones only where another
  /// than `consumer` reads them) and one more, whose tensor `consumer`'s result
  /// becomes.
  Operation *finish(Operation *consumer, Value yielded,
                    ReductionAttr reduction);

  UnitBody &unitBody() { return body; }

private:
  RewriterBase &rewriter;
  Operation *unit;
  UnitBody body;
  SmallVector<Value> extras;
  SmallVector<Attribute> maps, reductions;
  Operation *yield;
};
} // namespace

Value Rebuild::scalarOfExtra(Value tensor, AffineMap map) {
  auto attr = AffineMapAttr::get(map);
  for (unsigned i = 0; i < extras.size(); ++i)
    if (extras[i] == tensor && maps[i] == attr)
      return body.block().getArgument(body.numLeading + i);
  extras.push_back(tensor);
  maps.push_back(attr);
  return body.block().addArgument(array::elementTypeOf(tensor.getType()),
                                  tensor.getLoc());
}

Value Rebuild::scalarOf(Value operand) {
  auto epilogue = cast<Epilogue>(unit);
  auto source = std::get<OperandSource>(sourceOf(body, epilogue, operand));
  switch (source.kind) {
  case OperandSource::Yielded:
    return yield->getOperand(source.index);
  case OperandSource::Constant:
    return array::ConstantOp::create(rewriter, operand.getLoc(),
                                     source.constant);
  case OperandSource::Extra:
    return scalarOfExtra(source.tensor, source.map);
  case OperandSource::Input:
    break;
  }
  // Casts of the input are made again on its element (the last leading
  // argument).
  SmallVector<array::CastOp> casts;
  while (operand != epilogue.inputInRegion()) {
    casts.push_back(operand.getDefiningOp<array::CastOp>());
    operand = casts.back().getX();
  }
  Value scalar = body.block().getArgument(body.numLeading - 1);
  for (array::CastOp cast : llvm::reverse(casts))
    scalar = array::CastOp::create(
        rewriter, cast.getLoc(), array::elementTypeOf(cast.getType()), scalar);
  return scalar;
}

Operation *Rebuild::finish(Operation *consumer, Value yielded,
                           ReductionAttr reduction) {
  SmallVector<Value> yields;
  SmallVector<Type> types;
  SmallVector<Value> replaced;
  auto keep = [&](Value value, Value scalar, Type type) {
    replaced.push_back(value);
    yields.push_back(scalar);
    types.push_back(type);
  };
  for (unsigned i = 0; i < body.numStored; ++i)
    if (Value result = unit->getResult(i);
        llvm::any_of(result.getUsers(),
                     [&](Operation *user) { return user != consumer; }))
      keep(result, yield->getOperand(i), result.getType());
  Value result = consumer->getResult(0);
  if (!reduction)
    keep(result, yielded,
         RankedTensorType::get(body.iterationShape, yielded.getType()));
  for (unsigned i = body.numStored; i < unit->getNumResults(); ++i)
    keep(unit->getResult(i), yield->getOperand(i),
         unit->getResult(i).getType());
  if (reduction) {
    keep(
        result, yielded,
        reductionResultType(reduction, body.iterationShape, yielded.getType()));
    reductions.push_back(reduction);
  }

  rewriter.setInsertionPoint(canSinkTo(unit, consumer) ? consumer : unit);
  Operation *anew = cast<Epilogue>(unit).makeAnew(
      rewriter, extras, rewriter.getArrayAttr(maps),
      rewriter.getArrayAttr(reductions), types);
  anew->setDiscardableAttrs(unit->getDiscardableAttrDictionary());
  rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yields); });
  anew->getRegion(0).takeBody(unit->getRegion(0));
  rewriter.setInsertionPointAfter(anew);
  for (auto [from, to] : llvm::zip(replaced, anew->getResults())) {
    Value value = to;
    if (from.getType() != to.getType())
      value = tensor::CastOp::create(rewriter, consumer->getLoc(),
                                     from.getType(), to);
    rewriter.replaceAllUsesWith(from, value);
  }
  rewriter.eraseOp(consumer);
  rewriter.eraseOp(unit);
  return anew;
}

Operation *fused::absorbConsumer(RewriterBase &rewriter, Operation *unit,
                                 Operation *consumer) {
  Rebuild rebuild(rewriter, unit);
  UnitBody &body = rebuild.unitBody();
  if (isa<array::Reduction>(consumer)) {
    auto input = cast<OpResult>(consumer->getOperand(0));
    Value scalar =
        body.block().getTerminator()->getOperand(input.getResultNumber());
    return rebuild.finish(consumer, scalar, reductionAttrOf(consumer));
  }
  rewriter.setInsertionPoint(body.block().getTerminator());
  SmallVector<Value> operands = llvm::map_to_vector(
      consumer->getOperands(), [&](Value v) { return rebuild.scalarOf(v); });
  Value scalar = cast<array::Elementwise>(consumer).createScalar(
      rewriter, consumer->getLoc(), operands);
  return rebuild.finish(consumer, scalar, {});
}

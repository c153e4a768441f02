// fused.nest: its view of yields and sizes, and its verifier.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

bool NestYield::isStore() const { return isa<StoreAttr>(attr); }

/// The element type that an array reduction of `element` has.
static Type reducedElement(ReductionAttr reduction, Type element) {
  using array::ReductionKind;
  switch (reduction.getKind()) {
  case ReductionKind::Sum:
  case ReductionKind::Prod:
    return array::accumulatedType(element);
  case ReductionKind::Argmin:
  case ReductionKind::Argmax:
    return IntegerType::get(element.getContext(), 64);
  default:
    return element;
  }
}

SmallVector<NestYield> NestOp::getAllYields() {
  SmallVector<NestYield> yields;
  unsigned value = 0;
  for (auto [stage, attrs] : llvm::enumerate(getYields()))
    for (auto [operand, attr] : llvm::enumerate(cast<ArrayAttr>(attrs))) {
      NestYield yield;
      yield.stage = stage;
      yield.operand = operand;
      yield.attr = attr;
      yield.element =
          getStage(stage).getTerminator()->getOperand(operand).getType();
      yield.valueType = yield.element;
      yield.firstValue = value;
      yield.numValues = 1;
      if (auto reduction = dyn_cast<ReductionAttr>(attr)) {
        yield.valueType = reducedElement(reduction, yield.element);
        yield.dims.assign(reduction.getDims().begin(),
                          reduction.getDims().end());
      } else if (auto moments = dyn_cast<MomentsAttr>(attr)) {
        yield.numValues = kNumMoments;
        yield.dims.assign(moments.getDims().begin(), moments.getDims().end());
      }
      value += yield.numValues;
      const int64_t *found = llvm::find(getResultYields(), yields.size());
      if (found != getResultYields().end())
        yield.result = found - getResultYields().begin();
      yields.push_back(std::move(yield));
    }
  return yields;
}

SmallVector<int64_t> NestOp::getRowDims() {
  for (Attribute stage : getYields())
    for (Attribute attr : cast<ArrayAttr>(stage)) {
      if (auto reduction = dyn_cast<ReductionAttr>(attr))
        return SmallVector<int64_t>(reduction.getDims());
      if (auto moments = dyn_cast<MomentsAttr>(attr))
        return SmallVector<int64_t>(moments.getDims());
    }
  return {};
}

static std::optional<unsigned> inputDim(NestOp op, unsigned input,
                                        unsigned dim) {
  return op.getMap(input).getResultPosition(
      getAffineDimExpr(dim, op.getContext()));
}

/// Whether a map reads the dim.
static bool isRead(NestOp op, unsigned dim) {
  return llvm::any_of(llvm::seq<unsigned>(0, op.getInputs().size()),
                      [&](unsigned i) { return inputDim(op, i, dim); });
}

SpaceSize NestOp::getSizeSource(unsigned dim) {
  for (unsigned i = 0; i < getInputs().size(); ++i)
    if (std::optional<unsigned> at = inputDim(*this, i, dim))
      return {getInputs()[i], *at};
  unsigned number = 0;
  for (unsigned before = 0; before < dim; ++before)
    number +=
        ShapedType::isDynamic(getSpace()[before]) && !isRead(*this, before);
  return {getSizes()[number], -1};
}

StringRef NestOp::getKindName() {
  if (std::optional<StringRef> kind = getKind())
    return *kind;
  if (getYields().size() > 1)
    return "rows";
  bool stores = llvm::any_of(cast<ArrayAttr>(getYields()[0]),
                             [](Attribute a) { return isa<StoreAttr>(a); });
  return stores && getRowDims().empty() ? "map" : stores ? "rows" : "reduce";
}

std::string fused::nameOf(Operation *unit) {
  if (auto nest = dyn_cast<NestOp>(unit))
    return ("fused." + nest.getKindName()).str();
  return unit->getName().getStringRef().str();
}

bool NestOp::canWriteInPlace(unsigned input, unsigned number) {
  if (!getMap(input).isIdentity())
    return false;
  for (const NestYield &yield : getAllYields())
    if (yield.result == number)
      return yield.isStore() && yield.stage + 1 == getYields().size() &&
             yield.element == getElementTypeOrSelf(getInputs()[input]);
  return false;
}

//===-- verifier ----------------------------------------------------------===//

static LogicalResult verifyMaps(NestOp op) {
  if (op.getMaps().size() != op.getInputs().size())
    return op.emitOpError("has ") << op.getMaps().size() << " maps for "
                                  << op.getInputs().size() << " inputs";
  for (unsigned i = 0; i < op.getInputs().size(); ++i) {
    AffineMap map = op.getMap(i);
    auto type = cast<ShapedType>(op.getInputs()[i].getType());
    auto error = [&]() -> InFlightDiagnostic {
      return op.emitOpError("map #") << i << " ";
    };
    if (map.getNumDims() != op.getRank() || map.getNumSymbols() != 0)
      return error() << "must take the " << op.getRank()
                     << " dims of the space, not " << AffineMapAttr::get(map);
    if (static_cast<int64_t>(map.getNumResults()) != type.getRank())
      return error() << "has " << map.getNumResults() << " results for "
                     << type;
    llvm::SmallBitVector seen(op.getRank());
    for (auto [at, expr] : llvm::enumerate(map.getResults())) {
      int64_t size = type.getDimSize(at);
      if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
        if (constant.getValue() != 0 || size != 1)
          return error() << "has the constant " << constant.getValue()
                         << " at result " << at << ", where " << type
                         << " must have size 1 and the constant be 0";
        continue;
      }
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        return error() << "has the result " << at
                       << ", which is neither a dim nor 0";
      if (seen.test(dim.getPosition()))
        return error() << "uses dim " << dim.getPosition() << " twice";
      seen.set(dim.getPosition());
      int64_t expected = op.getSpace()[dim.getPosition()];
      if (!ShapedType::isDynamic(size) && size != expected)
        return error() << "reads dim " << dim.getPosition() << " of size "
                       << (ShapedType::isDynamic(expected)
                               ? std::string("?")
                               : std::to_string(expected))
                       << " where " << type << " has " << size;
    }
  }
  unsigned open = 0;
  for (unsigned dim = 0; dim < op.getRank(); ++dim)
    open += ShapedType::isDynamic(op.getSpace()[dim]) && !isRead(op, dim);
  if (op.getSizes().size() != open)
    return op.emitOpError("has ") << op.getSizes().size() << " sizes for "
                                  << open << " open dims that no input reads";
  return success();
}

static LogicalResult verifyDims(NestOp op, ArrayRef<int64_t> dims) {
  int64_t last = -1;
  for (int64_t dim : dims) {
    if (dim <= last || dim >= static_cast<int64_t>(op.getRank()))
      return op.emitOpError("reduces dims that are not ascending dims of a "
                            "space of ")
             << op.getRank();
    last = dim;
  }
  return success();
}

static LogicalResult verifyElement(NestOp op, const NestYield &yield) {
  using array::ReductionKind;
  auto reduction = dyn_cast<ReductionAttr>(yield.attr);
  bool isFloat = isa<FloatType>(yield.element);
  bool isBool = yield.element.isInteger(1);
  if (isa<MomentsAttr>(yield.attr)) {
    if (!yield.element.isF32() && !yield.element.isF64())
      return op.emitOpError("takes moments of f32 or f64, not ")
             << yield.element;
    return success();
  }
  if (!reduction)
    return success();
  bool fits = true;
  switch (reduction.getKind()) {
  case ReductionKind::Any:
  case ReductionKind::All:
    fits = isBool;
    break;
  case ReductionKind::Mean:
  case ReductionKind::Var:
  case ReductionKind::Std:
    fits = isFloat;
    break;
  default:
    fits = !isBool;
  }
  if (!fits)
    return op.emitOpError("cannot take the ")
           << array::stringifyReductionKind(reduction.getKind()) << " of "
           << yield.element;
  return success();
}

LogicalResult NestOp::verify() {
  if (std::optional<StringRef> device = getDevice();
      device && *device != "cpu" && *device != "gpu")
    return emitOpError("device must be cpu or gpu, not \"") << *device << '"';
  if (getStages().empty() || getYields().size() != getStages().size())
    return emitOpError("has ") << getYields().size() << " lists of yields for "
                               << getStages().size() << " stages";
  for (Attribute stage : getYields())
    if (auto attrs = dyn_cast<ArrayAttr>(stage);
        !attrs || attrs.empty() || !llvm::all_of(attrs, [](Attribute attr) {
          return isa<StoreAttr, ReductionAttr, MomentsAttr>(attr);
        }))
      return emitOpError("yields must be lists of #fused.store, "
                         "#fused.reduction and #fused.moments, not ")
             << stage;
  bool onTensors = isa<RankedTensorType>(
      getOperation()->getNumResults() ? getResult(0).getType()
      : getOuts().empty()             ? getInputs().getTypes()[0]
                                      : getOuts()[0].getType());
  for (Type type : getOperandTypes())
    if (!type.isIndex() && isa<RankedTensorType>(type) != onTensors)
      return emitOpError("mixes tensors and memrefs");
  return verifyMaps(*this);
}

LogicalResult NestOp::verifyRegions() {
  for (auto [stage, attrs] : llvm::enumerate(getYields())) {
    Block &block = getStage(stage);
    auto yield = dyn_cast<YieldOp>(block.getTerminator());
    if (!yield || yield.getNumOperands() != cast<ArrayAttr>(attrs).size())
      return emitOpError("stage #")
             << stage << " must yield " << cast<ArrayAttr>(attrs).size()
             << " values";
    for (Operation &inner : block.without_terminator())
      if (!isMemoryEffectFree(&inner) ||
          llvm::any_of(inner.getResultTypes(),
                       [](Type type) { return isa<ShapedType>(type); }))
        return emitOpError("stage #")
               << stage << " may hold only operations on scalars, not "
               << inner.getName();
  }
  SmallVector<NestYield> yields = getAllYields();
  SmallVector<int64_t> row = getRowDims();
  SmallVector<Type> arguments =
      llvm::map_to_vector(getInputs().getTypes(),
                          [](Type type) { return getElementTypeOrSelf(type); });
  unsigned next = 0;
  for (unsigned stage = 0; stage < getStages().size(); ++stage) {
    if (getStage(stage).getArgumentTypes() != TypeRange(arguments))
      return emitOpError("stage #") << stage << " has arguments of types "
                                    << getStage(stage).getArgumentTypes()
                                    << ", not " << TypeRange(arguments);
    for (; next < yields.size() && yields[next].stage == stage; ++next)
      arguments.append(yields[next].numValues, yields[next].valueType);
  }
  unsigned first = getInputs().size();
  for (const NestYield &yield : yields) {
    if (failed(verifyDims(*this, yield.dims)) ||
        failed(verifyElement(*this, yield)))
      return failure();
    if (yield.isStore())
      continue;
    bool isRead = false;
    for (unsigned stage = yield.stage + 1; stage < getStages().size(); ++stage)
      for (unsigned i = 0; i < yield.numValues; ++i)
        isRead |= !getStage(stage)
                       .getArgument(first + yield.firstValue + i)
                       .use_empty();
    bool holdsRow = llvm::all_of(
        row, [&](int64_t dim) { return llvm::is_contained(yield.dims, dim); });
    if (!holdsRow || (isRead && yield.dims.size() != row.size()))
      return emitOpError("reduces over dims [")
             << llvm::make_range(yield.dims.begin(), yield.dims.end()) << "]; "
             << (isRead ? "what later stages read" : "reductions")
             << " must run over the row dims ["
             << llvm::make_range(row.begin(), row.end()) << "]"
             << (isRead ? "" : " at least");
  }
  int64_t last = -1;
  for (int64_t number : getResultYields()) {
    if (number <= last || number >= static_cast<int64_t>(yields.size()) ||
        isa<MomentsAttr>(yields[number].attr))
      return emitOpError("results must number stores and reductions, "
                         "ascending");
    last = number;
  }
  bool onBuffers = isOnBuffers();
  unsigned count = getResultYields().size();
  if (onBuffers ? getOuts().size() != count
                : getNumResults() != count ||
                      (!getOuts().empty() && getOuts().size() != count))
    return emitOpError("has ")
           << getNumResults() << " results and " << getOuts().size()
           << " outs for " << count << " yields that are results";
  for (const NestYield &yield : yields) {
    if (!yield.result)
      continue;
    SmallVector<int64_t> shape;
    bool keep = !yield.isStore() && cast<ReductionAttr>(yield.attr).getKeep();
    for (auto [dim, size] : llvm::enumerate(getSpace()))
      if (!llvm::is_contained(yield.dims, int64_t(dim)))
        shape.push_back(size);
      else if (keep)
        shape.push_back(1);
    auto check = [&](Type type, StringRef what) -> LogicalResult {
      auto shaped = cast<ShapedType>(type);
      if (shaped.getElementType() == yield.valueType &&
          (onBuffers || shaped.getShape() == ArrayRef<int64_t>(shape)))
        return success();
      return emitOpError(what)
             << " #" << *yield.result << " is " << type << ", not "
             << RankedTensorType::get(shape, yield.valueType);
    };
    if (!onBuffers &&
        failed(check(getResult(*yield.result).getType(), "result")))
      return failure();
    if (!getOuts().empty() &&
        failed(check(getOuts()[*yield.result].getType(), "destination")))
      return failure();
  }
  return success();
}

/// Stages hold scalars only, and none of them is handed over: bufferization's
/// deallocation asks where regions with buffers around them lead.
void NestOp::getSuccessorRegions(RegionBranchPoint point,
                                 SmallVectorImpl<RegionSuccessor> &regions) {
  if (point.isParent())
    for (Region &stage : getStages())
      regions.push_back(RegionSuccessor(&stage));
}

Speculation::Speculatability NestOp::getSpeculatability() {
  return isOnBuffers() || llvm::is_contained(getSpace(), ShapedType::kDynamic)
             ? Speculation::NotSpeculatable
             : Speculation::Speculatable;
}

void NestOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  if (!isOnBuffers())
    return;
  for (OpOperand &input : getInputsMutable())
    effects.emplace_back(MemoryEffects::Read::get(), &input);
  for (OpOperand &out : getOutsMutable())
    effects.emplace_back(MemoryEffects::Write::get(), &out);
}

// The fused.nest of a cluster. A member's stage is the number of reductions on
// the longest way to it; what a later stage needs of an earlier one it computes
// again, or reads as a store where that is dear.
#include "Cluster.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

/// From this weight on a value is stored for the later stages of a nest.
static constexpr unsigned kStoredWeight = 16;

namespace {
class NestBuilder {
public:
  NestBuilder(OpBuilder &b, Clusters &all, const Cluster &cluster)
      : b(b), loc(all.members[cluster.members.back()].op->getLoc()), all(all),
        cluster(cluster) {}

  fused::NestOp build();

private:
  struct Yield {
    unsigned member;
    Attribute attr;
    bool isResult = false;
    /// Among the values of all yields.
    unsigned value = 0;
  };

  Member &member(unsigned number) { return all.members[number]; }
  std::optional<unsigned> inside(Value value);
  bool isOutput(const Member &m) {
    return llvm::is_contained(cluster.outputs, m.value());
  }
  bool isFull(const Layout &layout) {
    return dimsOf(layout).size() == cluster.space.size();
  }
  void placeSpace();
  SmallVector<int64_t> positions(ArrayRef<int> dims);
  AffineMap mapOf(const Layout &layout);
  void findStages();
  void findYields();
  fused::ReductionAttr reductionOf(Member &m);
  void collectInputs();
  unsigned inputNumber(Value value, AffineMap map);
  void buildStage(fused::NestOp nest, unsigned stage);
  Value scalarOf(Value value, const Layout &layout);
  Value computed(unsigned number);
  Value toTensor(Value scalar);
  Value fitted(Value result, Member &m, const Layout &layout);

  OpBuilder &b;
  Location loc;
  Clusters &all;
  const Cluster &cluster;
  SmallVector<unsigned> order; // members in program order
  /// Of each dim of the cluster's space its place in the nest's.
  SmallVector<unsigned> place;
  SmallVector<int64_t> shape;
  /// Of each dim of the nest's space whether it is only written, of size 1.
  SmallVector<bool> isUnit;
  SmallVector<Value> inputs, sizes;
  SmallVector<Attribute> maps;
  DenseMap<Value, Value> tensorOfScalar;
  llvm::DenseMap<unsigned, unsigned> level;
  llvm::DenseSet<unsigned> kept;
  SmallVector<SmallVector<Yield>> yields; // of each stage
  /// Values of earlier stages, by member: argument behind the inputs.
  llvm::DenseMap<unsigned, unsigned> argumentOf;
  /// Of the stage that is being built.
  Block *block = nullptr;
  llvm::DenseMap<unsigned, Value> scalars;
  DenseMap<Attribute, Value> constants;
};
} // namespace

std::optional<unsigned> NestBuilder::inside(Value value) {
  std::optional<unsigned> number = all.memberOf(value);
  if (!number || all.clusterOf(*number) != all.clusterOf(order.front()))
    return std::nullopt;
  return number;
}

/// The nest's space: the cluster's in its order, with the dims of size 1 that
/// the first stored result (else the first kept reduction's operand) has, so
/// that its type needs no reshape.
void NestBuilder::placeSpace() {
  const Layout *like = nullptr;
  for (Value output : cluster.outputs) {
    Member &m = member(*all.memberOf(output));
    const Layout &layout = m.isReduction() ? m.reads[0] : m.result;
    bool hasOrder =
        ArrayRef<int>(dimsOf(layout)) == ArrayRef<int>(cluster.order);
    if (hasOrder && (!like || !m.isReduction())) {
      like = &layout;
      if (!m.isReduction())
        break;
    }
  }
  place.assign(cluster.space.size(), 0);
  Layout dims = like ? *like : Layout(cluster.order);
  for (int dim : dims) {
    isUnit.push_back(dim == kUnit);
    if (dim == kUnit) {
      shape.push_back(1);
      continue;
    }
    place[dim] = shape.size();
    shape.push_back(all.sizes.sizeOf(cluster.space[dim]));
  }
}

SmallVector<int64_t> NestBuilder::positions(ArrayRef<int> dims) {
  auto result =
      llvm::map_to_vector(dims, [&](int dim) { return int64_t(place[dim]); });
  llvm::sort(result);
  return result;
}

AffineMap NestBuilder::mapOf(const Layout &layout) {
  SmallVector<AffineExpr> exprs;
  for (auto [at, dim] : llvm::enumerate(layout)) {
    // A tensor of the space's own shape is read by the identity. A dim of the
    // cluster that is known to be 1 is no such dim: a part of the layout may be
    // it.
    bool isOwnUnit =
        dim == kUnit && layout.size() == shape.size() && isUnit[at];
    if (isOwnUnit)
      exprs.push_back(b.getAffineDimExpr(at));
    else if (dim == kUnit)
      exprs.push_back(b.getAffineConstantExpr(0));
    else
      exprs.push_back(b.getAffineDimExpr(place[dim]));
  }
  return AffineMap::get(shape.size(), 0, exprs, b.getContext());
}

void NestBuilder::findStages() {
  for (unsigned number : order) {
    unsigned stage = 0;
    for (Value operand : member(number).op->getOperands())
      if (std::optional<unsigned> from = inside(operand))
        stage = std::max(stage, level[*from] + member(*from).isReduction());
    level[number] = stage;
  }
  // What a later stage needs and is dear to compute again.
  llvm::DenseMap<unsigned, unsigned> lastNeeded;
  for (unsigned number : llvm::reverse(order)) {
    Member &m = member(number);
    unsigned last = level[number];
    for (Operation *user : m.op->getUsers()) {
      if (user->getNumResults() != 1)
        continue;
      std::optional<unsigned> by = inside(user->getResult(0));
      if (!by)
        continue;
      bool once = member(*by).isReduction() || kept.contains(*by);
      last = std::max(last, once ? level[*by]
                                 : std::max(level[*by], lastNeeded[*by]));
    }
    lastNeeded[number] = last;
    if (last > level[number] && !m.isReduction() && m.weight >= kStoredWeight &&
        isFull(m.result))
      kept.insert(number);
  }
}

/// The reduction in dims of the nest. Kept dims of size 1 stay where the nest
/// keeps them.
fused::ReductionAttr NestBuilder::reductionOf(Member &m) {
  auto op = cast<array::Reduction>(m.op);
  auto nan = m.op->getAttrOfType<array::NanModeAttr>("nan");
  auto ddof = m.op->getAttrOfType<IntegerAttr>("ddof");
  return fused::ReductionAttr::get(
      b.getContext(), op.getReductionKind(), positions(m.reduced),
      op.keepsDims(), nan ? nan.getValue() : array::NanMode::Number,
      op.omitsNan(), ddof ? ddof.getInt() : 0);
}

void NestBuilder::findYields() {
  unsigned firstRow = ~0u, last = 0;
  SmallVector<int64_t> row = positions(cluster.row);
  for (unsigned number : order)
    if (member(number).isReduction() &&
        positions(member(number).reduced) == row)
      firstRow = std::min(firstRow, level[number]);
  SmallVector<std::pair<unsigned, Yield>> all;
  for (unsigned number : order) {
    Member &m = member(number);
    Yield yield;
    yield.member = number;
    yield.isResult = isOutput(m);
    unsigned stage = level[number];
    if (m.isReduction()) {
      yield.attr = reductionOf(m);
      if (positions(m.reduced) != row)
        stage = std::max(stage, firstRow);
    } else if (kept.contains(number) || (yield.isResult && isFull(m.result))) {
      yield.attr = fused::StoreAttr::get(b.getContext());
    } else if (yield.isResult) {
      // One number a row: any reduction of equal numbers gives it back.
      Type element = array::elementTypeOf(m.value().getType());
      auto kind = element.isInteger(1) ? array::ReductionKind::Any
                                       : array::ReductionKind::Max;
      auto rank = cast<RankedTensorType>(m.value().getType()).getRank();
      yield.attr = fused::ReductionAttr::get(b.getContext(), kind, row,
                                             rank == int64_t(shape.size()),
                                             array::NanMode::Number);
    } else {
      continue;
    }
    last = std::max(last, stage);
    all.push_back({stage, yield});
  }
  yields.resize(last + 1);
  // The row dims are those of the first reduction.
  auto rank = [&](const Yield &yield) {
    auto reduction = dyn_cast<fused::ReductionAttr>(yield.attr);
    return !reduction ? 2 : reduction.getDims() == ArrayRef(row) ? 0 : 1;
  };
  for (auto &[stage, yield] : all)
    yields[stage].push_back(yield);
  unsigned value = 0;
  for (auto &stage : yields) {
    llvm::sort(stage, [&](const Yield &x, const Yield &y) {
      return std::pair(rank(x), x.member) < std::pair(rank(y), y.member);
    });
    for (Yield &yield : stage)
      yield.value = value++;
  }
}

Value NestBuilder::toTensor(Value scalar) {
  if (isa<RankedTensorType>(scalar.getType()))
    return scalar;
  Value &made = tensorOfScalar[scalar];
  if (!made)
    made = tensor::FromElementsOp::create(
        b, loc, RankedTensorType::get({}, scalar.getType()), scalar);
  return made;
}

/// Inputs in the order in which the program reads them: the order of their
/// checks.
void NestBuilder::collectInputs() {
  auto add = [&](Value value, AffineMap map) {
    if (inputNumber(value, map) < inputs.size())
      return;
    inputs.push_back(value);
    maps.push_back(AffineMapAttr::get(map));
  };
  for (unsigned number : order) {
    Member &m = member(number);
    unsigned next = 0;
    for (Value operand : m.op->getOperands()) {
      if (isa<RankedTensorType>(operand.getType())) {
        const Layout &layout = m.reads[next++];
        if (!inside(operand) && !splatElement(operand))
          add(operand, mapOf(layout));
      } else if (!operand.getType().isIndex() &&
                 !getConstantIntValue(operand)) {
        add(toTensor(operand), mapOf({}));
      }
    }
  }
  for (unsigned dim = 0; dim < shape.size(); ++dim) {
    if (!ShapedType::isDynamic(shape[dim]) ||
        llvm::any_of(maps, [&](Attribute map) {
          return cast<AffineMapAttr>(map).getValue().isFunctionOfDim(dim);
        }))
      continue;
    Value given;
    for (unsigned number : order)
      for (auto [own, value] : member(number).sizes)
        if (place[own] == dim && !given)
          given = value;
    assert(given && "an open dim that no input reads has a size operand");
    sizes.push_back(given);
  }
}

unsigned NestBuilder::inputNumber(Value value, AffineMap map) {
  auto attr = AffineMapAttr::get(map);
  unsigned number = 0;
  while (number < inputs.size() &&
         (inputs[number] != value || maps[number] != attr))
    ++number;
  return number;
}

Value NestBuilder::scalarOf(Value value, const Layout &layout) {
  if (std::optional<unsigned> number = inside(value)) {
    if (auto argument = argumentOf.find(*number); argument != argumentOf.end())
      return block->getArgument(inputs.size() + argument->second);
    return scalars.lookup(*number);
  }
  TypedAttr constant = splatElement(value);
  if (!constant && !isa<RankedTensorType>(value.getType()))
    if (std::optional<int64_t> number = getConstantIntValue(value))
      constant = b.getIntegerAttr(value.getType(), *number);
  if (constant) {
    Value &made = constants[constant];
    if (!made) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(block);
      made = array::ConstantOp::create(b, value.getLoc(), constant);
    }
    return made;
  }
  return block->getArgument(inputNumber(toTensor(value), mapOf(layout)));
}

Value NestBuilder::computed(unsigned number) {
  Member &m = member(number);
  Operation *op = m.op;
  Location at = op->getLoc();
  Type element = array::elementTypeOf(m.value().getType());
  if (auto full = dyn_cast<array::FullOp>(op))
    return scalarOf(full.getValue(), m.reads.empty() ? Layout() : m.reads[0]);
  if (m.isCopy())
    return scalarOf(op->getOperand(0), m.reads[0]);
  if (auto iota = dyn_cast<array::IotaOp>(op)) {
    int dim = m.result[iota.getDim()];
    if (dim == kUnit)
      return array::ConstantOp::create(b, at,
                                       cast<TypedAttr>(b.getZeroAttr(element)));
    Value index = fused::IndexOp::create(b, at, b.getI64Type(), place[dim]);
    if (element.isInteger(64))
      return index;
    return array::CastOp::create(b, at, element, index);
  }
  if (m.isRandom()) {
    Value key = scalarOf(op->getOperand(0), {}),
          offset = scalarOf(op->getOperand(1), {});
    auto normal = isa<array::RandNormalOp>(op) ? b.getUnitAttr() : UnitAttr();
    return fused::RandomOp::create(b, at, element, key, offset, normal);
  }
  SmallVector<Value> operands;
  for (auto [operand, layout] : llvm::zip(op->getOperands(), m.reads))
    operands.push_back(scalarOf(operand, layout));
  Value scalar = cast<array::Elementwise>(op).createScalar(b, at, operands);
  scalar.getDefiningOp()->removeAttr("device");
  return scalar;
}

void NestBuilder::buildStage(fused::NestOp nest, unsigned stage) {
  scalars.clear();
  constants.clear();
  block = b.createBlock(&nest.getStages()[stage]);
  for (Value input : inputs)
    block->addArgument(array::elementTypeOf(input.getType()), input.getLoc());
  SmallVector<Type> earlier(argumentOf.size());
  for (unsigned before = 0; before < stage; ++before)
    for (const Yield &yield : yields[before])
      earlier[yield.value] =
          array::elementTypeOf(member(yield.member).value().getType());
  for (Type type : earlier)
    block->addArgument(type, loc);
  // What the stage's yields need, back to what it gets as arguments.
  llvm::DenseSet<unsigned> needed;
  auto need = [&](Value value) {
    if (std::optional<unsigned> from = inside(value))
      if (!argumentOf.contains(*from))
        needed.insert(*from);
  };
  for (const Yield &yield : yields[stage]) {
    if (member(yield.member).isReduction())
      need(member(yield.member).op->getOperand(0));
    else
      need(member(yield.member).value());
  }
  for (unsigned number : llvm::reverse(order))
    if (needed.contains(number))
      for (Value operand : member(number).op->getOperands())
        need(operand);
  b.setInsertionPointToEnd(block);
  for (unsigned number : order)
    if (needed.contains(number))
      scalars[number] = computed(number);
  SmallVector<Value> yielded;
  for (const Yield &yield : yields[stage]) {
    Member &m = member(yield.member);
    yielded.push_back(m.isReduction()
                          ? scalarOf(m.op->getOperand(0), m.reads[0])
                          : scalarOf(m.value(), m.result));
  }
  fused::YieldOp::create(b, loc, yielded);
  for (const Yield &yield : yields[stage])
    argumentOf[yield.member] = yield.value;
}

/// A result of the nest in the shape that the program gave it. `layout`: the
/// cluster's dims of the nest's result.
Value NestBuilder::fitted(Value result, Member &m, const Layout &layout) {
  auto from = cast<RankedTensorType>(result.getType()),
       to = cast<RankedTensorType>(m.value().getType());
  if (layout != m.result) {
    // The same dims of the space in the same order, other dims of size 1.
    SmallVector<int64_t> sizes;
    SmallVector<Value> open;
    for (int dim : m.result) {
      const int *at = llvm::find(layout, dim);
      sizes.push_back(dim == kUnit ? 1 : from.getDimSize(at - layout.begin()));
      if (ShapedType::isDynamic(sizes.back()))
        open.push_back(
            tensor::DimOp::create(b, loc, result, at - layout.begin()));
    }
    from = RankedTensorType::get(sizes, from.getElementType());
    result = array::ReshapeOp::create(b, loc, from, result, open);
  }
  if (from != to)
    result = tensor::CastOp::create(b, loc, to, result);
  return result;
}

fused::NestOp NestBuilder::build() {
  order.assign(cluster.members.begin(), cluster.members.end());
  llvm::sort(order);
  loc = member(order.back()).op->getLoc();
  placeSpace();
  findStages();
  findYields();
  collectInputs();

  SmallVector<Attribute> attrs;
  SmallVector<int64_t> resultYields;
  SmallVector<unsigned> resultMembers;
  SmallVector<Type> types;
  SmallVector<Layout> layouts;
  Layout dimAt(shape.size(), kUnit);
  for (auto [dim, at] : llvm::enumerate(place))
    dimAt[at] = dim;
  for (auto &stage : yields) {
    SmallVector<Attribute> ofStage;
    for (const Yield &yield : stage) {
      ofStage.push_back(yield.attr);
      if (!yield.isResult)
        continue;
      Member &m = member(yield.member);
      resultYields.push_back(yield.value);
      resultMembers.push_back(yield.member);
      Type element = array::elementTypeOf(m.value().getType());
      auto reduction = dyn_cast<fused::ReductionAttr>(yield.attr);
      SmallVector<int64_t> sizes;
      Layout &layout = layouts.emplace_back();
      for (auto [dim, size] : llvm::enumerate(shape)) {
        bool reduced =
            reduction && llvm::is_contained(reduction.getDims(), int64_t(dim));
        if (reduced && !reduction.getKeep())
          continue;
        sizes.push_back(reduced ? 1 : size);
        layout.push_back(reduced ? kUnit : dimAt[dim]);
      }
      types.push_back(RankedTensorType::get(sizes, element));
    }
    attrs.push_back(b.getArrayAttr(ofStage));
  }
  auto nest = fused::NestOp::create(
      b, loc, types, b.getDenseI64ArrayAttr(shape), inputs, sizes, ValueRange(),
      b.getArrayAttr(maps), b.getArrayAttr(attrs),
      b.getDenseI64ArrayAttr(resultYields), StringAttr(),
      cluster.device.empty() ? StringAttr() : b.getStringAttr(cluster.device),
      yields.size());
  {
    OpBuilder::InsertionGuard guard(b);
    for (unsigned stage = 0; stage < yields.size(); ++stage)
      buildStage(nest, stage);
  }
  b.setInsertionPointAfter(nest);
  for (auto [result, number, layout] :
       llvm::zip(nest.getResults(), resultMembers, layouts)) {
    Member &m = member(number);
    m.value().replaceAllUsesWith(fitted(result, m, layout));
  }
  return nest;
}

Operation *fusion::buildNest(OpBuilder &builder, Clusters &clusters,
                             const Cluster &cluster) {
  return NestBuilder(builder, clusters, cluster).build();
}

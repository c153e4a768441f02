// Passes over the space, workspaces, and which schedules a nest's rows get.
#include "GPUReduce.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace runmat;
using fused::NestYield;

static Type storedType(Type type) {
  return type.isInteger(1) ? IntegerType::get(type.getContext(), 32) : type;
}

/// Operations that one of a body becomes, about.
static unsigned weightOf(Operation &op) {
  if (isa<array::ConstantOp>(op))
    return 0;
  bool isFloat = isa<FloatType>(op.getResult(0).getType());
  bool isFunction =
      isFloat &&
      !isa<array::AddOp, array::SubOp, array::MulOp, array::DivOp, array::NegOp,
           array::AbsOp, array::SqrtOp, array::MinOp, array::MaxOp,
           array::ClampOp, array::SelectOp, array::CastOp>(op);
  return isFunction ? 8 : 1;
}

GPUReductions::GPUReductions(GPUSweep &sweep)
    : sweep(sweep), space(sweep.space) {
  auto isOuter = [](const GPUDim &dim) { return !dim.isRow; };
  auto isRow = [](const GPUDim &dim) { return dim.isRow; };
  allRows = sweep.plan.define("rows", space.product(isOuter));
  allRowElements = sweep.plan.define("row", space.product(isRow));
  rows = allRows;
  rowElements = allRowElements;
  rowBase = 0;
  if (!sweep.window.isSingle) {
    splitsRows = space.dims[0].isRow;
    SizeExpr rest = restOfFirstDim();
    SizeExpr &cut = splitsRows ? rowElements : rows;
    cut = sweep.window.length * rest;
    if (!splitsRows)
      rowBase = sweep.window.first * rest;
  }

  for (const NestYield &yield : space.yields)
    if (!yield.isStore()) {
      auto made = std::make_unique<GPUReduction>();
      made->yield = &yield;
      made->combiner = KernelCombiner::create(yield);
      made->ofRow = yield.dims.size() == sweep.op.getRowDims().size();
      if (!made->ofRow && made->combiner->usesPosition())
        sweep.refusal = GPURefusal{
            GPURefusal::UnitKind,
            "argmin and argmax over more than the row have no GPU form"};
      reductions.push_back(std::move(made));
    }

  // A pass ends with a stage whose reductions are read later.
  unsigned numStages = sweep.op.getStages().size();
  unsigned first = 0;
  for (unsigned stage = 0; stage < numStages; ++stage) {
    bool ends = stage + 1 == numStages;
    for (auto &reduction : reductions) {
      if (reduction->yield->stage != stage)
        continue;
      unsigned argument = space.inputs.size() + reduction->yield->firstValue;
      for (unsigned later = stage + 1; later < numStages; ++later)
        for (unsigned i = 0; i < reduction->yield->numValues; ++i)
          ends |=
              !sweep.op.getStage(later).getArgument(argument + i).use_empty();
    }
    if (!ends)
      continue;
    GPUPass pass{first, stage};
    for (auto &reduction : reductions)
      if (reduction->yield->stage >= first && reduction->yield->stage <= stage)
        pass.reductions.push_back(reduction.get());
    for (const NestYield &yield : space.yields)
      pass.stores |= yield.isStore() && yield.result && yield.stage >= first &&
                     yield.stage <= stage;
    for (unsigned s = first; s <= stage; ++s)
      for (Operation &inner : sweep.op.getStage(s).without_terminator())
        pass.operations += weightOf(inner);
    if (!pass.reductions.empty() || pass.stores)
      passes.push_back(std::move(pass));
    first = stage + 1;
  }
}

/// Elements along the first dim's step, of dims of its kind.
SizeExpr GPUReductions::restOfFirstDim() const {
  SizeExpr rest = 1;
  for (const GPUDim &dim : ArrayRef(space.dims).drop_front())
    if (dim.isRow == space.dims[0].isRow)
      rest = rest * dim.size;
  return rest;
}

SizeExpr GPUReductions::cutParts(
    const SizeExpr &parts, SizeExpr &base,
    llvm::function_ref<SizeExpr(const SizeExpr &)> partsOf) {
  base = 0;
  if (!splitsRows)
    return parts;
  const GPUWindow &window = sweep.window;
  SizeExpr rest = restOfFirstDim(), others = max(window.count, 1) - 1;
  SizeExpr full = partsOf(window.most * rest);
  base = SizeExpr::window() * full;
  return others * full +
         partsOf((space.dims[0].size - others * window.most) * rest);
}

void GPUReductions::allocate(const GPUPass &pass, const SizeExpr &total,
                             bool onlyWider) {
  for (GPUReduction *reduction : pass.reductions) {
    reduction->partials.clear();
    if (!onlyWider || !reduction->ofRow)
      allocateOne(*reduction, total);
  }
}

void GPUReductions::allocateOne(GPUReduction &reduction,
                                const SizeExpr &total) {
  reduction.partials.clear();
  llvm::MapVector<Type, unsigned> counts;
  for (Type type : reduction.combiner->stateTypes())
    ++counts[storedType(type)];
  llvm::DenseMap<Type, unsigned> workspaces, used;
  for (auto [type, count] : counts) {
    SizeExpr bytes = max(total, 1) * int64_t(elementBytes(type) * count);
    workspaces[type] = sweep.plan.addWorkspace(
        "partials" + std::to_string(sweep.plan.workspaces.size()), bytes);
    sweep.requireBinding(bytes,
                         "what the reductions have of all parts of rows");
  }
  for (Type type : reduction.combiner->stateTypes())
    reduction.partials.push_back(
        {workspaces[storedType(type)], used[storedType(type)]++});
}

void GPUReductions::storePartial(KernelBuilder &k,
                                 const GPUReduction &reduction,
                                 ValueRange state, Value at,
                                 const SizeExpr &total) {
  for (auto [value, type, place] : llvm::zip_equal(
           state, reduction.combiner->stateTypes(), reduction.partials)) {
    Type stored = storedType(type);
    if (type.isInteger(1))
      value = arith::ExtUIOp::create(k.b, stored, value);
    Buffer buffer =
        k.bind("partials", {BufferRef::Kind::Workspace, place.first}, stored, 1,
               RM_WRITE);
    k.store(buffer, value, k.add(at, k.param(total * int64_t(place.second))));
  }
}

void GPUReductions::storeRow(KernelBuilder &k, const GPUReduction &reduction,
                             ValueRange values, Value row) {
  if (reduction.rowValues)
    for (auto [i, value] : llvm::enumerate(values)) {
      Type stored = storedType(value.getType());
      if (value.getType().isInteger(1))
        value = arith::ExtUIOp::create(k.b, stored, value);
      Buffer buffer =
          k.bind("rows", {BufferRef::Kind::Workspace, *reduction.rowValues},
                 stored, 1, RM_WRITE);
      k.store(buffer, value, k.add(row, k.param(max(allRows, 1) * int64_t(i))));
    }
  if (reduction.yield->result) {
    const GPUTensor &result = space.results[*reduction.yield->result];
    k.store(k.bind(result.name, result.ref, result.element, 1, RM_WRITE),
            values, row);
  }
}

Values GPUReductions::loadRow(KernelBuilder &k, const GPUReduction &reduction,
                              Value row) {
  Values values;
  Type type = computeType(reduction.yield->valueType);
  for (unsigned i = 0; i < reduction.yield->numValues; ++i) {
    Buffer buffer =
        k.bind("rows", {BufferRef::Kind::Workspace, *reduction.rowValues},
               storedType(type), 1, RM_READ);
    Value value =
        k.load(buffer, k.add(row, k.param(max(allRows, 1) * int64_t(i))))[0];
    if (type.isInteger(1))
      value = arith::CmpIOp::create(k.b, arith::CmpIPredicate::ne, value,
                                    k.codec.i32(0));
    values.push_back(value);
  }
  return values;
}

const GPUReduction &GPUReductions::reductionOf(unsigned value,
                                               unsigned &number) const {
  for (auto &reduction : reductions) {
    number = value - reduction->yield->firstValue;
    if (value >= reduction->yield->firstValue &&
        number < reduction->yield->numValues)
      return *reduction;
  }
  llvm_unreachable("the value of a reduction");
}

Value GPUReductions::positionOf(KernelBuilder &k, Value inRow) {
  if (splitsRows)
    inRow = k.add(inRow, k.param(sweep.window.first * restOfFirstDim()));
  return k.toI32(inRow);
}

void GPUSweep::planReductions() {
  GPUReductions all(*this);
  if (refusal)
    return;
  // A position is a word, also among the elements of a row.
  for (auto &reduction : all.reductions)
    if (reduction->combiner->usesPosition())
      requireWord(all.allRowElements, "the elements of a row");
  requireWord(all.allRows, "the number of rows");
  // Values of rows that later stages read.
  for (auto &reduction : all.reductions) {
    Type type = computeType(reduction->yield->valueType);
    SizeExpr bytes =
        max(all.allRows, 1) *
        int64_t(reduction->yield->numValues * std::max(elementBytes(type), 4u));
    if (all.passes.size() > 1 && reduction->ofRow) {
      requireBinding(bytes, "what the rows' reductions give");
      reduction->rowValues = plan.addWorkspace("rows", bytes);
    }
    if (reduction->yield->result)
      requireBinding(space.results[*reduction->yield->result].bytes,
                     "a result");
  }
  if (refusal)
    return;
  const NormalizeSchedule &schedule = profile.normalize;
  if (!space.dims.empty() && !space.dims.back().isRow) {
    all.planColumns(/*aligned=*/true);
    all.planColumns(/*aligned=*/false);
    return;
  }
  // Rows in registers: the fewest threads and vectors that hold one.
  SizeExpr row = all.allRowElements;
  for (bool ragged : {false, true}) {
    if (row.isConstant()) {
      unsigned lanes = all.lanesOf(ragged);
      int64_t vectors =
          std::max<int64_t>(llvm::divideCeil(uint64_t(row.constant()), lanes) +
                                (ragged && !all.isScalar(ragged)),
                            1);
      unsigned team = std::min<uint64_t>(llvm::PowerOf2Ceil(vectors),
                                         uint64_t(schedule.threads));
      unsigned each = llvm::divideCeil(vectors, team);
      if (row.constant() > 0 && each <= schedule.rowVectors)
        all.planOnChip(team, each, ragged);
      continue;
    }
    for (auto [team, each] : {std::pair<unsigned, unsigned>{8, 1},
                              {64, 1},
                              {schedule.threads, schedule.rowVectors}})
      all.planOnChip(std::min(team, schedule.threads), each, ragged);
  }
  for (bool ragged : {false, true})
    all.planStaged(ragged);
}

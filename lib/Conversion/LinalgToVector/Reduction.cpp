// The reduced space of each result is cut into segments of contiguous elements
// and these into parts. A part is reduced lane by lane in several independent
// vectors, then its lanes are merged; a second loop merges the parts. How many
// parts there are depends on sizes alone, so results do not change with the
// number of threads.
#include "Reduction.h"
#include "TiledLowering.h"
#include "runmat/Support/VectorBody.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"

namespace runmat::tiled {

static bool isInBody(Value value, linalg::GenericOp op) {
  return value.getParentBlock() == op.getBody();
}

static bool isAccumulator(Value value, linalg::GenericOp op) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && isInBody(value, op) &&
         argument.getArgNumber() >= unsigned(op.getNumDpsInputs());
}

/// All values of the body that `value` is computed from, itself too, but not
/// what those in `leaves` are. Each once: polynomials read theirs many times.
static llvm::SetVector<Value> valuesBehind(Value value, linalg::GenericOp op,
                                           ArrayRef<Value> leaves = {}) {
  llvm::SetVector<Value> found;
  auto visit = [&](Value next) {
    if (isInBody(next, op))
      found.insert(next);
  };
  visit(value);
  for (size_t i = 0; i < found.size(); ++i)
    if (Operation *computes = found[i].getDefiningOp();
        computes && !llvm::is_contained(leaves, found[i]))
      llvm::for_each(valuesRead(*computes), visit);
  return found;
}

/// Whether `value` is computed from an accumulator.
static bool readsAccumulator(Value value, linalg::GenericOp op) {
  return llvm::any_of(valuesBehind(value, op),
                      [&](Value behind) { return isAccumulator(behind, op); });
}

/// What a combination leaves any other value unchanged with; nothing where
/// every value does so with itself (minimum, maximum, and, or).
static std::optional<int64_t> neutralOf(Operation *step) {
  if (isa<arith::AddFOp, arith::AddIOp>(step))
    return 0;
  if (isa<arith::MulFOp, arith::MulIOp>(step))
    return 1;
  return std::nullopt;
}

static bool isNumber(Value value, int64_t number) {
  APInt integer;
  APFloat real(0.0);
  if (matchPattern(value, m_ConstantInt(&integer)))
    return integer.getSExtValue() == number;
  return matchPattern(value, m_ConstantFloat(&real)) &&
         real.isExactlyValue(double(number));
}

static bool combines(Operation *op) {
  return isa_and_nonnull<arith::AddFOp, arith::AddIOp, arith::MulFOp,
                         arith::MulIOp, arith::MinNumFOp, arith::MaxNumFOp,
                         arith::MinimumFOp, arith::MaximumFOp, arith::MinSIOp,
                         arith::MaxSIOp, arith::AndIOp, arith::OrIOp>(op);
}

/// Whether `value` is computed from accumulators, terms and constants alone:
/// then it is known of partial results too.
static bool isMergeable(Value value, linalg::GenericOp op,
                        ArrayRef<Value> terms) {
  return llvm::all_of(valuesBehind(value, op, terms), [&](Value behind) {
    Operation *computes = behind.getDefiningOp();
    return llvm::is_contained(terms, behind) || isAccumulator(behind, op) ||
           (computes && hasVectorForm(*computes));
  });
}

/// best' = take ? v : best; place' = take ? here : place.
static bool findPlaceSteps(linalg::GenericOp op, Reduction &found) {
  if (op.getNumDpsInits() != 2)
    return false;
  Operation *yield = op.getBody()->getTerminator();
  auto best = yield->getOperand(0).getDefiningOp<arith::SelectOp>(),
       place = yield->getOperand(1).getDefiningOp<arith::SelectOp>();
  unsigned first = op.getNumDpsInputs();
  auto keeps = [&](arith::SelectOp step, unsigned result) {
    return step && isInBody(step, op) &&
           step.getFalseValue() == op.getBody()->getArgument(first + result) &&
           !readsAccumulator(step.getTrueValue(), op);
  };
  if (!keeps(best, 0) || !keeps(place, 1) ||
      best.getCondition() != place.getCondition() ||
      !place.getType().isInteger(64))
    return false;
  std::array<Value, 2> terms{best.getTrueValue(), place.getTrueValue()};
  if (!isMergeable(best.getCondition(), op, terms))
    return false;
  found.steps = {best, place};
  found.terms.assign(terms.begin(), terms.end());
  found.tracksPlace = true;
  return true;
}

/// The steps and terms of the body; false where partial results of it could not
/// be merged.
static bool findSteps(linalg::GenericOp op, Reduction &found) {
  Block *body = op.getBody();
  unsigned inputs = op.getNumDpsInputs(), results = op.getNumDpsInits();
  if (findPlaceSteps(op, found))
    return true;
  for (unsigned i = 0; i < results; ++i) {
    Value accumulator = body->getArgument(inputs + i);
    Operation *step = body->getTerminator()->getOperand(i).getDefiningOp();
    if (!combines(step) || !isInBody(step->getResult(0), op))
      return false;
    unsigned side = step->getOperand(0) == accumulator ? 0 : 1;
    if (step->getOperand(side) != accumulator)
      return false;
    found.steps.push_back(step);
    found.terms.push_back(step->getOperand(1 - side));
  }
  bool independent = true;
  for (unsigned i = 0; i < results; ++i)
    independent &= body->getArgument(inputs + i).hasOneUse() &&
                   !readsAccumulator(found.terms[i], op);
  if (independent)
    return true;
  // sum' = sum + v; lost' = lost + f(sum, v, sum').
  found.carriesLosses = results == 2 && isa<arith::AddFOp>(found.steps[0]) &&
                        isa<arith::AddFOp>(found.steps[1]) &&
                        body->getArgument(inputs + 1).hasOneUse() &&
                        !readsAccumulator(found.terms[0], op) &&
                        isMergeable(found.terms[1], op, found.terms[0]);
  return found.carriesLosses;
}

bool isReduction(linalg::GenericOp op) {
  if (op.getNumReductionLoops() == 0 ||
      !llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isProjectedPermutation(); }))
    return false;
  // One element of each result for each step of the loops that are kept.
  SmallVector<unsigned> reduced;
  op.getReductionDims(reduced);
  for (OpOperand &init : op.getDpsInitsMutable())
    for (unsigned loop : reduced)
      if (op.getMatchingIndexingMap(&init).isFunctionOfDim(loop))
        return false;
  unsigned innermost = op.getNumLoops() - 1;
  return op.getIteratorTypesArray()[innermost] ==
             utils::IteratorType::reduction &&
         llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
           AffineMap map = op.getMatchingIndexingMap(input);
           return map.getNumResults() != 0 &&
                  map.getDimPosition(map.getNumResults() - 1) == innermost;
         });
}

ReductionMatch matchReduction(linalg::GenericOp op, const CPUProfile &cpu) {
  Reduction found;
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    (kind == utils::IteratorType::reduction ? found.reduced : found.kept)
        .push_back(loop);
  if (!findSteps(op, found))
    return {{}, CPUDetour::NotMergeable};
  unsigned innermost = found.reduced.back();
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (getElementTypeOrSelf(operand.get()).isInteger(1))
      return {{}, CPUDetour::LogicalElements};
    if (map.isFunctionOfDim(innermost) &&
        map.getDimPosition(map.getNumResults() - 1) != innermost)
      return {{}, CPUDetour::SeveralLayouts};
  }
  for (Operation &inner : op.getBody()->without_terminator())
    if (!hasVectorForm(inner) && !isa<linalg::IndexOp>(inner))
      return {{}, CPUDetour::NoVectorForm};
  if (found.tracksPlace) {
    Value none = TiledLowering::constantInit(*op.getDpsInitOperand(1));
    if (!none || !isNumber(none, -1))
      return {{}, CPUDetour::StartsElsewhere};
  }
  for (auto [step, init] : llvm::zip(found.steps, op.getDpsInitsMutable())) {
    Value start = TiledLowering::constantInit(init);
    std::optional<int64_t> neutral = neutralOf(step);
    if (!start || (neutral && !isNumber(start, *neutral)))
      return {{}, CPUDetour::StartsElsewhere};
  }
  int64_t elements = 1;
  for (int64_t size : op.getStaticLoopRanges())
    elements = ShapedType::isDynamic(size) || elements > cpu.elementsWorthTiling
                   ? cpu.elementsWorthTiling + 1
                   : elements * size;
  if (elements <= cpu.elementsWorthTiling)
    return {{}, CPUDetour::FewElements};
  return {found, {}};
}

namespace {

class ReductionLowering : TiledLowering {
public:
  ReductionLowering(linalg::GenericOp op, const Reduction &reduction,
                    const CPUProfile &cpu)
      : TiledLowering(op, cpu), r(reduction) {
    unsigned bits = 1;
    for (OpOperand &init : op.getDpsInitsMutable()) {
      inits.push_back(constantInit(init));
      bits = std::max(bits, inits.back().getType().getIntOrFloatBitWidth());
    }
    lanes = std::max<int64_t>(1, cpu.vectorBits / bits);
  }

  void run();

private:
  SmallVector<Value> startValues(int64_t count);
  SmallVector<Value> take(ArrayRef<Value> at, Value mask,
                          ValueRange accumulators);
  SmallVector<Value> merge(ValueRange a, ValueRange c, int64_t length);
  SmallVector<Value> segment(SmallVector<Value> at, Value from, Value to,
                             ValueRange accumulators);
  SmallVector<Value> mergeLanes(ValueRange accumulators);

  const Reduction &r;
  SmallVector<Value> inits;
  int64_t lanes;
};

} // namespace

/// Vectors of initial values, for `count` independent sets of accumulators.
SmallVector<Value> ReductionLowering::startValues(int64_t count) {
  SmallVector<Value> values;
  for (int64_t i = 0; i < count; ++i)
    for (Value init : inits)
      values.push_back(vector::BroadcastOp::create(
          b, VectorType::get({lanes}, init.getType()), init));
  return values;
}

/// The accumulators after one vector of elements; where `mask` is not null only
/// its lanes count.
SmallVector<Value> ReductionLowering::take(ArrayRef<Value> at, Value mask,
                                           ValueRange accumulators) {
  IRMapping map;
  Block *body = op.getBody();
  unsigned innermost = r.reduced.back();
  for (auto [number, input] : llvm::enumerate(op.getDpsInputOperands())) {
    Value value;
    if (!op.getMatchingIndexingMap(input).isFunctionOfDim(innermost))
      value = load(*input, at);
    else
      value = mask ? loadMasked(*input, at, lanes, mask)
                   : loadVector(*input, at, lanes);
    map.map(body->getArgument(number), value);
  }
  for (auto [number, accumulator] : llvm::enumerate(accumulators))
    map.map(body->getArgument(op.getNumDpsInputs() + number), accumulator);
  for (Operation &inner : body->without_terminator()) {
    auto place = dyn_cast<linalg::IndexOp>(inner);
    if (!place) {
      cloneOnVectors(b, inner, map, lanes);
      continue;
    }
    Value here = at[place.getDim()];
    if (place.getDim() == innermost) {
      auto type = VectorType::get({lanes}, b.getIndexType());
      auto lane = llvm::to_vector(llvm::seq<int64_t>(0, lanes));
      here = arith::AddIOp::create(
          b, vector::BroadcastOp::create(b, type, here),
          arith::ConstantOp::create(b, type, b.getIndexVectorAttr(lane)));
    }
    map.map(place.getResult(), here);
  }
  SmallVector<Value> next;
  for (auto [step, before] : llvm::zip(r.steps, accumulators)) {
    Value value = map.lookup(step->getResult(0));
    next.push_back(mask ? Value(arith::SelectOp::create(b, mask, value, before))
                        : value);
  }
  return next;
}

/// Two sets of accumulators as one: what the body makes of `c` as terms.
SmallVector<Value> ReductionLowering::merge(ValueRange a, ValueRange c,
                                            int64_t length) {
  IRMapping map;
  Block *body = op.getBody();
  for (auto [number, accumulator] : llvm::enumerate(a))
    map.map(body->getArgument(op.getNumDpsInputs() + number), accumulator);
  map.map(r.terms[0], c[0]);
  for (unsigned i = 1; i < r.terms.size(); ++i)
    if (!r.carriesLosses)
      map.map(r.terms[i], c[i]);
  SmallVector<Value> next;
  auto compute = [&](auto &&self, Value value) -> void {
    if (map.contains(value) || !isInBody(value, op))
      return;
    Operation *computes = value.getDefiningOp();
    for (Value operand : valuesRead(*computes))
      self(self, operand);
    cloneOnVectors(b, *computes, map, length);
  };
  for (Operation *step : r.steps)
    compute(compute, step->getResult(0));
  for (Operation *step : r.steps)
    next.push_back(map.lookup(step->getResult(0)));
  if (r.carriesLosses)
    next[1] = arith::AddFOp::create(b, next[1], c[1]);
  if (!r.tracksPlace)
    return next;
  // What has found nothing leaves the other as it is.
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(c[1].getType()));
  Value some = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, c[1], zero);
  for (auto [value, before] : llvm::zip(next, a))
    value = arith::SelectOp::create(b, some, value, before);
  return next;
}

/// Elements [from, to) of the innermost loop, into several sets of
/// accumulators.
SmallVector<Value> ReductionLowering::segment(SmallVector<Value> at, Value from,
                                              Value to,
                                              ValueRange accumulators) {
  unsigned innermost = r.reduced.back(), width = inits.size();
  int64_t sets = accumulators.size() / width, step = sets * lanes;
  Value count = b.createOrFold<arith::DivUIOp>(sub(to, from), index(step));
  Value wholeEnd = add(from, mul(count, step));
  auto whole = scf::ForOp::create(b, from, wholeEnd, index(step), accumulators);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(whole.getBody());
    SmallVector<Value> next;
    for (int64_t set = 0; set < sets; ++set) {
      at[innermost] = add(whole.getInductionVar(), set * lanes);
      next.append(
          take(at, {}, whole.getRegionIterArgs().slice(set * width, width)));
    }
    scf::YieldOp::create(b, next);
  }
  // What is left, a vector at a time, into the first set.
  SmallVector<Value> values(whole.getResults());
  auto rest = scf::ForOp::create(b, wholeEnd, to, index(lanes),
                                 ValueRange(values).take_front(width));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(rest.getBody());
    at[innermost] = rest.getInductionVar();
    Value mask =
        vector::CreateMaskOp::create(b, VectorType::get({lanes}, b.getI1Type()),
                                     sub(to, rest.getInductionVar()));
    scf::YieldOp::create(b, take(at, mask, rest.getRegionIterArgs()));
  }
  llvm::copy(rest.getResults(), values.begin());
  return values;
}

/// Sets of vectors to one scalar each.
SmallVector<Value> ReductionLowering::mergeLanes(ValueRange accumulators) {
  unsigned width = inits.size();
  SmallVector<Value> all(accumulators.take_front(width));
  for (unsigned at = width; at < accumulators.size(); at += width)
    all = merge(all, accumulators.slice(at, width), lanes);
  auto lane = [&](int64_t number) {
    return llvm::map_to_vector(all, [&](Value vector) -> Value {
      return vector::ExtractOp::create(b, vector, number);
    });
  };
  SmallVector<Value> total = lane(0);
  for (int64_t number = 1; number < lanes; ++number)
    total = merge(total, lane(number), /*length=*/0);
  return total;
}

void ReductionLowering::run() {
  unsigned innermost = r.reduced.back();
  SmallVector<Value> results;
  for (OpOperand &init : op.getDpsInitsMutable())
    results.push_back(allocate(init));

  // Segments of one result, and how many parts they make.
  auto product = [&](Value x, Value y) {
    return b.createOrFold<arith::MulIOp>(x, y);
  };
  Value chunks = tiles(sizes[innermost], cpu.chunkElements);
  Value segments = chunks, count = index(1);
  for (unsigned loop : ArrayRef<unsigned>(r.reduced).drop_back())
    segments = product(segments, sizes[loop]);
  for (unsigned loop : r.kept)
    count = product(count, sizes[loop]);
  Value one = index(1);
  Value atLeastOne = b.createOrFold<arith::MaxSIOp>(count, one);
  Value parts =
      b.createOrFold<arith::CeilDivSIOp>(index(cpu.reductionTasks), atLeastOne);
  parts = b.createOrFold<arith::MaxSIOp>(min(parts, segments), one);
  Value perPart = b.createOrFold<arith::CeilDivSIOp>(segments, parts);

  SmallVector<Value> partials;
  Value slots = product(count, parts);
  for (Value init : inits)
    partials.push_back(memref::AllocOp::create(
        b, MemRefType::get({ShapedType::kDynamic}, init.getType()), slots,
        b.getI64IntegerAttr(64)));
  // The row-major number of a result at loop values `at`.
  auto numberOf = [&](ArrayRef<Value> at) {
    Value number = index(0);
    for (unsigned loop : r.kept)
      number = add(product(number, sizes[loop]), at[loop]);
    return number;
  };

  int64_t known = std::min<int64_t>(
      ShapedType::isDynamic(staticSizes[innermost]) ? cpu.chunkElements
                                                    : staticSizes[innermost],
      cpu.chunkElements);
  SmallVector<Value> extents;
  for (unsigned loop : r.kept)
    extents.push_back(sizes[loop]);
  SmallVector<Value> tasks(extents);
  tasks.push_back(parts);
  parallel(tasks, known, [&](ValueRange task) {
    SmallVector<Value> at(sizes.size());
    for (auto [number, loop] : llvm::enumerate(r.kept))
      at[loop] = task[number];
    Value part = task.back();
    Value from = product(part, perPart);
    Value to = min(segments, add(from, perPart));
    auto made =
        scf::ForOp::create(b, from, to, one, startValues(cpu.registersPerStep));
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(made.getBody());
      Value rest = arith::DivUIOp::create(b, made.getInductionVar(), chunks);
      Value chunk = arith::RemUIOp::create(b, made.getInductionVar(), chunks);
      for (unsigned loop :
           llvm::reverse(ArrayRef<unsigned>(r.reduced).drop_back())) {
        at[loop] = arith::RemUIOp::create(b, rest, sizes[loop]);
        rest = arith::DivUIOp::create(b, rest, sizes[loop]);
      }
      Value begin = mul(chunk, cpu.chunkElements);
      Value end = min(sizes[innermost], add(begin, cpu.chunkElements));
      scf::YieldOp::create(b,
                           segment(at, begin, end, made.getRegionIterArgs()));
    }
    Value slot = add(product(numberOf(at), parts), part);
    for (auto [value, buffer] :
         llvm::zip(mergeLanes(made.getResults()), partials))
      memref::StoreOp::create(b, value, buffer, slot);
  });

  auto finish = [&](ArrayRef<Value> at) {
    Value first = product(numberOf(at), parts);
    auto loadAll = [&](Value slot) {
      return llvm::map_to_vector(partials, [&](Value buffer) -> Value {
        return memref::LoadOp::create(b, buffer, slot);
      });
    };
    auto made = scf::ForOp::create(b, one, parts, one, loadAll(first));
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(made.getBody());
      scf::YieldOp::create(b, merge(made.getRegionIterArgs(),
                                    loadAll(add(first, made.getInductionVar())),
                                    0));
    }
    for (auto [number, value] : llvm::enumerate(made.getResults())) {
      OpOperand &init = *op.getDpsInitOperand(number);
      memref::StoreOp::create(b, value, bufferOf(init), indicesOf(init, at));
    }
  };
  SmallVector<Value> at(sizes.size());
  if (extents.empty())
    finish(at);
  else
    parallel(extents, 1, [&](ValueRange task) {
      for (auto [number, loop] : llvm::enumerate(r.kept))
        at[loop] = task[number];
      finish(at);
    });
  replace(results);
}

void lowerReduction(linalg::GenericOp op, const Reduction &reduction,
                    const CPUProfile &cpu) {
  ReductionLowering(op, reduction, cpu).run();
}

} // namespace runmat::tiled

// Steps under control flow: branches, and loops whose states are repeated,
// rotated and derived from one another.
#include "Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "runmat/Dialect/Array/ScalarEvaluation.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

/// Largest float of a state, so that each iteration starts within bounds.
static constexpr double kStateLimit = 64;

/// for: the state is added up and limited, so that it stays exact.
bool Generator::loop() {
  const Entry *chosen = choose([](const Entry &e) {
    return !e.isBool() && e.bound <= exactLimit(e.element()) / 8;
  });
  if (!chosen)
    return false;
  Entry x = *chosen;
  double limit = std::min(64.0, exactLimit(x.element()) / 4);
  if (x.isFloat())
    x = tame(x, limit);
  Value start = x.value;
  auto loop = scf::ForOp::create(builder, index(0), index(pick(5)), index(1),
                                 ValueRange(start));
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value state = loop.getRegionIterArgs().front();
    Value next = chance(0.5)
                     ? Value(array::AddOp::create(builder, state, start))
                     : Value(array::SubOp::create(builder, start, state));
    next = array::ClampOp::create(builder, next, constant(x.element(), -limit),
                                  constant(x.element(), limit),
                                  array::NanMode::Number);
    assert(next.getType() == start.getType() && "sizes and dtype stay");
    scf::YieldOp::create(builder, next);
  }
  return add(loop.getResult(0), x.sizes,
             x.isFloat() ? std::max(limit, x.bound) : kUnbounded);
}

/// if: an element decides which of two values of one type is taken.
bool Generator::branch() {
  const Entry *condition =
      choose([](const Entry &e) { return e.isBool() && e.count() > 0; });
  const Entry *first = choose([](const Entry &e) { return !e.isBool(); });
  if (!condition || !first)
    return false;
  Entry c = *condition, x = *first;
  SmallVector<Value> zeros(c.sizes.size(), index(0));
  Value decision = tensor::ExtractOp::create(builder, c.value, zeros);
  auto branch = scf::IfOp::create(builder, x.value.getType(), decision,
                                  /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(builder, x.value);
    builder.setInsertionPointToStart(branch.elseBlock());
    Value other = array::NegOp::create(builder, x.value);
    scf::YieldOp::create(builder, other);
  }
  return add(branch.getResult(0), x.sizes, x.bound);
}

bool Generator::poke() {
  const Entry *chosen = choose([](const Entry &e) {
    return !e.isBool() && !e.sizes.empty() && e.count() > 0;
  });
  if (!chosen)
    return false;
  Entry x = *chosen;
  SmallVector<int64_t> offsets, ones(x.sizes.size(), 1);
  for (int64_t size : x.sizes)
    offsets.push_back(pick(size));
  array::Scalar nine;
  nine.f = nine.i = 9;
  Value one = array::ConstantOp::create(
      builder,
      array::denseFromScalars(RankedTensorType::get(ones, x.element()), nine));
  return add(array::InsertSliceOp::create(builder, one, x.value, ValueRange(),
                                          ValueRange(), offsets, ones),
             x.sizes, std::max(x.bound, 9.0));
}

/// The same value with the type of a state: by reshape or slice, or nothing.
std::optional<Entry> Generator::derive(const Entry &x, const Entry &state) {
  RankedTensorType type = state.type();
  if (x.element() != type.getElementType() || !type.hasStaticShape())
    return std::nullopt;
  if (x.type() == type)
    return x;
  Entry made{Value(), state.sizes, x.bound, x.ulps};
  if (x.count() == state.count() && x.type().hasStaticShape()) {
    made.value = array::ReshapeOp::create(builder, type, x.value, ValueRange());
    return made;
  }
  if (x.sizes.size() != state.sizes.size())
    return std::nullopt;
  SmallVector<int64_t> offsets, strides(x.sizes.size(), 1);
  for (auto [have, want] : llvm::zip(x.sizes, state.sizes)) {
    if (have < want)
      return std::nullopt;
    offsets.push_back(pick(have - want + 1));
  }
  made.value =
      array::SliceOp::create(builder, x.value, ValueRange(), ValueRange(),
                             ValueRange(), offsets, state.sizes, strides);
  return made;
}

/// The arguments of a block that stand for states, which join the pool.
void Generator::addStates(ValueRange arguments, ArrayRef<Entry> states) {
  for (auto [argument, state] : llvm::zip_equal(arguments, states))
    pool.push_back(
        {argument, state.sizes, state.isFloat() ? kStateLimit : kUnbounded, 0});
}

/// A few steps, and what each state becomes: preferably values of these steps,
/// one for several states, or another state.
SmallVector<Value> Generator::stepStates(ArrayRef<Entry> states) {
  using Step = bool (Generator::*)();
  const Step steps[] = {&Generator::arithmetic, &Generator::minMaxClamp,
                        &Generator::select,     &Generator::transposeReshape,
                        &Generator::slice,      &Generator::insertSlice,
                        &Generator::poke,       &Generator::poke,
                        &Generator::branch,     &Generator::states};
  size_t before = pool.size() - states.size();
  for (int64_t made = 0, tries = 0, wanted = pick(5);
       made < wanted && tries < 40; ++tries)
    made += (this->*steps[pick(std::size(steps))])();

  SmallVector<Value> next;
  std::optional<Entry> last;
  for (const Entry &state : states) {
    std::optional<Entry> chosen;
    if (last && chance(0.4))
      chosen = derive(*last, state);
    for (int tries = 0; !chosen && tries < 8; ++tries) {
      const Entry &any = pool[chance(0.8) ? before + pick(pool.size() - before)
                                          : pick(pool.size())];
      if (any.ulps == 0)
        chosen = any.type() == state.type() && any.sizes == state.sizes
                     ? any
                     : derive(any, state);
    }
    if (!chosen)
      chosen = state;
    if (chosen->isFloat())
      *chosen = tame(*chosen, kStateLimit);
    next.push_back(chosen->value);
    last = chosen;
  }
  return next;
}

bool Generator::states() {
  auto suits = [](const Entry &e) {
    return !e.isBool() && !e.sizes.empty() && e.count() > 0 &&
           kStateLimit <= exactLimit(e.element());
  };
  const Entry *first = choose(suits);
  if (!first || depth == 2)
    return false;
  SmallVector<Entry> states = {*first};
  for (int64_t k = 0, more = 1 + pick(2); k < more; ++k) {
    bool sameType = chance(0.6);
    if (const Entry *other = choose([&](const Entry &e) {
          return suits(e) && e.element() == states[0].element() &&
                 (!sameType ||
                  (e.type() == states[0].type() && e.sizes == states[0].sizes));
        }))
      states.push_back(*other);
  }
  for (Entry &state : states)
    if (state.isFloat())
      state = tame(state, kStateLimit);
  SmallVector<Value> inits;
  for (const Entry &state : states)
    inits.push_back(state.value);

  size_t outside = pool.size();
  ValueRange results;
  ++depth;
  Value low = index(0), high = index(pick(5)), step = index(1);
  if (chance(0.6)) {
    auto loop = scf::ForOp::create(builder, low, high, step, inits);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    addStates(loop.getRegionIterArgs(), states);
    scf::YieldOp::create(builder, stepStates(states));
    results = loop.getResults();
  } else {
    results = whileStates(states, inits, low, high, step);
  }
  --depth;
  pool.resize(outside);
  addStates(results, states);
  return true;
}

/// With a counter, whose result is left out.
ValueRange Generator::whileStates(ArrayRef<Entry> states,
                                  SmallVector<Value> inits, Value low,
                                  Value high, Value step) {
  inits.insert(inits.begin(), low);
  SmallVector<Type> types(ValueRange(inits).getTypes());
  SmallVector<Location> places(types.size(), builder.getLoc());
  auto loop = scf::WhileOp::create(builder, types, inits);
  OpBuilder::InsertionGuard guard(builder);
  size_t outside = pool.size();

  Block *block = builder.createBlock(&loop.getBefore(), {}, types, places);
  addStates(block->getArguments().drop_front(), states);
  SmallVector<Value> given = stepStates(states);
  Value count = block->getArgument(0);
  Value goesOn =
      arith::CmpIOp::create(builder, arith::CmpIPredicate::slt, count, high);
  given.insert(given.begin(), count);
  scf::ConditionOp::create(builder, goesOn, given);
  pool.resize(outside);

  block = builder.createBlock(&loop.getAfter(), {}, types, places);
  addStates(block->getArguments().drop_front(), states);
  given = stepStates(states);
  given.insert(given.begin(),
               arith::AddIOp::create(builder, block->getArgument(0), step));
  scf::YieldOp::create(builder, given);
  pool.resize(outside);
  return loop.getResults().drop_front();
}

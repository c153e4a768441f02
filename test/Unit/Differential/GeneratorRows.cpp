// Random programs of real numbers: nests over rows as users write them
// (softmax, log-sum-exp, the norms, standardise, min-max scale, mean and
// variance), over any dims, in every float type, with movements, reductions,
// loops and other readers between. The oracle's own spread bounds the results
// (Conditioned.h), so steps that decide by value take exact operands only.
#include "Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "runmat/Dialect/Array/ScalarEvaluation.h"
#include "runmat/Support/ElementType.h"

#include <cmath>

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;
using array::NanMode;

// Larger tensors only take time.
static constexpr int64_t kMaxElements = 4096;

namespace {

struct Real {
  Value value;
  SmallVector<int64_t> sizes; ///< at run time
  bool exact;                 ///< no operation rounded

  RankedTensorType type() const {
    return cast<RankedTensorType>(value.getType());
  }
  Type element() const { return type().getElementType(); }
  int64_t rank() const { return int64_t(sizes.size()); }
  int64_t count() const {
    int64_t product = 1;
    for (int64_t size : sizes)
      product *= size;
    return product;
  }
};

class RowsGenerator {
public:
  RowsGenerator(MLIRContext &context, uint64_t seed)
      : context(context), random(seed * 6364136223846793005u + 1442695040888u),
        b(UnknownLoc::get(&context), &context) {}
  GeneratedProgram generate();

private:
  int64_t pick(int64_t count) { return int64_t(random() % uint64_t(count)); }
  bool chance(double p) {
    return std::uniform_real_distribution<>(0, 1)(random) < p;
  }
  Value index(int64_t n) { return arith::ConstantIndexOp::create(b, n); }
  Value constant(Type element, double value) {
    array::Scalar scalar;
    scalar.f = value;
    return array::ConstantOp::create(
        b, array::denseFromScalars(RankedTensorType::get({}, element), scalar));
  }
  UnitAttr flag(double p) { return chance(p) ? b.getUnitAttr() : UnitAttr(); }
  NanMode nanMode() {
    return chance(0.5) ? NanMode::Number : NanMode::Propagate;
  }

  Real argument(Type element, ArrayRef<int64_t> sizes, ArrayRef<int64_t> shape,
                bool data);
  /// Broadcasts to `like`: some of its trailing dims, some of those 1.
  Real extra(const Real &like);
  SmallVector<int64_t> someDims(const Real &x);

  enum class Stat { Sum, Mean, Var, Std, Max, Min };
  /// With the dims kept, or put back by a reshape.
  Value stat(const Real &x, ArrayRef<int64_t> dims, Stat kind);
  Real row(const Real &x);
  Real affine(const Real &x);
  Real elementwise(const Real &x);
  Real movement(const Real &x);
  Real casted(const Real &x);
  Real decided(const Real &x);
  Real looped(const Real &x);
  Real step(const Real &x);
  Real reduction(const Real &x);

  MLIRContext &context;
  std::mt19937_64 random;
  ImplicitLocOpBuilder b;
  func::FuncOp function;
  std::vector<io::Tensor> arguments;
  std::vector<Real> seen; ///< candidates for diamonds and results
  int depth = 0;          ///< of loops
};

} // namespace

Real RowsGenerator::argument(Type element, ArrayRef<int64_t> sizes,
                             ArrayRef<int64_t> shape, bool data) {
  io::Tensor tensor =
      *io::Tensor::allocate(*dtypeOf(element), {sizes.begin(), sizes.end()});
  std::normal_distribution<> normal(data ? double(pick(4)) : 1, 1);
  bool special = data && chance(0.12), whole = data && chance(0.1);
  bool small = data && !special && chance(0.04),
       huge = data && !special && !element.isF16() && chance(0.06);
  double scale = small ? element.isF64() ? 1e-310 : 1e-40 : huge ? 1e18 : 1;
  for (int64_t k = 0; k < tensor.elements(); ++k) {
    double value = scale * normal(random);
    if (whole)
      value = double(pick(5) - 2); // ties
    if (special && chance(0.03)) {
      const double values[] = {NAN, INFINITY, -INFINITY, -0.0, 0.0};
      value = values[pick(5)];
    }
    array::Scalar scalar;
    scalar.f = value;
    if (element.isF64())
      tensor.data<double>()[k] = value;
    else if (element.isF32())
      tensor.data<float>()[k] = float(value);
    else
      tensor.data<uint16_t>()[k] =
          uint16_t(array::bitsFromScalar(scalar, element));
  }
  arguments.push_back(std::move(tensor));
  (void)function.insertArgument(function.getNumArguments(),
                                RankedTensorType::get(shape, element), {},
                                b.getLoc());
  return {function.getArguments().back(), SmallVector<int64_t>(sizes), true};
}

Real RowsGenerator::extra(const Real &like) {
  size_t rank = chance(0.6) ? like.sizes.size() : pick(like.sizes.size() + 1);
  SmallVector<int64_t> sizes(like.sizes.end() - rank, like.sizes.end());
  ArrayRef<int64_t> all = like.type().getShape();
  SmallVector<int64_t> shape(all.end() - rank, all.end());
  for (size_t d = 0; d < rank; ++d)
    if (chance(0.35))
      sizes[d] = shape[d] = 1;
  if (chance(0.1) && sizes.size() == rank) {
    // Random numbers of the same sizes.
    SmallVector<Value> open;
    for (size_t d = 0; d < rank; ++d)
      if (ShapedType::isDynamic(shape[d]))
        open.push_back(index(sizes[d]));
    auto type = RankedTensorType::get(shape, like.element());
    Value key = arith::ConstantIntOp::create(b, int64_t(random() >> 8), 64);
    Value offset = arith::ConstantIntOp::create(b, pick(1000), 64);
    Value made =
        chance(0.5)
            ? Value(array::RandUniformOp::create(b, type, key, offset, open))
            : Value(array::RandNormalOp::create(b, type, key, offset, open));
    return {made, sizes, false};
  }
  return argument(like.element(), sizes, shape, /*data=*/false);
}

SmallVector<int64_t> RowsGenerator::someDims(const Real &x) {
  SmallVector<int64_t> dims;
  int64_t rank = x.rank();
  switch (pick(4)) {
  case 0: // rows
    dims.push_back(rank - 1);
    break;
  case 1: // columns
    dims.push_back(0);
    break;
  case 2:
    for (int64_t d = pick(rank); d < rank; ++d)
      dims.push_back(d);
    break;
  default:
    for (int64_t d = 0; d < rank; ++d)
      if (chance(0.5))
        dims.push_back(d);
    if (dims.empty())
      dims.push_back(pick(rank));
  }
  return dims;
}

Value RowsGenerator::stat(const Real &x, ArrayRef<int64_t> dims, Stat kind) {
  UnitAttr keep = flag(0.7), omit = flag(0.1);
  auto attr = b.getDenseI64ArrayAttr(dims);
  auto mode = array::NanModeAttr::get(&context, nanMode());
  IntegerAttr ddof = b.getI64IntegerAttr(chance(0.7) ? 0 : 1);
  Value made;
  switch (kind) {
  case Stat::Sum:
    made = array::SumOp::create(b, x.value, attr, keep, omit);
    break;
  case Stat::Mean:
    made = array::MeanOp::create(b, x.value, attr, keep, omit);
    break;
  case Stat::Var:
    made = array::VarOp::create(b, x.value, attr, keep, ddof, omit);
    break;
  case Stat::Std:
    made = array::StdOp::create(b, x.value, attr, keep, ddof, omit);
    break;
  case Stat::Max:
    made = array::ReduceMaxOp::create(b, x.value, attr, keep, mode);
    break;
  case Stat::Min:
    made = array::ReduceMinOp::create(b, x.value, attr, keep, mode);
    break;
  }
  if (keep)
    return made;
  SmallVector<int64_t> back(x.type().getShape());
  SmallVector<Value> open;
  for (int64_t d = 0; d < x.rank(); ++d)
    if (llvm::is_contained(dims, d))
      back[d] = 1;
    else if (ShapedType::isDynamic(back[d]))
      open.push_back(tensor::DimOp::create(b, x.value, d));
  return array::ReshapeOp::create(b, RankedTensorType::get(back, x.element()),
                                  made, open);
}

Real RowsGenerator::row(const Real &x) {
  SmallVector<int64_t> dims = someDims(x);
  Value v = x.value, made;
  Value small = constant(x.element(), 0.01);
  auto sub = [&](Value p, Value q) -> Value {
    return array::SubOp::create(b, p, q);
  };
  auto with = [&](Value value) { return Real{value, x.sizes, false}; };
  auto keeps = [&](Value value, Stat kind) {
    return stat(with(value), dims, kind);
  };
  switch (pick(8)) {
  case 0: { // softmax
    Value e = array::ExpOp::create(b, sub(v, keeps(v, Stat::Max)));
    made = array::DivOp::create(b, e, keeps(e, Stat::Sum));
    break;
  }
  case 1: { // log-softmax
    Value d = sub(v, keeps(v, Stat::Max));
    Value e = array::ExpOp::create(b, d);
    made = sub(d, array::LogOp::create(b, keeps(e, Stat::Sum)));
    break;
  }
  case 2: { // layer norm, by one operation or from parts
    Value d = sub(v, keeps(v, Stat::Mean));
    Value var = chance(0.5) ? keeps(v, Stat::Var)
                            : keeps(array::MulOp::create(b, d, d), Stat::Mean);
    Value shifted = array::AddOp::create(b, var, small);
    if (chance(0.5))
      made = array::DivOp::create(b, d, array::SqrtOp::create(b, shifted));
    else
      made = array::MulOp::create(b, d, array::RsqrtOp::create(b, shifted));
    break;
  }
  case 3: { // RMS norm
    Value mean = keeps(array::MulOp::create(b, v, v), Stat::Mean);
    Value shifted = array::AddOp::create(b, mean, small);
    made = array::MulOp::create(b, v, array::RsqrtOp::create(b, shifted));
    break;
  }
  case 4: // standardise
    made = array::DivOp::create(
        b, sub(v, keeps(v, Stat::Mean)),
        array::AddOp::create(b, keeps(v, Stat::Std), small));
    break;
  case 5: { // min-max scale
    Value low = keeps(v, Stat::Min), high = keeps(v, Stat::Max);
    made = array::DivOp::create(b, sub(v, low),
                                array::AddOp::create(b, sub(high, low), small));
    break;
  }
  case 6: // mean and variance, both used
    made =
        array::AddOp::create(b, keeps(v, Stat::Mean),
                             array::MulOp::create(b, v, keeps(v, Stat::Var)));
    break;
  default: { // log-sum-exp beside its rows
    Value top = keeps(v, Stat::Max);
    Value e = array::ExpOp::create(b, sub(v, top));
    made = sub(v, array::AddOp::create(
                      b, array::LogOp::create(b, keeps(e, Stat::Sum)), top));
  }
  }
  return with(made);
}

Real RowsGenerator::affine(const Real &x) {
  Value v = x.value;
  if (chance(0.7))
    v = array::MulOp::create(b, v, extra(x).value);
  if (chance(0.7))
    v = array::AddOp::create(b, v, extra(x).value);
  return {v, x.sizes, x.exact && v == x.value};
}

template <typename Op> static Value make(ImplicitLocOpBuilder &b, Value x) {
  return Op::create(b, x);
}

Real RowsGenerator::elementwise(const Real &x) {
  Value v = x.value;
  Value one = constant(x.element(), 1);
  switch (pick(8)) {
  case 0:
    return {array::NegOp::create(b, v), x.sizes, x.exact};
  case 1:
    return {array::MaxOp::create(b, v, extra(x).value, nanMode()), x.sizes,
            false};
  case 2:
    return {array::ClampOp::create(b, v, constant(x.element(), -2),
                                   constant(x.element(), 2.5), nanMode()),
            x.sizes, x.exact};
  case 3: { // a value of the same type that was made before: a diamond
    for (int k = 0; k < 8; ++k) {
      const Real &other = seen[pick(seen.size())];
      if (other.type() == x.type() && other.sizes == x.sizes)
        return {chance(0.5) ? Value(array::AddOp::create(b, v, other.value))
                            : Value(array::SubOp::create(b, v, other.value)),
                x.sizes, false};
    }
    return {array::AddOp::create(b, v, v), x.sizes, false};
  }
  case 4: {
    Value positive = array::AddOp::create(b, array::AbsOp::create(b, v), one);
    Value (*ops[])(ImplicitLocOpBuilder &, Value) = {
        make<array::SqrtOp>, make<array::LogOp>,   make<array::Log2Op>,
        make<array::CbrtOp>, make<array::Log1pOp>, make<array::RsqrtOp>,
        make<array::Log10Op>};
    return {ops[pick(std::size(ops))](b, positive), x.sizes, false};
  }
  case 5: {
    Value limited =
        array::ClampOp::create(b, v, constant(x.element(), -3),
                               constant(x.element(), 3), NanMode::Propagate);
    Value (*ops[])(ImplicitLocOpBuilder &, Value) = {
        make<array::ExpOp>,  make<array::SinhOp>, make<array::CoshOp>,
        make<array::Exp2Op>, make<array::SinOp>,  make<array::CosOp>,
        make<array::Expm1Op>};
    return {ops[pick(std::size(ops))](b, limited), x.sizes, false};
  }
  case 6: {
    Value (*ops[])(ImplicitLocOpBuilder &, Value) = {
        make<array::TanhOp>, make<array::AtanOp>, make<array::ErfOp>,
        make<array::AsinhOp>, make<array::AbsOp>};
    return {ops[pick(std::size(ops))](b, v), x.sizes, false};
  }
  default:
    return {array::SelectOp::create(b, array::IsNanOp::create(b, v), one, v),
            x.sizes, x.exact};
  }
}

/// Every size stays at run time; the types forget some.
Real RowsGenerator::movement(const Real &x) {
  int64_t rank = x.rank(), d = pick(rank);
  switch (pick(7)) {
  case 0:
  case 1: {
    SmallVector<int64_t> perm(llvm::to_vector(llvm::seq<int64_t>(rank))), sizes;
    std::shuffle(perm.begin(), perm.end(), random);
    for (int64_t dim : perm)
      sizes.push_back(x.sizes[dim]);
    return {array::TransposeOp::create(b, x.value, perm), sizes, x.exact};
  }
  case 2:
    return {array::CumsumOp::create(b, x.value, d), x.sizes, false};
  case 3: { // beside itself
    if (x.count() > kMaxElements)
      return x;
    SmallVector<int64_t> sizes(x.sizes);
    sizes[d] *= 2;
    return {array::ConcatOp::create(b, ValueRange{x.value, x.value}, d), sizes,
            x.exact};
  }
  case 4: {
    SmallVector<int64_t> low(rank, 0), high(rank, 0), sizes(x.sizes);
    low[d] = pick(3);
    high[d] = pick(3);
    sizes[d] += low[d] + high[d];
    return {array::PadOp::create(b, x.value, constant(x.element(), 1),
                                 ValueRange(), ValueRange(), low, high),
            sizes, x.exact};
  }
  case 5: {
    if (x.count() == 0)
      return x;
    SmallVector<int64_t> offsets, sizes, strides;
    for (int64_t limit : x.sizes) {
      int64_t offset = pick(std::min<int64_t>(limit, 4));
      int64_t stride = 1 + pick(2);
      offsets.push_back(offset);
      strides.push_back(stride);
      sizes.push_back((limit - 1 - offset) / stride + 1);
    }
    return {array::SliceOp::create(b, x.value, ValueRange(), ValueRange(),
                                   ValueRange(), offsets, sizes, strides),
            sizes, x.exact};
  }
  default: {
    if (x.count() == 0)
      return x;
    // A part of it into it, one further.
    SmallVector<int64_t> from(rank, 0), to(rank, 0), sizes(x.sizes),
        ones(rank, 1);
    if (sizes[d] > 1) {
      sizes[d] -= 1;
      to[d] = 1;
    }
    Value part = array::SliceOp::create(b, x.value, ValueRange(), ValueRange(),
                                        ValueRange(), from, sizes, ones);
    if (chance(0.5))
      part = array::NegOp::create(b, part);
    return {array::InsertSliceOp::create(b, part, x.value, ValueRange(),
                                         ValueRange(), to, ones),
            x.sizes, x.exact};
  }
  }
}

Real RowsGenerator::casted(const Real &x) {
  Type types[] = {b.getF32Type(), b.getF64Type(), b.getF16Type(),
                  b.getBF16Type()};
  Type to = types[pick(4)];
  if (to == x.element())
    return x;
  auto type = RankedTensorType::get(x.type().getShape(), to);
  return {array::CastOp::create(b, type, x.value), x.sizes, false};
}

/// By the value of an exact operand.
Real RowsGenerator::decided(const Real &x) {
  Real left = extra(x), right = extra(x);
  if (!left.exact || !right.exact)
    return x;
  Value on = array::CompareOp::create(b, static_cast<array::Predicate>(pick(6)),
                                      left.value, right.value);
  return {
      array::SelectOp::create(b, on, x.value, array::NegOp::create(b, x.value)),
      x.sizes, x.exact};
}

/// Two states; what is yielded changes places, or is one value twice.
Real RowsGenerator::looped(const Real &x) {
  if (depth > 0)
    return x;
  auto loop = scf::ForOp::create(b, index(0), index(pick(4)), index(1),
                                 ValueRange{x.value, x.value});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  std::vector<Real> outside = seen;
  ++depth;
  Real p{loop.getRegionIterArgs()[0], x.sizes, false},
      q{loop.getRegionIterArgs()[1], x.sizes, false};
  Value half = constant(x.element(), 0.5);
  Value mixed =
      array::MulOp::create(b, array::AddOp::create(b, p.value, q.value), half);
  Real next =
      chance(0.5) ? row({mixed, x.sizes, false}) : Real{mixed, x.sizes, false};
  if (next.type() != x.type())
    next.value = mixed;
  --depth;
  Value a = next.value, c = chance(0.4) ? a : chance(0.5) ? p.value : q.value;
  if (chance(0.3))
    std::swap(a, c);
  scf::YieldOp::create(b, ValueRange{a, c});
  seen = std::move(outside);
  b.setInsertionPointAfter(loop);
  seen.push_back({loop.getResult(1), x.sizes, false});
  return {loop.getResult(0), x.sizes, false};
}

Real RowsGenerator::step(const Real &x) {
  if (x.rank() == 0)
    return elementwise(x);
  int64_t which = pick(16);
  if (which < 4)
    return row(x);
  if (which < 6)
    return affine(x);
  if (which < 10)
    return elementwise(x);
  if (which < 12)
    return movement(x);
  if (which < 13)
    return casted(x);
  if (which < 14)
    return decided(x);
  return which < 15 ? looped(x) : reduction(x);
}

Real RowsGenerator::reduction(const Real &x) {
  SmallVector<int64_t> dims = someDims(x), sizes;
  UnitAttr keep = flag(0.4), omit = flag(0.25);
  for (int64_t d = 0; d < x.rank(); ++d)
    if (!llvm::is_contained(dims, d))
      sizes.push_back(x.sizes[d]);
    else if (keep)
      sizes.push_back(1);
  auto attr = int64_t(dims.size()) == x.rank() && chance(0.5)
                  ? DenseI64ArrayAttr()
                  : b.getDenseI64ArrayAttr(dims);
  auto mode = array::NanModeAttr::get(&context, nanMode());
  IntegerAttr ddof = b.getI64IntegerAttr(pick(2));
  Value made;
  switch (pick(7)) {
  case 0:
    made = array::SumOp::create(b, x.value, attr, keep, omit);
    break;
  case 1:
    made = array::MeanOp::create(b, x.value, attr, keep, omit);
    break;
  case 2:
    made = array::VarOp::create(b, x.value, attr, keep, ddof, omit);
    break;
  case 3:
    made = array::StdOp::create(b, x.value, attr, keep, ddof, omit);
    break;
  case 4:
    return {array::ReduceMaxOp::create(b, x.value, attr, keep, mode), sizes,
            x.exact};
  case 5:
    return {array::ReduceMinOp::create(b, x.value, attr, keep, mode), sizes,
            x.exact};
  default:
    made = array::SumOp::create(b, array::MulOp::create(b, x.value, x.value),
                                attr, keep, omit);
  }
  return {made, sizes, false};
}

GeneratedProgram RowsGenerator::generate() {
  OwningOpRef<ModuleOp> module = ModuleOp::create(b.getLoc());
  b.setInsertionPointToStart(module->getBody());
  function = func::FuncOp::create(b, "main", b.getFunctionType({}, {}));
  Block *block = function.addEntryBlock();
  b.setInsertionPointToStart(block);

  // Around vectors and tiles, short, and longer than a workgroup.
  const int64_t choices[] = {1,  2,  3,  4,  7,  8,  15,  16,   17,
                             31, 32, 33, 63, 64, 65, 257, 1000, 1025};
  SmallVector<int64_t> sizes, shape;
  int64_t rank = 1 + pick(4), room = kMaxElements;
  for (int64_t d = 0; d < rank; ++d) {
    int64_t size = choices[pick(std::size(choices))];
    while (size > room)
      size = choices[pick(std::size(choices))];
    room /= size;
    sizes.push_back(chance(0.01) ? 0 : size);
  }
  std::shuffle(sizes.begin(), sizes.end(), random);
  for (int64_t size : sizes)
    shape.push_back(chance(0.3) ? ShapedType::kDynamic : size);
  Type types[] = {b.getF32Type(), b.getF32Type(), b.getF32Type(),
                  b.getF64Type(), b.getF16Type(), b.getBF16Type()};
  Type element = types[pick(6)];

  Real x = argument(element, sizes, shape, /*data=*/true);
  seen.push_back(x);
  std::vector<Real> results;
  for (int64_t k = 0, steps = 2 + pick(6); k < steps; ++k) {
    x = step(k == 0 && chance(0.4) ? row(x) : x);
    seen.push_back(x);
    if (chance(0.12))
      results.push_back(x);
  }
  results.push_back(x);
  for (int64_t k = 0, wanted = pick(3); k < wanted; ++k) {
    const Real &from = seen[pick(seen.size())];
    if (from.rank() == 0)
      continue;
    results.push_back(reduction(from));
    if (from.exact && from.count() > 0) {
      auto mode = array::NanModeAttr::get(&context, nanMode());
      auto dims = b.getDenseI64ArrayAttr(someDims(from));
      Value arg = chance(0.5)
                      ? Value(array::ArgmaxOp::create(b, from.value, dims,
                                                      flag(0.5), mode))
                      : Value(array::ArgminOp::create(b, from.value, dims,
                                                      flag(0.5), mode));
      results.push_back({arg, {}, true});
    }
  }
  GeneratedProgram program;
  SmallVector<Value> values;
  for (const Real &result : results)
    values.push_back(result.value);
  func::ReturnOp::create(b, values);
  function.setFunctionType(b.getFunctionType(block->getArgumentTypes(),
                                             ValueRange(values).getTypes()));
  program.ulps.assign(values.size(), kConditioned);
  program.module = std::move(module);
  program.arguments = std::move(arguments);
  return program;
}

GeneratedProgram differential::generateRows(MLIRContext &context,
                                            uint64_t seed) {
  return RowsGenerator(context, seed).generate();
}

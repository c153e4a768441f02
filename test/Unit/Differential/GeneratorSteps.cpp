// The operations a program may take. Each step keeps its result exact: where a
// bound would pass the type's limit, it tames its operands or declines.
#include "Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;
using array::NanMode;

// Larger tensors only take time.
static constexpr int64_t kMaxElements = 4096;

static bool isNumber(const Entry &e) { return !e.isBool(); }
static bool isAny(const Entry &) { return true; }

template <typename OpTy> static Value make(ImplicitLocOpBuilder &b, Value x) {
  return OpTy::create(b, x);
}
template <typename OpTy>
static Value make(ImplicitLocOpBuilder &b, Value x, Value y) {
  return OpTy::create(b, x, y);
}

bool Generator::unary() {
  const Entry *chosen = choose(isAny);
  Entry x = *chosen;
  if (x.isBool())
    return add(make<array::NotOp>(builder, x.value), x.sizes, 1);
  if (x.isInt()) {
    Value (*ops[])(ImplicitLocOpBuilder &,
                   Value) = {make<array::NegOp>, make<array::AbsOp>,
                             make<array::SignOp>, make<array::NotOp>};
    return add(ops[pick(4)](builder, x.value), x.sizes,
               x.bound == kUnbounded ? kUnbounded : x.bound + 1);
  }
  Value (*ops[])(ImplicitLocOpBuilder &, Value) = {
      make<array::NegOp>,   make<array::AbsOp>,       make<array::SignOp>,
      make<array::FloorOp>, make<array::CeilOp>,      make<array::RoundOp>,
      make<array::TruncOp>, make<array::RoundEvenOp>, make<array::IsNanOp>,
      make<array::IsInfOp>, make<array::IsFiniteOp>};
  return add(ops[pick(11)](builder, x.value), x.sizes, x.bound);
}

bool Generator::arithmetic() {
  const Entry *first = choose(isNumber);
  if (!first)
    return false;
  Entry a = *first;
  const Entry *second = choose([&](const Entry &e) {
    return e.element() == a.element() && broadcasts(a, e);
  });
  Entry b = second && chance(0.85)
                ? *second
                : Entry{constant(a.element(), double(pick(9) - 4)), {}, 4, 0};
  SmallVector<int64_t> sizes = joined({&a, &b});
  double limit = exactLimit(a.element());
  if (a.isInt()) {
    Value (*ops[])(ImplicitLocOpBuilder &, Value, Value) = {
        make<array::AddOp>, make<array::SubOp>, make<array::MulOp>,
        make<array::DivOp>, make<array::ModOp>, make<array::RemOp>,
        make<array::PowOp>};
    return add(ops[pick(7)](builder, a.value, b.value), sizes, kUnbounded);
  }
  switch (pick(5)) {
  case 0:
  case 1: {
    a = tame(a, limit / 4);
    b = tame(b, limit / 4);
    Value sum = chance(0.5) ? make<array::AddOp>(builder, a.value, b.value)
                            : make<array::SubOp>(builder, a.value, b.value);
    return add(sum, sizes, a.bound + b.bound);
  }
  case 2:
    a = tame(a, std::floor(std::sqrt(limit)) / 2);
    b = tame(b, std::floor(std::sqrt(limit)) / 2);
    return add(make<array::MulOp>(builder, a.value, b.value), sizes,
               a.bound * b.bound);
  case 3:
    return add(make<array::ModOp>(builder, a.value, b.value), sizes,
               std::max(a.bound, b.bound));
  default:
    return add(make<array::RemOp>(builder, a.value, b.value), sizes,
               std::max(a.bound, b.bound));
  }
}

bool Generator::bitwise() {
  const Entry *first = choose([](const Entry &e) { return !e.isFloat(); });
  if (!first)
    return false;
  Entry a = *first;
  const Entry *second = choose([&](const Entry &e) {
    return e.element() == a.element() && broadcasts(a, e);
  });
  Value (*ops[])(ImplicitLocOpBuilder &, Value, Value) = {
      make<array::AndOp>, make<array::OrOp>,       make<array::XorOp>,
      make<array::ShlOp>, make<array::ShrArithOp>, make<array::ShrLogicalOp>};
  Entry b = *second;
  SmallVector<int64_t> sizes = joined({&a, &b});
  return add(ops[pick(a.isBool() ? 3 : 6)](builder, a.value, b.value), sizes,
             kUnbounded);
}

bool Generator::minMaxClamp() {
  const Entry *first = choose(isNumber);
  if (!first)
    return false;
  Entry a = *first;
  const Entry *second = choose([&](const Entry &e) {
    return e.element() == a.element() && broadcasts(a, e);
  });
  Entry b = *second;
  NanMode mode = chance(0.5) ? NanMode::Number : NanMode::Propagate;
  SmallVector<int64_t> sizes = joined({&a, &b});
  double bound = std::max(a.bound, b.bound);
  switch (pick(3)) {
  case 0:
    return add(array::MinOp::create(builder, a.value, b.value, mode), sizes,
               bound);
  case 1:
    return add(array::MaxOp::create(builder, a.value, b.value, mode), sizes,
               bound);
  default:
    return add(array::ClampOp::create(builder, a.value, b.value,
                                      constant(a.element(), 3), mode),
               sizes, std::max(bound, 3.0));
  }
}

bool Generator::compare() {
  Entry a = *choose(isAny);
  Entry b = *choose([&](const Entry &e) {
    return e.element() == a.element() && broadcasts(a, e);
  });
  SmallVector<int64_t> sizes = joined({&a, &b});
  return add(array::CompareOp::create(builder,
                                      static_cast<array::Predicate>(pick(6)),
                                      a.value, b.value),
             sizes, 1);
}

bool Generator::select() {
  const Entry *condition = choose([](const Entry &e) { return e.isBool(); });
  if (!condition)
    return false;
  Entry c = *condition;
  const Entry *first = choose([&](const Entry &e) { return broadcasts(c, e); });
  if (!first)
    return false;
  Entry a = *first;
  const Entry *second = choose([&](const Entry &e) {
    return e.element() == a.element() && broadcasts(a, e) && broadcasts(c, e);
  });
  if (!second)
    return false;
  Entry b = *second;
  Value result = array::SelectOp::create(builder, c.value, a.value, b.value);
  return add(result, joined({&c, &a, &b}), std::max(a.bound, b.bound));
}

bool Generator::castTo() {
  Entry x = *choose(isAny);
  Type to = randomType();
  if (to == x.element())
    return false;
  if (isa<FloatType>(to) && x.bound > exactLimit(to))
    x = tame(x, x.isInt() ? std::min(100.0, exactLimit(to)) : exactLimit(to));
  auto type = RankedTensorType::get(x.type().getShape(), to);
  // Saturated infinities are large numbers.
  double bound = isa<FloatType>(to) ? x.bound : kUnbounded;
  return add(array::CastOp::create(builder, type, x.value), x.sizes, bound);
}

bool Generator::reduction() {
  Entry x = *choose(isAny);
  int64_t rank = x.sizes.size();
  SmallVector<int64_t> dims, sizes;
  bool all = rank == 0 || chance(0.2), keep = chance(0.4);
  for (int64_t d = 0; d < rank; ++d)
    if (all || chance(0.5))
      dims.push_back(d);
  int64_t count = 1;
  for (int64_t d = 0; d < rank; ++d)
    if (llvm::is_contained(dims, d)) {
      count *= x.sizes[d];
      if (keep)
        sizes.push_back(1);
    } else {
      sizes.push_back(x.sizes[d]);
    }
  if (chance(0.3))
    std::shuffle(dims.begin(), dims.end(), random);
  auto dimsAttr =
      all ? DenseI64ArrayAttr() : builder.getDenseI64ArrayAttr(dims);
  UnitAttr kept = keep ? builder.getUnitAttr() : UnitAttr();
  UnitAttr omit =
      x.isFloat() && chance(0.3) ? builder.getUnitAttr() : UnitAttr();
  auto mode = array::NanModeAttr::get(
      &context, chance(0.5) ? NanMode::Number : NanMode::Propagate);
  IntegerAttr ddof = builder.getI64IntegerAttr(pick(3));
  auto &b = builder;
  if (x.isBool())
    return add(chance(0.5)
                   ? Value(array::AnyOp::create(b, x.value, dimsAttr, kept))
                   : Value(array::AllOp::create(b, x.value, dimsAttr, kept)),
               sizes, 1);
  double limit = exactLimit(x.element());
  switch (pick(x.isFloat() ? 9 : 6)) {
  case 0:
    if (x.isFloat())
      x = tame(x,
               std::max(1.0, std::floor(limit / std::max<int64_t>(count, 1))));
    if (x.bound * double(count) > limit && x.isFloat())
      return false;
    return add(array::SumOp::create(b, x.value, dimsAttr, kept, omit), sizes,
               x.isFloat() ? x.bound * double(count) : kUnbounded);
  case 1:
    if (x.isFloat()) {
      x = tame(x, 2);
      if (count > 7)
        x = tame(x, 1);
    }
    return add(array::ProdOp::create(b, x.value, dimsAttr, kept, omit), sizes,
               x.isFloat() ? std::pow(x.bound, std::min<int64_t>(count, 8))
                           : kUnbounded);
  case 2:
    return add(array::ReduceMinOp::create(b, x.value, dimsAttr, kept, mode),
               sizes, x.bound);
  case 3:
    return add(array::ReduceMaxOp::create(b, x.value, dimsAttr, kept, mode),
               sizes, x.bound);
  case 4:
  case 5:
    if (count == 0)
      return false;
    return add(
        chance(0.5)
            ? Value(array::ArgminOp::create(b, x.value, dimsAttr, kept, mode))
            : Value(array::ArgmaxOp::create(b, x.value, dimsAttr, kept, mode)),
        sizes, double(count));
  case 6:
    x = tame(x, 64);
    return add(array::MeanOp::create(b, x.value, dimsAttr, kept, omit), sizes,
               x.bound, 8);
  case 7:
    x = tame(x, 64);
    return add(array::VarOp::create(b, x.value, dimsAttr, kept, ddof, omit),
               sizes, x.bound, 64);
  default:
    x = tame(x, 64);
    return add(array::StdOp::create(b, x.value, dimsAttr, kept, ddof, omit),
               sizes, x.bound, 64);
  }
}

bool Generator::scan() {
  const Entry *chosen =
      choose([](const Entry &e) { return isNumber(e) && !e.sizes.empty(); });
  if (!chosen)
    return false;
  Entry x = *chosen;
  int64_t dim = pick(x.sizes.size()), count = x.sizes[dim];
  if (chance(0.6)) {
    double limit = exactLimit(x.element());
    if (x.isFloat())
      x = tame(x,
               std::max(1.0, std::floor(limit / std::max<int64_t>(count, 1))));
    return add(array::CumsumOp::create(builder, x.value, dim), x.sizes,
               x.isFloat() ? x.bound * double(std::max<int64_t>(count, 1))
                           : kUnbounded);
  }
  if (x.isFloat())
    x = tame(x, count > 7 ? 1 : 2);
  return add(array::CumprodOp::create(builder, x.value, dim), x.sizes,
             x.isFloat()
                 ? std::max(1.0, std::pow(x.bound, std::min<int64_t>(count, 8)))
                 : kUnbounded);
}

bool Generator::contraction() {
  const Entry *first =
      choose([](const Entry &e) { return isNumber(e) && !e.sizes.empty(); });
  if (!first)
    return false;
  Entry a = *first;
  int64_t k = a.sizes.back();
  bool dot = a.sizes.size() == 1;
  auto matches = [&](const Entry &e) {
    if (e.element() != a.element())
      return false;
    if (dot)
      return e.sizes.size() == 1 && e.sizes[0] == k;
    if (e.sizes.size() < 2 || e.sizes[e.sizes.size() - 2] != k)
      return false;
    size_t common = std::min(a.sizes.size(), e.sizes.size());
    for (size_t d = 3; d <= common; ++d)
      if (a.sizes[a.sizes.size() - d] != e.sizes[e.sizes.size() - d] &&
          a.type().getDimSize(a.sizes.size() - d) != 1 &&
          e.type().getDimSize(e.sizes.size() - d) != 1)
        return false;
    return true;
  };
  Entry b = a;
  if (!dot && chance(0.4)) { // a * a', as in a Gram matrix
    SmallVector<int64_t> perm(
        llvm::to_vector(llvm::seq<int64_t>(a.sizes.size())));
    std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    b.value = array::TransposeOp::create(builder, a.value, perm);
    std::swap(b.sizes[perm.size() - 1], b.sizes[perm.size() - 2]);
  } else if (const Entry *second = choose(matches)) {
    b = *second;
  } else {
    return false;
  }
  double bound = kUnbounded;
  if (a.isFloat()) {
    double most = std::floor(
        std::sqrt(exactLimit(a.element()) / double(std::max<int64_t>(k, 1))));
    if (most < 1)
      return false;
    a = tame(a, most);
    b = tame(b, most);
    bound = a.bound * b.bound * double(k);
  }
  if (dot)
    return add(array::DotOp::create(builder, a.value, b.value), {}, bound);
  SmallVector<int64_t> sizes;
  Value result = array::MatmulOp::create(builder, a.value, b.value);
  size_t rank = cast<RankedTensorType>(result.getType()).getRank();
  auto outer = [&](const Entry &e, size_t d) { // batch dim d, 1 where missing
    size_t missing = rank - e.sizes.size();
    return d < missing || e.type().getDimSize(d - missing) == 1
               ? int64_t(1)
               : e.sizes[d - missing];
  };
  int64_t count = 1;
  for (size_t d = 0; d + 2 < rank; ++d)
    sizes.push_back(outer(a, d) == 1 ? outer(b, d) : outer(a, d));
  sizes.push_back(a.sizes[a.sizes.size() - 2]);
  sizes.push_back(b.sizes.back());
  for (int64_t size : sizes)
    count *= size;
  if (count > kMaxElements)
    return false;
  return add(result, sizes, bound);
}

bool Generator::inexact() {
  const Entry *chosen = choose([](const Entry &e) { return e.isFloat(); });
  if (!chosen)
    return false;
  Entry x = tame(*chosen, 8);
  Value one = constant(x.element(), 1);
  Value positive = array::AddOp::create(
      builder, array::AbsOp::create(builder, x.value), one);
  Value result;
  switch (pick(9)) {
  case 0:
    result = array::SqrtOp::create(builder, positive);
    break;
  case 1:
    result = array::ExpOp::create(builder, x.value);
    break;
  case 2:
    result = array::LogOp::create(builder, positive);
    break;
  case 3:
    result = array::DivOp::create(builder, x.value, positive);
    break;
  case 4:
    result = array::TanhOp::create(builder, x.value);
    break;
  case 5:
    result =
        array::PowOp::create(builder, positive, constant(x.element(), 0.5));
    break;
  case 6:
    result = array::AtanOp::create(builder, x.value);
    break;
  case 7:
    result = array::SinOp::create(builder, x.value);
    break;
  default:
    result = array::Exp2Op::create(builder, x.value);
    break;
  }
  return add(result, x.sizes, x.bound, 16);
}

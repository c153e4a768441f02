// Random programs around ImageNormalize: its slots, consumers with other
// operands of every layout, reductions, two in a row. Values are real numbers,
// so results are compared with a tolerance; operations are chosen such that
// none of them magnifies errors much.
#include "Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;
using array::NanMode;

namespace {

/// Units in the last place that a value may be off, and a unit in front of it
/// adds as much.
constexpr double kUlps = 3000;

class NormalizeGenerator {
public:
  NormalizeGenerator(MLIRContext &context, uint64_t seed)
      : context(context), random(seed * 2654435761u + 12345),
        b(UnknownLoc::get(&context), &context) {}
  GeneratedProgram generate();

private:
  int64_t pick(int64_t count) { return int64_t(random() % uint64_t(count)); }
  bool chance(double p) {
    return std::uniform_real_distribution<>(0, 1)(random) < p;
  }
  enum class Fill { Image, Weights, Positive };
  Value argument(ArrayRef<int64_t> sizes, ArrayRef<int64_t> shape, Fill fill);
  Value constant(double value) {
    return array::ConstantOp::create(
        b, DenseElementsAttr::get(RankedTensorType::get({}, f32),
                                  b.getF32FloatAttr(float(value))));
  }
  /// A number as a constant, or a scalar at run time.
  Value scalar(double value);
  Value extra();
  SmallVector<Value> openSizes(Value like, size_t rank);
  Value overPlanes(Value x, bool variance);
  Value repeated(Value scalar, Value like);
  Value normalize(Value x);
  Value slots(Value y);
  Value consumer(Value v, Value y, Value x);
  Value reduction(Value v);
  DenseI64ArrayAttr planeDims() {
    return b.getDenseI64ArrayAttr(
        llvm::to_vector(llvm::seq<int64_t>(batch, sizes.size())));
  }

  MLIRContext &context;
  std::mt19937_64 random;
  ImplicitLocOpBuilder b;
  Type f32;
  func::FuncOp function;
  SmallVector<int64_t> sizes, shape; // of the images, at run time and in types
  int64_t batch = 1;                 // dims in front of the normalised ones
  std::vector<io::Tensor> arguments;
};

} // namespace

Value NormalizeGenerator::argument(ArrayRef<int64_t> own,
                                   ArrayRef<int64_t> ownShape, Fill fill) {
  io::Tensor tensor = *io::Tensor::allocate(
      RM_F32, std::vector<int64_t>(own.begin(), own.end()));
  std::normal_distribution<float> normal(3, 2);
  std::uniform_real_distribution<float> uniform(0.5f, 1.5f);
  bool special = fill == Fill::Image && chance(0.1);
  for (int64_t k = 0; k < tensor.elements(); ++k) {
    float value = fill == Fill::Image ? normal(random) : uniform(random);
    if (fill == Fill::Weights && chance(0.3))
      value = -value;
    if (special && chance(0.02))
      value = chance(0.5) ? NAN : INFINITY;
    tensor.data<float>()[k] = value;
  }
  arguments.push_back(std::move(tensor));
  (void)function.insertArgument(function.getNumArguments(),
                                RankedTensorType::get(ownShape, f32), {},
                                b.getLoc());
  return function.getArguments().back();
}

Value NormalizeGenerator::scalar(double value) {
  if (chance(0.6))
    return constant(value);
  SmallVector<int64_t> ones(pick(3), 1);
  Value made = argument(ones, ones, Fill::Positive);
  arguments.back().data<float>()[0] = float(value);
  return made;
}

/// An operand that broadcasts to the images: some of their trailing dims, some
/// of those 1.
Value NormalizeGenerator::extra() {
  size_t rank = chance(0.6) ? sizes.size() : pick(sizes.size() + 1);
  SmallVector<int64_t> own(sizes.end() - rank, sizes.end()),
      ownShape(shape.end() - rank, shape.end());
  bool perPlane = chance(0.25);
  for (size_t d = 0; d < rank; ++d) {
    bool inPlane = int64_t(sizes.size() - rank + d) >= batch;
    if (perPlane ? inPlane : chance(0.25))
      own[d] = ownShape[d] = 1;
  }
  return argument(own, ownShape, Fill::Weights);
}

/// The sizes of `like`, an image, in its first `rank` dims that types leave
/// open.
SmallVector<Value> NormalizeGenerator::openSizes(Value like, size_t rank) {
  SmallVector<Value> open;
  for (size_t d = 0; d < rank; ++d)
    if (ShapedType::isDynamic(shape[d]))
      open.push_back(tensor::DimOp::create(b, like, int64_t(d)));
  return open;
}

/// The mean or variance of each plane: the dims kept, or put back.
Value NormalizeGenerator::overPlanes(Value x, bool variance) {
  UnitAttr keep = chance(0.7) ? b.getUnitAttr() : UnitAttr(), none;
  Value flat =
      variance ? Value(array::VarOp::create(b, x, planeDims(), keep,
                                            b.getI64IntegerAttr(0), none))
               : Value(array::MeanOp::create(b, x, planeDims(), keep, none));
  if (keep)
    return flat;
  SmallVector<int64_t> back(shape.begin(), shape.begin() + batch);
  back.append(shape.size() - batch, 1);
  return array::ReshapeOp::create(b, RankedTensorType::get(back, f32), flat,
                                  openSizes(x, batch));
}

/// A scalar as an image of one number, now and then.
Value NormalizeGenerator::repeated(Value scalar, Value like) {
  if (chance(0.8))
    return scalar;
  return array::BroadcastOp::create(b, RankedTensorType::get(shape, f32),
                                    scalar, openSizes(like, shape.size()));
}

Value NormalizeGenerator::normalize(Value x) {
  Value mean = overPlanes(x, /*variance=*/false);
  Value d = array::SubOp::create(b, x, mean);
  Value variance;
  if (chance(0.3)) {
    variance = overPlanes(x, /*variance=*/true);
  } else {
    Value square = chance(0.7) ? Value(array::MulOp::create(b, d, d))
                               : Value(array::PowOp::create(b, d, constant(2)));
    variance = overPlanes(square, /*variance=*/false);
  }
  // No smaller: differences of equal numbers would be all that is left.
  Value sum = chance(0.8)
                  ? Value(array::AddOp::create(b, variance, scalar(0.01)))
                  : Value(array::SubOp::create(b, variance, scalar(-0.01)));
  Value sigma = array::SqrtOp::create(b, sum);
  return slots(array::DivOp::create(b, d, sigma));
}

Value NormalizeGenerator::slots(Value y) {
  if (chance(0.5))
    y = array::MulOp::create(b, y,
                             repeated(scalar(0.5 + double(pick(4)) / 4), y));
  if (chance(0.5))
    y = chance(0.7) ? Value(array::AddOp::create(b, y, scalar(0.25)))
                    : Value(array::SubOp::create(b, y, scalar(0.25)));
  if (chance(0.5)) {
    y = array::MaxOp::create(b, y, scalar(chance(0.7) ? 0.0625 : -1),
                             chance(0.5) ? NanMode::Number
                                         : NanMode::Propagate);
    if (chance(0.5))
      y = array::PowOp::create(b, y, scalar(chance(0.5) ? 1.8 : 2));
  }
  return y;
}

template <typename Op> static Value make(ImplicitLocOpBuilder &b, Value x) {
  return Op::create(b, x);
}

Value NormalizeGenerator::consumer(Value v, Value y, Value x) {
  auto limited = [&](Value value) -> Value {
    return array::ClampOp::create(b, value, constant(-4), constant(4),
                                  NanMode::Propagate);
  };
  switch (pick(9)) {
  case 0:
    return array::AddOp::create(b, v, extra());
  case 1:
    return array::MulOp::create(b, v, extra());
  case 2:
    return array::SubOp::create(b, extra(), v);
  case 3: {
    Value small = limited(v);
    return array::MulOp::create(b, small, chance(0.5) ? small : limited(y));
  }
  case 4:
    return chance(0.5)
               ? Value(array::MinOp::create(b, v, extra(), NanMode::Number))
               : Value(array::MaxOp::create(b, v, extra(), NanMode::Propagate));
  case 5: {
    // A condition that no rounding turns; outside the unit now and then.
    Value on = chance(0.8) ? Value(array::IsNanOp::create(b, v))
                           : Value(array::CompareOp::create(
                                 b, array::Predicate::Lt, extra(), extra()));
    return array::SelectOp::create(b, on, chance(0.5) ? y : x, v);
  }
  case 6:
    return array::SubOp::create(b, v, x);
  case 7: {
    Value (*ops[])(ImplicitLocOpBuilder &, Value) = {
        make<array::NegOp>,  make<array::AbsOp>,   make<array::TanhOp>,
        make<array::SinOp>,  make<array::CosOp>,   make<array::AtanOp>,
        make<array::ErfOp>,  make<array::AsinhOp>, make<array::ExpOp>,
        make<array::SinhOp>, make<array::CoshOp>,  make<array::Exp2Op>,
        make<array::Expm1Op>};
    int64_t which = pick(std::size(ops));
    return ops[which](b, which >= 8 ? limited(v) : v);
  }
  default: {
    Value positive =
        array::AddOp::create(b, array::AbsOp::create(b, v), constant(1));
    Value (*ops[])(ImplicitLocOpBuilder &, Value) = {
        make<array::SqrtOp>, make<array::LogOp>,   make<array::Log2Op>,
        make<array::CbrtOp>, make<array::Log1pOp>, make<array::RsqrtOp>,
        make<array::Log10Op>};
    return ops[pick(std::size(ops))](b, positive);
  }
  }
}

Value NormalizeGenerator::reduction(Value v) {
  DenseI64ArrayAttr dims = chance(0.5) ? planeDims() : DenseI64ArrayAttr();
  UnitAttr keep = chance(0.4) ? b.getUnitAttr() : UnitAttr(), none;
  auto mode = array::NanModeAttr::get(
      &context, chance(0.5) ? NanMode::Number : NanMode::Propagate);
  switch (pick(4)) {
  case 0:
    return array::SumOp::create(b, v, dims, keep, none);
  case 1:
    return array::ReduceMinOp::create(b, v, dims, keep, mode);
  case 2:
    return array::ReduceMaxOp::create(b, v, dims, keep, mode);
  default:
    return array::MeanOp::create(b, v, dims, keep, none);
  }
}

GeneratedProgram NormalizeGenerator::generate() {
  f32 = b.getF32Type();
  OwningOpRef<ModuleOp> module = ModuleOp::create(b.getLoc());
  b.setInsertionPointToStart(module->getBody());
  function = func::FuncOp::create(b, "main", b.getFunctionType({}, {}));
  Block *block = function.addEntryBlock();
  b.setInsertionPointToStart(block);

  // Ragged and whole vectors, one workgroup and several.
  const int64_t batches[] = {1, 2, 3, 5},
                planes[] = {1, 2, 3, 4, 5, 7, 8, 12, 16, 31, 33, 64, 97};
  int64_t rank = 2 + pick(3);
  batch = rank == 2 ? 1 : 1 + pick(rank - 1);
  int64_t count = 1;
  for (int64_t d = 0; d < rank; ++d) {
    sizes.push_back(d < batch ? batches[pick(4)] : planes[pick(13)]);
    if (chance(0.01))
      sizes.back() = 0;
    count *= sizes.back();
    shape.push_back(chance(0.5) ? ShapedType::kDynamic : sizes.back());
  }

  Value x = argument(sizes, shape, Fill::Image), y = normalize(x), v = y;
  GeneratedProgram program;
  SmallVector<Value> results;
  auto result = [&](Value value, double ulps) {
    results.push_back(value);
    program.ulps.push_back(ulps);
  };
  double ulps = kUlps;
  for (int64_t k = 0, steps = pick(6); k < steps; ++k) {
    v = consumer(v, y, x);
    if (chance(0.15))
      result(v, ulps);
  }
  if (chance(0.25)) {
    ulps *= 20;
    v = normalize(v);
    if (chance(0.5))
      v = consumer(v, v, x);
  }
  for (int64_t k = 0, wanted = pick(3); k < wanted; ++k)
    result(reduction(v), ulps * double(std::max<int64_t>(count, 1)));
  if (results.empty() || chance(0.6))
    result(v, ulps);
  if (chance(0.2))
    result(y, kUlps);

  func::ReturnOp::create(b, results);
  function.setFunctionType(b.getFunctionType(block->getArgumentTypes(),
                                             ValueRange(results).getTypes()));
  program.module = std::move(module);
  program.arguments = std::move(arguments);
  return program;
}

GeneratedProgram differential::generateNormalize(MLIRContext &context,
                                                 uint64_t seed) {
  return NormalizeGenerator(context, seed).generate();
}

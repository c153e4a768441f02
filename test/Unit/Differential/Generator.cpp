// The program's frame: arguments, the pool of values, constants, the choice of
// operations and results.
#include "Generator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "runmat/Dialect/Array/ScalarEvaluation.h"
#include "runmat/Support/ElementType.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

double differential::exactLimit(Type element) {
  if (element.isF64())
    return 9007199254740992.0;
  if (element.isF32())
    return 16777216.0;
  if (element.isF16())
    return 2048.0;
  if (element.isBF16())
    return 256.0;
  return kUnbounded;
}

Generator::Generator(MLIRContext &context, uint64_t seed)
    : context(context), random(seed),
      builder(UnknownLoc::get(&context), &context) {}

Type Generator::randomType(bool floatsOnly) {
  Type floats[] = {builder.getF32Type(), builder.getF32Type(),
                   builder.getF64Type(), builder.getF16Type(),
                   builder.getBF16Type()};
  if (floatsOnly || chance(0.55))
    return floats[pick(5)];
  unsigned widths[] = {1, 8, 16, 32, 64};
  return builder.getIntegerType(widths[pick(5)]);
}

/// Trailing dims of the base shape, some of them 1 if `stretch`.
SmallVector<int64_t> Generator::randomSubshape(bool stretch) {
  size_t rank = chance(0.7) ? base.size() : pick(base.size() + 1);
  SmallVector<int64_t> sizes(base.end() - rank, base.end());
  for (int64_t &size : sizes)
    if (stretch && chance(0.25))
      size = 1;
  return sizes;
}

io::Tensor Generator::randomTensor(rm_dtype dtype, ArrayRef<int64_t> sizes) {
  io::Tensor tensor = *io::Tensor::allocate(
      dtype, std::vector<int64_t>(sizes.begin(), sizes.end()));
  bool special = chance(0.25), extreme = chance(0.3);
  Type type = dtype == RM_F16    ? Type(builder.getF16Type())
              : dtype == RM_BF16 ? Type(builder.getBF16Type())
                                 : Type(builder.getF32Type());
  for (int64_t k = 0; k < tensor.elements(); ++k) {
    int64_t number = pick(17) - 8;
    double value = double(number);
    if (special && chance(0.1)) {
      double values[] = {NAN, INFINITY, -INFINITY};
      value = values[pick(3)];
    }
    if (extreme && chance(0.2))
      number = int64_t(random());
    array::Scalar scalar;
    scalar.f = value;
    switch (dtype) {
    case RM_F64:
      tensor.data<double>()[k] = value;
      break;
    case RM_F32:
      tensor.data<float>()[k] = float(value);
      break;
    case RM_F16:
    case RM_BF16:
      tensor.data<uint16_t>()[k] =
          uint16_t(array::bitsFromScalar(scalar, type));
      break;
    case RM_I1:
      tensor.data<uint8_t>()[k] = number & 1;
      break;
    case RM_I8:
      tensor.data<int8_t>()[k] = int8_t(number);
      break;
    case RM_I16:
      tensor.data<int16_t>()[k] = int16_t(number);
      break;
    case RM_I32:
      tensor.data<int32_t>()[k] = int32_t(number);
      break;
    case RM_I64:
      tensor.data<int64_t>()[k] = number;
      break;
    }
  }
  return tensor;
}

void Generator::addArgument() {
  Type element = randomType();
  SmallVector<int64_t> sizes = randomSubshape(/*stretch=*/true), shape(sizes);
  size_t missing = base.size() - sizes.size();
  for (size_t d = 0; d < shape.size(); ++d)
    // A 1 that stretches must be written in the type.
    if (open[missing + d] && sizes[d] == base[missing + d] && chance(0.8))
      shape[d] = ShapedType::kDynamic;
  (void)function.insertArgument(function.getNumArguments(),
                                RankedTensorType::get(shape, element), {},
                                builder.getLoc());
  arguments.push_back(randomTensor(*dtypeOf(element), sizes));
  pool.push_back({function.getArguments().back(), sizes,
                  isa<FloatType>(element) ? 8 : kUnbounded, 0});
}

const Entry *Generator::choose(llvm::function_ref<bool(const Entry &)> fits) {
  // Later values are chosen more often, so that programs grow deep.
  SmallVector<const Entry *> candidates;
  for (const Entry &entry : pool)
    if (entry.ulps == 0 && fits(entry))
      candidates.push_back(&entry);
  if (candidates.empty())
    return nullptr;
  size_t from = chance(0.5) ? candidates.size() / 2 : 0;
  return candidates[from + pick(candidates.size() - from)];
}

bool Generator::add(Value value, ArrayRef<int64_t> sizes, double bound,
                    double ulps) {
  Entry entry{value, SmallVector<int64_t>(sizes), bound, ulps};
  if (!entry.isFloat())
    entry.bound = entry.isBool() ? 1 : bound;
  pool.push_back(std::move(entry));
  return true;
}

Value Generator::constant(Type element, double value) {
  array::Scalar scalar;
  if (isa<FloatType>(element))
    scalar.f = value;
  else
    scalar.i = int64_t(value);
  return array::ConstantOp::create(
      builder,
      array::denseFromScalars(RankedTensorType::get({}, element), scalar));
}

Value Generator::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

Entry Generator::tame(const Entry &entry, double limit) {
  if (entry.bound <= limit || entry.isBool())
    return entry;
  Value clamped = array::ClampOp::create(
      builder, entry.value, constant(entry.element(), -limit),
      constant(entry.element(), limit), array::NanMode::Number);
  return {clamped, entry.sizes, limit, 0};
}

/// What the type rule says, and that run-time sizes agree where it asks so.
bool Generator::broadcasts(const Entry &a, const Entry &b) const {
  size_t common = std::min(a.sizes.size(), b.sizes.size());
  for (size_t d = 1; d <= common; ++d) {
    size_t da = a.sizes.size() - d, db = b.sizes.size() - d;
    bool stretches =
        a.type().getDimSize(da) == 1 || b.type().getDimSize(db) == 1;
    if (!stretches && a.sizes[da] != b.sizes[db])
      return false;
  }
  return true;
}

SmallVector<int64_t> Generator::joined(ArrayRef<const Entry *> all) const {
  size_t rank = 0;
  for (const Entry *entry : all)
    rank = std::max(rank, entry->sizes.size());
  SmallVector<int64_t> sizes(rank, 1);
  for (const Entry *entry : all)
    for (size_t d = 0; d < entry->sizes.size(); ++d)
      if (entry->type().getDimSize(d) != 1)
        sizes[rank - entry->sizes.size() + d] = entry->sizes[d];
  return sizes;
}

GeneratedProgram Generator::generate() {
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getLoc());
  builder.setInsertionPointToStart(module->getBody());
  function =
      func::FuncOp::create(builder, "main", builder.getFunctionType({}, {}));
  Block *block = function.addEntryBlock();
  builder.setInsertionPointToStart(block);

  int64_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 16, 17, 33};
  for (int64_t k = 0, rank = 1 + pick(3); k < rank; ++k) {
    base.push_back(chance(0.03) ? 0 : sizes[pick(rank == 1 ? 10 : 7)]);
    open.push_back(chance(0.4));
  }
  for (int64_t k = 0, count = 2 + pick(3); k < count; ++k)
    addArgument();

  using Step = bool (Generator::*)();
  // Repeated entries are chosen more often.
  const Step steps[] = {&Generator::unary,
                        &Generator::unary,
                        &Generator::arithmetic,
                        &Generator::arithmetic,
                        &Generator::arithmetic,
                        &Generator::bitwise,
                        &Generator::minMaxClamp,
                        &Generator::compare,
                        &Generator::select,
                        &Generator::select,
                        &Generator::castTo,
                        &Generator::castTo,
                        &Generator::reduction,
                        &Generator::reduction,
                        &Generator::scan,
                        &Generator::contraction,
                        &Generator::contraction,
                        &Generator::transposeReshape,
                        &Generator::transposeReshape,
                        &Generator::broadcastTo,
                        &Generator::slice,
                        &Generator::insertSlice,
                        &Generator::pad,
                        &Generator::concat,
                        &Generator::diagonal,
                        &Generator::creation,
                        &Generator::loop,
                        &Generator::branch,
                        &Generator::states,
                        &Generator::poke,
                        &Generator::inexact};
  int64_t wanted = 3 + pick(14);
  for (int64_t made = 0, tries = 0; made < wanted && tries < 20 * wanted;
       ++tries)
    made += (this->*steps[pick(std::size(steps))])();

  // The last value, and a few others: some values have several readers.
  GeneratedProgram program;
  SmallVector<Value> results;
  for (int64_t k = 0, count = 1 + pick(3); k < count; ++k) {
    const Entry &entry = k == 0 ? pool.back() : pool[pick(pool.size())];
    results.push_back(entry.value);
    program.ulps.push_back(entry.ulps);
  }
  func::ReturnOp::create(builder, results);
  function.setFunctionType(builder.getFunctionType(
      block->getArgumentTypes(), ValueRange(results).getTypes()));
  program.module = std::move(module);
  program.arguments = std::move(arguments);
  return program;
}

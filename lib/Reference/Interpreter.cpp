// The interpreter's entry: host tensors in, host tensors out.
#include "runmat/Reference/Interpreter.h"

#include "Evaluator.h"

#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Support/ElementType.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::reference;

/// What a caller passes for an element: an index is an i64.
static std::optional<rm_dtype> hostDtypeOf(Type element) {
  return element.isIndex() ? RM_I64 : dtypeOf(element);
}

template <typename T> static void readInts(const io::Tensor &from, Scalar *to) {
  for (int64_t k = 0; k < from.elements(); ++k)
    to[k].i = from.data<T>()[k];
}
template <typename T>
static void writeInts(const Scalar *from, io::Tensor &to) {
  for (int64_t k = 0; k < to.elements(); ++k)
    to.data<T>()[k] = static_cast<T>(from[k].i);
}

static void readElements(const io::Tensor &from, Type element, Scalar *to) {
  switch (from.dtype()) {
  case RM_I1:
    for (int64_t k = 0; k < from.elements(); ++k)
      to[k].i = from.data<uint8_t>()[k] != 0;
    return;
  case RM_I8:
    return readInts<int8_t>(from, to);
  case RM_I16:
    return readInts<int16_t>(from, to);
  case RM_I32:
    return readInts<int32_t>(from, to);
  case RM_I64:
    return readInts<int64_t>(from, to);
  default: {
    // By bits: a conversion by the processor quiets NaNs.
    int64_t width = io::dtypeSize(from.dtype());
    for (int64_t k = 0; k < from.elements(); ++k) {
      uint64_t bits = 0;
      std::memcpy(&bits, from.data<char>() + k * width, width);
      to[k] = array::scalarFromBits(bits, element);
    }
  }
  }
}

static void writeElements(const Scalar *from, io::Tensor &to) {
  switch (to.dtype()) {
  case RM_I1:
    return writeInts<uint8_t>(from, to);
  case RM_I8:
    return writeInts<int8_t>(from, to);
  case RM_I16:
    return writeInts<int16_t>(from, to);
  case RM_I32:
    return writeInts<int32_t>(from, to);
  case RM_I64:
    return writeInts<int64_t>(from, to);
  default: // floats come back as f64
    for (int64_t k = 0; k < to.elements(); ++k)
      to.data<double>()[k] = from[k].f;
  }
}

static std::string typeText(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

static Result<TensorValue> argumentOf(const io::Tensor &tensor, Type type,
                                      unsigned index) {
  auto shaped = dyn_cast<RankedTensorType>(type);
  Type element = shaped ? shaped.getElementType() : type;
  ArrayRef<int64_t> shape = shaped ? shaped.getShape() : ArrayRef<int64_t>();
  bool fits = hostDtypeOf(element) == tensor.dtype() &&
              int64_t(shape.size()) == tensor.rank();
  for (size_t d = 0; d < shape.size() && fits; ++d)
    fits = ShapedType::isDynamic(shape[d]) || shape[d] == tensor.sizes()[d];
  if (!fits)
    return Error{"argument " + std::to_string(index) + " is " +
                 tensor.typeText() + ", expected " + typeText(type)};
  auto pool = std::make_shared<BufferPool>();
  TensorValue value{element,
                    Sizes(tensor.sizes().begin(), tensor.sizes().end()),
                    BufferPool::take(pool, tensor.elements())};
  if (!value.elements)
    return Error{"out of memory for argument " + std::to_string(index)};
  readElements(tensor, element, value.data());
  return value;
}

/// A copy of `module` with array operations in the place of units, or null (and
/// an error) where a unit has no such form.
static OwningOpRef<ModuleOp> withoutUnits(ModuleOp module, Error &error) {
  OwningOpRef<ModuleOp> copy(module.clone());
  SmallVector<fused::Unit> units;
  copy->walk([&](fused::Unit unit) { units.push_back(unit); });
  for (fused::Unit unit : units) {
    OpBuilder builder(unit);
    FailureOr<SmallVector<Value>> values = unit.decompose(builder);
    if (failed(values)) {
      error.message = std::string(unit->getName().getStringRef()) +
                      " has an operation that no array operation stands for";
      return nullptr;
    }
    unit->replaceAllUsesWith(*values);
    unit->erase();
  }
  SmallVector<fused::NestOp> nests;
  copy->walk([&](fused::NestOp nest) { nests.push_back(nest); });
  for (fused::NestOp nest : nests) {
    OpBuilder builder(nest);
    FailureOr<SmallVector<Value>> values = nest.decompose(builder);
    if (failed(values)) {
      error.message =
          "fused.nest has an operation that no array operation stands for";
      return nullptr;
    }
    nest->replaceAllUsesWith(*values);
    nest->erase();
  }
  return copy;
}

Result<std::vector<io::Tensor>>
reference::interpret(ModuleOp module, StringRef entry,
                     ArrayRef<const io::Tensor *> arguments,
                     const InterpreterOptions &options) {
  auto function = module.lookupSymbol<func::FuncOp>(entry);
  if (!function || function.isExternal())
    return Error{"no function @" + entry.str() + " with a body"};
  FunctionType type = function.getFunctionType();
  for (Type one :
       llvm::concat<const Type>(type.getInputs(), type.getResults())) {
    auto shaped = dyn_cast<RankedTensorType>(one);
    if (!hostDtypeOf(shaped ? shaped.getElementType() : one))
      return Error{"@" + entry.str() + " has an argument or result of type " +
                   typeText(one) + ", expected tensors and scalars"};
  }
  if (arguments.size() != type.getNumInputs())
    return Error{"@" + entry.str() + " takes " +
                 std::to_string(type.getNumInputs()) + " arguments, not " +
                 std::to_string(arguments.size())};
  SmallVector<TensorValue> values, results;
  for (unsigned k = 0; k < arguments.size(); ++k) {
    Result<TensorValue> value = argumentOf(*arguments[k], type.getInput(k), k);
    if (!value)
      return value.error();
    values.push_back(std::move(*value));
  }

  OwningOpRef<ModuleOp> copy;
  if (module
          .walk([](Operation *op) {
            return isa<fused::Unit, fused::NestOp>(op) ? WalkResult::interrupt()
                                                       : WalkResult::advance();
          })
          .wasInterrupted()) {
    Error error;
    copy = withoutUnits(module, error);
    if (!copy)
      return error;
    module = *copy;
    function = module.lookupSymbol<func::FuncOp>(entry);
  }
  Evaluator evaluator(module, options);
  if (failed(evaluator.call(function, values, results)))
    return Error{evaluator.error()};
  std::vector<io::Tensor> outputs;
  for (const TensorValue &value : results) {
    rm_dtype dtype =
        isa<FloatType>(value.element) ? RM_F64 : *hostDtypeOf(value.element);
    Result<io::Tensor> output = io::Tensor::allocate(
        dtype, std::vector<int64_t>(value.sizes.begin(), value.sizes.end()));
    if (!output)
      return output.error();
    writeElements(value.data(), *output);
    outputs.push_back(std::move(*output));
  }
  return outputs;
}

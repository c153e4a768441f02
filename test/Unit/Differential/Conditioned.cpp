// See the header.
#include "Conditioned.h"
#include "Compare.h"

#include "runmat/Dialect/Array/ScalarEvaluation.h"
#include "runmat/Reference/Interpreter.h"
#include "runmat/Support/ElementType.h"

#include "mlir/IR/TypeUtilities.h"

#include <algorithm>
#include <cfloat>
#include <cstring>

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

/// A number from -1 to 1 that is the same for equal values: ties stay ties.
static double directionOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  bits *= 0x9E3779B97F4A7C15u;
  bits ^= bits >> 32;
  bits *= 0xD6E8FEB86659FD93u;
  return double(int64_t(bits)) * 0x1p-63;
}

/// Magnitudes of neighbours have neighbouring bits.
template <typename Bits> static void move(io::Tensor &tensor) {
  for (int64_t k = 0; k < tensor.elements(); ++k) {
    double value = tensor.element(k);
    if (value == 0 || !std::isfinite(value))
      continue;
    Bits &bits = tensor.data<Bits>()[k];
    bits = Bits(bits + (directionOf(value) > 0 ? 1 : -1));
    if (!std::isfinite(tensor.element(k))) // past the largest
      bits = Bits(bits - 2);
  }
}

/// The arguments with their floats moved by one unit in the last place.
static Result<std::vector<io::Tensor>>
perturb(const std::vector<io::Tensor> &arguments) {
  std::vector<io::Tensor> moved;
  for (const io::Tensor &from : arguments) {
    auto made = io::Tensor::allocate(from.dtype(), from.sizes());
    if (!made)
      return made.error();
    std::memcpy(made->bytes(), from.bytes(), size_t(from.byteSize()));
    if (from.dtype() == RM_F64)
      move<uint64_t>(*made);
    else if (from.dtype() == RM_F32)
      move<uint32_t>(*made);
    else if (from.dtype() == RM_F16 || from.dtype() == RM_BF16)
      move<uint16_t>(*made);
    moved.push_back(std::move(*made));
  }
  return moved;
}

static Result<std::vector<io::Tensor>>
interpreted(ModuleOp module, const std::vector<io::Tensor> &arguments,
            array::Rounding rounding) {
  reference::InterpreterOptions options;
  options.rounding = rounding;
  options.threads = 1;
  std::vector<const io::Tensor *> all;
  for (const io::Tensor &tensor : arguments)
    all.push_back(&tensor);
  return reference::interpret(module, "main", all, options);
}

Result<Oracle>
differential::makeOracle(ModuleOp module,
                         const std::vector<io::Tensor> &arguments) {
  Oracle oracle;
  auto exact = interpreted(module, arguments, array::Rounding::None);
  if (!exact)
    return exact.error();
  auto rounded = interpreted(module, arguments, array::Rounding::Declared);
  if (!rounded)
    return rounded.error();
  auto moved = perturb(arguments);
  if (!moved)
    return moved.error();
  auto perturbed = interpreted(module, *moved, array::Rounding::None);
  if (!perturbed)
    return perturbed.error();
  oracle.exact = std::move(*exact);
  oracle.rounded = std::move(*rounded);
  oracle.perturbed = std::move(*perturbed);
  oracle.epsilon = 0x1p-52;
  oracle.smallest = DBL_MIN;
  auto see = [&](Type type) {
    auto element = dyn_cast<FloatType>(getElementTypeOrSelf(type));
    if (!element)
      return;
    if (auto dtype = dtypeOf(element))
      oracle.epsilon = std::max(oracle.epsilon, epsilonOf(*dtype));
    oracle.smallest = std::max(
        oracle.smallest,
        llvm::APFloat::getSmallestNormalized(element.getFloatSemantics())
            .convertToDouble());
  };
  module.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (isa<RankedTensorType>(type))
        see(type);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (BlockArgument argument : block.getArguments())
          if (isa<RankedTensorType>(argument.getType()))
            see(argument.getType());
  });
  return oracle;
}

std::string differential::difference(const io::Tensor &got,
                                     const Oracle &oracle, size_t number) {
  const io::Tensor &exact = oracle.exact[number],
                   &rounded = oracle.rounded[number],
                   &perturbed = oracle.perturbed[number];
  if (got.sizes() != exact.sizes())
    return "result is " + got.typeText() + ", expected " + exact.typeText();
  bool real = exact.dtype() == RM_F64;
  // One element's spread may be small by luck: an element may be off as the
  // worst of them is, and by some of the largest of them.
  double spread = 0, largest = 0;
  if (real)
    for (int64_t k = 0; k < exact.elements(); ++k) {
      double value = exact.element(k);
      if (!std::isfinite(value))
        continue;
      largest = std::max(largest, std::fabs(value));
      for (double other : {rounded.element(k), perturbed.element(k)})
        if (std::isfinite(other))
          spread = std::max(spread, std::fabs(other - value));
    }
  double common =
      32 * spread + 16 * oracle.smallest + 4 * oracle.epsilon * largest;
  int64_t worst = -1;
  double most = 0;
  for (int64_t k = 0; k < exact.elements(); ++k) {
    double value = got.element(k);
    auto agrees = [&](double wanted) {
      if (std::isnan(wanted) || std::isnan(value))
        return std::isnan(wanted) && std::isnan(value);
      if (wanted == value)
        return true;
      return real && std::isfinite(wanted) && std::isfinite(value) &&
             std::fabs(value - wanted) <=
                 common + 16 * oracle.epsilon * std::fabs(wanted);
    };
    bool same = got.dtype() == RM_I64 && exact.dtype() == RM_I64
                    ? got.data<int64_t>()[k] == exact.data<int64_t>()[k] ||
                          got.data<int64_t>()[k] == rounded.data<int64_t>()[k]
                    : agrees(exact.element(k)) || agrees(rounded.element(k));
    // Overflow is where the rounded program's is, or none.
    if (!same && real && std::isfinite(exact.element(k)) &&
        !std::isfinite(rounded.element(k)))
      same = true;
    if (same)
      continue;
    double off = std::fabs(value - exact.element(k));
    if (worst < 0 || std::isnan(off) || off > most) {
      worst = k;
      most = off;
      if (std::isnan(off))
        break;
    }
  }
  if (worst < 0)
    return "";
  double wanted = exact.element(worst);
  char text[400];
  std::snprintf(
      text, sizeof text,
      "element %lld of %s is %.17g, expected %.17g (rounded after "
      "each operation: %.17g): %.3g ulps off, allowed %.3g",
      static_cast<long long>(worst), got.typeText().c_str(), got.element(worst),
      wanted, rounded.element(worst),
      most / (oracle.epsilon * std::max(std::fabs(wanted), oracle.smallest)),
      (common + 16 * oracle.epsilon * std::fabs(wanted)) /
          (oracle.epsilon * std::max(std::fabs(wanted), oracle.smallest)));
  return text;
}

// --test-fusion-matchers: runs one matcher of lib/Fusion/Matchers on each
// operation that asks for it, and says as a remark what it found. For tests
// only, so it is in runmat-opt and nowhere else.
#include "TestPasses.h"

#include "../../lib/Fusion/Matchers/Layout.h"
#include "../../lib/Fusion/Matchers/Slots.h"

#include "mlir/Pass/Pass.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

static std::string nameOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return "argument #" + std::to_string(argument.getArgNumber());
  return value.getDefiningOp()->getName().getStringRef().str();
}

static std::string textOf(ArrayRef<int64_t> numbers) {
  std::string text = "[";
  for (int64_t number : numbers)
    text += (text.size() > 1 ? ", " : "") + std::to_string(number);
  return text + "]";
}

static std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

static std::string textOf(const std::optional<ScalarOperand> &scalar) {
  if (!scalar)
    return "none";
  std::string text = scalar->negated ? "minus " : "";
  if (!scalar->constant)
    return text + nameOf(scalar->value) + " of " + textOf(scalar->type());
  SmallString<16> number;
  scalar->constant->toString(number, /*FormatPrecision=*/6);
  return text + number.str().str() + " of " + textOf(scalar->type());
}

static std::string textOf(const Reduced &reduced) {
  return nameOf(reduced.source) + " over " + textOf(reduced.dims) + " as " +
         textOf(reduced.layout) +
         (linesUp(reduced) ? ", lines up" : ", does not line up");
}

static std::string textOf(const Steps &steps) {
  llvm::SmallSetVector<Type, 4> types;
  for (Operation *step : steps)
    types.insert(array::elementTypeOf(step->getResult(0).getType()));
  std::string text = "; arithmetic in";
  for (Type type : types)
    text += " " + textOf(type);
  return text;
}

static std::string textOf(const Mismatch &mismatch) {
  return "no match: " + fused::textOf(mismatch.reason).name.str() +
         (mismatch.where
              ? " at " + mismatch.where->getName().getStringRef().str()
              : "");
}

static std::string slotsOf(const ImageNormalizeMatch &match) {
  return "gain " + textOf(match.gain) + ", bias " + textOf(match.bias) +
         ", clamp " + textOf(match.clamp) + ", gamma " + textOf(match.gamma) +
         ", in " + textOf(match.computeType) + ", to " + nameOf(match.output);
}

/// What the matcher called `name` says of `op`; nothing: no such matcher.
static std::optional<std::string> found(StringRef name, Operation *op) {
  Value value = op->getResult(0);
  Steps steps;
  if (name == "peel-casts")
    return nameOf(peelCasts(value)) + (narrowingOf(value) ? ", narrowed" : "");
  if (name == "scalar")
    return textOf(matchScalar(value));
  if (name == "mean") {
    Matched<Reduced> mean = matchMean(value, /*source=*/{}, steps);
    return mean ? textOf(*mean) + textOf(steps) : textOf(mean.mismatch());
  }
  if (name == "deviation") {
    Matched<Deviation> deviation = matchDeviation(value, steps);
    if (!deviation)
      return textOf(deviation.mismatch());
    return nameOf(deviation->source) + " over " + textOf(deviation->dims) +
           (deviation->negated ? ", negated" : "") + textOf(steps);
  }
  if (name == "sigma") {
    Matched<Sigma> sigma = matchSigma(value, /*source=*/{}, steps);
    if (!sigma)
      return textOf(sigma.mismatch());
    return textOf(sigma->variance) + ", epsilon " + textOf(sigma->epsilon) +
           textOf(steps);
  }
  if (name == "slots") {
    ImageNormalizeMatch match;
    match.input = match.output = value;
    match.computeType = cast<FloatType>(array::elementTypeOf(value.getType()));
    fillSlots(match);
    return slotsOf(match);
  }
  if (name == "image-normalize") {
    if (!isImageNormalizeRoot(op))
      return "not a root";
    Matched<ImageNormalizeMatch> match = matchImageNormalize(op);
    if (!match)
      return textOf(match.mismatch());
    return nameOf(match->input) + " over " + textOf(match->dims) +
           ", epsilon " + textOf(match->epsilon) + ", " + slotsOf(*match);
  }
  return std::nullopt;
}

namespace {
struct TestFusionMatchersPass
    : PassWrapper<TestFusionMatchersPass, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestFusionMatchersPass)

  StringRef getArgument() const override { return "test-fusion-matchers"; }
  StringRef getDescription() const override {
    return "For tests: what a matcher of fusion finds at each operation with "
           "the attribute test.match = \"peel-casts\", \"scalar\", \"mean\", "
           "\"deviation\", \"sigma\", \"slots\" or \"image-normalize\"";
  }

  void runOnOperation() override {
    getOperation()->walk([&](Operation *op) {
      auto name = op->getAttrOfType<StringAttr>("test.match");
      if (!name || op->getNumResults() == 0)
        return;
      if (std::optional<std::string> text = found(name.getValue(), op)) {
        op->emitRemark(*text);
        return;
      }
      op->emitError("no matcher is called '") << name.getValue() << "'";
      signalPassFailure();
    });
  }
};
} // namespace

void runmat::test::registerTestPasses() {
  PassRegistration<TestFusionMatchersPass>();
}

// Windows, limits and variants of a nest's plan.
#include "GPUSweep.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace runmat;
using fused::IndexOp;
using fused::NestOp;
using fused::NestYield;
using fused::ReductionAttr;
using fused::SpaceSize;

GPUSweep::GPUSweep(NestOp op, gpu::GPUModuleOp module,
                   const DeviceProfile &profile)
    : op(op), module(module), profile(profile), space(op) {
  plan.unit = op.getKindName().str();
}

void GPUSweep::requireBinding(const SizeExpr &bytes, const std::string &what) {
  SizeExpr whole = ceilDiv(bytes, 16) * 16;
  if (whole.isConstant() && whole.constant() <= kLeastRange)
    return;
  std::string text =
      what + " is larger than a buffer binding of the device, {0} bytes";
  if (whole.overflows() ||
      (whole.isConstant() && uint64_t(whole.constant()) > profile.storageRange))
    refusal =
        GPURefusal{GPURefusal::BindingRange,
                   llvm::formatv(text.c_str(), profile.storageRange).str()};
  limits.push_back({SizeCondition::Kind::LessEqual, whole,
                    SizeExpr::limit(RM_LIMIT_STORAGE_RANGE), text});
}

std::optional<SizeExpr> GPUSweep::startOfFull() const {
  std::optional<SizeExpr> start;
  auto visit = [&](const GPUTensor &tensor) {
    SizeExpr own = offsetOf(tensor, window).elements;
    if (!start)
      start = own;
    return start->text() == own.text();
  };
  for (const GPUTensor &input : space.inputs)
    if (input.isFull && !input.constant && !visit(input))
      return std::nullopt;
  for (const GPUTensor &result : space.results)
    if (result.isFull && !visit(result))
      return std::nullopt;
  return start.value_or(0);
}

void GPUSweep::requireWord(const SizeExpr &number, const std::string &what) {
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  if (number.isConstant() && number.constant() <= kMost)
    return;
  std::string text = what + " must be at most {0} on the device";
  if (number.isConstant() || number.overflows())
    refusal = GPURefusal{GPURefusal::IndexRange,
                         llvm::formatv(text.c_str(), kMost).str()};
  limits.push_back({SizeCondition::Kind::LessEqual, number, kMost, text});
}

SizeExpr GPUSweep::windowed(const SizeExpr &whole) const {
  return window.isSingle
             ? whole
             : floorDiv(whole, max(space.dims[0].size, 1)) * window.length;
}

void GPUSweep::planWindows() {
  auto tensors = [&](llvm::function_ref<void(GPUTensor &)> body) {
    for (GPUTensor &input : space.inputs)
      if (!input.constant)
        body(input);
    for (GPUTensor &result : space.results)
      if (space.yields[op.getResultYields()[result.ref.index]].isStore())
        body(result);
  };
  // Bytes of one step of the first dim, and how many steps begin at an aligned
  // offset in all tensors.
  SizeExpr step = 0;
  int64_t aligned = 1;
  bool isKnown = true;
  tensors([&](GPUTensor &tensor) {
    if (!tensor.isWindowed)
      return requireBinding(tensor.bytes, tensor.name);
    SizeExpr bytes = *tensor.strides[0] * elementBytes(tensor.element);
    step = max(step, bytes);
    isKnown &= bytes.isConstant();
    int64_t common =
        bytes.isConstant() ? std::gcd(bytes.constant(), kOffsetAlignment) : 1;
    aligned = std::max(aligned, kOffsetAlignment / common);
  });
  if (space.dims.empty())
    return;
  SizeExpr size = space.dims[0].size, all = size * step;
  window.length = size;
  if (all.isConstant() && all.constant() <= kLeastRange)
    return;
  if (all.overflows()) {
    requireBinding(all, "the space");
    return;
  }
  // Steps that are known and small begin where all tensors are aligned; others
  // begin anywhere.
  window.isAligned =
      step.isConstant() && step.constant() <= kLeastRange / kOffsetAlignment;
  // Tiles of transposed reads have whole vectors of any element then.
  if (window.isAligned)
    aligned = std::max<int64_t>(aligned, 16);
  else if (isKnown && aligned == 1)
    window.isAligned = llvm::none_of(space.inputs, [](const GPUTensor &input) {
      return !input.isWindowed && input.strides[0];
    });
  if (!window.isAligned)
    aligned = 1;
  step = plan.define("step_bytes", max(step, 1));
  requireBinding(step * aligned + kOffsetAlignment, "one window");
  SizeExpr most = plan.define(
      "window_size",
      max(floorDiv(SizeExpr::limit(RM_LIMIT_STORAGE_RANGE) - kOffsetAlignment,
                   step * aligned),
          1) *
          aligned);
  window.isSingle = false;
  window.count = plan.define("windows", ceilDiv(size, most));
  window.first = SizeExpr::window() * most;
  window.most = most;
  window.length = min(most, size - window.first);
}

KernelBuilder GPUSweep::makeKernel(const std::string &role,
                                   unsigned threads) const {
  return KernelBuilder(module, op.getLoc(),
                       plan.unit + (role.empty() ? "" : "_" + role), threads,
                       profile);
}

bool GPUSweep::isReachable(const std::vector<SizeCondition> &conditions) const {
  auto always = [](const SizeCondition &c) { return c.known() == 1; };
  if (!plan.variants.empty() &&
      llvm::all_of(plan.variants.back().conditions, always))
    return false;
  return llvm::none_of(conditions, [](const SizeCondition &condition) {
    return condition.known() == 0;
  });
}

void GPUSweep::addVariant(Variant variant) {
  variant.conditions.insert(variant.conditions.end(), limits.begin(),
                            limits.end());
  plan.variants.push_back(std::move(variant));
}

std::optional<GPURefusal> runmat::planSweep(NestOp op, gpu::GPUModuleOp module,
                                            const DeviceProfile &profile,
                                            KernelPlan &plan) {
  GPUSweep sweep(op, module, profile);
  sweep.planWindows();
  if (sweep.refusal)
    return sweep.refusal;
  if (sweep.space.hasRows())
    sweep.planReductions();
  else
    sweep.planMap();
  if (sweep.refusal)
    return sweep.refusal;
  for (auto [i, number] : llvm::enumerate(op.getResultYields())) {
    const NestYield &yield = sweep.space.yields[number];
    std::vector<SizeExpr> &shape = sweep.plan.resultShapes.emplace_back();
    bool keep = !yield.isStore() && cast<ReductionAttr>(yield.attr).getKeep();
    for (unsigned dim = 0; dim < op.getRank(); ++dim)
      if (!llvm::is_contained(yield.dims, int64_t(dim)))
        shape.push_back(sweep.space.sizeOf(dim));
      else if (keep)
        shape.push_back(1);
  }
  plan = std::move(sweep.plan);
  return std::nullopt;
}

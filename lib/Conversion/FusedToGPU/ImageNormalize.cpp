// The plan of fused.image_normalize: statistics, combine and apply per window
// of planes, then what is left of the reductions. Two classes of shapes, each
// with its own kernels: planes of whole vectors, and ragged ones, which keep
// vectors inside and handle at most six elements at their edges one by one.
#include "ImageNormalize.h"
#include "Refusal.h"
#include "Units.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using fused::ImageNormalizeOp;

static constexpr int64_t kVectorBytes = 16;
/// A vector of the combine kernel's input holds one part.
static constexpr int64_t kPartBytes = kVectorBytes;
/// The combine kernel walks the parts of a plane with one workgroup.
static constexpr int64_t kMaxParts = 4096;
/// What Vulkan promises of every device: a storage buffer range of at least
/// this (2^27 bytes), and no larger alignment of offsets.
static constexpr int64_t kLeastRange = int64_t(1) << 27;
static constexpr int64_t kOffsetAlignment = 256;
/// Planes are numbered in 32 bits.
static constexpr int64_t kMostPlanes = 0xffffffff;

static NormalizeSlot makeSlot(ImageNormalizeOp op, Value value,
                              StringRef name) {
  NormalizeSlot slot;
  if (!value)
    return slot;
  slot.present = true;
  slot.binding = name.str();
  if (std::optional<llvm::APFloat> constant = fused::constantSlot(value)) {
    slot.constant = constant->convertToFloat();
    return slot;
  }
  for (OpOperand &operand : op->getOpOperands())
    if (operand.get() == value)
      slot.operand = operand.getOperandNumber();
  return slot;
}

/// How `map` reads an operand. The map's results are dims, and constants 0 at
/// dims of size 1 (the unit's verifier).
static NormalizeExtra makeExtra(ImageNormalizeOp op, unsigned number,
                                AffineMap map, unsigned operand,
                                unsigned batchRank) {
  NormalizeExtra extra;
  extra.operand = operand;
  extra.binding = "extra" + std::to_string(number);
  Value value = op->getOperand(operand);
  DenseElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)) && constant.isSplat()) {
    extra.kind = NormalizeExtra::Kind::Constant;
    extra.constant = constant.getSplatValue<APFloat>().convertToFloat();
    return extra;
  }
  SmallVector<unsigned> dims;
  for (AffineExpr expr : map.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      dims.push_back(dim.getPosition());
  unsigned rank = map.getNumDims();
  auto isRange = [&](unsigned from, unsigned to) {
    return dims.size() == to - from && llvm::equal(dims, llvm::seq(from, to));
  };
  using Kind = NormalizeExtra::Kind;
  extra.kind = isRange(0, rank)           ? Kind::Full
               : isRange(0, batchRank)    ? Kind::Plane
               : isRange(batchRank, rank) ? Kind::InPlane
                                          : Kind::General;
  if (dims.empty())
    extra.kind = Kind::General; // one element: no strides
  if (extra.kind == Kind::General) {
    for (unsigned dim : dims)
      extra.strides.push_back(
          {dim, extra.binding + "_stride" + std::to_string(dim)});
  }
  return extra;
}

/// Bindings and push constants of the apply kernel, which has most; images of
/// ragged planes are bound twice.
static Kernel largestKernel(NormalizeKernels kernels) {
  SizeExpr n = 1;
  for (unsigned dim = kernels.batchRank; dim != kernels.rank; ++dim)
    n = n * sizeOf(kernels.op->getOperand(0), 0, dim);
  SizeExpr remainder = mod(n, 4);
  kernels.ragged = !remainder.isConstant() || remainder.constant() != 0;
  Kernel apply;
  kernels.describeApply(apply, /*small=*/false);
  return apply;
}

std::optional<GPURefusal>
runmat::refusedImageNormalize(ImageNormalizeOp op,
                              const DeviceProfile &profile) {
  if (auto refusal = refusedTypes(op))
    return refusal;
  if (!op.getComputeType().isF32())
    return GPURefusal{GPURefusal::ElementType,
                      "the GPU form computes in f32 only"};
  NormalizeKernels kernels = analyseImageNormalize(op, profile);
  Kernel largest = largestKernel(kernels);
  if (largest.bindings.size() > profile.maxBindings)
    return GPURefusal{GPURefusal::Bindings,
                      "the unit needs " +
                          std::to_string(largest.bindings.size()) +
                          " buffers, the device binds " +
                          std::to_string(profile.maxBindings)};
  if (size_t bytes = largest.push.size() * 4; bytes > profile.pushBytes)
    return GPURefusal{GPURefusal::PushConstants,
                      "the extra operands' strides need " +
                          std::to_string(bytes) +
                          " bytes of push constants, the device has " +
                          std::to_string(profile.pushBytes)};
  return refusedSizes(std::move(kernels), profile);
}

NormalizeKernels runmat::analyseImageNormalize(ImageNormalizeOp op,
                                               const DeviceProfile &profile) {
  NormalizeKernels kernels;
  kernels.op = op;
  kernels.schedule = profile.normalize;
  kernels.rank = cast<RankedTensorType>(op.getInput().getType()).getRank();
  kernels.batchRank = kernels.rank - op.getDims().size();
  kernels.epsilon = makeSlot(op, op.getEpsilon(), "epsilon");
  kernels.gain = makeSlot(op, op.getGain(), "gain");
  kernels.bias = makeSlot(op, op.getBias(), "bias");
  kernels.clamp = makeSlot(op, op.getClamp(), "clamp");
  kernels.gamma = makeSlot(op, op.getGamma(), "gamma");
  unsigned first = op->getNumOperands() - op.getExtras().size();
  for (auto [i, attribute] : llvm::enumerate(op.getExtraMaps()))
    kernels.extras.push_back(
        makeExtra(op, i, cast<AffineMapAttr>(attribute).getValue(), first + i,
                  kernels.batchRank));
  return kernels;
}

namespace {

/// Builds the plan of one unit: sizes that all variants share, then a variant
/// per class of shapes.
struct Planner {
  NormalizeKernels kernels;
  KernelPlan plan;
  SizeExpr planes, n, vectors, groups, chunk, applyGroups;
  SizeExpr windows, windowPlanes, firstPlane, active, start, offset, base,
      imageBytes;
  unsigned parts = 0, planeValues = 0, maxBindings = 0;
  SmallVector<unsigned> partials;

  BufferRef operand(unsigned index) const {
    return {BufferRef::Kind::Operand, index};
  }
  BufferRef workspace(unsigned index) const {
    return {BufferRef::Kind::Workspace, index};
  }

  void sizes();
  /// What the device must be able to bind, whatever the variant.
  std::vector<SizeCondition> limits() const;
  /// Nothing comes after a variant that always holds.
  bool alwaysHolds() const;
  void addVariant(bool ragged, bool small);
  Launch makeLaunch(const Kernel &kernel, SizeExpr total,
                    llvm::function_ref<LaunchBinding(StringRef)> binding,
                    llvm::function_ref<SizeExpr(StringRef)> push);
  LaunchBinding bindingOf(StringRef name) const;
  SizeExpr pushOf(StringRef name, bool apply) const;
  void finishReductions(Variant &variant);
};

} // namespace

void Planner::sizes() {
  ImageNormalizeOp op = kernels.op;
  const NormalizeSchedule &schedule = kernels.schedule;
  planes = n = 1;
  for (unsigned dim = 0; dim != kernels.rank; ++dim) {
    SizeExpr size = sizeOf(op->getOperand(0), 0, dim);
    (dim < kernels.batchRank ? planes : n) =
        (dim < kernels.batchRank ? planes : n) * size;
  }
  planes = plan.define("planes", planes);
  n = plan.define("plane", n);
  vectors = plan.define("vectors", max(floorDiv(n, 4), 1));
  int64_t block = int64_t(schedule.threads) * schedule.statisticsVectors;
  chunk = plan.define("chunk", ceilDiv(vectors, block * kMaxParts) * block);
  groups = plan.define("groups", ceilDiv(vectors, chunk));
  unsigned count = op.getReductions().empty() ? schedule.applyVectors
                                              : schedule.reduceVectors;
  applyGroups = plan.define(
      "apply_groups", ceilDiv(vectors, int64_t(schedule.threads) * count));

  // Planes of one window: what a binding can hold, also of the workspaces.
  SizeExpr planeBytes =
      plan.define("plane_bytes", max(n * 4, groups * kPartBytes));
  SizeExpr all = planes * planeBytes;
  if (all.isConstant() && all.constant() <= kLeastRange - kOffsetAlignment)
    windowPlanes = max(planes, 1);
  else
    windowPlanes = plan.define(
        "window_planes",
        max(min(planes, floorDiv(SizeExpr::limit(RM_LIMIT_STORAGE_RANGE) -
                                     kOffsetAlignment,
                                 planeBytes)),
            1));
  windows = ceilDiv(planes, windowPlanes);
  // A plane without elements has no statistics: then nothing is launched.
  if (!windows.isConstant())
    windows = windows * min(n, 1);
  windows = plan.define("windows", windows);
  bool single = windows.isConstant() && windows.constant() <= 1;
  SizeExpr window = single ? SizeExpr(0) : SizeExpr::window();
  firstPlane = window * windowPlanes;
  active = min(windowPlanes, planes - firstPlane) * min(n, 1);
  start = firstPlane * n * 4;
  offset = floorDiv(start, kOffsetAlignment) * kOffsetAlignment;
  base = floorDiv(start - offset, 4);
  imageBytes = single ? SizeExpr(0)
                      : min(windowPlanes, planes - firstPlane) * n * 4 +
                            (start - offset);

  parts = plan.addWorkspace("parts", windowPlanes * groups * kPartBytes);
  planeValues = plan.addWorkspace("planes", windowPlanes * kPartBytes);
  for (unsigned r = 0, e = op.getReductions().size(); r != e; ++r)
    partials.push_back(plan.addWorkspace("partials" + std::to_string(r),
                                         max(planes * applyGroups, 1) * 4));
}

LaunchBinding Planner::bindingOf(StringRef name) const {
  auto image = [&](BufferRef buffer) {
    return LaunchBinding{buffer, offset, imageBytes};
  };
  name.consume_back("_elements");
  if (name == "x")
    return image(operand(0));
  if (name == "parts")
    return {workspace(parts)};
  if (name == "planes")
    return {workspace(planeValues)};
  for (const NormalizeSlot *slot :
       {&kernels.epsilon, &kernels.gain, &kernels.bias, &kernels.clamp,
        &kernels.gamma})
    if (slot->present && name == slot->binding)
      return {operand(slot->operand)};
  for (const NormalizeExtra &extra : kernels.extras)
    if (name == extra.binding)
      return extra.kind == NormalizeExtra::Kind::Full
                 ? image(operand(extra.operand))
                 : LaunchBinding{operand(extra.operand)};
  unsigned number = 0;
  StringRef digits = name;
  if (digits.consume_front("partials") && !digits.getAsInteger(10, number))
    return {workspace(partials[number])};
  digits = name;
  if (digits.consume_front("y") && !digits.getAsInteger(10, number))
    return image({BufferRef::Kind::Result, number});
  llvm_unreachable("a binding without a buffer");
}

SizeExpr Planner::pushOf(StringRef name, bool apply) const {
  if (name == "n" || name == "count")
    return n;
  if (name == "planes")
    return active;
  if (name == "groups")
    return apply ? applyGroups : groups;
  if (name == "base")
    return base;
  if (name == "chunk")
    return chunk;
  if (name == "first_plane")
    return firstPlane;
  ImageNormalizeOp op = kernels.op;
  unsigned dim = 0;
  StringRef digits = name;
  if (digits.consume_front("size") && !digits.getAsInteger(10, dim))
    return sizeOf(op->getOperand(0), 0, dim);
  unsigned firstExtra = op->getNumOperands() - op.getExtras().size();
  for (const NormalizeExtra &extra : kernels.extras) {
    // Row-major strides of the extra; a dim that several of its coordinates
    // follow counts with the sum of their strides.
    AffineMap map =
        cast<AffineMapAttr>(op.getExtraMaps()[extra.operand - firstExtra])
            .getValue();
    Value value = op->getOperand(extra.operand);
    SizeExpr stride = 1;
    std::optional<SizeExpr> found;
    unsigned wanted = 0;
    StringRef rest = name;
    if (!rest.consume_front(extra.binding + "_stride") ||
        rest.getAsInteger(10, wanted))
      continue;
    for (unsigned i = map.getNumResults(); i-- > 0;) {
      AffineExpr expr = map.getResult(i);
      if (auto dim = dyn_cast<AffineDimExpr>(expr);
          dim && dim.getPosition() == wanted)
        found = found ? *found + stride : stride;
      stride = stride * sizeOf(value, extra.operand, i);
    }
    return *found;
  }
  llvm_unreachable("a push constant without a value");
}

Launch Planner::makeLaunch(const Kernel &kernel, SizeExpr total,
                           llvm::function_ref<LaunchBinding(StringRef)> binding,
                           llvm::function_ref<SizeExpr(StringRef)> push) {
  Launch launch;
  launch.kernel = plan.kernels.size();
  for (const KernelBinding &each : kernel.bindings)
    launch.bindings.push_back(binding(each.name));
  for (const KernelPush &each : kernel.push)
    launch.push.push_back(push(each.name));
  linearGrid(total, launch.grid);
  plan.kernels.push_back(kernel);
  return launch;
}

void Planner::finishReductions(Variant &variant) {
  ImageNormalizeOp op = kernels.op;
  for (unsigned r = 0, e = op.getReductions().size(); r != e; ++r) {
    auto reduction = cast<fused::ReductionAttr>(op.getReductions()[r]);
    bool overAll = reduction.getDims().size() == kernels.rank;
    BufferRef result{BufferRef::Kind::Result, op.getNumStored() + r};
    SizeExpr cols = applyGroups * min(n, 1);
    if (overAll)
      emitFinishReduction(plan, kernels.module, op.getLoc(), reduction,
                          workspace(partials[r]), 1, planes * cols, planes * n,
                          result, kernels.schedule.combineThreads,
                          variant.steps[1].launches);
    else
      emitFinishReduction(plan, kernels.module, op.getLoc(), reduction,
                          workspace(partials[r]), planes, cols, n, result,
                          kernels.schedule.combineThreads,
                          variant.steps[1].launches);
  }
}

bool Planner::alwaysHolds() const {
  return !plan.variants.empty() &&
         llvm::all_of(plan.variants.back().conditions,
                      [](const SizeCondition &condition) {
                        return condition.known() == 1;
                      });
}

std::vector<SizeCondition> Planner::limits() const {
  std::vector<SizeCondition> limits;
  auto fits = [&](SizeExpr bytes, const std::string &what) {
    if (bytes.isConstant() && bytes.constant() <= kLeastRange)
      return;
    limits.push_back({SizeCondition::Kind::LessEqual, bytes,
                      SizeExpr::limit(RM_LIMIT_STORAGE_RANGE),
                      what + " is larger than a buffer binding of the device, "
                             "{0} bytes"});
  };
  // Whole buffers are bound in whole vectors.
  auto whole = [](SizeExpr bytes) {
    return ceilDiv(bytes, kVectorBytes) * kVectorBytes;
  };
  fits(n * 4 + kOffsetAlignment, "one plane");
  if (!partials.empty())
    fits(whole(planes * applyGroups * 4), "what all planes' reductions add up");
  bool numbered = false;
  for (const NormalizeExtra &extra : kernels.extras) {
    using Kind = NormalizeExtra::Kind;
    if (extra.kind != Kind::Plane && extra.kind != Kind::General)
      continue;
    numbered = true;
    Value value = kernels.op->getOperand(extra.operand);
    SizeExpr bytes = 4;
    for (unsigned d = 0; d < cast<RankedTensorType>(value.getType()).getRank();
         ++d)
      bytes = bytes * sizeOf(value, extra.operand, d);
    fits(whole(bytes), "operand #" + std::to_string(extra.operand));
  }
  if (numbered && !(planes.isConstant() && planes.constant() <= kMostPlanes))
    limits.push_back({SizeCondition::Kind::LessEqual, planes, kMostPlanes,
                      "operands that are read by the plane allow {0} planes"});
  return limits;
}

std::optional<GPURefusal> runmat::refusedSizes(NormalizeKernels kernels,
                                               const DeviceProfile &profile) {
  Planner planner;
  planner.kernels = std::move(kernels);
  planner.sizes();
  for (const SizeCondition &limit : planner.limits()) {
    uint64_t most =
        limit.rhs.isConstant() ? limit.rhs.constant() : profile.storageRange;
    if (limit.lhs.isConstant() && uint64_t(limit.lhs.constant()) > most)
      return GPURefusal{GPURefusal::BindingRange,
                        llvm::formatv(limit.limit.c_str(), most).str()};
  }
  return std::nullopt;
}

void Planner::addVariant(bool ragged, bool small) {
  if (alwaysHolds())
    return;
  kernels.ragged = ragged;
  Variant variant;
  variant.name = ragged ? "ragged" : "vectors";
  if (small) {
    // Slots and images together may be more than the device binds.
    Kernel description;
    kernels.describeApply(description, small);
    if (description.bindings.size() > maxBindings)
      return;
    variant.name = "small_" + variant.name;
    const NormalizeSchedule &schedule = kernels.schedule;
    variant.conditions.push_back(
        {SizeCondition::Kind::LessEqual, vectors,
         int64_t(schedule.smallThreads) * schedule.smallVectors});
  }
  if (!ragged)
    variant.conditions.push_back(
        {SizeCondition::Kind::Equal, mod(n, 4), SizeExpr(0)});
  for (SizeCondition &limit : limits())
    variant.conditions.push_back(std::move(limit));
  for (const SizeCondition &condition : variant.conditions)
    if (condition.known() == 0)
      return;

  variant.steps = {{windows, {}}, {1, {}}};
  std::vector<Launch> &windowed = variant.steps[0].launches;
  auto binding = [&](StringRef name) { return bindingOf(name); };
  auto push = [&](StringRef name) { return pushOf(name, /*apply=*/false); };
  auto pushApply = [&](StringRef name) { return pushOf(name, /*apply=*/true); };
  if (small) {
    windowed.push_back(
        makeLaunch(kernels.emitSmall(), active, binding, pushApply));
  } else {
    windowed.push_back(
        makeLaunch(kernels.emitStatistics(), active * groups, binding, push));
    windowed.push_back(
        makeLaunch(kernels.emitCombine(), active, binding, push));
    windowed.push_back(makeLaunch(kernels.emitApply(), active * applyGroups,
                                  binding, pushApply));
  }
  finishReductions(variant);
  plan.variants.push_back(std::move(variant));
}

KernelPlan runmat::planImageNormalize(ImageNormalizeOp op,
                                      gpu::GPUModuleOp module,
                                      const DeviceProfile &profile) {
  Planner planner;
  planner.kernels = analyseImageNormalize(op, profile);
  planner.kernels.module = module;
  planner.plan.unit = "image_normalize";
  planner.maxBindings = profile.maxBindings;
  planner.sizes();
  SizeExpr remainder = mod(planner.n, 4);
  for (bool small : {true, false}) {
    planner.addVariant(/*ragged=*/false, small);
    if (!remainder.isConstant() || remainder.constant() != 0)
      planner.addVariant(/*ragged=*/true, small);
  }
  return std::move(planner.plan);
}

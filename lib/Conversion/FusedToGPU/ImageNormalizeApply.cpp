// The apply kernel: one or two vectors a thread, straight through, no loop. It
// walks the planes backwards, because the statistics kernel has just read the
// last ones (they may still be in the last-level cache).
//
// y = ((x - shift) - (mean - shift)) * lift * scale + bias: both differences
// are exact or nearly so where x is close to the mean, which keeps a small
// deviation on a large mean. Everything behind is array operations on scalars,
// one component at a time; drivers put the components of a vector together
// again.
#include "ImageNormalize.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace runmat;

bool NormalizeKernels::needsCoordinates() const {
  return llvm::any_of(extras, [](const NormalizeExtra &extra) {
    return extra.kind == NormalizeExtra::Kind::General;
  });
}

namespace {

struct ApplyEmitter {
  const NormalizeKernels &unit;
  KernelEmitter &e;
  unsigned threads;
  unsigned numStored, numReductions;
  Value plane; // number in the window
  PlaneRange range;
  Value shift, mean, scale, clamp, gamma;
  Value lift, bias;               // null: 1 and 0
  SmallVector<Value> planeExtras; // loaded once; null for the others

  /// y before clamp; `x` is a vector or a scalar.
  Value normalise(Value x) {
    bool isVector = isa<VectorType>(x.getType());
    auto wide = [&](Value value) { return isVector ? e.splat(value) : value; };
    Value d = e.sub(e.sub(x, wide(shift)), wide(mean));
    if (lift)
      d = e.mul(d, wide(lift));
    return bias ? math::FmaOp::create(e.b, d, wide(scale), wide(bias))
                : e.mul(d, wide(scale));
  }

  /// y ^ gamma. Behind a clamp at a constant >= +0 the device's own functions
  /// do: exp2(gamma * log2(y)), 41 units in the last place on an H200 for y in
  /// [0, 1] (docs/numerics.md), where the exact form would make the kernel
  /// slower than memory. log2 of 0 is undefined in SPIR-V, so that the power of
  /// 0 is selected; so are pow(y, 0) = pow(1, gamma) = 1 where gamma is not
  /// known. Infinities and NaN come out as pow's.
  Value power(Value y) {
    // At -0 an odd power keeps the sign.
    bool native = unit.clamp.constant && *unit.clamp.constant >= 0 &&
                  !std::signbit(*unit.clamp.constant);
    if (!native)
      return array::PowOp::create(e.b, y, gamma);
    auto compare = [&](arith::CmpFPredicate predicate, Value value,
                       double number) -> Value {
      return arith::CmpFOp::create(e.b, predicate, value, e.f32(number));
    };
    double infinity = std::numeric_limits<double>::infinity();
    Value log = math::Log2Op::create(e.b, y);
    Value result = math::Exp2Op::create(e.b, e.mul(gamma, log));
    std::optional<double> known = unit.gamma.constant;
    bool plain = known && std::isfinite(*known) && *known != 0;
    // A gamma that is NaN stays NaN; one of 0 is taken out below.
    Value ofZero =
        plain ? e.f32(*known > 0 ? 0 : infinity)
              : e.select(compare(arith::CmpFPredicate::OLT, gamma, 0),
                         e.f32(infinity),
                         e.select(compare(arith::CmpFPredicate::OGT, gamma, 0),
                                  e.f32(0), gamma));
    result = e.select(compare(arith::CmpFPredicate::OEQ, y, 0), ofZero, result);
    if (plain)
      return result;
    Value isOne =
        arith::OrIOp::create(e.b, compare(arith::CmpFPredicate::OEQ, gamma, 0),
                             compare(arith::CmpFPredicate::OEQ, y, 1));
    return e.select(isOne, e.f32(1), result);
  }

  /// Clamp, gamma and the region for one element: what the region yields.
  SmallVector<Value> finishElement(Value y, Value x, ArrayRef<Value> extras) {
    if (clamp)
      y = array::MaxOp::create(e.b, y, clamp, unit.op.getClampNan());
    if (gamma)
      y = power(y);
    Block &block = unit.op.getEpilogue().front();
    IRMapping mapping;
    mapping.map(block.getArgument(0), y);
    mapping.map(block.getArgument(1), x);
    for (auto [i, extra] : llvm::enumerate(extras))
      mapping.map(block.getArgument(2 + i), extra);
    for (Operation &inner : block.without_terminator())
      e.b.clone(inner, mapping);
    SmallVector<Value> yielded;
    for (Value value : block.getTerminator()->getOperands())
      yielded.push_back(mapping.lookupOrDefault(value));
    return yielded;
  }

  /// An extra's value at one element of the buffer; not for Full ones.
  Value extraAt(unsigned i, Value element) {
    const NormalizeExtra &extra = unit.extras[i];
    switch (extra.kind) {
    case NormalizeExtra::Kind::Constant:
    case NormalizeExtra::Kind::Plane:
      return planeExtras[i];
    case NormalizeExtra::Kind::Full:
      return e.load(extra.binding + "_elements", element);
    case NormalizeExtra::Kind::InPlane:
      return e.load(extra.binding + (unit.ragged ? "_elements" : ""),
                    inPlane(element));
    case NormalizeExtra::Kind::General:
      break;
    }
    Value at = e.index(0);
    Value planeNumber = e.add(plane, e.push("first_plane"));
    for (auto [dim, stride] : extra.strides)
      at = e.add(at, e.mul(coordinate(dim, planeNumber, inPlane(element)),
                           e.push(stride)));
    return e.load(extra.binding, at);
  }

  /// A thread without work may ask for an element outside the plane: it then
  /// reads another one, which nobody uses.
  Value inPlane(Value element) {
    return e.min(e.sub(element, range.begin), e.sub(e.push("n"), e.index(1)));
  }

  /// One coordinate of an element, by division with the sizes of inner dims.
  Value coordinate(unsigned dim, Value planeNumber, Value planeElement) {
    bool isBatch = dim < unit.batchRank;
    Value rest = isBatch ? planeNumber : planeElement;
    unsigned end = isBatch ? unit.batchRank : unit.rank;
    for (unsigned inner = end; inner-- > dim + 1;)
      rest = e.div(rest, e.push("size" + std::to_string(inner)));
    bool isOutermost = dim == 0 || dim == unit.batchRank;
    return isOutermost ? rest
                       : e.rem(rest, e.push("size" + std::to_string(dim)));
  }

  /// Whether the region passes y on as it is: then vectors stay vectors.
  bool isPlain() {
    Block &block = unit.op.getEpilogue().front();
    return !clamp && !gamma && block.without_terminator().empty() &&
           llvm::all_of(block.getTerminator()->getOperands(), [&](Value v) {
             return v == block.getArgument(0) || v == block.getArgument(1);
           });
  }

  void combine(SmallVectorImpl<Value> &sums, unsigned r, Value value,
               Value inside) {
    auto reduction = cast<fused::ReductionAttr>(unit.op.getReductions()[r]);
    Value identity = e.f32(reductionIdentity(reduction));
    sums[r] = combineValues(e.b, reduction, sums[r],
                            e.select(inside, value, identity));
  }

  void setPlane(Value shiftValue, Value meanValue, Value liftValue,
                Value scaleValue) {
    shift = shiftValue;
    mean = meanValue;
    if (unit.mayNeedLift())
      lift = liftValue;
    scale = scaleValue;
    if (unit.bias.present)
      bias = NormalizeKernels::slotValue(e, unit.bias);
    if (unit.clamp.present)
      clamp = NormalizeKernels::slotValue(e, unit.clamp);
    if (unit.gamma.present)
      gamma = NormalizeKernels::slotValue(e, unit.gamma);
    for (const NormalizeExtra &extra : unit.extras) {
      Value value;
      if (extra.kind == NormalizeExtra::Kind::Constant)
        value = e.f32(extra.constant);
      else if (extra.kind == NormalizeExtra::Kind::Plane)
        value =
            e.load(extra.binding, unit.batchRank == 0
                                      ? e.index(0)
                                      : e.add(plane, e.push("first_plane")));
      planeExtras.push_back(value);
    }
  }

  /// The vectors of this thread from `first` on. `loaded`: their values, where
  /// the kernel has them already.
  void vectors(Value first, unsigned count, ArrayRef<Value> loaded,
               SmallVectorImpl<Value> &sums) {
    SmallVector<Value> at, inside, xs;
    SmallVector<SmallVector<Value>> full(unit.extras.size());
    for (unsigned v = 0; v != count; ++v) {
      at.push_back(e.add(first, e.index(int64_t(v) * threads)));
      inside.push_back(e.less(at[v], range.vectorsEnd));
      Value safe = e.min(at[v], range.lastVector);
      xs.push_back(loaded.empty() ? e.load("x", safe) : loaded[v]);
      for (auto [i, extra] : llvm::enumerate(unit.extras)) {
        if (extra.kind == NormalizeExtra::Kind::Full)
          full[i].push_back(e.load(extra.binding, safe));
        else if (extra.kind == NormalizeExtra::Kind::InPlane && !unit.ragged)
          full[i].push_back(e.load(extra.binding, e.sub(safe, range.vectors)));
      }
    }
    for (unsigned v = 0; v != count; ++v) {
      Value y = normalise(xs[v]);
      SmallVector<SmallVector<Value>> yielded(numStored + numReductions);
      bool plain = isPlain() && numReductions == 0;
      Value safe = e.min(at[v], range.lastVector);
      for (unsigned lane = 0; lane != 4 && !plain; ++lane) {
        SmallVector<Value> extras;
        Value element;
        for (unsigned i = 0; i != unit.extras.size(); ++i) {
          if (!full[i].empty()) {
            extras.push_back(e.component(full[i][v], lane));
            continue;
          }
          if (!planeExtras[i] && !element)
            element = e.add(e.mul(safe, e.index(4)), e.index(lane));
          extras.push_back(extraAt(i, element));
        }
        SmallVector<Value> values = finishElement(
            e.component(y, lane), e.component(xs[v], lane), extras);
        for (auto [i, value] : llvm::enumerate(values))
          yielded[i].push_back(value);
      }
      if (numStored)
        e.when(inside[v], [&] {
          Block &block = unit.op.getEpilogue().front();
          for (unsigned i = 0; i != numStored; ++i) {
            Value whole = plain ? (block.getTerminator()->getOperand(i) ==
                                           block.getArgument(0)
                                       ? y
                                       : xs[v])
                                : e.pack(yielded[i]);
            e.store("y" + std::to_string(i), whole, at[v]);
          }
        });
      for (unsigned r = 0; r != numReductions; ++r)
        for (Value value : yielded[numStored + r])
          combine(sums, r, value, inside[v]);
    }
  }

  /// Stores what the workgroup has of each reduction as partial number `at`.
  void storePartials(ArrayRef<Value> sums, Value at) {
    for (unsigned r = 0; r != numReductions; ++r) {
      auto reduction = cast<fused::ReductionAttr>(unit.op.getReductions()[r]);
      bool isSum = reduction.getKind() == array::ReductionKind::Sum ||
                   reduction.getKind() == array::ReductionKind::Mean;
      Value all = isSum ? e.workgroupSum(sums[r])
                        : e.workgroupReduce(sums[r], [&](Value x, Value y) {
                            return combineValues(e.b, reduction, x, y);
                          });
      e.when(e.less(e.thread, e.index(1)),
             [&] { e.store("partials" + std::to_string(r), all, at); });
    }
  }

  SmallVector<Value> identities() {
    SmallVector<Value> sums;
    for (Attribute reduction : unit.op.getReductions())
      sums.push_back(
          e.f32(reductionIdentity(cast<fused::ReductionAttr>(reduction))));
    return sums;
  }

  /// The at most six elements around the vectors of a ragged plane.
  void edges(Value isFirstPart, SmallVectorImpl<Value> &sums) {
    auto [at, isEdge] = range.edge(e);
    SmallVector<Value> after = e.whenElse(
        e.both(isEdge, isFirstPart),
        [&, at = at]() -> SmallVector<Value> {
          Value x = e.load("x_elements", at);
          SmallVector<Value> extras;
          for (unsigned i = 0; i != unit.extras.size(); ++i)
            extras.push_back(extraAt(i, at));
          SmallVector<Value> values = finishElement(normalise(x), x, extras);
          for (unsigned i = 0; i != numStored; ++i)
            e.store("y" + std::to_string(i) + "_elements", values[i], at);
          SmallVector<Value> next(sums.begin(), sums.end());
          for (unsigned r = 0; r != numReductions; ++r)
            next[r] = combineValues(
                e.b, cast<fused::ReductionAttr>(unit.op.getReductions()[r]),
                sums[r], values[numStored + r]);
          return next;
        },
        sums);
    sums.assign(after.begin(), after.end());
  }
};

} // namespace

void NormalizeKernels::describeApply(Kernel &description, bool small) const {
  unsigned numStored = op.getNumStored();
  // Two names for one buffer must not promise that nothing else writes to it.
  bool alone = !ragged;
  auto bind = [&](std::string name, unsigned lanes, rm_access access) {
    description.bindings.push_back(
        {std::move(name), RM_F32, lanes, access, access == RM_READ || alone});
  };
  bind("x", 4, RM_READ);
  if (ragged)
    bind("x_elements", 1, RM_READ);
  if (!small)
    bind("planes", 4, RM_READ);
  for (const NormalizeSlot *slot : {&epsilon, &gain, &bias, &clamp, &gamma}) {
    bool isOwn = slot != &epsilon && slot != &gain;
    if (slot->present && !slot->constant && (small || isOwn))
      bind(slot->binding, 1, RM_READ);
  }
  for (const NormalizeExtra &extra : extras) {
    bool wide = extra.kind == NormalizeExtra::Kind::Full ||
                (extra.kind == NormalizeExtra::Kind::InPlane && !ragged);
    if (extra.kind == NormalizeExtra::Kind::Constant)
      continue;
    if (wide || extra.kind == NormalizeExtra::Kind::Plane ||
        extra.kind == NormalizeExtra::Kind::General)
      bind(extra.binding, wide ? 4 : 1, RM_READ);
    if (ragged && (extra.kind == NormalizeExtra::Kind::Full ||
                   extra.kind == NormalizeExtra::Kind::InPlane))
      bind(extra.binding + "_elements", 1, RM_READ);
  }
  for (unsigned i = 0; i != numStored; ++i) {
    bind("y" + std::to_string(i), 4, RM_WRITE);
    if (ragged)
      bind("y" + std::to_string(i) + "_elements", 1, RM_WRITE);
  }
  for (unsigned r = 0; r != op.getReductions().size(); ++r)
    description.bindings.push_back(
        {"partials" + std::to_string(r), RM_F32, 1, RM_WRITE, true});
  description.push = {{"n"}, {"planes"}, {"groups"}, {"base"}, {"first_plane"}};
  if (!needsCoordinates())
    return;
  for (unsigned dim = 0; dim != rank; ++dim)
    description.push.push_back({"size" + std::to_string(dim)});
  for (const NormalizeExtra &extra : extras) {
    if (extra.kind != NormalizeExtra::Kind::General)
      continue;
    for (const auto &stride : extra.strides)
      description.push.push_back({stride.second});
  }
}

Kernel NormalizeKernels::emitApply() const {
  unsigned numReductions = op.getReductions().size();
  unsigned threads = schedule.threads;
  unsigned count =
      numReductions ? schedule.reduceVectors : schedule.applyVectors;
  Kernel description;
  description.name =
      ragged ? "image_normalize_apply_ragged" : "image_normalize_apply";
  describeApply(description, /*small=*/false);
  description.workgroup[0] = threads;
  KernelEmitter e(module, op.getLoc(), description);

  Value groups = e.push("groups");
  Value total = e.mul(e.push("planes"), groups);
  e.when(e.less(e.group, total), [&] {
    Value backwards = e.sub(e.sub(total, e.group), e.index(1));
    Value planeIndex = e.div(backwards, groups);
    Value part = e.sub(backwards, e.mul(planeIndex, groups));
    ApplyEmitter apply{*this,
                       e,
                       threads,
                       unsigned(op.getNumStored()),
                       numReductions,
                       planeIndex,
                       PlaneRange(e, planeIndex, ragged),
                       {},
                       {},
                       {},
                       {},
                       {},
                       {},
                       {},
                       {}};
    Value plane = e.load("planes", planeIndex);
    apply.setPlane(e.component(plane, 0), e.component(plane, 1),
                   e.component(plane, 2), e.component(plane, 3));
    SmallVector<Value> sums = apply.identities();
    Value first = e.add(e.add(apply.range.vectors,
                              e.mul(part, e.index(int64_t(threads) * count))),
                        e.thread);
    apply.vectors(first, count, {}, sums);
    if (ragged)
      apply.edges(e.less(part, e.index(1)), sums);
    apply.storePartials(sums,
                        e.add(backwards, e.mul(e.push("first_plane"), groups)));
  });
  return e.finish();
}

Kernel NormalizeKernels::emitSmall() const {
  unsigned threads = schedule.smallThreads, count = schedule.smallVectors;
  Kernel description;
  description.name =
      ragged ? "image_normalize_small_ragged" : "image_normalize_small";
  describeApply(description, /*small=*/true);
  description.workgroup[0] = threads;
  KernelEmitter e(module, op.getLoc(), description);

  e.when(e.less(e.group, e.push("planes")), [&] {
    ApplyEmitter apply{*this,
                       e,
                       threads,
                       unsigned(op.getNumStored()),
                       unsigned(op.getReductions().size()),
                       e.group,
                       PlaneRange(e, e.group, ragged),
                       {},
                       {},
                       {},
                       {},
                       {},
                       {},
                       {},
                       {}};
    const PlaneRange &range = apply.range;
    Value first = e.add(range.vectors, e.thread);
    SmallVector<Value> values, inside;
    for (unsigned v = 0; v != count; ++v) {
      Value at = e.add(first, e.index(int64_t(v) * threads));
      inside.push_back(e.less(at, range.vectorsEnd));
      values.push_back(e.load("x", e.min(at, range.lastVector)));
    }
    Value edgeValue, isEdge;
    if (ragged) {
      Value at;
      std::tie(at, isEdge) = range.edge(e);
      edgeValue = e.load("x_elements", e.min(at, e.sub(range.end, e.index(1))));
    }
    auto plane =
        GroupStatistics::ofVectors(e, range, values, inside, edgeValue, isEdge);
    auto [lift, scale] = liftAndScale(e, e.div(plane.squares, plane.count));
    apply.setPlane(plane.shift, plane.mean, lift, scale);
    SmallVector<Value> sums = apply.identities();
    apply.vectors(first, count, values, sums);
    if (ragged)
      apply.edges(e.less(e.index(0), e.index(1)), sums);
    apply.storePartials(sums, e.add(e.group, e.push("first_plane")));
  });
  return e.finish();
}

// Mean and variance of planes, in two steps that lose nothing to cancellation:
// every thread sums deviations from its own first element, and parts are put
// together by their means and sums of squared deviations (Chan, Golub, LeVeque:
// "Updating formulae and a pairwise algorithm for computing sample variances",
// 1979), each stage in two passes. A shift that is an element of the data is at
// most sqrt(count) standard deviations from the mean of `count` elements, which
// bounds the relative error of each stage by sqrt(count) * 2^-24.
#include "ImageNormalize.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace runmat;

PlaneRange::PlaneRange(KernelEmitter &e, Value plane, bool ragged) {
  Value four = e.index(4), one = e.index(1);
  begin = e.add(e.push("base"), e.mul(plane, e.push("n")));
  end = e.add(begin, e.push("n"));
  vectors = e.div(ragged ? e.add(begin, e.index(3)) : begin, four);
  vectorsEnd = e.div(end, four);
  if (ragged)
    vectorsEnd = e.max(vectorsEnd, vectors);
  lastVector = e.sub(ragged ? e.max(vectorsEnd, one) : vectorsEnd, one);
}

std::pair<Value, Value> PlaneRange::edge(KernelEmitter &e) const {
  Value four = e.index(4);
  Value headEnd = e.min(e.mul(vectors, four), end);
  Value tail = e.max(e.mul(vectorsEnd, four), headEnd);
  Value isHead = e.less(e.thread, four);
  Value at = e.select(isHead, e.add(begin, e.thread),
                      e.sub(e.add(tail, e.thread), four));
  Value limit = e.select(isHead, headEnd, end);
  Value inRange = e.both(e.less(e.thread, e.index(8)), e.less(at, limit));
  return {at, inRange};
}

namespace {

/// Sums of one thread: deviations from its shift, their squares, the count.
struct Sums {
  Value sum, squares, count;
};

} // namespace

GroupStatistics GroupStatistics::reduce(KernelEmitter &e, Value shift,
                                        Value groupShift, Value sum,
                                        Value squares, Value count) {
  auto isPositive = [&](Value value) -> Value {
    return arith::CmpFOp::create(e.b, arith::CmpFPredicate::OGT, value,
                                 e.f32(0));
  };
  // This thread: mean - group's shift, sum of squared deviations.
  Value any = isPositive(count);
  Value offset = e.div(sum, e.select(any, count, e.f32(1)));
  Value squared = e.sub(squares, e.mul(sum, offset));
  Value mean = e.select(any, e.add(e.sub(shift, groupShift), offset), e.f32(0));

  GroupStatistics group;
  group.shift = groupShift;
  group.count = e.workgroupSum(count);
  group.mean = e.div(e.workgroupSum(e.mul(count, mean)),
                     e.select(isPositive(group.count), group.count, e.f32(1)));
  Value apart = e.sub(mean, group.mean);
  group.squares =
      e.workgroupSum(e.add(squared, e.mul(count, e.mul(apart, apart))));
  return group;
}

GroupStatistics GroupStatistics::ofVectors(KernelEmitter &e,
                                           const PlaneRange &plane,
                                           ArrayRef<Value> values,
                                           ArrayRef<Value> inside,
                                           Value edgeValue, Value isEdge) {
  Value shift = e.component(values[0], 0);
  if (edgeValue)
    shift = e.select(inside[0], shift, edgeValue);
  Value groupShift = edgeValue ? e.load("x_elements", plane.begin)
                               : e.component(e.load("x", plane.vectors), 0);
  Value sum = e.zero4(), squares = e.zero4(), count = e.f32(0);
  for (auto [value, in] : llvm::zip_equal(values, inside)) {
    Value d = e.select(in, e.sub(value, e.splat(shift)), e.zero4());
    sum = e.add(sum, d);
    squares = math::FmaOp::create(e.b, d, d, squares);
    count = e.add(count, e.select(in, e.f32(4), e.f32(0)));
  }
  sum = e.horizontalSum(sum);
  squares = e.horizontalSum(squares);
  if (edgeValue) {
    Value d = e.select(isEdge, e.sub(edgeValue, shift), e.f32(0));
    sum = e.add(sum, d);
    squares = math::FmaOp::create(e.b, d, d, squares);
    count = e.add(count, e.select(isEdge, e.f32(1), e.f32(0)));
  }
  return reduce(e, shift, groupShift, sum, squares, count);
}

/// One block of loads, all issued before the first use.
static Sums addBlock(KernelEmitter &e, const PlaneRange &plane, Value first,
                     Value end, unsigned threads, unsigned vectors,
                     Value &shift, std::optional<Sums> sums) {
  SmallVector<Value> values, inside;
  for (unsigned i = 0; i != vectors; ++i) {
    Value at = e.add(first, e.index(int64_t(i) * threads));
    inside.push_back(e.less(at, end));
    values.push_back(e.load("x", e.min(at, plane.lastVector)));
  }
  if (!shift)
    shift = e.component(values[0], 0);
  if (!sums)
    sums = Sums{e.zero4(), e.zero4(), e.f32(0)};
  Value shift4 = e.splat(shift);
  for (unsigned i = 0; i != vectors; ++i) {
    Value d = e.select(inside[i], e.sub(values[i], shift4), e.zero4());
    sums->sum = e.add(sums->sum, d);
    sums->squares = math::FmaOp::create(e.b, d, d, sums->squares);
    sums->count = e.add(sums->count, e.select(inside[i], e.f32(4), e.f32(0)));
  }
  return *sums;
}

Kernel NormalizeKernels::emitStatistics() const {
  unsigned threads = schedule.threads;
  unsigned block = threads * schedule.statisticsVectors;
  Kernel description;
  description.name = ragged ? "image_normalize_statistics_ragged"
                            : "image_normalize_statistics";
  description.bindings = {{"x", RM_F32, 4, RM_READ, true}};
  if (ragged)
    description.bindings.push_back({"x_elements", RM_F32, 1, RM_READ, true});
  description.bindings.push_back({"parts", RM_F32, 4, RM_WRITE, true});
  description.push = {{"n"}, {"planes"}, {"groups"}, {"base"}, {"chunk"}};
  description.workgroup[0] = threads;
  KernelEmitter e(module, op.getLoc(), description);

  Value groups = e.push("groups");
  e.when(e.less(e.group, e.mul(e.push("planes"), groups)), [&] {
    Value planeIndex = e.div(e.group, groups);
    Value part = e.sub(e.group, e.mul(planeIndex, groups));
    PlaneRange plane(e, planeIndex, ragged);
    Value chunk = e.push("chunk");
    Value begin = e.add(plane.vectors, e.mul(part, chunk));
    Value end = e.min(e.add(begin, chunk), plane.vectorsEnd);
    Value first = e.add(begin, e.thread);

    // The group's shift: any of its elements does.
    Value groupShift =
        ragged ? e.load("x_elements", e.min(e.mul(begin, e.index(4)),
                                            e.sub(plane.end, e.index(1))))
               : e.component(e.load("x", e.min(begin, plane.lastVector)), 0);
    Value edgeAt, isEdge, edgeValue;
    Value isFirstPart = e.less(part, e.index(1));
    if (ragged) {
      std::tie(edgeAt, isEdge) = plane.edge(e);
      isEdge = e.both(isEdge, isFirstPart);
      edgeValue =
          e.load("x_elements", e.min(edgeAt, e.sub(plane.end, e.index(1))));
    }

    Value shift;
    Sums sums;
    if (ragged) {
      // A thread without a whole vector takes the edge's element as its shift.
      Value own = e.load("x", e.min(first, plane.lastVector));
      shift = e.select(e.less(first, end), e.component(own, 0), edgeValue);
    }
    sums = addBlock(e, plane, first, end, threads, schedule.statisticsVectors,
                    shift, std::nullopt);
    // More than one block only in planes of thousands of groups.
    SmallVector<Value> all = e.loop(
        e.index(block), chunk, e.index(block),
        {sums.sum, sums.squares, sums.count}, [&](Value from, ValueRange in) {
          Sums more = addBlock(e, plane, e.add(first, from), end, threads,
                               schedule.statisticsVectors, shift,
                               Sums{in[0], in[1], in[2]});
          return SmallVector<Value>{more.sum, more.squares, more.count};
        });
    Value sum = e.horizontalSum(all[0]), squares = e.horizontalSum(all[1]);
    Value count = all[2];
    if (ragged) {
      Value d = e.select(isEdge, e.sub(edgeValue, shift), e.f32(0));
      sum = e.add(sum, d);
      squares = math::FmaOp::create(e.b, d, d, squares);
      count = e.add(count, e.select(isEdge, e.f32(1), e.f32(0)));
    }

    auto group =
        GroupStatistics::reduce(e, shift, groupShift, sum, squares, count);
    e.when(e.less(e.thread, e.index(1)), [&] {
      e.store("parts",
              e.pack({group.shift, group.mean, group.squares, group.count}),
              e.group);
    });
  });
  return e.finish();
}

Value NormalizeKernels::slotValue(KernelEmitter &e, const NormalizeSlot &slot) {
  return slot.constant ? e.f32(*slot.constant)
                       : e.load(slot.binding, e.index(0));
}

// Where gain / sigma leaves the range of normal numbers, (x - mean) / sigma *
// gain may still be inside it: x - mean is 0 in a constant plane. Multiplied by
// 2^96 or 2^-96 first, neither factor leaves it, since sigma is the root of an
// f32 and so between 2^-75 and 2^64.
bool NormalizeKernels::mayNeedLift() const {
  if ((gain.present && !gain.constant) || !epsilon.constant)
    return true;
  // Sigma is at least the root of epsilon. A factor of 2 is left for rounding,
  // and comparisons are false where epsilon is negative.
  double factor = std::abs(gain.present ? *gain.constant : 1);
  double largest = 2 * factor / std::sqrt(*epsilon.constant);
  return !(largest <= std::numeric_limits<float>::max() &&
           factor * 0x1p-65 >= std::numeric_limits<float>::min());
}

std::pair<Value, Value> NormalizeKernels::liftAndScale(KernelEmitter &e,
                                                       Value variance) const {
  Value sigma =
      math::SqrtOp::create(e.b, e.add(variance, slotValue(e, epsilon)));
  Value factor = gain.present ? slotValue(e, gain) : e.f32(1);
  Value size = math::AbsFOp::create(e.b, e.div(factor, sigma));
  auto compare = [&](arith::CmpFPredicate predicate, Value x,
                     double number) -> Value {
    return arith::CmpFOp::create(e.b, predicate, x, e.f32(number));
  };
  Value isLarge = compare(arith::CmpFPredicate::OGT, size,
                          std::numeric_limits<float>::max());
  Value isSmall = e.both(compare(arith::CmpFPredicate::OLT, size,
                                 std::numeric_limits<float>::min()),
                         compare(arith::CmpFPredicate::ONE, factor, 0));
  auto choose = [&](double large, double small) {
    return e.select(isLarge, e.f32(large),
                    e.select(isSmall, e.f32(small), e.f32(1)));
  };
  Value lift = choose(0x1p96, 0x1p-96);
  return {lift, e.div(e.mul(factor, choose(0x1p-96, 0x1p96)), sigma)};
}

Kernel NormalizeKernels::emitCombine() const {
  unsigned threads = schedule.combineThreads;
  Kernel description;
  description.name = "image_normalize_combine";
  description.bindings = {{"parts", RM_F32, 4, RM_READ, true},
                          {"planes", RM_F32, 4, RM_WRITE, true}};
  for (const NormalizeSlot *slot : {&epsilon, &gain})
    if (slot->present && !slot->constant)
      description.bindings.push_back({slot->binding, RM_F32, 1, RM_READ, true});
  description.push = {{"planes"}, {"groups"}, {"count", /*isFloat=*/true}};
  description.workgroup[0] = threads;
  KernelEmitter e(module, op.getLoc(), description);

  e.when(e.less(e.group, e.push("planes")), [&] {
    Value groups = e.push("groups");
    Value begin = e.mul(e.group, groups), end = e.add(begin, groups);
    // The plane's shift is the rounded mean of its first part: at most
    // sqrt(groups) standard deviations from the plane's mean.
    Value part0 = e.load("parts", begin);
    Value shift = e.add(e.component(part0, 0), e.component(part0, 1));
    auto meanOf = [&](Value part) {
      return e.add(e.sub(e.component(part, 0), shift), e.component(part, 1));
    };
    Value first = e.add(begin, e.thread), step = e.index(threads);
    Value sum =
        e.loop(first, end, step, {e.f32(0)}, [&](Value at, ValueRange sums) {
          Value part = e.load("parts", at);
          return SmallVector<Value>{math::FmaOp::create(
              e.b, e.component(part, 3), meanOf(part), sums[0])};
        })[0];
    Value count = e.push("count");
    Value mean = e.div(e.workgroupSum(sum), count);
    Value squares =
        e.loop(first, end, step, {e.f32(0)}, [&](Value at, ValueRange sums) {
          Value part = e.load("parts", at);
          Value apart = e.sub(meanOf(part), mean);
          Value between = e.mul(e.component(part, 3), e.mul(apart, apart));
          return SmallVector<Value>{
              e.add(sums[0], e.add(e.component(part, 2), between))};
        })[0];
    Value variance = e.div(e.workgroupSum(squares), count);
    e.when(e.less(e.thread, e.index(1)), [&] {
      auto [lift, scale] = liftAndScale(e, variance);
      e.store("planes", e.pack({shift, mean, lift, scale}), e.group);
    });
  });
  return e.finish();
}

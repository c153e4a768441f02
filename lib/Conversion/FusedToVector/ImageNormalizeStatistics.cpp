// Statistics of the planes: sums of each chunk, then mean and scale of each
// plane from its chunks.
#include "ImageNormalizeLowering.h"

#include <cmath>

namespace runmat::image_normalize {

/// For each chunk: its shift, the sum and the sum of squares of what is left.
void Lowering::statistics(Value firstPlane, Value planesHere) {
  Value count = mul(planesHere, chunks);
  auto loop = parallel(count, chunkElements);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value slot = loop.getInductionVars()[0];
  Value plane = add(firstPlane, arith::DivUIOp::create(b, slot, chunks));
  Value offset =
      mul(arith::RemUIOp::create(b, slot, chunks), index(chunkElements));
  Value begin = add(mul(plane, planeSize), offset);
  Value size = min(index(chunkElements), sub(planeSize, offset));
  auto widen = [&](Value v) -> Value {
    return element == compute
               ? v
               : Value(arith::ExtFOp::create(b, vectorOf(compute), v));
  };
  auto sumLanes = [&](Value v) -> Value {
    return vector::ReductionOp::create(b, vector::CombiningKind::ADD, v,
                                       arith::FastMathFlags::reassoc);
  };
  auto maskOf = [&](Value count) -> Value {
    return vector::CreateMaskOp::create(
        b, VectorType::get({lanes}, b.getI1Type()), count);
  };
  // Deviations from the shift, summed, and their squares; whole steps and then
  // a masked register at a time.
  auto sumUp = [&](Value from, Value to, Value shift, bool masked) {
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vectorOf(compute)));
    Value shifts = splat(shift);
    auto loop =
        scf::ForOp::create(b, from, to, index(lanes), ValueRange{zero, zero});
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(loop.getBody());
    Value i = loop.getInductionVar();
    Value mask = masked ? maskOf(sub(to, i)) : Value();
    Value d = arith::SubFOp::create(b, widen(load(input, add(begin, i), mask)),
                                    shifts);
    if (mask)
      d = arith::SelectOp::create(b, mask, d, zero);
    ValueRange sums = loop.getRegionIterArgs();
    Value sum = arith::AddFOp::create(b, sums[0], d);
    Value squares = math::FmaOp::create(b, d, d, sums[1]);
    scf::YieldOp::create(b, ValueRange{sum, squares});
    return loop.getResults();
  };
  int64_t step = lanes, oneRegister = lanes / cpu.registersPerStep;
  Value whole = mul(arith::DivUIOp::create(b, size, index(step)), index(step));

  // The shift: the mean of the first register. One outlier there moves it by
  // its share of a few lanes, and only for this chunk.
  lanes = oneRegister;
  Value head = min(size, index(lanes));
  Value headCount = arith::UIToFPOp::create(
      b, compute, arith::IndexCastOp::create(b, b.getI64Type(), head));
  Value shift = arith::DivFOp::create(
      b, sumLanes(widen(load(input, begin, maskOf(head)))), headCount);

  lanes = step;
  ValueRange inside = sumUp(index(0), whole, shift, /*masked=*/false);
  lanes = oneRegister;
  ValueRange rest = sumUp(whole, size, shift, /*masked=*/true);
  lanes = step;
  auto total = [&](unsigned i) -> Value {
    return arith::AddFOp::create(b, sumLanes(inside[i]), sumLanes(rest[i]));
  };
  SmallVector<Value> results = {shift, toF64(total(0)), toF64(total(1))};
  if (compute != i64f) {
    // Squares of f32 overflow long before the variance does.
    Value overflow = arith::CmpFOp::create(
        b, arith::CmpFPredicate::UGE, results[2],
        constant(i64f, std::numeric_limits<double>::infinity()));
    auto guarded = scf::IfOp::create(b, TypeRange(results), overflow, true);
    b.setInsertionPointToStart(guarded.thenBlock());
    Value first = memref::LoadOp::create(b, input, begin);
    if (element != compute)
      first = arith::ExtFOp::create(b, compute, first);
    auto [sum, square] = sumUpWide(begin, size, first);
    scf::YieldOp::create(b, ValueRange{first, sum, square});
    b.setInsertionPointToStart(guarded.elseBlock());
    scf::YieldOp::create(b, results);
    b.setInsertionPointAfter(guarded);
    results.assign(guarded.getResults().begin(), guarded.getResults().end());
  }
  memref::StoreOp::create(b, results[0], shifts, slot);
  memref::StoreOp::create(b, results[1], sums, slot);
  memref::StoreOp::create(b, results[2], squares, slot);
}

std::pair<Value, Value> Lowering::sumUpWide(Value begin, Value size,
                                            Value shift) {
  int64_t step = lanes;
  lanes /= cpu.registersPerStep;
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vectorOf(i64f)));
  Value shifts = splat(toF64(shift));
  auto loop = scf::ForOp::create(b, index(0), size, index(lanes),
                                 ValueRange{zero, zero});
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value i = loop.getInductionVar();
    Value mask = vector::CreateMaskOp::create(
        b, VectorType::get({lanes}, b.getI1Type()), sub(size, i));
    Value x = arith::ExtFOp::create(b, vectorOf(i64f),
                                    load(input, add(begin, i), mask));
    Value d = arith::SelectOp::create(
        b, mask, arith::SubFOp::create(b, x, shifts), zero);
    ValueRange sums = loop.getRegionIterArgs();
    Value sum = arith::AddFOp::create(b, sums[0], d);
    Value squares = math::FmaOp::create(b, d, d, sums[1]);
    scf::YieldOp::create(b, ValueRange{sum, squares});
  }
  lanes = step;
  auto total = [&](unsigned i) -> Value {
    return vector::ReductionOp::create(b, vector::CombiningKind::ADD,
                                       loop.getResult(i),
                                       arith::FastMathFlags::reassoc);
  };
  return {total(0), total(1)};
}

// Where gain / sigma leaves the range of normal numbers, (x - mean) / sigma *
// gain may still be inside it: x - mean is 0 in a constant plane, and sigma
// tells how large it is in any other. Multiplied by 2^p first and by
// gain / (2^p * sigma) then, neither factor leaves the range: p is three
// quarters of the exponent's range, and sigma, the root of a number of the
// type, is within half of it.
std::pair<Value, Value> Lowering::factorsOf(Value factor, Value sigma) {
  const llvm::fltSemantics &type = cast<FloatType>(compute).getFloatSemantics();
  auto number = [&](APFloat value) {
    bool exact;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &exact);
    return constant(i64f, value.convertToDouble());
  };
  auto compare = [&](arith::CmpFPredicate predicate, Value x,
                     Value y) -> Value {
    return arith::CmpFOp::create(b, predicate, x, y);
  };
  double up = std::ldexp(1.0, APFloat::semanticsMaxExponent(type) * 3 / 4);
  Value one = constant(i64f, 1), high = constant(i64f, up),
        low = constant(i64f, 1 / up);
  Value size = math::AbsFOp::create(b, arith::DivFOp::create(b, factor, sigma));
  Value isLarge = compare(arith::CmpFPredicate::OGT, size,
                          number(APFloat::getLargest(type)));
  Value isSmall = arith::AndIOp::create(
      b,
      compare(arith::CmpFPredicate::OLT, size,
              number(APFloat::getSmallestNormalized(type))),
      compare(arith::CmpFPredicate::ONE, factor, constant(i64f, 0)));
  auto choose = [&](Value large, Value small) -> Value {
    return arith::SelectOp::create(
        b, isLarge, large, arith::SelectOp::create(b, isSmall, small, one));
  };
  Value lift = choose(high, low);
  Value rest = arith::DivFOp::create(
      b, arith::MulFOp::create(b, factor, choose(low, high)), sigma);
  return {lift, rest};
}

/// Mean and scale of each plane from its chunks, in f64: mean_c = shift + S/n
/// and M2_c = Q - S^2/n, then M2 = sum M2_c + n_c (mean_c - mean)^2 (Chan,
/// Golub, LeVeque 1979).
void Lowering::combine(Value firstPlane, Value planesHere) {
  auto loop = parallel(planesHere, 1);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value plane = loop.getInductionVars()[0];
  Value base = mul(plane, chunks);
  Value zero = constant(i64f, 0);
  auto toFloat = [&](Value n) -> Value {
    return arith::UIToFPOp::create(
        b, i64f, arith::IndexCastOp::create(b, b.getI64Type(), n));
  };
  auto chunk = [&](Value c, Value &n, Value &mean, Value &m2) {
    Value offset = mul(c, index(chunkElements));
    n = toFloat(min(index(chunkElements), sub(planeSize, offset)));
    Value slot = add(base, c);
    Value shift = toF64(memref::LoadOp::create(b, shifts, slot));
    Value s = toF64(memref::LoadOp::create(b, sums, slot));
    Value q = toF64(memref::LoadOp::create(b, squares, slot));
    Value d = arith::DivFOp::create(b, s, n);
    mean = arith::AddFOp::create(b, shift, d);
    m2 = arith::SubFOp::create(b, q, arith::MulFOp::create(b, s, d));
  };
  auto means =
      scf::ForOp::create(b, index(0), chunks, index(1), ValueRange{zero});
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(means.getBody());
    Value n, mean, m2;
    chunk(means.getInductionVar(), n, mean, m2);
    Value weighted = arith::MulFOp::create(b, n, mean);
    scf::YieldOp::create(b, ValueRange{arith::AddFOp::create(
                                b, means.getRegionIterArgs()[0], weighted)});
  }
  Value total = toFloat(planeSize);
  Value mean = arith::DivFOp::create(b, means.getResult(0), total);
  auto deviations =
      scf::ForOp::create(b, index(0), chunks, index(1), ValueRange{zero});
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(deviations.getBody());
    Value n, meanHere, m2;
    chunk(deviations.getInductionVar(), n, meanHere, m2);
    Value away = arith::SubFOp::create(b, meanHere, mean);
    Value between =
        arith::MulFOp::create(b, n, arith::MulFOp::create(b, away, away));
    Value sum = arith::AddFOp::create(b, deviations.getRegionIterArgs()[0],
                                      arith::AddFOp::create(b, m2, between));
    scf::YieldOp::create(b, ValueRange{sum});
  }
  Value variance = arith::DivFOp::create(b, deviations.getResult(0), total);
  Value sigma = math::SqrtOp::create(
      b, arith::AddFOp::create(b, variance, toF64(epsilon)));
  Value factor = gain ? toF64(gain) : constant(i64f, 1);
  auto [lift, rest] = factorsOf(factor, sigma);
  Value scale = arith::DivFOp::create(b, factor, sigma);
  // y = (x - mean) * scale + bias, where the mean as it is stored has lost a
  // little to rounding: the offset makes good for that.
  Value stored = fromF64(mean, compute);
  Value lost = arith::SubFOp::create(b, mean, toF64(stored));
  // An infinite gain leaves nothing to make good for, and 0 times it is NaN.
  Value share = arith::MulFOp::create(b, lost, scale);
  Value finite = arith::CmpFOp::create(
      b, arith::CmpFPredicate::OLT, math::AbsFOp::create(b, share),
      constant(i64f, std::numeric_limits<double>::infinity()));
  Value offset =
      arith::NegFOp::create(b, arith::SelectOp::create(b, finite, share, zero));
  if (bias)
    offset = arith::AddFOp::create(b, toF64(bias), offset);
  memref::StoreOp::create(b, stored, planeMeans, plane);
  memref::StoreOp::create(b, fromF64(lift, compute), planeLifts, plane);
  memref::StoreOp::create(b, fromF64(rest, compute), planeScales, plane);
  memref::StoreOp::create(b, fromF64(offset, compute), planeOffsets, plane);
}

} // namespace runmat::image_normalize

// argmin and argmax: the best value and its row-major index.
#include "CombinerParts.h"

using namespace mlir;
using namespace runmat::lower;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

/// Whether x comes before `best`.
static Value isBetter(Parts &p, Value x, Value best, bool smallest,
                      bool propagates) {
  if (isa<IntegerType>(x.getType()))
    return p.make<arith::CmpIOp>(
        smallest ? CmpIPredicate::slt : CmpIPredicate::sgt, x, best);
  if (propagates) {
    Value better =
        p.compare(smallest ? CmpFPredicate::OLT : CmpFPredicate::OGT, x, best);
    Value first = p.make<arith::AndIOp>(p.compare(CmpFPredicate::UNO, x, x),
                                        p.ordered(best, best));
    return p.make<arith::OrIOp>(better, first);
  }
  // A best that is NaN is none yet.
  Value better =
      p.compare(smallest ? CmpFPredicate::ULT : CmpFPredicate::UGT, x, best);
  return p.make<arith::AndIOp>(better, p.ordered(x, x));
}

SmallVector<Value> Parts::stepPlace(ValueRange state, Value x, Value index,
                                    bool smallest, bool propagates,
                                    bool ascending) {
  Value take = isBetter(*this, x, state[0], smallest, propagates);
  if (!ascending) {
    Value worse = isBetter(*this, state[0], x, smallest, propagates);
    Value tie = make<arith::AndIOp>(
        make<arith::XOrIOp>(worse, number(worse.getType(), 1)),
        make<arith::CmpIOp>(CmpIPredicate::slt, index, state[1]));
    // A NaN that is skipped is neither better nor worse than one.
    if (isa<FloatType>(x.getType()) && !propagates)
      tie = make<arith::AndIOp>(tie, ordered(x, x));
    take = make<arith::OrIOp>(take, tie);
  }
  return {select(take, x, state[0]), select(take, index, state[1])};
}

SmallVector<Value> Parts::mergePlaces(ValueRange left, ValueRange right,
                                      bool smallest, bool propagates) {
  Value better = isBetter(*this, right[0], left[0], smallest, propagates);
  Value worse = isBetter(*this, left[0], right[0], smallest, propagates);
  // Ties go to the smaller index, whatever the order of merging.
  Value earlier = make<arith::CmpIOp>(CmpIPredicate::slt, right[1], left[1]);
  Value zero = number(right[1].getType(), 0);
  Value isSome = make<arith::CmpIOp>(CmpIPredicate::sge, right[1], zero);
  Value isFirst = make<arith::CmpIOp>(CmpIPredicate::slt, left[1], zero);
  Value tie = make<arith::AndIOp>(
      make<arith::XOrIOp>(worse, number(worse.getType(), 1)), earlier);
  Value take = make<arith::AndIOp>(
      isSome, make<arith::OrIOp>(isFirst, make<arith::OrIOp>(better, tie)));
  return {select(take, right[0], left[0]), select(take, right[1], left[1])};
}

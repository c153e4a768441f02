// Arithmetic on scalars that combiners are written with.
#ifndef RUNMAT_LIB_LOWER_EMIT_COMBINERPARTS_H
#define RUNMAT_LIB_LOWER_EMIT_COMBINERPARTS_H

#include "runmat/Dialect/Array/Array.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace runmat::lower {

struct Parts {
  mlir::ImplicitLocOpBuilder &b;

  template <typename Op, typename... Args> mlir::Value make(Args &&...args) {
    return Op::create(b, std::forward<Args>(args)...).getResult();
  }
  mlir::Value constant(mlir::TypedAttr value) {
    return make<mlir::arith::ConstantOp>(value);
  }
  mlir::Value number(mlir::Type type, double value) {
    if (llvm::isa<mlir::FloatType>(type))
      return constant(b.getFloatAttr(type, value));
    return constant(b.getIntegerAttr(type, static_cast<int64_t>(value)));
  }
  mlir::Value nan(mlir::Type type) {
    return constant(b.getFloatAttr(
        type, llvm::APFloat::getQNaN(
                  llvm::cast<mlir::FloatType>(type).getFloatSemantics())));
  }
  mlir::Value cast(mlir::Value value, mlir::Type type) {
    return value.getType() == type ? value : make<array::CastOp>(type, value);
  }
  mlir::Value select(mlir::Value on, mlir::Value x, mlir::Value y) {
    return make<mlir::arith::SelectOp>(on, x, y);
  }
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value x,
                      mlir::Value y) {
    return make<mlir::arith::CmpFOp>(predicate, x, y);
  }
  mlir::Value ordered(mlir::Value x, mlir::Value y) {
    return compare(mlir::arith::CmpFPredicate::ORD, x, y);
  }
  mlir::Value add(mlir::Value x, mlir::Value y) {
    return llvm::isa<mlir::FloatType>(x.getType())
               ? make<mlir::arith::AddFOp>(x, y)
               : make<mlir::arith::AddIOp>(x, y);
  }
  mlir::Value sub(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::SubFOp>(x, y);
  }
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    return llvm::isa<mlir::FloatType>(x.getType())
               ? make<mlir::arith::MulFOp>(x, y)
               : make<mlir::arith::MulIOp>(x, y);
  }
  mlir::Value div(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::DivFOp>(x, y);
  }
  mlir::Value isFinite(mlir::Value x);

  /// total + x and what has been lost so far (Knuth's exact sum of two).
  llvm::SmallVector<mlir::Value> addCarrying(mlir::Value total,
                                             mlir::Value lost, mlir::Value x);
  /// Such a sum's value: an infinite or NaN total is the answer.
  mlir::Value corrected(mlir::Value total, mlir::Value lost);

  // Moments.cpp. A state is count, shift, sum and sum of squares of deviations
  // from the shift; both sums with what they lost behind them where
  // `compensated`. A null `counts` counts every value.
  llvm::SmallVector<mlir::Value> addDeviation(mlir::ValueRange state,
                                              mlir::Value x, mlir::Value counts,
                                              bool compensated);
  llvm::SmallVector<mlir::Value> mergeDeviations(mlir::ValueRange left,
                                                 mlir::ValueRange right,
                                                 bool compensated);
  mlir::Value variance(mlir::ValueRange state, int64_t ddof, bool root,
                       bool compensated);
  llvm::SmallVector<mlir::Value>
  finishMoments(mlir::ValueRange state, mlir::Type element, bool compensated);

  // ArgReduction.cpp. A state is the best value and its index, -1 for none.
  llvm::SmallVector<mlir::Value> stepPlace(mlir::ValueRange state,
                                           mlir::Value x, mlir::Value index,
                                           bool smallest, bool propagates,
                                           bool ascending);
  llvm::SmallVector<mlir::Value> mergePlaces(mlir::ValueRange left,
                                             mlir::ValueRange right,
                                             bool smallest, bool propagates);

private:
  struct Summary {
    mlir::Value count, mean, low, squares;
  };
  Summary summarise(mlir::ValueRange state, bool compensated);
};

} // namespace runmat::lower

#endif // RUNMAT_LIB_LOWER_EMIT_COMBINERPARTS_H

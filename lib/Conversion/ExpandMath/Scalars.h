// A builder of arith and math operations on scalars of one kind, so that the
// formulas of the expansions read as formulas.
#ifndef RUNMAT_LIB_CONVERSION_EXPANDMATH_SCALARS_H
#define RUNMAT_LIB_CONVERSION_EXPANDMATH_SCALARS_H

#include "runmat/Conversion/ExpandMath.h"
#include "runmat/Dialect/Array/Array.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace runmat::array {

using FloatPredicate = mlir::arith::CmpFPredicate;
using IntPredicate = mlir::arith::CmpIPredicate;

struct Scalars {
  mlir::OpBuilder &b;
  mlir::Location loc;
  const ExpandMathSettings &settings;

  template <typename Op, typename... Args> mlir::Value make(Args &&...args) {
    return Op::create(b, loc, std::forward<Args>(args)...).getResult();
  }

  // Constants, of the type of `like`.
  mlir::Value number(mlir::Type type, double value) {
    return make<mlir::arith::ConstantOp>(
        mlir::cast<mlir::TypedAttr>(b.getFloatAttr(type, value)));
  }
  mlir::Value integer(mlir::Type type, int64_t value) {
    return make<mlir::arith::ConstantOp>(
        mlir::cast<mlir::TypedAttr>(b.getIntegerAttr(
            type, llvm::APInt(type.getIntOrFloatBitWidth(), value, true,
                              /*implicitTrunc=*/true))));
  }
  mlir::Value f32(double value) { return number(b.getF32Type(), value); }
  mlir::Value i32(int64_t value) { return integer(b.getI32Type(), value); }

  // Floats.
  mlir::Value add(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::AddFOp>(x, y);
  }
  mlir::Value sub(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::SubFOp>(x, y);
  }
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::MulFOp>(x, y);
  }
  mlir::Value div(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::DivFOp>(x, y);
  }
  mlir::Value neg(mlir::Value x) { return make<mlir::arith::NegFOp>(x); }
  mlir::Value abs(mlir::Value x) { return make<mlir::math::AbsFOp>(x); }
  mlir::Value sqrt(mlir::Value x) { return make<mlir::math::SqrtOp>(x); }
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z) {
    return make<mlir::math::FmaOp>(x, y, z);
  }
  mlir::Value cmp(FloatPredicate predicate, mlir::Value x, mlir::Value y) {
    return make<mlir::arith::CmpFOp>(predicate, x, y);
  }
  mlir::Value isNan(mlir::Value x) { return cmp(FloatPredicate::UNO, x, x); }

  // Integers.
  mlir::Value addI(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::AddIOp>(x, y);
  }
  mlir::Value subI(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::SubIOp>(x, y);
  }
  mlir::Value mulI(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::MulIOp>(x, y);
  }
  mlir::Value andI(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::AndIOp>(x, y);
  }
  mlir::Value orI(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::OrIOp>(x, y);
  }
  mlir::Value xorI(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::XOrIOp>(x, y);
  }
  mlir::Value shl(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::ShLIOp>(x, y);
  }
  mlir::Value shrS(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::ShRSIOp>(x, y);
  }
  mlir::Value shrU(mlir::Value x, mlir::Value y) {
    return make<mlir::arith::ShRUIOp>(x, y);
  }
  mlir::Value cmp(IntPredicate predicate, mlir::Value x, mlir::Value y) {
    return make<mlir::arith::CmpIOp>(predicate, x, y);
  }
  mlir::Value isZero(mlir::Value x) {
    return cmp(IntPredicate::eq, x, integer(x.getType(), 0));
  }

  mlir::Value select(mlir::Value on, mlir::Value x, mlir::Value y) {
    return make<mlir::arith::SelectOp>(on, x, y);
  }
  mlir::Value bits(mlir::Value x, mlir::Type type) {
    return make<mlir::arith::BitcastOp>(type, x);
  }

  /// Conversion by the dialect's rules (Casts.cpp).
  mlir::Value cast(mlir::Value x, mlir::Type type);
  /// Towards zero, on any device.
  mlir::Value trunc(mlir::Value x);

  /// Polynomial by Horner's rule with fma; coefficients from the constant term
  /// up.
  mlir::Value horner(mlir::Value x, llvm::ArrayRef<double> coefficients);
};

/// The exact remainder, with the sign of x (Remainder.cpp).
mlir::Value expandRemainder(Scalars &s, mlir::Value x, mlir::Value y);

/// Functions (Functions.cpp); null where `op` is none.
mlir::Value expandFunction(mlir::Operation *op, mlir::ValueRange operands,
                           Scalars &s);
/// Everything else (Arithmetic.cpp); null where `op` is none of it.
mlir::Value expandArithmetic(mlir::Operation *op, mlir::ValueRange operands,
                             Scalars &s);

/// The value of a constant operand, if it is one.
std::optional<llvm::APFloat> constantValue(mlir::Value value);

} // namespace runmat::array

#endif // RUNMAT_LIB_CONVERSION_EXPANDMATH_SCALARS_H

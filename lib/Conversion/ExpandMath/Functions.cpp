// Functions of f32 and f64, by our expansions. Errors: docs/numerics.md.
#include "Reals.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

Value array::expandFunction(Operation *op, ValueRange operands, Scalars &s) {
  Value a = operands[0], b = operands.size() > 1 ? operands[1] : Value();
  if (!isa<FloatType>(a.getType()))
    return {};
  Reals r(s, a.getType());
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](SqrtOp) { return r.sqrt(a); })
      .Case([&](RsqrtOp) { return r.div(r.c(1), r.sqrt(a)); })
      .Case([&](CbrtOp) { return expandCbrt(r, a); })
      .Case([&](HypotOp) { return expandHypot(r, a, b); })
      .Case([&](ExpOp) { return expandExp(r, a); })
      .Case([&](Exp2Op) { return expandExp2(r, a); })
      .Case([&](Expm1Op) { return expandExpm1(r, a); })
      .Case([&](LogOp) { return expandLog(r, a); })
      .Case([&](Log2Op) { return expandLog2(r, a); })
      .Case([&](Log10Op) { return expandLog10(r, a); })
      .Case([&](Log1pOp) { return expandLog1p(r, a); })
      .Case([&](PowOp) { return expandPow(r, a, b); })
      .Case([&](SinOp) { return expandSin(r, a); })
      .Case([&](CosOp) { return expandCos(r, a); })
      .Case([&](TanOp) { return expandTan(r, a); })
      .Case([&](AsinOp) { return expandAsin(r, a); })
      .Case([&](AcosOp) { return expandAcos(r, a); })
      .Case([&](AtanOp) { return expandAtan(r, a); })
      .Case([&](Atan2Op) { return expandAtan2(r, a, b); })
      .Case([&](SinhOp) { return expandSinh(r, a); })
      .Case([&](CoshOp) { return expandCosh(r, a); })
      .Case([&](TanhOp) { return expandTanh(r, a); })
      .Case([&](AsinhOp) { return expandAsinh(r, a); })
      .Case([&](AcoshOp) { return expandAcosh(r, a); })
      .Case([&](AtanhOp) { return expandAtanh(r, a); })
      .Case([&](ErfOp) { return expandErf(r, a); })
      .Default(Value());
}

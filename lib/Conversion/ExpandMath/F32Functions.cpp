#include "Scalars.h"
using namespace mlir;
using namespace runmat;
using namespace runmat::array;
Value array::expandExp2(Scalars &s, Value x) { return s.make<math::Exp2Op>(x); }
Value array::expandExp(Scalars &s, Value x) { return s.make<math::ExpOp>(x); }
Value array::expandLog2(Scalars &s, Value x) { return s.make<math::Log2Op>(x); }
Value array::expandLog(Scalars &s, Value x) { return s.make<math::LogOp>(x); }
Value array::expandPow(Scalars &s, Value x, Value y) {
  return s.make<math::PowFOp>(x, y);
}

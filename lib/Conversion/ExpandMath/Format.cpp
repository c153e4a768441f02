// The constants of f32 and f64: of mpmath, rounded as the names say.
#include "F32Coefficients.h"
#include "F64Coefficients.h"
#include "Reals.h"

using namespace runmat::array;

// Rounded to the type, each part of what the ones before leave; the short ones
// have 13, 13, 13 and 24 bits, and 33, 33, 33 and 53.
static constexpr double parts32[] = {0x1.921fb6p0, -0x1.777a5cp-25,
                                     -0x1.ee59dap-50},
                        shortParts32[] = {0x1.921p0, 0x1.f6ap-13, 0x1.11p-26,
                                          0x1.68c234p-39},
                        parts64[] = {0x1.921fb54442d18p0, 0x1.1a62633145c07p-54,
                                     -0x1.f1976b7ed8fbcp-110},
                        shortParts64[] = {0x1.921fb544p0, 0x1.0b4611a6p-34,
                                          0x1.3198a2ep-69,
                                          0x1.b839a252049c1p-104};

static constexpr Format makeF32() {
  Format f{};
  f.width = 32;
  f.mantissa = 23;
  f.bias = 127;
  f.roundingShift = 0x1.8p23;
  f.roundingShiftBits = 0x4B400000;
  f.ln2 = 0x1.62e43p-1;
  f.ln2High = 0x1.62e4p-1;
  f.ln2Low = 0x1.7f7d1cp-20;
  f.perLn2 = 0x1.715476p0;
  f.perLn2Low = 0x1.4ae0cp-26;
  f.perLn10 = 0x1.bcb7bp-2;
  f.perLn10Low = 0x1.526e5p-26;
  f.halfPi = 0x1.921fb6p0;
  f.halfPiLow = -0x1.777a5cp-25;
  f.perHalfPi = 0x1.45f306p-1;
  f.largeAngle = 0x1p20;
  f.largeAngleShort = 2048;
  f.expLow = -105;
  f.expHigh = 89.5;
  f.expm1Low = -18;
  f.far = 4096;
  f.oneIsNothing = 20;
  f.erfEnd = 4;
  f.cubeLimit = 120;
  f.cubeScale = 24;
  return f;
}

static constexpr Format makeF64() {
  Format f{};
  f.width = 64;
  f.mantissa = 52;
  f.bias = 1023;
  f.roundingShift = 0x1.8p52;
  f.roundingShiftBits = 0x4338000000000000;
  f.ln2 = 0x1.62e42fefa39efp-1;
  f.ln2High = 0x1.62e42ffp-1;
  f.ln2Low = -0x1.718432a1b0e26p-35;
  f.perLn2 = 0x1.71547652b82fep0;
  f.perLn2Low = 0x1.777d0ffda0d24p-56;
  f.perLn10 = 0x1.bcb7b1526e50ep-2;
  f.perLn10Low = 0x1.95355baaafad3p-57;
  f.halfPi = 0x1.921fb54442d18p0;
  f.halfPiLow = 0x1.1a62633145c07p-54;
  f.perHalfPi = 0x1.45f306dc9c883p-1;
  f.largeAngle = 0x1p30;
  f.largeAngleShort = 0x1p20;
  f.expLow = -746;
  f.expHigh = 711;
  f.expm1Low = -38;
  f.far = 0x1p28;
  f.oneIsNothing = 40;
  f.erfEnd = 6;
  f.cubeLimit = 1000;
  f.cubeScale = 120;
  return f;
}

const Format &runmat::array::formatOf(mlir::Type type) {
  static const Format single = [] {
    Format f = makeF32();
    f.halfPiParts = parts32;
    f.halfPiShortParts = shortParts32;
    f.exp2Terms = f32::exp2Terms;
    f.expTerms = f32::expTerms;
    f.halfTurnSinTerms = f32::halfTurnSinTerms;
    f.sinTerms = f32::sinTerms;
    f.cosTerms = f32::cosTerms;
    f.atanTerms = f32::atanTerms;
    f.asinTerms = f32::asinTerms;
    f.erfTerms = f32::erfTerms;
    f.logErfcTerms = f32::logErfcTerms;
    return f;
  }();
  static const Format twofold = [] {
    Format f = makeF64();
    f.halfPiParts = parts64;
    f.halfPiShortParts = shortParts64;
    f.exp2Terms = f64::exp2Terms;
    f.expTerms = f64::expTerms;
    f.halfTurnSinTerms = f64::halfTurnSinTerms;
    f.sinTerms = f64::sinTerms;
    f.cosTerms = f64::cosTerms;
    f.atanTerms = f64::atanTerms;
    f.asinTerms = f64::asinTerms;
    f.erfTerms = f64::erfTerms;
    f.logErfcTerms = f64::logErfcTerms;
    return f;
  }();
  return type.isF64() ? twofold : single;
}

// Coefficients of the f32 expansions, from the constant term up. Made by
// tools/dev/f32_coefficients.py (Remez exchange, rounded to f32); do not edit.
#ifndef RUNMAT_LIB_CONVERSION_EXPANDMATH_F32COEFFICIENTS_H
#define RUNMAT_LIB_CONVERSION_EXPANDMATH_F32COEFFICIENTS_H

namespace runmat::array::f32 {

/// (2^x - 1) / x on [-1/2, 1/2]; relative to 2^x.
/// Maximum error: 1.59e-08 = 2^-25.9.
inline constexpr double exp2Terms[] = {0x1.62e43p-1,   0x1.ebfbdcp-3,
                                       0x1.c6aee8p-5,  0x1.3b2d4cp-7,
                                       0x1.5f3e52p-10, 0x1.41fbbcp-13};

/// (e^x - 1 - x) / x^2 on [-ln2 / 2, ln2 / 2]; relative to e^x.
/// Maximum error: 3.80e-09 = 2^-28.0.
inline constexpr double expTerms[] = {
    0x1.fffffcp-2, 0x1.555492p-3, 0x1.5558f2p-5, 0x1.1239ep-7, 0x1.6a243ap-10};

/// (log(1 + x) - x) / x^2 on [sqrt(1/2) - 1, sqrt(2) - 1]; relative to log(1 +
/// x). Maximum error: 3.47e-08 = 2^-24.8.
inline constexpr double logTerms[] = {
    -0x1.fffffap-2, 0x1.5556f4p-2, -0x1.00049ap-2, 0x1.98d2cp-3,
    -0x1.535d3p-3,  0x1.318524p-3, -0x1.2504a2p-3, 0x1.65c782p-4};

/// (atanh(s) / s - 1) / s^2 as a polynomial of s^2 in [0, 0.0294]; absolute, of
/// atanh(s) / s. Maximum error: 2.72e-11 = 2^-35.1.
inline constexpr double atanhTerms[] = {0x1.555554p-2, 0x1.999c26p-3,
                                        0x1.23d39ap-3, 0x1.f14a58p-4};

/// The same, one term shorter.
/// Maximum error: 8.73e-10 = 2^-30.1.
inline constexpr double atanhShortTerms[] = {0x1.55557ap-2, 0x1.995ebap-3,
                                             0x1.31e2f2p-3};

} // namespace runmat::array::f32

#endif // RUNMAT_LIB_CONVERSION_EXPANDMATH_F32COEFFICIENTS_H

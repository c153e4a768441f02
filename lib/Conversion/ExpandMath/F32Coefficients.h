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

/// (sin(r) / r - 1) / r^2 as a polynomial of r^2, |r| <= pi / 4; absolute, of
/// sin(r) / r. Maximum error: 1.71e-10 = 2^-32.4.
inline constexpr double sinTerms[] = {-0x1.555556p-3, 0x1.111176p-7,
                                      -0x1.a05ba8p-13, 0x1.7cd448p-19};

/// The same, |r| <= pi / 2.
/// Maximum error: 2.28e-09 = 2^-28.7.
inline constexpr double halfTurnSinTerms[] = {-0x1.555556p-3, 0x1.11113ap-7,
                                              -0x1.a0257cp-13, 0x1.7312d6p-19,
                                              -0x1.bd077ep-26};

/// (cos(r) - 1 + r^2 / 2) / r^4 as a polynomial of r^2, |r| <= pi / 4;
/// absolute, of cos(r). Maximum error: 5.10e-10 = 2^-30.9.
inline constexpr double cosTerms[] = {0x1.55554ap-5, -0x1.6c0c8cp-10,
                                      0x1.9a025ap-16};

/// (atan(z) / z - 1) / z^2 as a polynomial of z^2, |z| <= tan(pi / 8);
/// absolute, of atan(z) / z. Maximum error: 8.14e-10 = 2^-30.2.
inline constexpr double atanTerms[] = {-0x1.55554ap-2, 0x1.9991e8p-3,
                                       -0x1.23ba32p-3, 0x1.b22decp-4,
                                       -0x1.f3197p-5};

/// (asin(z) / z - 1) / z^2 as a polynomial of z^2, |z| <= 1/2; absolute, of
/// asin(z) / z. Maximum error: 3.00e-10 = 2^-31.6.
inline constexpr double asinTerms[] = {0x1.55554cp-3, 0x1.3338aap-4,
                                       0x1.6ca7dcp-5, 0x1.04cd04p-5,
                                       0x1.d58a82p-7, 0x1.349e1p-5};

/// erf(x) / x - 1 as a polynomial of x^2, |x| <= 0.9375; relative to erf(x).
/// Maximum error: 4.25e-09 = 2^-27.8.
inline constexpr double erfTerms[] = {
    0x1.06eba8p-3, -0x1.812742p-2,  0x1.ce2df2p-4, -0x1.b80cb2p-6,
    0x1.54b5dap-8, -0x1.a99ea8p-11, 0x1.5ac258p-14};

/// log(1 - erf(x)) on [0.9375, 4]; absolute, of erf(x).
/// Maximum error: 8.80e-09 = 2^-26.8.
inline constexpr double logErfcTerms[] = {
    0x1.68429p-13,  -0x1.21268cp+0,  -0x1.444ddcp-1,
    -0x1.bb2184p-4, 0x1.9a1bcp-6,    -0x1.0dfe2p-8,
    0x1.b4b982p-12, -0x1.278372p-16, -0x1.3319dcp-22};

} // namespace runmat::array::f32

#endif // RUNMAT_LIB_CONVERSION_EXPANDMATH_F32COEFFICIENTS_H

// Coefficients of the f64 expansions, from the constant term up. Made by
// tools/dev/f64_coefficients.py (Remez exchange, rounded to f64); do not edit.
#ifndef RUNMAT_LIB_CONVERSION_EXPANDMATH_F64COEFFICIENTS_H
#define RUNMAT_LIB_CONVERSION_EXPANDMATH_F64COEFFICIENTS_H

namespace runmat::array::f64 {

/// (2^x - 1) / x on [-1/2, 1/2]; relative to 2^x.
/// Maximum error: 2.75e-17 = 2^-55.0.
inline constexpr double exp2Terms[] = {
    0x1.62e42fefa39efp-1,  0x1.ebfbdff82c5a4p-3,  0x1.c6b08d7049fe8p-5,
    0x1.3b2ab6fba011ap-7,  0x1.5d87fe78cd6c6p-10, 0x1.4309130ed8ca4p-13,
    0x1.ffcbfba983a3ep-17, 0x1.62bfc79d5154fp-20, 0x1.b5267cda900f8p-24,
    0x1.e61b4f91944c9p-28, 0x1.e79bbe859ea2p-32};

/// (e^x - 1 - x) / x^2 on [-ln2 / 2, ln2 / 2]; relative to e^x.
/// Maximum error: 1.10e-17 = 2^-56.3.
inline constexpr double expTerms[] = {
    0x1.000000000000ap-1,  0x1.55555555554fap-3,  0x1.5555555550889p-5,
    0x1.1111111127babp-7,  0x1.6c16c184271abp-10, 0x1.a01a012a6580fp-13,
    0x1.a0199a14f190ep-16, 0x1.71df2540e1a47p-19, 0x1.28ad6a82684d9p-22,
    0x1.ad7f74cbb1ee4p-26};

/// (atanh(s) / s - 1) / s^2 as a polynomial of s^2 in [0, 0.0294]; absolute, of
/// atanh(s) / s. Maximum error: 1.77e-18 = 2^-59.0.
inline constexpr double atanhTerms[] = {
    0x1.5555555555592p-2, 0x1.999999997fdb7p-3, 0x1.24924941f1256p-3,
    0x1.c71c52095cd9ep-4, 0x1.74663ee87a2bap-4, 0x1.39a1bab5f5be8p-4,
    0x1.2f05639512605p-4};

/// (atanh(s) / s - 1 - s^2 / 3) / s^4 as a polynomial of s^2 in [0, 0.0294];
/// absolute, of atanh(s) / s. Maximum error: 1.09e-20 = 2^-66.3.
inline constexpr double atanhTail[] = {
    0x1.9999999999996p-3, 0x1.2492492493034p-3, 0x1.c71c71c580887p-4,
    0x1.745d183243357p-4, 0x1.3b1362ba3d606p-4, 0x1.1120b4fdb18f1p-4,
    0x1.de338b054fd1p-5,  0x1.eb10433201e5ep-5};

/// (sin(r) / r - 1) / r^2 as a polynomial of r^2, |r| <= pi / 2; absolute, of
/// sin(r) / r. Maximum error: 2.37e-17 = 2^-55.2.
inline constexpr double halfTurnSinTerms[] = {
    -0x1.5555555555555p-3,  0x1.1111111111111p-7,   -0x1.a01a01a019fe2p-13,
    0x1.71de3a556a0c2p-19,  -0x1.ae64567d7683ap-26, 0x1.6124605a58495p-33,
    -0x1.ae7ebccefb941p-41, 0x1.94ff41c172bedp-49,  -0x1.268ecc20a57dp-57};

/// The same, |r| <= pi / 4.
/// Maximum error: 5.32e-18 = 2^-57.4.
inline constexpr double sinTerms[] = {
    -0x1.5555555555549p-3, 0x1.111111110f881p-7,   -0x1.a01a019c126b8p-13,
    0x1.71de357874cf1p-19, -0x1.ae5e66d542be2p-26, 0x1.5d932f6670e05p-33};

/// (cos(r) - 1 + r^2 / 2) / r^4 as a polynomial of r^2, |r| <= pi / 4;
/// absolute, of cos(r). Maximum error: 9.07e-19 = 2^-59.9.
inline constexpr double cosTerms[] = {
    0x1.555555555554cp-5,   -0x1.6c16c16c15184p-10, 0x1.a01a019cb2704p-16,
    -0x1.27e4f80a77456p-22, 0x1.1ee9ec48540bp-29,   -0x1.8faecf83bb443p-37};

/// (atan(z) / z - 1) / z^2 as a polynomial of z^2, |z| <= tan(pi / 8);
/// absolute, of atan(z) / z. Maximum error: 2.46e-18 = 2^-58.5.
inline constexpr double atanTerms[] = {
    -0x1.555555555553dp-2, 0x1.99999999958fap-3,  -0x1.24924922b184ep-3,
    0x1.c71c70e7cb3c7p-4,  -0x1.745cf90fe1ae6p-4, 0x1.3b111cbc5ea9p-4,
    -0x1.10ebe1a2284b5p-4, 0x1.df11a37466c9dp-5,  -0x1.9cdd3b6540648p-5,
    0x1.37f00ded0a3a9p-5,  -0x1.25a38bfe24bd8p-6};

/// (asin(z) / z - 1) / z^2 as a polynomial of z^2, |z| <= 1/2; absolute, of
/// asin(z) / z. Maximum error: 1.66e-17 = 2^-55.7.
inline constexpr double asinTerms[] = {
    0x1.5555555555387p-3, 0x1.333333336f8d3p-4, 0x1.6db6db41d186p-5,
    0x1.f1c72c6dea31dp-6, 0x1.6e89ef6dbd6dep-6, 0x1.1c6c2859558c4p-6,
    0x1.c6f87371f9adcp-7, 0x1.8ee4e163ed005p-7, 0x1.aab1ec7e94438p-8,
    0x1.40b2f14b64ca7p-6, -0x1.0af652e9603fp-6, 0x1.05cecfd5ed46dp-5};

/// erf(x) / x - 1 as a polynomial of x^2, |x| <= 0.9375; relative to erf(x).
/// Maximum error: 1.35e-17 = 2^-56.0.
inline constexpr double erfTerms[] = {
    0x1.06eba8214db68p-3,   -0x1.812746b0379dcp-2,  0x1.ce2f21a04230bp-4,
    -0x1.b82ce3125a3dfp-6,  0x1.565bcd0681974p-8,   -0x1.c02db26877d78p-11,
    0x1.f9a2f2c231aeap-14,  -0x1.f4cdf161baa48p-17, 0x1.b9a6a59ce6aa1p-20,
    -0x1.5d0808eddc8dep-23, 0x1.de9b7bdf4150ep-27,  -0x1.c3e4291d413aep-31};

/// log(1 - erf(x)) on [0.9375, 6]; absolute, of erf(x).
/// Maximum error: 1.30e-17 = 2^-56.1.
inline constexpr double logErfcTerms[] = {
    0x1.cd23753512f41p-26,  -0x1.20dd7ac1100b3p+0,  -0x1.45f2c1b19446ep-1,
    -0x1.a4fd15a31252ep-4,  0x1.39be639b32ef9p-6,   0x1.5e4aca030ee04p-13,
    -0x1.ab4d922209ca1p-10, 0x1.09e6d3a9e207bp-11,  0x1.ea55251fe595bp-15,
    -0x1.1a39e0b6ee775p-13, 0x1.44a73164d284bp-14,  -0x1.f33d2f2edc55cp-16,
    0x1.246ce78f4bdc8p-17,  -0x1.0f3488ceb10a2p-19, 0x1.91b6a4495c822p-22,
    -0x1.d7d59096552f6p-25, 0x1.aed5cc9858b6fp-28,  -0x1.273a48a5a134bp-31,
    0x1.1dc70d402fdf2p-35,  -0x1.5c5f91ab8d36p-40,  0x1.920b3d0cc867dp-46};

} // namespace runmat::array::f64

#endif // RUNMAT_LIB_CONVERSION_EXPANDMATH_F64COEFFICIENTS_H

"""Measures the error of every function that --expand-math makes, on the CPU, and updates the table of docs/numerics.md.

usage: measure_numerics.py BUILD_DIR [--quick] [--only FUNCTION ...] [--markdown FILE]

Each function is one MLIR function of a scalar, expanded, translated to LLVM IR and compiled for this machine.
It is compared with the C library's function of the next wider type (f64 for f32 and narrower, 80-bit long
double for f64), over floats of every exponent, both signs, infinities, NaN and subnormals. One ulp is the
spacing of the type's numbers at the exact result. A NaN where the reference has none, or none where it has
one, counts as infinite.
"""
import argparse
import json
import os
import subprocess
import tempfile

UNARY = ("sqrt rsqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh "
         "asinh acosh atanh erf").split()
BINARY = ("pow", "atan2", "hypot", "rem", "mod")
# Exponents as constants, which leave out special cases: gamma curves and what becomes a product or a root.
POWERS = (1.8, 0.45, 2.2, 1 / 2.4, -1.5, 2.4, 3.0, -3.0, 0.5, 2.0, -1.0, 7.0)
REFERENCE = {"rsqrt": "1 / sqrt(x)"}
BITS = {"f64": 64, "f32": 32, "f16": 16, "bf16": 16}

HARNESS = r"""
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
using std::sqrt; using std::cbrt; using std::exp; using std::exp2; using std::expm1; using std::log;
using std::log2; using std::log10; using std::log1p; using std::sin; using std::cos; using std::tan;
using std::asin; using std::acos; using std::atan; using std::sinh; using std::cosh; using std::tanh;
using std::asinh; using std::acosh; using std::atanh; using std::erf; using std::pow; using std::atan2;
using std::hypot;

template <typename T> T rem(T x, T y) { return std::fmod(x, y); }
template <typename T> T mod(T x, T y) {
  T r = std::fmod(x, y);
  return r == 0 ? std::copysign(r, y) : std::signbit(r) != std::signbit(y) ? r + y : r;
}

struct F64 { using Bits = uint64_t; using Wide = long double; static constexpr int precision = 53, low = -1022, high = 1023;
  static Wide value(Bits b) { double d; std::memcpy(&d, &b, 8); return d; } };
struct F32 { using Bits = uint32_t; using Wide = double; static constexpr int precision = 24, low = -126, high = 127;
  static Wide value(Bits b) { float d; std::memcpy(&d, &b, 4); return d; } };
struct F16 { using Bits = uint16_t; using Wide = double; static constexpr int precision = 11, low = -14, high = 15;
  static Wide value(Bits b) { int e = b >> 10 & 31, m = b & 1023; double s = b >> 15 ? -1 : 1;
    if (e == 31) return m ? NAN : s * INFINITY; return s * (e ? std::ldexp(1024 + m, e - 25) : std::ldexp(m, -24)); } };
struct BF16 { using Bits = uint16_t; using Wide = double; static constexpr int precision = 8, low = -126, high = 127;
  static Wide value(Bits b) { uint32_t w = uint32_t(b) << 16; float d; std::memcpy(&d, &w, 4); return d; } };

struct Worst { double error = 0; double x = 0, y = 0; long long points = 0; };

template <typename T> void compare(Worst &worst, typename T::Bits got, typename T::Wide want, double x, double y) {
  using Wide = typename T::Wide;
  ++worst.points;
  Wide value = T::value(got);
  double error;
  if (std::isnan(value) || std::isnan(want))
    error = std::isnan(value) && std::isnan(want) ? 0 : INFINITY;
  else {
    // What is at least half an ulp above the largest finite number rounds to infinity.
    Wide limit = std::ldexp(Wide(2) - std::ldexp(Wide(1), -T::precision), T::high);
    if (std::fabs(want) >= limit) want = std::copysign(Wide(INFINITY), want);
    if (value == want) error = 0;
    else {
      if (std::isinf(value)) value = std::copysign(std::ldexp(Wide(1), T::high + 1), value);
      if (std::isinf(want)) want = std::copysign(std::ldexp(Wide(1), T::high + 1), want);
      int e = want == 0 ? T::low : std::ilogb(want);
      e = e < T::low ? T::low : e > T::high ? T::high : e;
      error = double(std::fabs(value - want) / std::ldexp(Wide(1), e - T::precision + 1));
    }
  }
  if (!(error <= worst.error)) { worst.error = error; worst.x = x; worst.y = y; }
}

static uint64_t state;
static uint64_t random64() { // splitmix64
  uint64_t z = state += 0x9E3779B97F4A7C15ull;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull; z = (z ^ z >> 27) * 0x94D049BB133111EBull; return z ^ z >> 31;
}
/// Random bits, so that every exponent is as frequent as any other; now and then a special value, or a number near 1.
template <typename T> typename T::Bits quiet(typename T::Bits bits) { // pow(signalling NaN, 0) is not specified
  using Bits = typename T::Bits;
  constexpr int width = sizeof(Bits) * 8;
  const Bits infinity = Bits(((Bits(1) << (width - T::precision)) - 1)) << (T::precision - 1);
  bool nan = Bits(bits << 1) > Bits(infinity << 1);
  return nan ? Bits(bits | Bits(1) << (T::precision - 2)) : bits;
}
template <typename T> typename T::Bits randomBits() {
  using Bits = typename T::Bits;
  constexpr int width = sizeof(Bits) * 8;
  const Bits one = Bits(Bits((Bits(1) << (width - 1 - T::precision)) - 1) << (T::precision - 1));
  const Bits infinity = Bits(((Bits(1) << (width - T::precision)) - 1)) << (T::precision - 1);
  uint64_t r = random64();
  switch (r & 31) {
  case 0: { const Bits special[] = {0, 1, one, infinity, Bits(infinity | Bits(1) << (T::precision - 2)), Bits(infinity - 1), Bits(one - 1), Bits(one + 1)};
            return Bits(special[r >> 5 & 7] | Bits(r >> 8 & 1) << (width - 1)); }
  case 1: case 2: case 3: case 4: { // near 1, or a small integer
    if (r & 32) return Bits(one + (int64_t(random64()) >> (64 - T::precision)));
    if constexpr (sizeof(Bits) >= 4) { double d = int(r >> 8 & 63) - 32; if (sizeof(Bits) == 8) { uint64_t b; std::memcpy(&b, &d, 8); return Bits(b); }
      float f = d; uint32_t b; std::memcpy(&b, &f, 4); return Bits(b); } }
  default: return quiet<T>(Bits(random64() >> (64 - width)));
  }
}
static void report(const char *name, const char *type, const Worst &w) {
  std::printf("{\"function\": \"%s\", \"type\": \"%s\", \"ulp\": \"%.6g\", \"x\": \"%.17g\", \"y\": \"%.17g\", \"points\": %lld},\n", name, type,
              w.error, w.x, w.y, w.points);
}
template <typename T, typename F, typename R> void unary(const char *name, const char *type, F f, R reference, uint64_t stride, long long randoms) {
  using Bits = typename T::Bits;
  Worst w;
  if (sizeof(Bits) <= 4)
    for (uint64_t b = 0; b < (uint64_t(1) << (sizeof(Bits) * 8 % 64)); b += sizeof(Bits) == 2 ? 1 : stride) {
      auto x = T::value(Bits(b)); compare<T>(w, f(Bits(b)), reference(x), x, 0); }
  state = 1;
  for (long long i = 0; i < randoms; ++i) { Bits b = randomBits<T>(); auto x = T::value(b); compare<T>(w, f(b), reference(x), x, 0); }
  // Neighbours of multiples of pi / 2, where what a reduction loses shows.
  if constexpr (sizeof(Bits) >= 4)
    for (long long i = 0; i < randoms / 4; ++i) {
      Bits b; double angle = std::ldexp(double(random64() >> 11), -(int)(random64() % 53)) * 0x1.921fb54442d18p0;
      angle = std::nearbyint(angle / 0x1.921fb54442d18p0) * 0x1.921fb54442d18p0;
      if (sizeof(Bits) == 8) { std::memcpy(&b, &angle, sizeof b); } else { float a = angle; std::memcpy(&b, &a, sizeof b); }
      b += Bits(random64() % 5) - 2; auto x = T::value(b); compare<T>(w, f(b), reference(x), x, 0); }
  report(name, type, w);
}
template <typename T, typename F, typename R> void binary(const char *name, const char *type, F f, R reference, long long randoms) {
  using Bits = typename T::Bits;
  Worst w; state = 2;
  for (long long i = 0; i < randoms; ++i) {
    Bits a = randomBits<T>(), b = randomBits<T>();
    // Most random pairs overflow pow: half of the exponents are brought near the interesting range.
    if (i & 1 && sizeof(Bits) == 8) { double y = std::ldexp(double(int64_t(random64()) >> 11), -46 - int(random64() & 15)); uint64_t v; std::memcpy(&v, &y, 8); b = Bits(v); }
    if (i & 1 && sizeof(Bits) == 4) { float y = float(int64_t(random64()) >> 40) / 65536.f; uint32_t v; std::memcpy(&v, &y, 4); b = Bits(v); }
    auto x = T::value(a), y = T::value(b); compare<T>(w, f(a, b), reference(x, y), x, y); }
  report(name, type, w);
}
"""


def scalar_function(name, op, type_, extra=""):
    bits = f"i{BITS[type_]}"
    if op in BINARY and not extra:
        return (f"func.func @{name}(%a: {bits}, %b: {bits}) -> {bits} {{\n"
                f"  %x = arith.bitcast %a : {bits} to {type_}\n  %y = arith.bitcast %b : {bits} to {type_}\n"
                f"  %r = array.{op} %x, %y : {type_}, {type_}\n  %q = arith.bitcast %r : {type_} to {bits}\n  return %q : {bits}\n}}\n")
    operands, types = ("%x, %y", f"{type_}, {type_}") if extra else ("%x", type_)
    return (f"func.func @{name}(%a: {bits}) -> {bits} {{\n  %x = arith.bitcast %a : {bits} to {type_}\n{extra}"
            f"  %r = array.{op} {operands} : {types}\n  %q = arith.bitcast %r : {type_} to {bits}\n  return %q : {bits}\n}}\n")


def build(build_dir, folder, quick, only=()):
    """The program that measures and prints JSON objects."""
    mlir, declarations, calls = [], [], []
    stride, randoms, pairs = (4099, 200_000, 1_000_000) if quick else (251, 4_000_000, 20_000_000)
    for type_ in BITS:
        for op in (*UNARY, *BINARY):
            if only and op not in only:
                continue
            name = f"rm_{op}_{type_}"
            mlir.append(scalar_function(name, op, type_))
            bits, trait = f"uint{BITS[type_]}_t", type_.upper()
            if op in BINARY:
                declarations.append(f'extern "C" {bits} {name}({bits}, {bits});')
                count = pairs if type_ == "f32" else pairs // 10
                calls.append(f'binary<{trait}>("{op}", "{type_}", [](auto a, auto b) {{ return {name}(a, b); }}, '
                             f'[](auto x, auto y) {{ return {op}(x, y); }}, {count}ll);')
            else:
                declarations.append(f'extern "C" {bits} {name}({bits});')
                calls.append(f'unary<{trait}>("{op}", "{type_}", [](auto a) {{ return {name}(a); }}, '
                             f'[](auto x) {{ return {REFERENCE.get(op, op + "(x)")}; }}, {stride}, {randoms}ll);')
    for i, power in enumerate(POWERS if not only or "pow" in only else ()):
        name = f"rm_power{i}"
        mlir.append(scalar_function(name, "pow", "f32", f"  %y = array.constant {power:.9e} : f32\n"))
        declarations.append(f'extern "C" uint32_t {name}(uint32_t);')
        calls.append(f'unary<F32>("pow(x, {power:.4g})", "f32", [](auto a) {{ return {name}(a); }}, '
                     f'[](auto x) {{ return pow(x, double({power:.9e}f)); }}, {stride}, {randoms}ll);')
    llvm = subprocess.run(["llvm-config-22", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()

    def run(*command, **kwargs):
        done = subprocess.run(command, capture_output=True, **kwargs)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stderr.decode()[:4000]}")
        return done.stdout

    lowered = run(os.path.join(build_dir, "bin", "runmat-opt"), "-", "--expand-math", "--canonicalize", "--cse",
                  "--convert-scf-to-cf", "--convert-math-to-llvm", "--convert-math-to-libm", "--convert-to-llvm",
                  "--reconcile-unrealized-casts", input="".join(mlir).encode())
    ir = run(os.path.join(llvm, "mlir-translate"), "--mlir-to-llvmir", input=lowered)
    with open(os.path.join(folder, "functions.ll"), "wb") as file:
        file.write(ir)
    with open(os.path.join(folder, "measure.cpp"), "w") as file:
        file.write(HARNESS + "\n".join(declarations) + "\nint main() {\n  " + "\n  ".join(calls) + "\n}\n")
    program = os.path.join(folder, "measure")
    run(os.path.join(llvm, "clang++"), "-O2", "-march=native", "-std=c++17", "-ffp-contract=off", "-Wno-override-module",
        os.path.join(folder, "functions.ll"), os.path.join(folder, "measure.cpp"), "-lm", "-o", program)
    return program


def measure(build_dir, quick=True, only=()):
    with tempfile.TemporaryDirectory() as folder:
        lines = subprocess.run([build(build_dir, folder, quick, only)], check=True, capture_output=True, text=True).stdout
    results = json.loads("[" + lines.rstrip().rstrip(",") + "]")
    for result in results:
        result["ulp"] = float(result["ulp"])  # "inf" for a special value that is wrong
    return results


TYPES = ("f32", "f64", "f16", "bf16")


def cells_of(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def updated(page, results):
    """The page with its table's rows of the measured functions replaced, new ones at the end."""
    table = {}
    for r in results:
        table.setdefault(r["function"], {})[r["type"]] = r["ulp"]
    rows = {name: "| " + " | ".join([name, *(f"{cells[t]:.2f}" if t in cells else "" for t in TYPES)]) + " |"
            for name, cells in table.items()}
    lines = page.split("\n")
    start = next(i for i, line in enumerate(lines) if cells_of(line) == ["function", *TYPES]) + 2
    end = next(i for i in range(start, len(lines)) if not lines[i].startswith("|"))
    body = [rows.pop(cells_of(line)[0], line) for line in lines[start:end]]
    return "\n".join(lines[:start] + body + list(rows.values()) + lines[end:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("build_dir")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", default=(), help="these functions alone")
    parser.add_argument("--markdown")
    options = parser.parse_args()
    results = measure(options.build_dir, options.quick, options.only)
    for r in results:
        print(f"{r['function']:16} {r['type']:5} {r['ulp']:8.3f} ulp at {r['x']}, {r['y']} ({r['points']} points)")
    if options.markdown:
        with open(options.markdown) as file:
            page = file.read()
        with open(options.markdown, "w") as file:
            file.write(updated(page, results))


if __name__ == "__main__":
    main()

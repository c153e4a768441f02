// Every elementwise operation on every element type, compiled for the CPU,
// against the interpreter at special values (all pairs of them) and broadcast.
#include "OpsHarness.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace runmat;
using namespace runmat::test;

namespace {

class ElementwiseOnCpu : public testing::TestWithParam<rm_dtype> {
protected:
  rm_dtype dtype = GetParam();
  std::string type = openType(GetParam(), 1);

  /// Special values, then numbers spread over the interesting range.
  io::Tensor values() {
    std::vector<double> special = specialValues(dtype);
    int64_t n = special.size();
    return makeTensor(dtype, {n + 300}, [&](int64_t i) {
      if (i < n)
        return special[i];
      if (!isFloat(dtype))
        return std::ldexp(double((i * 7919) % 997) - 498, (i % 5) * 8 - 4);
      return (double((i * 7919) % 997) - 498) / 100.0 *
             std::ldexp(1.0, i % 7 - 3);
    });
  }
  /// All pairs of special values: the first or the second of each.
  io::Tensor pairs(bool second) {
    std::vector<double> special = specialValues(dtype);
    int64_t n = special.size();
    return makeTensor(dtype, {n * n}, [&](int64_t i) {
      return special[second ? i % n : i / n];
    });
  }

  void unary(const std::vector<std::string> &ops, double ulps,
             const std::string &result = "") {
    Program program;
    std::string x = program.argument(values());
    for (const std::string &op : ops)
      program.result("array." + op + " " + x + " : " + type,
                     result.empty() ? type : result, ulps);
    program.check("unary");
  }
  void binary(const std::vector<std::string> &ops, double ulps,
              const std::string &result = "") {
    Program program;
    std::string a = program.argument(pairs(false)),
                b = program.argument(pairs(true));
    for (const std::string &op : ops) {
      // "compare lt," and "min nan = propagate" have text around the operands.
      size_t space = op.find(' ');
      std::string name = op.substr(0, space), extra;
      if (space != std::string::npos)
        extra = op.substr(space);
      bool before = name == "compare";
      program.result("array." + name + (before ? extra + "," : "") + " " + a +
                         ", " + b + (before ? "" : extra) + " : " + type +
                         ", " + type,
                     result.empty() ? type : result, ulps);
    }
    program.check("binary");
  }

  const std::string flags = openType(RM_I1, 1);
};

TEST_P(ElementwiseOnCpu, Arithmetic) {
  if (dtype == RM_I1)
    GTEST_SKIP() << "i1 has only logic";
  unary({"neg", "abs", "sign"}, 0.5);
  binary({"add", "sub", "mul", "div", "min", "max", "min nan = propagate",
          "max nan = propagate"},
         0.5);
  // A remainder of f16 and bf16 is taken in f32; mod then adds and rounds.
  binary({"rem", "mod"}, 1);
}

TEST_P(ElementwiseOnCpu, Rounding) {
  if (!isFloat(dtype))
    GTEST_SKIP() << "for floats";
  unary({"floor", "ceil", "round", "round_even", "trunc"}, 0);
  unary({"is_nan", "is_inf", "is_finite"}, 0, flags);
}

TEST_P(ElementwiseOnCpu, OwnFunctions) {
  if (!isFloat(dtype))
    GTEST_SKIP() << "for floats";
  double ulps = dtype == RM_F32 ? 4 : 2;
  unary({"sqrt", "rsqrt", "exp", "exp2", "log", "log2"}, ulps);
  binary({"pow"}, ulps);
}

TEST_P(ElementwiseOnCpu, LibraryFunctions) {
  if (!isFloat(dtype))
    GTEST_SKIP() << "for floats";
  unary({"cbrt", "expm1", "log10", "log1p", "sin", "cos", "tan", "asin"}, 4);
  unary({"acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
         "erf"},
        4);
  binary({"atan2", "hypot"}, 4);
}

TEST_P(ElementwiseOnCpu, Compare) {
  binary({"compare eq", "compare ne", "compare lt", "compare le", "compare gt",
          "compare ge"},
         0, flags);
}

TEST_P(ElementwiseOnCpu, Bits) {
  if (isFloat(dtype))
    GTEST_SKIP() << "for integers";
  unary({"not"}, 0);
  binary({"and", "or", "xor"}, 0);
  if (dtype == RM_I1)
    return;
  binary({"shl", "shr_arith", "shr_logical", "pow"}, 0);
}

TEST_P(ElementwiseOnCpu, Cast) {
  Program program;
  std::string x = program.argument(values());
  for (rm_dtype to :
       {RM_F64, RM_F32, RM_F16, RM_BF16, RM_I1, RM_I8, RM_I16, RM_I32, RM_I64})
    program.result("array.cast " + x + " : " + type + " to " + openType(to, 1),
                   openType(to, 1), 0.5);
  program.check("cast");
}

TEST_P(ElementwiseOnCpu, Bitcast) {
  // A signalling NaN's bits need not survive a float register: none here.
  rm_dtype other = dtype == RM_F64   ? RM_I64
                   : dtype == RM_F32 ? RM_I32
                   : isFloat(dtype)  ? RM_I16
                                     : dtype;
  Program program;
  std::string x = program.argument(values());
  std::string to = openType(other, 1);
  program.result("array.bitcast " + x + " : " + type + " to " + to, to, 0);
  program.check("bitcast");
}

TEST_P(ElementwiseOnCpu, SelectAndClamp) {
  Program program;
  std::string a = program.argument(pairs(false)),
              b = program.argument(pairs(true));
  int64_t count = pairs(false).elements();
  std::string c = program.argument(
      makeTensor(RM_I1, {count}, [](int64_t i) { return i % 3 == 0; }));
  program.result("array.select " + c + ", " + a + ", " + b + " : " + flags +
                     ", " + type + ", " + type,
                 type, 0);
  if (dtype != RM_I1)
    for (const char *mode : {"", " nan = propagate"}) {
      program.result("array.clamp " + a + ", " + b + ", " + a + mode + " : " +
                         type + ", " + type + ", " + type,
                     type, 0);
      program.result("array.clamp " + b + ", " + a + ", " + b + mode + " : " +
                         type + ", " + type + ", " + type,
                     type, 0);
    }
  program.check("select and clamp");
}

TEST_P(ElementwiseOnCpu, Broadcast) {
  Program program;
  bool flag = dtype == RM_I1;
  auto value = [](int64_t i) { return double(i % 11) - 5; };
  std::string a = program.argument(makeTensor(dtype, {4, 5}, value)),
              row = program.argument(makeTensor(dtype, {5}, value)),
              column = program.argument(makeTensor(dtype, {4, 1}, value),
                                        staticType(dtype, {RM_DYNAMIC, 1})),
              one = program.argument(makeTensor(dtype, {}, value)),
              none = program.argument(makeTensor(dtype, {0, 5}, value));
  std::string matrix = openType(dtype, 2), vector = openType(dtype, 1),
              tall = staticType(dtype, {RM_DYNAMIC, 1}),
              scalar = openType(dtype, 0);
  std::string op = flag ? "array.xor " : "array.sub ";
  program.result(op + a + ", " + row + " : " + matrix + ", " + vector, matrix);
  program.result(op + column + ", " + a + " : " + tall + ", " + matrix, matrix);
  program.result(op + column + ", " + row + " : " + tall + ", " + vector,
                 matrix);
  program.result(op + one + ", " + a + " : " + scalar + ", " + matrix, matrix);
  program.result(op + none + ", " + row + " : " + matrix + ", " + vector,
                 matrix);
  program.result(op + one + ", " + one + " : " + scalar + ", " + scalar,
                 scalar);
  program.check("broadcast");
}

TEST(ElementwiseOnCpuErrors, SizesDisagree) {
  auto value = [](int64_t i) { return double(i); };
  Program program;
  std::string a = program.argument(makeTensor(RM_F32, {4}, value)),
              b = program.argument(makeTensor(RM_F32, {1}, value));
  // A size that is 1 only at run time does not stretch.
  program.result("array.add " + a + ", " + b +
                     " : tensor<?xf32>, tensor<?xf32>",
                 "tensor<?xf32>");
  program.checkFails("add", "dimension 0 is 4 so far, but 1 in operand #1");
}

/// Exponents that the compiler sees take other ways than run-time ones.
TEST(ElementwiseOnCpuPow, ConstantExponents) {
  Program program;
  std::vector<double> special = specialValues(RM_F32);
  int64_t n = special.size();
  std::string x =
      program.argument(makeTensor(RM_F32, {n + 200}, [&](int64_t i) {
        return i < n ? special[i] : double(i - n) / 37 - 1;
      }));
  const std::string type = "tensor<?xf32>";
  program.line("%zero = array.constant dense<0.0> : tensor<f32>");
  // Without -0, which max may make either zero.
  std::string y =
      program.argument(makeTensor(RM_F32, {n + 200}, [&](int64_t i) {
        double v = i < n ? special[i] : double(i - n) / 37 - 1;
        return v == 0 ? 0.0 : v;
      }));
  program.line("%positive = array.max " + y + ", %zero : " + type +
               ", tensor<f32>");
  int number = 0;
  for (const char *exponent :
       {"0.0", "1.0", "2.0", "3.0", "-1.0", "0.5", "-0.5", "1.8", "0.45", "2.2",
        "-3.0", "7.0", "-2.0", "2000.5", "-4000.0", "0x7F800000", "0xFF800000",
        "0x7FC00000"}) {
    std::string power = "%y" + std::to_string(number++);
    program.line(power + " = array.constant dense<" + exponent +
                 "> : tensor<f32>");
    for (const std::string &base : {x, std::string("%positive")})
      program.result("array.pow " + base + ", " + power + " : " + type +
                         ", tensor<f32>",
                     type, 4);
  }
  program.check("pow");
}

std::string dtypeName(const testing::TestParamInfo<rm_dtype> &info) {
  return io::dtypeName(info.param);
}

INSTANTIATE_TEST_SUITE_P(AllTypes, ElementwiseOnCpu,
                         testing::Values(RM_F64, RM_F32, RM_F16, RM_BF16, RM_I1,
                                         RM_I8, RM_I16, RM_I32, RM_I64),
                         dtypeName);

} // namespace

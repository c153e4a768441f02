// Reductions, scans and contractions on every element type, compiled for the
// CPU, against the interpreter: all dims and some, NaN, empty sizes.
#include "OpsHarness.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace runmat;
using namespace runmat::test;

namespace {

class ReductionsOnCpu : public testing::TestWithParam<rm_dtype> {
protected:
  rm_dtype dtype = GetParam();
  std::string element = io::dtypeName(GetParam());

  std::string tensor(const std::string &shape, const std::string &of = "") {
    return "tensor<" + shape + (of.empty() ? element : of) + ">";
  }
  /// Positive numbers around 1 (integers: up to 9, of both signs), so that a
  /// sum's relative error is that of its accumulation.
  static double number(rm_dtype dtype, int64_t i) {
    double v = double((i * 7919) % 19);
    return isFloat(dtype) ? 0.25 + v / 16 : dtype == RM_I1 ? v > 9 : v - 9;
  }
  io::Tensor numbers(std::vector<int64_t> sizes) {
    return makeTensor(dtype, std::move(sizes),
                      [&](int64_t i) { return number(dtype, i); });
  }
  /// The same with NaN here and there, and all of row 2.
  io::Tensor withNan(int64_t rows, int64_t columns) {
    return makeTensor(dtype, {rows, columns}, [&](int64_t i) {
      bool nan = i % 5 == 3 || i / columns == 2;
      return nan ? std::nan("") : number(dtype, i);
    });
  }
  /// Names of the reductions that the dtype has, with the results' element.
  std::vector<std::pair<std::string, std::string>> reductions() {
    if (dtype == RM_I1)
      return {{"any", "i1"}, {"all", "i1"}};
    std::string sum = isFloat(dtype) ? element : "i64";
    std::vector<std::pair<std::string, std::string>> ops = {
        {"sum", sum},
        {"prod", sum},
        {"reduce_min", element},
        {"reduce_max", element},
        {"argmin", "i64"},
        {"argmax", "i64"}};
    if (isFloat(dtype))
      ops.insert(ops.end(),
                 {{"mean", element}, {"var", element}, {"std", element}});
    return ops;
  }
  static bool isArg(const std::string &op) { return op.substr(0, 3) == "arg"; }
};

TEST_P(ReductionsOnCpu, Dims) {
  Program program;
  std::string x = program.argument(numbers({5, 7, 3}));
  std::string type = tensor("?x?x?x");
  for (const auto &[op, result] : reductions()) {
    std::string text = "array." + op + " " + x;
    // A product of n numbers of f64 rounds n times, here in one order and in
    // the interpreter in another: n 2^-53 each (docs/numerics.md).
    auto ulps = [&, &op = op](double terms) {
      return op == "prod" && dtype == RM_F64 ? terms : 2;
    };
    program.result(text + " : " + type, tensor("", result), ulps(105));
    program.result(text + " dims [1] : " + type, tensor("?x?x", result),
                   ulps(7));
    program.result(text + " dims [0, 2] keep : " + type,
                   tensor("1x?x1x", result), ulps(15));
    program.result(text + " keep : " + type, tensor("1x1x1x", result),
                   ulps(105));
  }
  program.check("dims");
}

TEST_P(ReductionsOnCpu, Static) {
  Program program;
  std::string x = program.argument(numbers({33, 40}), tensor("33x40x"));
  for (const auto &[op, result] : reductions()) {
    if (op == "prod")
      continue;
    std::string text = "array." + op + " " + x;
    program.result(text + " dims [0] : " + tensor("33x40x"),
                   tensor("40x", result), 2);
    program.result(text + " dims [1] : " + tensor("33x40x"),
                   tensor("33x", result), 2);
    program.result(text + " : " + tensor("33x40x"), tensor("", result), 2);
  }
  program.check("static");
}

TEST_P(ReductionsOnCpu, Empty) {
  Program program;
  std::string none = program.argument(numbers({0, 4})),
              wide = program.argument(numbers({4, 0}));
  for (const auto &[op, result] : reductions()) {
    if (isArg(op))
      continue;
    program.result("array." + op + " " + none + " dims [0] : " + tensor("?x?x"),
                   tensor("?x", result), 0);
    program.result("array." + op + " " + none + " dims [1] : " + tensor("?x?x"),
                   tensor("?x", result), 0);
    program.result("array." + op + " " + wide + " : " + tensor("?x?x"),
                   tensor("", result), 0);
  }
  program.check("empty");
}

TEST_P(ReductionsOnCpu, ArgOfNothingFails) {
  if (dtype == RM_I1)
    GTEST_SKIP() << "i1 has no argmin";
  Program program;
  std::string x = program.argument(numbers({4, 0}));
  program.result("array.argmin " + x + " dims [1] : " + tensor("?x?x"),
                 tensor("?x", "i64"));
  program.checkFails("argmin", "argmin of no elements");
}

TEST_P(ReductionsOnCpu, Nan) {
  if (!isFloat(dtype))
    GTEST_SKIP() << "for floats";
  Program program;
  std::string x = program.argument(withNan(4, 11));
  std::string type = tensor("?x?x");
  for (const char *op : {"sum", "prod", "mean", "var", "std"})
    for (const char *omit : {"", " omit_nan"}) {
      program.result(std::string("array.") + op + " " + x + " dims [1]" + omit +
                         " : " + type,
                     tensor("?x"), 2);
    }
  for (const char *op : {"reduce_min", "reduce_max"})
    for (const char *mode : {"", " nan = propagate"})
      program.result(std::string("array.") + op + " " + x + " dims [1]" + mode +
                         " : " + type,
                     tensor("?x"), 0);
  for (const char *op : {"argmin", "argmax"})
    for (const char *mode : {"", " nan = propagate"})
      program.result(std::string("array.") + op + " " + x + " dims [1]" + mode +
                         " : " + type,
                     tensor("?x", "i64"), 0);
  program.result("array.var " + x + " dims [0] ddof 1 omit_nan : " + type,
                 tensor("?x"), 2);
  program.result("array.std " + x + " dims [0] ddof 4 omit_nan : " + type,
                 tensor("?x"), 2);
  program.check("nan");
}

TEST_P(ReductionsOnCpu, StatisticsFarFromZero) {
  if (dtype != RM_F32 && dtype != RM_F64)
    GTEST_SKIP() << "needs the precision";
  // Mean 1e4, deviation 1e-2: E[x^2] - mean^2 would have no digit left in f32.
  Program program;
  std::string x = program.argument(makeTensor(dtype, {100, 100}, [](int64_t i) {
    return 1e4 + 0.01 * (double((i * 7919) % 1999) / 1000 - 1);
  }));
  program.result("array.var " + x + " : " + tensor("?x?x"), tensor(""), 2);
  program.result("array.std " + x + " dims [1] ddof 1 : " + tensor("?x?x"),
                 tensor("?x"), 2);
  program.result("array.mean " + x + " : " + tensor("?x?x"), tensor(""), 1);
  program.check("statistics");
}

TEST_P(ReductionsOnCpu, LongSum) {
  if (!isFloat(dtype))
    GTEST_SKIP() << "for floats";
  // One after the other in f32 this would be wrong in the fourth digit. (f16
  // and bf16 accumulate in f32 and round to few digits.)
  Program program;
  std::string x = program.argument(makeTensor(dtype, {100003}, [](int64_t i) {
    return 0.1 + double((i * 7919) % 997) / 1e4;
  }));
  program.result("array.mean " + x + " : " + tensor("?x"), tensor(""), 1);
  program.check("long sum");
}

TEST_P(ReductionsOnCpu, Scans) {
  if (dtype == RM_I1)
    GTEST_SKIP() << "i1 has no sums";
  Program program;
  std::string x = program.argument(numbers({4, 5, 6})),
              none = program.argument(numbers({0, 5, 6})),
              vector = program.argument(numbers({20}));
  for (const char *op : {"cumsum", "cumprod"}) {
    for (int dim = 0; dim < 3; ++dim)
      program.result(std::string("array.") + op + " " + x + " dim " +
                         std::to_string(dim) + " : " + tensor("?x?x?x"),
                     tensor("?x?x?x"), 2);
    program.result(std::string("array.") + op + " " + none +
                       " dim 0 : " + tensor("?x?x?x"),
                   tensor("?x?x?x"), 2);
    program.result(std::string("array.") + op + " " + vector +
                       " dim 0 : " + tensor("?x"),
                   tensor("?x"), 2);
  }
  program.check("scans");
}

TEST_P(ReductionsOnCpu, Matmul) {
  if (dtype == RM_I1)
    GTEST_SKIP() << "i1 has no products";
  Program program;
  // f32 products accumulate in f32: up to k roundings.
  double ulps = 8;
  std::string a = program.argument(numbers({5, 9})),
              b = program.argument(numbers({9, 4})),
              a3 = program.argument(numbers({2, 5, 9})),
              b3 = program.argument(numbers({2, 9, 4})),
              a4 = program.argument(numbers({3, 1, 5, 9}), tensor("?x1x?x?x")),
              none = program.argument(numbers({5, 0})),
              none2 = program.argument(numbers({0, 4})),
              v = program.argument(numbers({50})),
              w = program.argument(numbers({50}));
  auto matmul = [&](const std::string &x, const std::string &y,
                    const std::string &tx, const std::string &ty,
                    const std::string &result) {
    program.result("array.matmul " + x + ", " + y + " : " + tensor(tx) + ", " +
                       tensor(ty),
                   tensor(result), ulps);
  };
  matmul(a, b, "?x?x", "?x?x", "?x?x");
  matmul(a3, b3, "?x?x?x", "?x?x?x", "?x?x?x");
  matmul(a3, b, "?x?x?x", "?x?x", "?x?x?x");
  matmul(a4, b3, "?x1x?x?x", "?x?x?x", "?x?x?x?x");
  matmul(none, none2, "?x?x", "?x?x", "?x?x");
  program.result("array.dot " + v + ", " + w + " : " + tensor("?x") + ", " +
                     tensor("?x"),
                 tensor(""), 2);
  program.check("matmul");
}

TEST(ReductionsOnCpuErrors, InnerSizes) {
  auto one = [](int64_t) { return 1.0; };
  Program program;
  std::string a = program.argument(makeTensor(RM_F32, {2, 3}, one)),
              b = program.argument(makeTensor(RM_F32, {4, 2}, one));
  program.result("array.matmul " + a + ", " + b +
                     " : tensor<?x?xf32>, tensor<?x?xf32>",
                 "tensor<?x?xf32>");
  program.checkFails("matmul",
                     "inner sizes differ: 3 in operand #0, 4 in operand #1");
}

std::string dtypeName(const testing::TestParamInfo<rm_dtype> &info) {
  return io::dtypeName(info.param);
}

INSTANTIATE_TEST_SUITE_P(AllTypes, ReductionsOnCpu,
                         testing::Values(RM_F64, RM_F32, RM_F16, RM_BF16, RM_I1,
                                         RM_I8, RM_I16, RM_I32, RM_I64),
                         dtypeName);

} // namespace

// Operations that move or create elements, on every element type, compiled for
// the CPU, against the interpreter, with the errors of what they are given.
#include "OpsHarness.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace runmat;
using namespace runmat::test;

namespace {

class ShapesOnCpu : public testing::TestWithParam<rm_dtype> {
protected:
  rm_dtype dtype = GetParam();
  std::string tensor(const std::string &shape) {
    return "tensor<" + shape + io::dtypeName(dtype) + ">";
  }
  io::Tensor ramp(std::vector<int64_t> sizes) {
    return makeTensor(dtype, std::move(sizes), [&](int64_t i) {
      return dtype == RM_I1 ? i % 3 == 0 : double(i % 97);
    });
  }
};

TEST_P(ShapesOnCpu, Moves) {
  Program p;
  std::string x = p.argument(ramp({4, 6}), tensor("4x6x")),
              d = p.argument(ramp({4, 6})), cube = p.argument(ramp({2, 3, 4})),
              one = p.argument(ramp({1, 6})), none = p.argument(ramp({0, 6})),
              square = p.argument(ramp({5, 3})), v = p.argument(ramp({4}));
  std::string matrix = tensor("?x?x");
  p.line("%c2 = arith.constant 2 : index");
  p.line("%c3 = arith.constant 3 : index");
  p.line("%c8 = arith.constant 8 : index");
  p.result("array.transpose " + d + " perm [1, 0] : " + matrix, matrix, 0);
  p.result("array.transpose " + cube + " perm [2, 0, 1] : " + tensor("?x?x?x"),
           tensor("?x?x?x"), 0);
  p.result("array.transpose " + none + " perm [1, 0] : " + matrix, matrix, 0);
  p.result("array.reshape " + x + " : " + tensor("4x6x") + " to " +
               tensor("3x8x"),
           tensor("3x8x"), 0);
  p.result("array.reshape " + d + " sizes(%c8) : " + matrix + " to " +
               tensor("3x?x"),
           tensor("3x?x"), 0);
  p.result("array.broadcast " + x + " : " + tensor("4x6x") + " to " +
               tensor("2x4x6x"),
           tensor("2x4x6x"), 0);
  p.line("%six = arith.constant 6 : index");
  // A size that is 1 only at run time stretches here.
  p.result("array.broadcast " + one + " sizes(%c3, %six) : " + matrix + " to " +
               matrix,
           matrix, 0);
  p.result("array.slice " + d +
               " offsets [%c2, 1] sizes [2, %c3] strides [1, "
               "%c2] : " +
               matrix,
           tensor("2x?x"), 0);
  p.result(
      "array.slice " + x +
          " offsets [4, 0] sizes [0, 6] strides [1, 1] : " + tensor("4x6x"),
      tensor("0x6x"), 0);
  p.line("%part = array.slice " + x +
         " offsets [0, 0] sizes [2, 3] strides [1, "
         "1] : " +
         tensor("4x6x"));
  p.result("array.insert_slice %part into " + d +
               " offsets [1, %c2] strides [2, 1] : " + tensor("2x3x") + ", " +
               matrix,
           matrix, 0);
  // The destination stays as it was.
  p.result("array.transpose " + d + " perm [0, 1] : " + matrix, matrix, 0);
  p.result("array.concat " + d + ", " + one + ", " + none +
               " dim 0 : " + matrix + ", " + matrix + ", " + matrix,
           matrix, 0);
  p.result("array.concat " + d + ", " + x + " dim 1 : " + matrix + ", " +
               tensor("4x6x"),
           tensor("4x?x"), 0);
  p.result("array.diag " + square + " : " + matrix, tensor("?x"), 0);
  p.result("array.diagonal " + v + " : " + tensor("?x"), matrix, 0);
  std::string value = p.argument(ramp({}));
  p.result("array.pad " + d + ", " + value +
               " low [1, 0] high [%c2, 3] : " + matrix + ", " + tensor(""),
           matrix, 0);
  p.result("array.full " + value + " sizes(%c3) : " + tensor("") + " to " +
               tensor("?x2x"),
           tensor("?x2x"), 0);
  p.result(std::string("array.constant dense<") +
               (isFloat(dtype) ? "[1.0, -2.5, 3.0]" : "1") +
               "> : " + tensor("3x"),
           tensor("3x"), 0);
  p.check("moves");
}

TEST_P(ShapesOnCpu, Creation) {
  if (dtype == RM_I1)
    GTEST_SKIP() << "i1 has no ramps";
  Program p;
  p.line("%n = arith.constant 300 : index");
  p.line("%zero = arith.constant 0 : index");
  p.result("array.iota dim 0 sizes(%n) : " + tensor("?x3x"), tensor("?x3x"), 0);
  p.result("array.iota dim 1 : " + tensor("2x5x"), tensor("2x5x"), 0);
  p.result("array.iota dim 0 sizes(%zero) : " + tensor("?x"), tensor("?x"), 0);
  p.check("creation");
}

TEST_P(ShapesOnCpu, Random) {
  if (!isFloat(dtype))
    GTEST_SKIP() << "for floats";
  Program p;
  p.line("%n = arith.constant 1001 : index");
  p.line("%key = arith.constant 1311768467463790320 : i64");
  p.line("%offset = arith.constant 8589934595 : i64"); // beyond 32 bits, odd
  p.line("%start = arith.constant 0 : i64");
  // Uniforms are bit-equal.
  p.result("array.rand_uniform key %key offset %offset sizes(%n) : " +
               tensor("?x"),
           tensor("?x"), 0);
  p.result("array.rand_uniform key %key offset %start : " + tensor("3x7x"),
           tensor("3x7x"), 0);
  p.check("uniform");

  // Normals within the functions' errors; the angle is rounded to f32 before
  // the sine, so near its zeros only the absolute error is small.
  Program q;
  q.line("%n = arith.constant 1001 : index");
  q.line("%key = arith.constant 42 : i64");
  q.line("%offset = arith.constant 3 : i64");
  q.line("%z = array.rand_normal key %key offset %offset sizes(%n) : " +
         tensor("?x"));
  q.line("%far = array.constant dense<16.0> : " + tensor(""));
  q.result("array.add %z, %far : " + tensor("?x") + ", " + tensor(""),
           tensor("?x"), dtype == RM_F32 ? 3 : 1);
  q.check("normal");
}

struct Failure {
  const char *name, *op, *operand, *result, *text;
};

TEST(ShapesOnCpuErrors, Checks) {
  auto one = [](int64_t) { return 1.0; };
  const Failure failures[] = {
      {"reshape",
       "array.reshape %a0 sizes(%n) : tensor<?xf32> to tensor<2x?xf32>",
       "%n = arith.constant 4 : index", "tensor<2x?xf32>",
       "cannot reshape 6 elements into 8"},
      {"negative", "array.full %a0e sizes(%n) : f32 to tensor<?xf32>",
       "%n = arith.constant -4 : index\n  %z = arith.constant 0 : index\n"
       "  %a0e = tensor.extract %a0[%z] : tensor<?xf32>",
       "tensor<?xf32>", "size of dimension 0 is negative: -4"},
      {"broadcast",
       "array.broadcast %a0 sizes(%n) : tensor<?xf32> to tensor<2x?xf32>",
       "%n = arith.constant 4 : index", "tensor<2x?xf32>",
       "dimension 1 of size 6 does not broadcast to 4"},
      {"slice",
       "array.slice %a0 offsets [%n] sizes [3] strides [1] : tensor<?xf32>",
       "%n = arith.constant 4 : index", "tensor<3xf32>",
       "dimension 0: offset 4, size 3, stride 1 is out of bounds for size 6"},
      {"insert_slice",
       "array.insert_slice %a0 into %a0 offsets [%n] strides [1] : "
       "tensor<?xf32>, tensor<?xf32>",
       "%n = arith.constant 1 : index", "tensor<?xf32>",
       "dimension 0: offset 1, size 6, stride 1 is out of bounds for size 6"},
      {"pad", "array.pad %a0, %v low [%n] high [0] : tensor<?xf32>, f32",
       "%n = arith.constant -1 : index\n  %v = arith.constant 0.0 : f32",
       "tensor<?xf32>", "low of dimension 0 is negative: -1"},
      {"concat", "array.concat %m, %w dim 0 : tensor<2x?xf32>, tensor<1x?xf32>",
       "%n = arith.constant 3 : index\n  %n6 = arith.constant 6 : index\n"
       "  %m = array.reshape %a0 sizes(%n) : tensor<?xf32> to tensor<2x?xf32>\n"
       "  %w = array.reshape %a0 sizes(%n6) : tensor<?xf32> to tensor<1x?xf32>",
       "tensor<3x?xf32>", "dimension 1 is 3 before, but 6 in operand #1"},
      {"random",
       "array.rand_uniform key %n offset %n sizes(%s) : tensor<?xf32>",
       "%n = arith.constant -1 : i64\n  %s = arith.constant 4 : index",
       "tensor<?xf32>", "offset is negative: -1"},
  };
  for (const Failure &failure : failures) {
    Program p;
    p.argument(makeTensor(RM_F32, {6}, one));
    p.line(failure.operand);
    p.result(failure.op, failure.result);
    p.checkFails(failure.name, failure.text);
  }
}

TEST(ControlFlowOnCpu, LoopsAndBranches) {
  Program p;
  std::string x = p.argument(
      makeTensor(RM_F64, {7}, [](int64_t i) { return double(i) / 3; }));
  p.line("%c0 = arith.constant 0 : index");
  p.line("%c1 = arith.constant 1 : index");
  p.line("%c5 = arith.constant 5 : index");
  p.line("%half = array.constant dense<0.5> : tensor<f64>");
  p.result("scf.for %i = %c0 to %c5 step %c1 iter_args(%s = " + x +
               ") -> tensor<?xf64> {\n"
               "    %h = array.mul %s, %half : tensor<?xf64>, tensor<f64>\n"
               "    %e = array.cos %h : tensor<?xf64>\n"
               "    scf.yield %e : tensor<?xf64>\n  }",
           "tensor<?xf64>", 8);
  p.line("%total = array.sum " + x + " : tensor<?xf64>");
  p.line("%t = tensor.extract %total[] : tensor<f64>");
  p.line("%limit = arith.constant 3.0 : f64");
  p.line("%large = array.compare gt, %t, %limit : f64, f64");
  p.result("scf.if %large -> tensor<?xf64> {\n"
           "    %n = array.neg " +
               x +
               " : tensor<?xf64>\n"
               "    scf.yield %n : tensor<?xf64>\n  } else {\n"
               "    scf.yield " +
               x + " : tensor<?xf64>\n  }",
           "tensor<?xf64>", 0);
  p.check("control flow");
}

std::string dtypeName(const testing::TestParamInfo<rm_dtype> &info) {
  return io::dtypeName(info.param);
}

INSTANTIATE_TEST_SUITE_P(AllTypes, ShapesOnCpu,
                         testing::Values(RM_F64, RM_F32, RM_F16, RM_BF16, RM_I1,
                                         RM_I8, RM_I16, RM_I32, RM_I64),
                         dtypeName);

} // namespace

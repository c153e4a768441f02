// Products, transposes and reductions of every element type, at sizes around
// those of tiles, blocks, segments and tasks, for vectors of every width,
// against the interpreter. Elements are small integers, so that every sum is
// exact in any order, and rounded once to the result's type.
#include "OpsHarness.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace runmat;
using namespace runmat::test;

namespace {

class TiledOnCpu
    : public testing::TestWithParam<std::tuple<rm_dtype, unsigned>> {
protected:
  rm_dtype dtype = std::get<0>(GetParam());

  void SetUp() override { program.vectorBits = std::get<1>(GetParam()); }
  void TearDown() override { program.check("tiled"); }

  std::string tensor(const std::string &shape) {
    return "tensor<" + shape + io::dtypeName(dtype) + ">";
  }
  io::Tensor numbers(std::vector<int64_t> sizes) {
    return makeTensor(dtype, std::move(sizes), [](int64_t i) {
      return double((i * 7919 + i / 13) % 7 - 3);
    });
  }
  std::string open(std::vector<int64_t> sizes) {
    return program.argument(numbers(std::move(sizes)));
  }
  void matmul(const std::string &a, const std::string &ta, const std::string &b,
              const std::string &tb, const std::string &result) {
    program.result("array.matmul " + a + ", " + b + " : " + ta + ", " + tb,
                   result, 0.5);
  }
  /// The product of matrices of open sizes, each as it is or transposed first.
  void product(int64_t m, int64_t k, int64_t n, bool flipA, bool flipB) {
    std::string matrix = tensor("?x?x");
    auto operand = [&](int64_t rows, int64_t columns, bool flip) {
      std::string x = flip ? open({columns, rows}) : open({rows, columns});
      if (!flip)
        return x;
      std::string name = "%t" + x.substr(1);
      program.line(name + " = array.transpose " + x +
                   " perm [1, 0] : " + matrix);
      return name;
    };
    std::string a = operand(m, k, flipA), b = operand(k, n, flipB);
    matmul(a, matrix, b, matrix, matrix);
  }

  Program program;
};

TEST_P(TiledOnCpu, Products) {
  product(1, 1, 1, false, false);
  product(13, 5, 33, false, false);
  // Sums over two blocks, and over exactly one.
  product(7, 300, 18, false, false);
  product(12, 256, 32, false, false);
  product(0, 3, 4, false, false);
  product(3, 0, 4, false, false);
  product(3, 4, 0, false, false);
}

TEST_P(TiledOnCpu, ProductsOfSeveralTasks) {
  product(101, 3, 291, false, false);
}

TEST_P(TiledOnCpu, ProductsOfTransposes) {
  for (bool flipA : {false, true})
    for (bool flipB : {false, true})
      product(14, 21, 35, flipA, flipB);
}

TEST_P(TiledOnCpu, ProductsOfKnownSizes) {
  auto fixed = [&](int64_t m, int64_t k, int64_t n) {
    auto type = [&](int64_t rows, int64_t columns) {
      return staticType(dtype, {rows, columns});
    };
    std::string a = program.argument(numbers({m, k}), type(m, k)),
                b = program.argument(numbers({k, n}), type(k, n));
    matmul(a, type(m, k), b, type(k, n), type(m, n));
  };
  fixed(24, 9, 64);
  fixed(25, 9, 66);
  fixed(1, 40, 70); // one row
  fixed(3, 40, 70); // fewer rows than a tile
  fixed(40, 30, 1); // one column
  fixed(2, 3, 4);   // a plain loop
}

TEST_P(TiledOnCpu, ProductsOfBatches) {
  std::string a = open({3, 5, 9}), b = open({3, 9, 21}), c = open({9, 21}),
              d = program.argument(numbers({2, 1, 5, 9}), tensor("?x1x?x?x")),
              cube = tensor("?x?x?x");
  matmul(a, cube, b, cube, cube);
  matmul(a, cube, c, tensor("?x?x"), cube);
  matmul(d, tensor("?x1x?x?x"), b, cube, tensor("?x?x?x?x"));
}

TEST_P(TiledOnCpu, Transposes) {
  auto transpose = [&](std::vector<int64_t> sizes, const std::string &perm) {
    std::string type = openType(dtype, sizes.size());
    program.result("array.transpose " + open(std::move(sizes)) + " perm " +
                       perm + " : " + type,
                   type, 0);
  };
  for (int64_t rows : {0, 1, 8, 17, 70})
    for (int64_t columns : {1, 16, 33})
      transpose({rows, columns}, "[1, 0]");
  transpose({3, 18, 35}, "[0, 2, 1]");
  transpose({18, 3, 35}, "[2, 1, 0]");
  transpose({18, 3, 35}, "[1, 2, 0]");
  transpose({18, 5, 35}, "[1, 0, 2]"); // rows move as they are
}

TEST_P(TiledOnCpu, ElementwiseOfTransposes) {
  std::string x = open({19, 37}), y = open({37, 19}), u = open({19, 37}),
              row = program.argument(numbers({19}), tensor("?x")),
              column = program.argument(numbers({37, 1}), tensor("?x1x")),
              matrix = tensor("?x?x");
  auto add = [&](const std::string &a, const std::string &b,
                 const std::string &tb) {
    return program.result(
        "array.add " + a + ", " + b + " : " + matrix + ", " + tb, matrix, 0);
  };
  program.line("%x = array.transpose " + x + " perm [1, 0] : " + matrix);
  program.line("%u = array.transpose " + u + " perm [1, 0] : " + matrix);
  add("%x", y, matrix);
  add("%x", "%u", matrix);
  add("%x", row, tensor("?x"));
  add("%x", column, tensor("?x1x"));
  program.result("array.cast %x : " + matrix + " to tensor<?x?xf64>",
                 "tensor<?x?xf64>", 0);
  program.result("array.cast %x : " + matrix + " to tensor<?x?xi1>",
                 "tensor<?x?xi1>", 0);
}

TEST_P(TiledOnCpu, Reductions) {
  std::string sum = isFloat(dtype) ? io::dtypeName(dtype) : "i64";
  auto reduce = [&](std::vector<int64_t> sizes, const std::string &dims,
                    const std::string &kept) {
    std::string x = open(sizes), type = openType(dtype, sizes.size());
    auto add = [&](const std::string &op, const std::string &element,
                   double ulps) {
      program.result("array." + op + " " + x + dims + " : " + type,
                     "tensor<" + kept + element + ">", ulps);
    };
    add("sum", sum, 0.5);
    add("reduce_max", io::dtypeName(dtype), 0);
    if (sizes.back() != 0) {
      add("argmax", "i64", 0);
      add("argmin", "i64", 0);
    }
    if (isFloat(dtype)) {
      add("mean", io::dtypeName(dtype), 1);
      // Merges of accumulators are rounded (docs/numerics.md).
      add("var", io::dtypeName(dtype), dtype == RM_F64 ? 3 : 1);
    }
  };
  for (int64_t size : {0, 1, 7, 65, 4095, 4096, 4097, 9001})
    reduce({size}, "", "");
  reduce({3, 4100}, " dims [1]", "?x");
  reduce({0, 4100}, " dims [1]", "?x");
  reduce({3, 0}, " dims [1]", "?x");
  reduce({17, 300}, "", "");
  // Around a dim that stays.
  reduce({5, 3, 130}, " dims [0, 2]", "?x");
  reduce({5, 3, 130}, " dims [1, 2]", "?x");
}

TEST_P(TiledOnCpu, PlacesBesideNan) {
  if (!isFloat(dtype))
    GTEST_SKIP() << "integers have no NaN";
  for (int64_t size : {5, 4099}) {
    auto with = [&](auto isNan) {
      return program.argument(makeTensor(dtype, {size}, [&](int64_t i) {
        return isNan(i) ? std::nan("") : double(i * 7919 % 11);
      }));
    };
    for (const std::string &x : {with([](int64_t i) { return i % 3 == 0; }),
                                 with([](int64_t i) { return i >= 4; }),
                                 with([](int64_t) { return true; })})
      for (const char *mode : {"number", "propagate"})
        for (const char *op : {"argmin", "argmax"})
          program.result("array." + std::string(op) + " " + x +
                             " nan = " + mode + " : " + tensor("?x"),
                         "tensor<i64>", 0);
  }
}

TEST_P(TiledOnCpu, ProductsThatAreSums) {
  std::string a = open({21, 4100}), v = open({4100, 1}), w = open({4100}),
              matrix = tensor("?x?x");
  matmul(a, matrix, v, matrix, matrix);
  program.result("array.dot " + w + ", " + open({4100}) + " : " + tensor("?x") +
                     ", " + tensor("?x"),
                 tensor(""), 0.5);
}

std::string
name(const testing::TestParamInfo<std::tuple<rm_dtype, unsigned>> &info) {
  return std::string(io::dtypeName(std::get<0>(info.param))) + "_" +
         std::to_string(std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(
    AllTypes, TiledOnCpu,
    testing::Combine(testing::Values(RM_F64, RM_F32, RM_F16, RM_BF16, RM_I8,
                                     RM_I16, RM_I32, RM_I64),
                     testing::Values(256u)),
    name);
// Lanes from 2 to 64.
INSTANTIATE_TEST_SUITE_P(Narrowest, TiledOnCpu,
                         testing::Combine(testing::Values(RM_F64, RM_F32),
                                          testing::Values(128u)),
                         name);
INSTANTIATE_TEST_SUITE_P(Widest, TiledOnCpu,
                         testing::Combine(testing::Values(RM_F32, RM_BF16,
                                                          RM_I8),
                                          testing::Values(512u)),
                         name);

} // namespace

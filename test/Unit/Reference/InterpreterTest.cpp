// The interpreter's interface: arguments, results, errors, and a large program.
#include "runmat/Reference/Interpreter.h"

#include "runmat/RegisterAll.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace runmat;
using reference::InterpreterOptions;

namespace {

struct Program {
  explicit Program(const char *text) {
    DialectRegistry registry;
    registerDialects(registry);
    registry.insert<func::FuncDialect, arith::ArithDialect, scf::SCFDialect,
                    tensor::TensorDialect>();
    context.appendDialectRegistry(registry);
    module = parseSourceString<ModuleOp>(text, &context, "test.mlir");
    EXPECT_TRUE(module);
  }
  Result<std::vector<io::Tensor>> run(std::vector<const io::Tensor *> arguments,
                                      const InterpreterOptions &options = {}) {
    return reference::interpret(*module, "f", arguments, options);
  }
  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
};

io::Tensor floats(std::vector<int64_t> sizes, std::vector<float> values) {
  auto tensor = *io::Tensor::allocate(RM_F32, std::move(sizes));
  std::copy(values.begin(), values.end(), tensor.data<float>());
  return tensor;
}

const char *add = R"(
func.func @f(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  %c = array.add %a, %b : tensor<?xf32>, tensor<?xf32>
  return %c : tensor<?xf32>
})";

TEST(Interpreter, FloatsComeBackAsF64) {
  Program program(add);
  io::Tensor a = floats({2}, {1, 0.1f}), b = floats({2}, {2, 1e-9f});
  auto results = program.run({&a, &b});
  ASSERT_TRUE(bool(results));
  EXPECT_EQ((*results)[0].dtype(), RM_F64);
  EXPECT_EQ((*results)[0].data<double>()[0], 3.0);
  EXPECT_EQ((*results)[0].data<double>()[1], double(0.1f) + double(1e-9f));

  InterpreterOptions declared;
  declared.rounding = array::Rounding::Declared;
  results = program.run({&a, &b}, declared);
  ASSERT_TRUE(bool(results));
  EXPECT_EQ((*results)[0].data<double>()[1], 0.1f + 1e-9f);
}

TEST(Interpreter, ErrorsNameThePlaceAndTheDimension) {
  Program program(add);
  io::Tensor a = floats({2}, {1, 2}), b = floats({3}, {1, 2, 3});
  auto results = program.run({&a, &b});
  ASSERT_FALSE(bool(results));
  EXPECT_EQ(results.message(),
            "test.mlir:3:8: dimension 0 is 2 so far, but 3 in operand #1");
}

TEST(Interpreter, ArgumentsMustFit) {
  Program program(add);
  io::Tensor a = floats({2, 1}, {1, 2}), b = floats({2}, {1, 2});
  EXPECT_EQ(program.run({&a}).message(), "@f takes 2 arguments, not 1");
  EXPECT_EQ(program.run({&b, &a}).message(),
            "argument 1 is tensor<2x1xf32>, expected tensor<?xf32>");
  EXPECT_THAT(reference::interpret(*program.module, "g", {}).message(),
              testing::HasSubstr("no function @g"));
}

TEST(Interpreter, UnknownOperationsAreErrors) {
  Program program(R"(
func.func @f(%a: f32) -> f32 {
  %b = arith.maximumf %a, %a : f32
  return %b : f32
})");
  io::Tensor a = floats({}, {1});
  EXPECT_EQ(program.run({&a}).message(),
            "test.mlir:3:8: the interpreter does not know the operation "
            "arith.maximumf");
}

TEST(Interpreter, EndlessRecursionIsAnError) {
  Program program(R"(
func.func @f() {
  call @f() : () -> ()
  return
})");
  EXPECT_THAT(program.run({}).message(),
              testing::HasSubstr("calls nest deeper than"));
}

// Strided and threaded loops: a 2-thread run agrees with a 1-thread one.
TEST(Interpreter, LargeImageNormalize) {
  Program program(R"(
func.func @f(%x: tensor<?x540x960xf32>) -> (tensor<?x540x960xf32>, tensor<f32>) {
  %mu = array.mean %x dims [1, 2] keep : tensor<?x540x960xf32>
  %d = array.sub %x, %mu : tensor<?x540x960xf32>, tensor<?x1x1xf32>
  %sq = array.mul %d, %d : tensor<?x540x960xf32>, tensor<?x540x960xf32>
  %var = array.mean %sq dims [1, 2] keep : tensor<?x540x960xf32>
  %eps = array.constant dense<1.0e-6> : tensor<f32>
  %ve = array.add %var, %eps : tensor<?x1x1xf32>, tensor<f32>
  %sigma = array.sqrt %ve : tensor<?x1x1xf32>
  %y = array.div %d, %sigma : tensor<?x540x960xf32>, tensor<?x1x1xf32>
  %y2 = array.mul %y, %y : tensor<?x540x960xf32>, tensor<?x540x960xf32>
  %mse = array.mean %y2 : tensor<?x540x960xf32>
  return %y, %mse : tensor<?x540x960xf32>, tensor<f32>
})");
  auto x = *io::Tensor::allocate(RM_F32, {4, 540, 960});
  for (int64_t k = 0; k < x.elements(); ++k)
    x.data<float>()[k] = float((k * 2654435761u >> 8) % 65536);
  InterpreterOptions one, two;
  one.threads = 1;
  two.threads = 2;
  auto a = program.run({&x}, one), b = program.run({&x}, two);
  ASSERT_TRUE(bool(a));
  ASSERT_TRUE(bool(b));
  EXPECT_EQ(memcmp((*a)[0].bytes(), (*b)[0].bytes(), (*a)[0].byteSize()), 0);
  EXPECT_NEAR((*a)[1].data<double>()[0], 1, 1e-6);
}

} // namespace

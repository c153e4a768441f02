// Runs a small program of array operations compiled for the CPU and in the
// reference interpreter, and compares every element of every result.
#ifndef RUNMAT_TEST_UNIT_OPS_OPSHARNESS_H
#define RUNMAT_TEST_UNIT_OPS_OPSHARNESS_H

#include "runmat/IO/Tensor.h"

#include <functional>
#include <string>
#include <vector>

namespace runmat::test {

/// A tensor whose element `i` (row-major) is value(i), converted to the dtype:
/// floats round, integers saturate.
io::Tensor makeTensor(rm_dtype dtype, std::vector<int64_t> sizes,
                      const std::function<double(int64_t)> &value);

bool isFloat(rm_dtype dtype);

/// Numbers at which operations of the dtype are special or change: zeros,
/// halves, ends, infinities, NaN, subnormals.
std::vector<double> specialValues(rm_dtype dtype);

/// A program in the making: arguments, operations, and what each result may
/// differ by.
class Program {
public:
  /// Adds an argument of this type ("?" for a size leaves it open) and returns
  /// its name.
  std::string argument(io::Tensor tensor, const std::string &type);
  /// The same, every size open.
  std::string argument(io::Tensor tensor);
  /// Adds a line of text.
  void line(const std::string &text) { body += "  " + text + "\n"; }
  /// Adds `%n = text` and makes it a result of type `type`, which may be `ulps`
  /// away from the interpreter's (in spacings of its type).
  std::string result(const std::string &text, const std::string &type,
                     double ulps = 1);

  /// Compiles, runs and compares; failures name `name`, the operation and the
  /// element. Programs without result are skipped.
  void check(const std::string &name);
  /// Compiles and runs; both the program and the interpreter must fail with a
  /// text that contains `expected`.
  void checkFails(const std::string &name, const std::string &expected);

  int size() const { return int(results.size()); }

  /// Width of the vectors that code is scheduled for; 0 is the host's.
  unsigned vectorBits = 0;

private:
  struct Outcome {
    std::vector<io::Tensor> results;
    std::string error;
  };
  std::string text() const;
  Outcome compiled(const std::string &path);
  Outcome interpreted(const std::string &path);

  struct Expected {
    std::string name, text, type;
    double ulps;
  };
  std::vector<io::Tensor> arguments;
  std::vector<std::string> argumentTypes;
  std::vector<Expected> results;
  std::string body;
};

/// "tensor<?x?xf32>".
std::string openType(rm_dtype dtype, size_t rank);
/// "tensor<2x3xf32>".
std::string staticType(rm_dtype dtype, const std::vector<int64_t> &sizes);

} // namespace runmat::test

#endif // RUNMAT_TEST_UNIT_OPS_OPSHARNESS_H

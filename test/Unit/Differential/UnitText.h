// Builds the text of a program of hand-written fused units, and arguments for
// it at any sizes: what the tests of the CPU schedule vary.
#ifndef RUNMAT_TEST_DIFFERENTIAL_UNITTEXT_H
#define RUNMAT_TEST_DIFFERENTIAL_UNITTEXT_H

#include "runmat/IO/Tensor.h"

#include <random>
#include <string>
#include <vector>

namespace runmat::differential {

using Sizes = std::vector<int64_t>;

/// What an argument is filled with.
enum class Fill {
  Normal,  ///< mean 3, standard deviation 2, another mean in each plane
  Signs,   ///< 1 and -1 in turn: mean 0 and variance 1 of an even count
  Special, ///< Normal, with NaN in the first plane, an infinity in the second
  Weights, ///< between 0.5 and 1.5
  Integers,
  Logical,
  Scalar, ///< one of the case's scalars, in their order
};

struct Argument {
  std::string element;
  /// For each dim the dim of the space whose size it has, or -1: size 1.
  std::vector<int> dims;
  Fill fill;
};

struct Yield {
  std::string value, element;
  /// Empty: a stored result. Else a kind with its NaN mode: "max nan =
  /// propagate".
  std::string reduction;
  bool overAll = false;
  /// Tolerance, see difference().
  double ulps = 0;
};

/// One fused.image_normalize. Its input is argument 0, its extras are called
/// %e0, %e1 ... in its body, y is %y, the input's element %x.
struct UnitText {
  std::string compute = "f32";
  std::string epsilon = "1.0e-6";
  /// "gain(%0 : tensor<f32>) ...", with %a3 for argument 3 and %c0 for
  /// constant 0.
  std::string slots;
  std::vector<std::string> constants; // of the compute type
  /// Argument, and the dims it reads: -1 is the constant 0.
  struct Extra {
    unsigned argument;
    std::vector<int> dims;
  };
  std::vector<Extra> extras;
  std::string body;
  std::vector<Yield> yields;
};

/// A program and the runs to make with it.
struct UnitCase {
  std::string name;
  unsigned rank = 3, planeDims = 2;
  /// Static sizes, -1 for `?`; empty: all sizes are `?`.
  Sizes shape;
  std::vector<Argument> arguments;
  std::vector<UnitText> units;
  std::vector<Sizes> runs;
  /// Values of the Scalar arguments, one run for each; empty: none.
  std::vector<std::vector<double>> scalars;
  /// Both implementations must refuse with the same text: sizes of argument 1
  /// are one more than the run's.
  bool expectError = false;

  std::string text() const;
  std::vector<double> ulps() const;
  std::vector<std::string> resultElements() const;
  /// Arguments for a run; `scalars` as one of the list above.
  Result<std::vector<io::Tensor>>
  makeArguments(const Sizes &sizes, const std::vector<double> &scalars,
                std::mt19937_64 &random) const;
};

/// All cases (UnitCases.cpp).
std::vector<UnitCase> unitCases();

/// The dtype of an element type's name.
rm_dtype dtypeNamed(const std::string &element);

} // namespace runmat::differential

#endif // RUNMAT_TEST_DIFFERENTIAL_UNITTEXT_H

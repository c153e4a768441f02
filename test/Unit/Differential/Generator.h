// Random array programs with arguments. Their elements are integers small
// enough for every operation on them to be exact in its type, whatever the
// order of a reduction and whether products and sums contract: an
// implementation that is right gives the same numbers, bit for bit. Inexact
// operations come last, and are compared with a tolerance.
#ifndef RUNMAT_TEST_DIFFERENTIAL_GENERATOR_H
#define RUNMAT_TEST_DIFFERENTIAL_GENERATOR_H

#include "runmat/Dialect/Array/Array.h"
#include "runmat/IO/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <optional>
#include <random>
#include <vector>

namespace runmat::differential {

struct GeneratedProgram {
  /// A module with the function @main.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<io::Tensor> arguments;
  /// One a result: allowed distance in units of the last place; 0 is exact,
  /// kConditioned: what the oracle's spread allows (Conditioned.h).
  std::vector<double> ulps;
};
constexpr double kConditioned = -1;

/// A value of the program under construction.
struct Entry {
  mlir::Value value;
  llvm::SmallVector<int64_t> sizes; ///< at run time
  double bound; ///< no finite element is larger; kUnbounded for integers
  double ulps;  ///< 0: exact

  mlir::RankedTensorType type() const {
    return llvm::cast<mlir::RankedTensorType>(value.getType());
  }
  mlir::Type element() const { return type().getElementType(); }
  bool isFloat() const { return llvm::isa<mlir::FloatType>(element()); }
  bool isBool() const { return element().isInteger(1); }
  bool isInt() const { return !isFloat() && !isBool(); }
  int64_t count() const {
    int64_t product = 1;
    for (int64_t size : sizes)
      product *= size;
    return product;
  }
};
constexpr double kUnbounded = 1e300;

class Generator {
public:
  Generator(mlir::MLIRContext &context, uint64_t seed);
  GeneratedProgram generate();

private:
  using Entries = std::vector<Entry>;

  int64_t pick(int64_t count) { return int64_t(random() % uint64_t(count)); }
  bool chance(double p) {
    return std::uniform_real_distribution<>(0, 1)(random) < p;
  }
  mlir::Type randomType(bool floatsOnly = false);
  llvm::SmallVector<int64_t> randomSubshape(bool stretch);
  void addArgument();
  io::Tensor randomTensor(rm_dtype dtype, llvm::ArrayRef<int64_t> sizes);

  /// A random exact entry that `fits`, or null.
  const Entry *choose(llvm::function_ref<bool(const Entry &)> fits);
  /// Appends a value; false where it is too large to be of use.
  bool add(mlir::Value value, llvm::ArrayRef<int64_t> sizes, double bound,
           double ulps = 0);
  /// The entry limited to -limit..limit.
  Entry tame(const Entry &entry, double limit);
  mlir::Value constant(mlir::Type element, double value);
  mlir::Value index(int64_t value);
  bool broadcasts(const Entry &a, const Entry &b) const;
  llvm::SmallVector<int64_t> joined(llvm::ArrayRef<const Entry *> all) const;

  // One operation each; false where nothing in the pool suits it.
  bool unary();
  bool arithmetic();
  bool bitwise();
  bool minMaxClamp();
  bool compare();
  bool select();
  bool castTo();
  bool reduction();
  bool scan();
  bool contraction();
  bool transposeReshape();
  bool broadcastTo();
  bool slice();
  bool insertSlice();
  bool pad();
  bool concat();
  bool diagonal();
  bool creation();
  bool loop();
  bool branch();
  bool poke();
  bool states();
  bool inexact();

  // Parts of states() (GeneratorLoops.cpp).
  std::optional<Entry> derive(const Entry &x, const Entry &state);
  void addStates(mlir::ValueRange arguments, llvm::ArrayRef<Entry> states);
  llvm::SmallVector<mlir::Value> stepStates(llvm::ArrayRef<Entry> states);
  mlir::ValueRange whileStates(llvm::ArrayRef<Entry> states,
                               llvm::SmallVector<mlir::Value> inits,
                               mlir::Value low, mlir::Value high,
                               mlir::Value step);

  mlir::MLIRContext &context;
  std::mt19937_64 random;
  mlir::ImplicitLocOpBuilder builder;
  llvm::SmallVector<int64_t> base; // sizes that most shapes are made of
  llvm::SmallVector<bool> open;    // whether that dim of an argument may be `?`
  Entries pool;
  int depth = 0; // of loops with states around
  std::vector<io::Tensor> arguments;
  mlir::func::FuncOp function;
};

/// A program around ImageNormalize (GeneratorNormalize.cpp).
GeneratedProgram generateNormalize(mlir::MLIRContext &context, uint64_t seed);

/// A program around nests over rows, of real numbers (GeneratorRows.cpp).
GeneratedProgram generateRows(mlir::MLIRContext &context, uint64_t seed);

/// Largest magnitude below which the integers of a float type have no gaps;
/// kUnbounded for integer types.
double exactLimit(mlir::Type element);

} // namespace runmat::differential

#endif // RUNMAT_TEST_DIFFERENTIAL_GENERATOR_H

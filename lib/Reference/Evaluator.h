// The state of one interpretation: the values of the functions being called,
// and the services that the groups of operations use. One file a group.
#ifndef RUNMAT_LIB_REFERENCE_EVALUATOR_H
#define RUNMAT_LIB_REFERENCE_EVALUATOR_H

#include "TensorValue.h"

#include "runmat/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace runmat::reference {

class Evaluator {
public:
  Evaluator(mlir::ModuleOp module, const InterpreterOptions &options);

  mlir::LogicalResult call(mlir::func::FuncOp function,
                           llvm::ArrayRef<TensorValue> arguments,
                           llvm::SmallVectorImpl<TensorValue> &results);

  /// Why the last call failed: "file:line:column: text".
  const std::string &error() const { return message; }

  // For the groups of operations.
  const TensorValue &get(mlir::Value value) const;
  int64_t indexOf(mlir::Value value) const { return get(value).intValue(); }
  void set(mlir::Value value, TensorValue result);
  void setScalar(mlir::Value value, Scalar scalar);
  /// Uninitialised elements; null `elements` (and an error) where they do not
  /// fit in memory.
  mlir::FailureOr<TensorValue> make(mlir::Operation *op, mlir::Type element,
                                    llvm::ArrayRef<int64_t> sizes);
  mlir::LogicalResult fail(mlir::Operation *op, const std::string &text);
  /// Fails where a tensor of these sizes is above check::maxBytes.
  mlir::LogicalResult checkFits(mlir::Operation *op, mlir::Type element,
                                llvm::ArrayRef<int64_t> sizes);
  /// The result type's sizes, `sizes` filled in for each `?`; none may be
  /// negative, and the whole must fit.
  mlir::FailureOr<Sizes> resultSizes(mlir::Operation *op,
                                     mlir::ValueRange sizes);
  void parallel(int64_t count, llvm::function_ref<void(int64_t, int64_t)> body,
                int64_t cost = 1) const {
    parallelFor(threads, count, cost, body);
  }
  bool rounds() const { return rounding == array::Rounding::Declared; }
  /// Rounds a float to its declared type where this mode does, wraps integers.
  Scalar finish(Scalar value, mlir::Type element) const;
  /// Copies elements from one strided place to another.
  void copyStrided(llvm::ArrayRef<int64_t> sizes, const Scalar *from,
                   Sizes fromStrides, Scalar *to, Sizes toStrides) const;

  mlir::LogicalResult evaluate(mlir::Operation *op);
  /// Runs a block up to its terminator; `yielded` gets the terminator's
  /// operands.
  mlir::LogicalResult
  evaluateBlock(mlir::Block &block, llvm::ArrayRef<TensorValue> arguments,
                llvm::SmallVectorImpl<TensorValue> &yielded);

  const array::Rounding rounding;

private:
  using Frame = llvm::DenseMap<mlir::Value, TensorValue>;
  /// Values that no later operation of `op`'s block reads.
  llvm::ArrayRef<mlir::Value> lastReadAt(mlir::Operation *op);

  mlir::ModuleOp module;
  unsigned threads;
  std::shared_ptr<BufferPool> pool = std::make_shared<BufferPool>();
  std::vector<Frame> frames;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value, 2>> lastRead;
  llvm::DenseSet<mlir::Block *> analysed;
  std::string message;
};

/// A group evaluates `op` and says how that went, or returns nothing where the
/// operation is not one of its own.
using Evaluated = std::optional<mlir::LogicalResult>;
Evaluated evaluateElementwise(Evaluator &e, mlir::Operation *op);
Evaluated evaluateReduction(Evaluator &e, mlir::Operation *op);
Evaluated evaluateScan(Evaluator &e, mlir::Operation *op);
Evaluated evaluateContraction(Evaluator &e, mlir::Operation *op);
Evaluated evaluateShapeOp(Evaluator &e, mlir::Operation *op);
Evaluated evaluateCreation(Evaluator &e, mlir::Operation *op);
Evaluated evaluateControlFlow(Evaluator &e, mlir::Operation *op);
Evaluated evaluateArith(Evaluator &e, mlir::Operation *op);
Evaluated evaluateTensorOp(Evaluator &e, mlir::Operation *op);

} // namespace runmat::reference

#endif // RUNMAT_LIB_REFERENCE_EVALUATOR_H

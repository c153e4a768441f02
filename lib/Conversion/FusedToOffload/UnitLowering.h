// One unit's plan as operations: sizes, buffers, the choice of a variant, and
// dispatches; and the table of kernels that a program carries.
#ifndef RUNMAT_LIB_CONVERSION_FUSEDTOOFFLOAD_UNITLOWERING_H
#define RUNMAT_LIB_CONVERSION_FUSEDTOOFFLOAD_UNITLOWERING_H

#include "runmat/Conversion/FusedToOffload.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace runmat {

/// The module's kernels and the table that names them.
class DeviceTables {
public:
  explicit DeviceTables(mlir::ModuleOp module) : module(module) {}
  mlir::gpu::GPUModuleOp kernelModule();
  /// The name that a dispatch of this kernel for this unit uses.
  std::string addKernel(const Kernel &kernel, int32_t unit);
  /// Erases kernels that nothing launches, lowers the bodies of the others and
  /// writes the module's attribute.
  llvm::LogicalResult finish();

private:
  mlir::ModuleOp module;
  mlir::gpu::GPUModuleOp kernels;
  llvm::SmallVector<mlir::Attribute> table;
  llvm::StringMap<bool> names;
};

/// Emits a plan at the builder's insertion point.
class UnitLowering {
public:
  UnitLowering(mlir::OpBuilder &builder, mlir::Operation *unit,
               const KernelPlan &plan, DeviceTables &tables, int32_t unitIndex)
      : b(unit->getLoc(), builder), unit(unit), plan(plan), tables(tables),
        unitIndex(unitIndex) {}

  /// `bufferOf` gives the device copy of an operand.
  void emit(llvm::function_ref<mlir::Value(mlir::Value)> bufferOf);

  llvm::SmallVector<mlir::Value> resultBuffers, downloads, ownedBuffers;

private:
  mlir::Value index(int64_t value) {
    return mlir::arith::ConstantIndexOp::create(b, value);
  }
  mlir::Value saturate(mlir::Value value);
  mlir::Value emit(const SizeExpr &expr);
  mlir::Value emitWord(const SizeExpr &expr);
  mlir::Value uploadParameters(llvm::ArrayRef<SizeExpr> numbers);
  mlir::Value emit(const SizeCondition &condition);
  void emit(const Launch &launch);
  void emit(const Step &step);
  void emit(const Variant &variant);
  void emitVariants(unsigned first);
  void emitWork();
  mlir::Value hasResults(llvm::ArrayRef<llvm::SmallVector<mlir::Value>> sizes);
  mlir::Value resultBytes(mlir::RankedTensorType type,
                          llvm::ArrayRef<mlir::Value> sizes);

  mlir::ImplicitLocOpBuilder b;
  mlir::Operation *unit;
  const KernelPlan &plan;
  DeviceTables &tables;
  int32_t unitIndex;
  llvm::SmallVector<mlir::Value> values, operandBuffers, workspaces;
  mlir::Value window;
};

} // namespace runmat

#endif // RUNMAT_LIB_CONVERSION_FUSEDTOOFFLOAD_UNITLOWERING_H

// The runtime library's functions, as a module of host code declares them, and
// the texts that it gives them.
#ifndef RUNMAT_SUPPORT_RUNTIMEFUNCTION_H
#define RUNMAT_SUPPORT_RUNTIMEFUNCTION_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"

namespace runmat {

/// The declaration of `name` in `module`, made at its start where it is
/// missing. A null `result` is void.
mlir::LLVM::LLVMFuncOp declareRuntimeFunction(mlir::ModuleOp module,
                                              llvm::StringRef name,
                                              mlir::Type result,
                                              mlir::TypeRange arguments);

/// The address of a NUL-terminated constant of `module`, made where it is
/// missing: what runtime functions take texts as.
mlir::Value textConstant(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::ModuleOp module, llvm::StringRef text);

} // namespace runmat

#endif // RUNMAT_SUPPORT_RUNTIMEFUNCTION_H

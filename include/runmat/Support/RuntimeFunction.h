// The runtime library's functions, as a module of host code declares them.
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

} // namespace runmat

#endif // RUNMAT_SUPPORT_RUNTIMEFUNCTION_H

// See the header.
#include "runmat/Support/RuntimeFunction.h"

using namespace mlir;

LLVM::LLVMFuncOp runmat::declareRuntimeFunction(ModuleOp module, StringRef name,
                                                Type result,
                                                TypeRange arguments) {
  if (auto found = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return found;
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  Type returned = result ? result : LLVM::LLVMVoidType::get(b.getContext());
  return LLVM::LLVMFuncOp::create(
      b, module.getLoc(), name,
      LLVM::LLVMFunctionType::get(returned, llvm::to_vector(arguments)));
}

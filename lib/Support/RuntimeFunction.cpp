// See the header.
#include "runmat/Support/RuntimeFunction.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

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

Value runmat::textConstant(OpBuilder &b, Location loc, ModuleOp module,
                           StringRef text) {
  std::string bytes = (text + StringRef("\0", 1)).str();
  // Named by content, so that equal texts are one constant. A program's own
  // functions have no dot in front.
  std::string name = ".text." + llvm::utohexstr(llvm::xxh3_64bits(bytes));
  auto global = module.lookupSymbol<LLVM::GlobalOp>(name);
  if (!global) {
    OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
    auto type = LLVM::LLVMArrayType::get(b.getI8Type(), bytes.size());
    global =
        LLVM::GlobalOp::create(top, module.getLoc(), type,
                               /*isConstant=*/true, LLVM::Linkage::Internal,
                               name, b.getStringAttr(bytes));
  }
  return LLVM::AddressOfOp::create(b, loc, global);
}

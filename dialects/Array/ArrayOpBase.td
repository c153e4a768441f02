// Base classes of the array operations: how their types are inferred and what they promise.
#ifndef RUNMAT_ARRAY_OP_BASE_TD
#define RUNMAT_ARRAY_OP_BASE_TD

include "dialects/Array/ArrayEnums.td"
include "dialects/Array/ArrayInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Array_Op<string mnemonic, list<Trait> traits = []>
    : Op<Array_Dialect, mnemonic, traits>;

// Result types come from `infer`, a C++ expression over `operands`' adaptor: see ArrayInference.h.
class Array_InferredOp<string mnemonic, string infer, list<Trait> traits = []>
    : Array_Op<mnemonic, !listconcat([InferTypeOpAdaptor], traits)> {
  let extraClassDefinition = [{
    ::mlir::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *context,
        std::optional<::mlir::Location> location, $cppClass::Adaptor adaptor,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::runmat::array::detail::}] # infer # [{;
    }
  }];
}

// No effects and no check at run time.
defvar Array_Pure = [Pure];
// May fail at run time (sizes that only then are known): not speculatable, but erasable when unused.
defvar Array_Checked = [NoMemoryEffect, DeclareOpInterfaceMethods<ConditionallySpeculatable>];

#endif

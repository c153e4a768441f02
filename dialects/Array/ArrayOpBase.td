// Base classes of the array operations: how their types are inferred, their sizes computed, and what
// they promise.
#ifndef RUNMAT_ARRAY_OP_BASE_TD
#define RUNMAT_ARRAY_OP_BASE_TD

include "dialects/Array/ArrayEnums.td"
include "dialects/Array/ArrayInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// Rejects tensors that no memory could hold: a byte size of 2^63 or more.
def Array_AddressableTensors : NativeOpTrait<"AddressableTensors"> {
  let cppNamespace = "::runmat::array";
}
// One fold function for a whole group of operations, see ElementwiseFolds.cpp and ReductionFolds.cpp.
def Array_ElementwiseFold : NativeOpTrait<"ElementwiseFold"> { let cppNamespace = "::runmat::array"; }
def Array_ReductionFold : NativeOpTrait<"ReductionFold"> { let cppNamespace = "::runmat::array"; }

// When an operation may run before it is known that its run-time check passes.
class Array_Speculation<list<Trait> traits_, string function> {
  list<Trait> traits = traits_;
  string definition = !if(!empty(function), "", [{
    ::mlir::Speculation::Speculatability $cppClass::getSpeculatability() {
      return ::runmat::array::detail::}] # function # [{(getOperation());
    }
  }]);
}
// No effects and no check at run time.
def Array_Pure : Array_Speculation<[Pure], "">;
// May fail at run time (sizes that only then are known): not speculatable, but erasable when unused.
class Array_Checked<string function>
    : Array_Speculation<[NoMemoryEffect, DeclareOpInterfaceMethods<ConditionallySpeculatable>], function>;
// Safe where the types of the operands show that they broadcast.
def Array_CheckedOperands : Array_Checked<"speculateOnOperandShapes">;
// Safe where every size is static, since the verifier has then checked all there is to check.
def Array_CheckedSizes : Array_Checked<"speculateOnStaticSizes">;

// `reify`: the function of ReifyShapes.cpp that gives the sizes of the result.
class Array_Op<string mnemonic, string reify, Array_Speculation speculation, list<Trait> traits = [],
               string definition = "">
    : Op<Array_Dialect, mnemonic, !listconcat([Array_AddressableTensors,
         DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
             ["reifyResultShapes", "reifyShapeOfResult", "reifyDimOfResult"]>],
         speculation.traits, traits)> {
  let extraClassDefinition = speculation.definition # definition # [{
    ::mlir::LogicalResult $cppClass::reifyResultShapes(::mlir::OpBuilder &builder,
        ::mlir::ReifiedRankedShapedTypeDims &shapes) {
      return ::runmat::array::detail::}] # reify # [{(getOperation(), builder, shapes);
    }
    ::llvm::FailureOr<::llvm::SmallVector<::mlir::OpFoldResult>> $cppClass::reifyShapeOfResult(
        ::mlir::OpBuilder &builder, int index) {
      return ::runmat::array::detail::reifyShape(getOperation(), builder, index);
    }
    ::llvm::FailureOr<::mlir::OpFoldResult> $cppClass::reifyDimOfResult(
        ::mlir::OpBuilder &builder, int index, int dim) {
      return ::runmat::array::detail::reifyDim(getOperation(), builder, index, dim);
    }
  }];
}

// Result types come from `infer`, a C++ expression over `place` and `adaptor`: see ArrayInference.h.
class Array_InferredOp<string mnemonic, string infer, string reify, Array_Speculation speculation,
                       list<Trait> traits = []>
    : Array_Op<mnemonic, reify, speculation, !listconcat([InferTypeOpAdaptor], traits), [{
    ::mlir::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *context,
        std::optional<::mlir::Location> location, $cppClass::Adaptor adaptor,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      [[maybe_unused]] ::runmat::array::detail::Place place{location, getOperationName()};
      return ::runmat::array::detail::}] # infer # [{;
    }
  }]>;

#endif

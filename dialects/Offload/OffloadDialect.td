// The offload dialect itself.
#ifndef RUNMAT_OFFLOAD_DIALECT_TD
#define RUNMAT_OFFLOAD_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

def Offload_Dialect : Dialect {
  let name = "offload";
  let cppNamespace = "::runmat::offload";
  let summary = "Where a program runs: run-time checks, device memory, transfers and launches";
  let description = [{
    Explicit host code between the fused units and the runtime library. An operation here is one call of
    the runtime (include/runmat/Runtime/Runtime.h); it appears after placement and is gone after the
    conversion to LLVM.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
  let useDefaultTypePrinterParser = 1;
}

class Offload_Type<string name, string word> : TypeDef<Offload_Dialect, name> { let mnemonic = word; }

def Offload_Buffer : Offload_Type<"Buffer", "buffer"> {
  let summary = "device memory, named by a handle that is valid within a call of the program";
}

#endif

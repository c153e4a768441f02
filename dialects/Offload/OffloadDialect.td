// The offload dialect itself.
#ifndef RUNMAT_OFFLOAD_DIALECT_TD
#define RUNMAT_OFFLOAD_DIALECT_TD

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
}

#endif

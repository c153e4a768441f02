// Passes from bufferized host code to the LLVM dialect.
#ifndef RUNMAT_TARGET_CPU_PASSES_H
#define RUNMAT_TARGET_CPU_PASSES_H

#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace runmat {
#define GEN_PASS_DECL
#include "runmat/Target/CPU/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

#endif // RUNMAT_TARGET_CPU_PASSES_H

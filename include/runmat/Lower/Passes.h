// Constructors and registration of the lowering passes (Passes.td).
#ifndef RUNMAT_LOWER_PASSES_H
#define RUNMAT_LOWER_PASSES_H

#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace runmat {
#define GEN_PASS_DECL
#include "runmat/Lower/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "runmat/Lower/Passes.h.inc"

/// --lower-units with numbers of this machine.
std::unique_ptr<mlir::Pass> createLowerUnits(const CPUProfile &cpu);
} // namespace runmat

#endif // RUNMAT_LOWER_PASSES_H

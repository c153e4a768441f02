// The offload dialect: run-time checks, device memory, transfers, launches.
#ifndef RUNMAT_DIALECT_OFFLOAD_OFFLOAD_H
#define RUNMAT_DIALECT_OFFLOAD_OFFLOAD_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "runmat/Dialect/Offload/OffloadDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "runmat/Dialect/Offload/OffloadTypes.h.inc"

#define GET_OP_CLASSES
#include "runmat/Dialect/Offload/OffloadOps.h.inc"

#endif // RUNMAT_DIALECT_OFFLOAD_OFFLOAD_H

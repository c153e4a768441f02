// The offload dialect's device operations as calls of the runtime library.
#ifndef RUNMAT_CONVERSION_OFFLOADTOLLVM_H
#define RUNMAT_CONVERSION_OFFLOADTOLLVM_H

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/IR/PatternMatch.h"

namespace runmat {

/// Patterns for every operation on device memory, and the type conversion of
/// their handles (i64). offload.check is not among them.
void populateOffloadToLLVMPatterns(mlir::LLVMTypeConverter &converter,
                                   mlir::RewritePatternSet &patterns);

} // namespace runmat

#endif // RUNMAT_CONVERSION_OFFLOADTOLLVM_H

// See the header.
#include "runmat/Support/ElementType.h"

#include "mlir/IR/BuiltinTypes.h"

std::optional<rm_dtype> runmat::dtypeOf(mlir::Type type) {
  if (type.isF64())
    return RM_F64;
  if (type.isF32())
    return RM_F32;
  if (type.isF16())
    return RM_F16;
  if (type.isBF16())
    return RM_BF16;
  if (type.isSignlessInteger())
    switch (type.getIntOrFloatBitWidth()) {
    case 1:
      return RM_I1;
    case 8:
      return RM_I8;
    case 16:
      return RM_I16;
    case 32:
      return RM_I32;
    case 64:
      return RM_I64;
    }
  return std::nullopt;
}

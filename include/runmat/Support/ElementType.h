// The runtime's names of MLIR's element types.
#ifndef RUNMAT_SUPPORT_ELEMENTTYPE_H
#define RUNMAT_SUPPORT_ELEMENTTYPE_H

#include "runmat/Runtime/Runtime.h"

#include "mlir/IR/Types.h"

#include <optional>

namespace runmat {

/// The rm_dtype of a float or signless integer type; nothing for others, index
/// among them.
std::optional<rm_dtype> dtypeOf(mlir::Type type);

} // namespace runmat

#endif // RUNMAT_SUPPORT_ELEMENTTYPE_H

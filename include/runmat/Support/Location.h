// Locations as people write them.
#ifndef RUNMAT_SUPPORT_LOCATION_H
#define RUNMAT_SUPPORT_LOCATION_H

#include "mlir/IR/Location.h"

#include <string>

namespace runmat {

/// "file.mlir:3:8" of the first file location in `loc` (of a call site: the
/// callee's); "" where there is none.
std::string locationText(mlir::Location loc);

} // namespace runmat

#endif // RUNMAT_SUPPORT_LOCATION_H

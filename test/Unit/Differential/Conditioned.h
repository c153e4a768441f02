// How far apart right results of one program may be: the oracle is run in f64,
// with each operation rounded to its type, and with arguments changed in their
// last place. Where these agree, an implementation must; where rounding decides
// they part, and so may it.
#ifndef RUNMAT_TEST_DIFFERENTIAL_CONDITIONED_H
#define RUNMAT_TEST_DIFFERENTIAL_CONDITIONED_H

#include "runmat/IO/Tensor.h"
#include "runmat/Result.h"

#include "mlir/IR/BuiltinOps.h"

#include <optional>
#include <vector>

namespace runmat::differential {

struct Oracle {
  std::vector<io::Tensor> exact;     ///< f64 throughout
  std::vector<io::Tensor> rounded;   ///< each operation to its type
  std::vector<io::Tensor> perturbed; ///< f64, other arguments
  double epsilon;  ///< of the coarsest float type that the program computes in
  double smallest; ///< normal number of any of its types
};

Result<Oracle> makeOracle(mlir::ModuleOp module,
                          const std::vector<io::Tensor> &arguments);

/// "" or how result `number` differs: the worst element with both values as
/// %.17g, and their distance in units of the last place.
std::string difference(const io::Tensor &got, const Oracle &oracle,
                       size_t number);

} // namespace runmat::differential

#endif // RUNMAT_TEST_DIFFERENTIAL_CONDITIONED_H

// Canonicalisations that make new operations.
#include "ArrayInference.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

void array::detail::addRewritePatterns(RewritePatternSet &patterns) {}

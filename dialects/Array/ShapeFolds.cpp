// Folds of shape and creation operations.
#include "ArrayInference.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }
OpFoldResult TransposeOp::fold(FoldAdaptor) { return {}; }
OpFoldResult ReshapeOp::fold(FoldAdaptor) { return {}; }
OpFoldResult BroadcastOp::fold(FoldAdaptor) { return {}; }
OpFoldResult SliceOp::fold(FoldAdaptor) { return {}; }
OpFoldResult InsertSliceOp::fold(FoldAdaptor) { return {}; }
OpFoldResult PadOp::fold(FoldAdaptor) { return {}; }
OpFoldResult ConcatOp::fold(FoldAdaptor) { return {}; }
OpFoldResult DiagOp::fold(FoldAdaptor) { return {}; }
OpFoldResult DiagonalOp::fold(FoldAdaptor) { return {}; }
OpFoldResult FullOp::fold(FoldAdaptor) { return {}; }

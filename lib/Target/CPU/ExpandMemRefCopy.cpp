// memref.copy as a linalg copy: upstream lowers it to a call of a library that
// compiled programs do not have, and on one thread.
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace runmat {
#define GEN_PASS_DEF_EXPANDMEMREFCOPY
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;

namespace {
struct ExpandMemRefCopyPass
    : runmat::impl::ExpandMemRefCopyBase<ExpandMemRefCopyPass> {
  void runOnOperation() override {
    getOperation().walk([](memref::CopyOp copy) {
      OpBuilder b(copy);
      linalg::makeMemRefCopyOp(b, copy.getLoc(), copy.getSource(),
                               copy.getTarget());
      copy.erase();
    });
  }
};
} // namespace

// Row-major copies of parts of buffers where bufferization only changed the
// type: code that expects rows one after the other would read other elements.
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace runmat {
#define GEN_PASS_DEF_COPYSTRIDEDBUFFERS
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;

namespace {

/// Whether memory of this type is row-major, whatever sizes it turns out to
/// have.
bool isRowMajor(MemRefType type) {
  if (type.getLayout().isIdentity())
    return true;
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(type.getStridesAndOffset(strides, offset)) || offset != 0)
    return false;
  int64_t step = 1;
  for (auto [size, stride] :
       llvm::reverse(llvm::zip(type.getShape(), strides))) {
    if (step == ShapedType::kDynamic || stride != step)
      return false;
    step = ShapedType::isDynamic(size) ? ShapedType::kDynamic : step * size;
  }
  return true;
}

void copyToRowMajor(memref::CastOp cast) {
  auto source = dyn_cast<MemRefType>(cast.getSource().getType());
  auto target = dyn_cast<MemRefType>(cast.getType());
  if (!source || !target || isRowMajor(source) || !isRowMajor(target))
    return;
  OpBuilder b(cast);
  Location loc = cast.getLoc();
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < target.getRank(); ++dim)
    if (target.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(b, loc, cast.getSource(), dim));
  auto plain = MemRefType::get(target.getShape(), target.getElementType());
  Value copy =
      memref::AllocOp::create(b, loc, plain, sizes, b.getI64IntegerAttr(64));
  memref::CopyOp::create(b, loc, cast.getSource(), copy);
  // The target may name the strides that rows one after the other have.
  if (plain != target)
    copy = memref::CastOp::create(b, loc, target, copy);
  cast.replaceAllUsesWith(copy);
  cast.erase();
}

struct CopyStridedBuffersPass
    : runmat::impl::CopyStridedBuffersBase<CopyStridedBuffersPass> {
  void runOnOperation() override { getOperation().walk(copyToRowMajor); }
};

} // namespace

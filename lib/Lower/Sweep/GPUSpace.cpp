// The sizes and strides of a nest.
#include "GPUSpace.h"

#include "../Emit/KernelCodec.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using fused::IndexOp;
using fused::NestOp;
using fused::NestYield;
using fused::ReductionAttr;
using fused::SpaceSize;

SizeExpr GPUSpace::sizeOf(unsigned spaceDim) const {
  if (int64_t size = op.getSpace()[spaceDim]; !ShapedType::isDynamic(size))
    return size;
  SpaceSize source = op.getSizeSource(spaceDim);
  for (OpOperand &operand : op->getOpOperands())
    if (operand.get() == source.value)
      return source.dim < 0
                 ? SizeExpr::scalar(operand.getOperandNumber())
                 : SizeExpr::dim(operand.getOperandNumber(), source.dim);
  llvm_unreachable("a size comes from an operand");
}

SizeExpr
GPUSpace::product(llvm::function_ref<bool(const GPUDim &)> which) const {
  SizeExpr all = 1;
  for (const GPUDim &dim : dims)
    if (which(dim))
      all = all * dim.size;
  return all;
}

/// Whether `outer` and the dim behind it are side by side in a tensor, or both
/// absent from it.
static bool isAdjacent(AffineMap map, unsigned outer, unsigned inner,
                       ArrayRef<int64_t> space) {
  MLIRContext *context = map.getContext();
  auto outerAt = map.getResultPosition(getAffineDimExpr(outer, context));
  auto innerAt = map.getResultPosition(getAffineDimExpr(inner, context));
  if (!outerAt || !innerAt)
    return !outerAt && !innerAt;
  // Between them only results of size 1.
  for (unsigned at = *outerAt + 1; at < *innerAt; ++at) {
    auto dim = dyn_cast<AffineDimExpr>(map.getResult(at));
    if (dim && space[dim.getPosition()] != 1)
      return false;
  }
  return *outerAt < *innerAt;
}

void GPUSpace::collapse() {
  SmallVector<int64_t> row = op.getRowDims();
  ArrayRef<int64_t> space = op.getSpace();
  for (unsigned dim = 0; dim < op.getRank(); ++dim) {
    if (space[dim] == 1)
      continue;
    bool isRow = llvm::is_contained(row, dim);
    if (!dims.empty()) {
      unsigned last = dims.back().dims.back();
      bool merges = true;
      for (unsigned i = 0; i < op.getInputs().size(); ++i)
        merges &= isAdjacent(op.getMap(i), last, dim, space);
      for (const NestYield &yield : yields)
        merges &= yield.isStore() || llvm::is_contained(yield.dims, last) ==
                                         llvm::is_contained(yield.dims, dim);
      if (merges) {
        dims.back().dims.push_back(dim);
        dims.back().size = dims.back().size * sizeOf(dim);
        continue;
      }
    }
    dims.push_back({sizeOf(dim), isRow, {dim}});
  }
}

void GPUSpace::addTensor(SmallVectorImpl<GPUTensor> &to, Type type,
                         AffineMap map, BufferRef ref, std::string name) {
  GPUTensor tensor;
  tensor.ref = ref;
  tensor.name = std::move(name);
  tensor.element = getElementTypeOrSelf(type);
  // Row-major strides of the space's dims.
  SmallVector<std::optional<SizeExpr>> ofSpace(op.getRank());
  SizeExpr stride = 1;
  for (unsigned at = map.getNumResults(); at-- > 0;)
    if (auto dim = dyn_cast<AffineDimExpr>(map.getResult(at))) {
      ofSpace[dim.getPosition()] = stride;
      stride = stride * sizeOf(dim.getPosition());
    }
  tensor.bytes = stride * elementBytes(tensor.element);
  SmallVector<unsigned> order;
  for (AffineExpr result : map.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(result);
        dim && op.getSpace()[dim.getPosition()] != 1)
      order.push_back(dim.getPosition());
  unsigned count = 0;
  for (const GPUDim &dim : dims) {
    tensor.strides.push_back(ofSpace[dim.dims.back()]);
    count += dim.dims.size();
  }
  tensor.isFull = order.size() == count && llvm::is_sorted(order);
  tensor.isWindowed = !order.empty() && order[0] == dims[0].dims[0];
  to.push_back(std::move(tensor));
}

GPUSpace::GPUSpace(NestOp op) : op(op), yields(op.getAllYields()) {
  hasReductions = llvm::any_of(
      yields, [](const NestYield &yield) { return !yield.isStore(); });
  collapse();
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    addTensor(inputs, input.getType(), op.getMap(i),
              {BufferRef::Kind::Operand, unsigned(i)},
              "in" + std::to_string(i));
    DenseElementsAttr constant;
    if (matchPattern(input, m_Constant(&constant)) && constant.isSplat())
      inputs.back().constant = constant.getSplatValue<TypedAttr>();
  }
  for (auto [i, number] : llvm::enumerate(op.getResultYields())) {
    const NestYield &yield = yields[number];
    AffineMap map =
        AffineMap::getMultiDimIdentityMap(op.getRank(), op.getContext());
    if (!yield.isStore()) {
      SmallVector<AffineExpr> kept;
      for (unsigned dim : fused::keptDims(op.getRank(), yield.dims))
        kept.push_back(getAffineDimExpr(dim, op.getContext()));
      map = AffineMap::get(op.getRank(), 0, kept, op.getContext());
    }
    addTensor(results, yield.valueType, map,
              {BufferRef::Kind::Result, unsigned(i)},
              "out" + std::to_string(i));
  }
}

bool GPUSpace::isTrailing() const {
  bool inRow = false;
  for (const GPUDim &dim : dims) {
    if (inRow && !dim.isRow)
      return false;
    inRow |= dim.isRow;
  }
  return inRow;
}

unsigned GPUSpace::lanes() const {
  unsigned widest = 1;
  for (const GPUTensor &tensor : inputs)
    if (!tensor.constant)
      widest = std::max(widest, elementBytes(tensor.element));
  for (auto [i, tensor] : llvm::enumerate(results))
    if (yields[op.getResultYields()[i]].isStore())
      widest = std::max(widest, elementBytes(tensor.element));
  return 16 / widest;
}

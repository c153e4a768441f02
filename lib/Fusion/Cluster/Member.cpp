// Which array operations have a unit form, and how each reads its operands.
#include "Member.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fusion;

SmallVector<int> fusion::dimsOf(ArrayRef<int> layout) {
  return llvm::filter_to_vector(layout, [](int dim) { return dim != kUnit; });
}

TypedAttr fusion::splatElement(Value tensor) {
  DenseElementsAttr elements;
  if (!matchPattern(tensor, m_Constant(&elements)) || !elements.isSplat())
    return {};
  return cast<TypedAttr>(elements.getSplatValue<Attribute>());
}

bool fusion::isComputing(Operation *op) {
  return isa_and_nonnull<array::ArrayDialect>(op->getDialect()) &&
         !isa<array::ConstantOp>(op) && op->getNumResults() == 1 &&
         isa<RankedTensorType>(op->getResult(0).getType());
}

/// Instructions of one element, about: exp, sin and the like are polynomials of
/// 20 to 40 operations (lib/Conversion/ExpandMath), a division or root takes
/// the time of some simple ones.
static unsigned weightOf(Operation *op) {
  if (isa<array::RandUniformOp, array::RandNormalOp>(op))
    return 64; // ten rounds of Philox
  switch (fused::flopKindOf(op)) {
  case fused::FlopKind::Simple:
    return 1;
  case fused::FlopKind::Division:
    return 4;
  case fused::FlopKind::Transcendental:
    return 24;
  }
  llvm_unreachable("all kinds are listed");
}

/// The space whose dims are those of `tensor` that are not 1, and the layout of
/// the tensor in it.
static Layout makeSpace(Member &member, Value tensor, SizeClasses &sizes) {
  Layout layout;
  // Only a size written 1 stretches: `?` is a dim of the space even where it is
  // known to be 1.
  for (auto [sizeClass, size] :
       llvm::zip(sizes.of(tensor),
                 cast<RankedTensorType>(tensor.getType()).getShape())) {
    layout.push_back(size == 1 ? kUnit : int(member.space.size()));
    if (size != 1)
      member.space.push_back(sizeClass);
  }
  return layout;
}

/// An operand that broadcasts, right-aligned, to the result.
static Layout alignRight(Value operand, ArrayRef<int> result) {
  auto type = cast<RankedTensorType>(operand.getType());
  Layout layout;
  int64_t offset = int64_t(result.size()) - type.getRank();
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    layout.push_back(size == 1 ? kUnit : result[offset + dim]);
  return layout;
}

static void elementwise(Member &member, SizeClasses &sizes) {
  // A result's size is that of the first operand that does not stretch, a
  // number before `?`.
  auto type = cast<RankedTensorType>(member.value().getType());
  SmallVector<unsigned> classes(type.getRank(), sizes.ofNumber(1));
  SmallVector<bool> isSet(type.getRank(), false);
  for (Value operand : member.op->getOperands()) {
    auto own = cast<RankedTensorType>(operand.getType());
    int64_t offset = type.getRank() - own.getRank();
    // A copy: the map of known classes may grow.
    SmallVector<unsigned> of(sizes.of(operand));
    for (auto [dim, size] : llvm::enumerate(own.getShape())) {
      if (size == 1)
        continue;
      unsigned &mine = classes[offset + dim];
      if (!isSet[offset + dim])
        mine = of[dim];
      else if (!sizes.areEvident(mine, of[dim]))
        member.isChecked = true;
      if (!ShapedType::isDynamic(size))
        mine = of[dim];
      isSet[offset + dim] = true;
    }
  }
  sizes.set(member.value(), classes);
  member.result = makeSpace(member, member.value(), sizes);
  for (Value operand : member.op->getOperands())
    member.reads.push_back(alignRight(operand, member.result));
}

static void reduction(Member &member, array::Reduction op, SizeClasses &sizes) {
  Value input = op.getReductionInput();
  Layout layout = makeSpace(member, input, sizes);
  SmallVector<unsigned> from(sizes.of(input)), to;
  SmallVector<int64_t> dims = op.getReducedDims();
  for (auto [dim, at] : llvm::enumerate(layout)) {
    if (!llvm::is_contained(dims, int64_t(dim))) {
      member.result.push_back(at);
      to.push_back(from[dim]);
      continue;
    }
    if (at != kUnit)
      member.reduced.push_back(at);
    if (op.keepsDims()) {
      member.result.push_back(kUnit);
      to.push_back(sizes.ofNumber(1));
    }
  }
  sizes.set(member.value(), to);
  member.reads.push_back(layout);
  using array::ReductionKind;
  if (op.getReductionKind() == ReductionKind::Argmin ||
      op.getReductionKind() == ReductionKind::Argmax)
    member.isChecked = llvm::any_of(member.reduced, [&](int dim) {
      return ShapedType::isDynamic(sizes.sizeOf(member.space[dim]));
    });
}

/// The classes of a result whose `?` are index operands; these give the space's
/// sizes.
static void sizedResult(Member &member, ValueRange operands,
                        SizeClasses &sizes) {
  auto type = cast<RankedTensorType>(member.value().getType());
  SmallVector<unsigned> classes;
  SmallVector<Value> values;
  auto next = operands.begin();
  for (int64_t size : type.getShape()) {
    bool isOpen = ShapedType::isDynamic(size);
    values.push_back(isOpen ? *next : Value());
    classes.push_back(isOpen ? sizes.ofIndex(*next++) : sizes.ofNumber(size));
    member.isChecked |= isOpen && !sizes.isTensorSize(classes.back());
  }
  sizes.set(member.value(), classes);
  member.result = makeSpace(member, member.value(), sizes);
  for (auto [at, value] : llvm::zip(member.result, values))
    if (value && at != kUnit)
      member.sizes.push_back({at, value});
}

/// An operand of `broadcast`: each size is 1, or evidently the result's.
static bool broadcast(Member &member, array::BroadcastOp op,
                      SizeClasses &sizes) {
  sizedResult(member, op.getSizes(), sizes);
  SmallVector<unsigned> to(sizes.of(op.getResult())), from(sizes.of(op.getX()));
  int64_t offset = int64_t(to.size()) - int64_t(from.size());
  for (auto [dim, size] : llvm::enumerate(op.getX().getType().getShape()))
    if (size != 1 && (member.result[offset + dim] == kUnit ||
                      !sizes.areEvident(from[dim], to[offset + dim])))
      return false;
  member.reads.push_back(alignRight(op.getX(), member.result));
  return true;
}

/// A reshape that only adds or removes dims of size 1.
static bool reshape(Member &member, array::ReshapeOp op, SizeClasses &sizes) {
  sizedResult(member, op.getSizes(), sizes);
  member.isChecked = false;
  Layout layout;
  unsigned next = 0;
  SmallVector<unsigned> from(sizes.of(op.getX()));
  for (auto [size, written] : llvm::zip(from, op.getX().getType().getShape())) {
    if (written == 1) {
      layout.push_back(kUnit);
      continue;
    }
    if (next == member.space.size() ||
        !sizes.areEvident(size, member.space[next]))
      return false;
    layout.push_back(next++);
  }
  member.reads.push_back(layout);
  return next == member.space.size();
}

static void transpose(Member &member, array::TransposeOp op,
                      SizeClasses &sizes) {
  SmallVector<unsigned> from(sizes.of(op.getX())), to;
  for (int64_t dim : op.getPerm())
    to.push_back(from[dim]);
  sizes.set(op.getResult(), to);
  member.result = makeSpace(member, op.getResult(), sizes);
  Layout layout(from.size(), kUnit);
  for (auto [dim, source] : llvm::enumerate(op.getPerm()))
    layout[source] = member.result[dim];
  member.reads.push_back(layout);
}

std::optional<Member> fusion::memberOf(Operation *op, SizeClasses &sizes) {
  if (!isComputing(op))
    return std::nullopt;
  Member member;
  member.op = op;
  member.weight = weightOf(op);
  if (isa<array::Elementwise>(op))
    elementwise(member, sizes);
  else if (auto reduced = dyn_cast<array::Reduction>(op))
    reduction(member, reduced, sizes);
  else if (auto transposed = dyn_cast<array::TransposeOp>(op))
    transpose(member, transposed, sizes);
  else if (auto stretched = dyn_cast<array::BroadcastOp>(op)) {
    if (!broadcast(member, stretched, sizes))
      return std::nullopt;
  } else if (auto reshaped = dyn_cast<array::ReshapeOp>(op)) {
    if (!reshape(member, reshaped, sizes))
      return std::nullopt;
  } else if (auto full = dyn_cast<array::FullOp>(op)) {
    sizedResult(member, full.getSizes(), sizes);
    if (isa<RankedTensorType>(full.getValue().getType()))
      member.reads.push_back({});
  } else if (auto iota = dyn_cast<array::IotaOp>(op)) {
    sizedResult(member, iota.getSizes(), sizes);
  } else if (auto uniform = dyn_cast<array::RandUniformOp>(op)) {
    sizedResult(member, uniform.getSizes(), sizes);
    member.isChecked |= !matchPattern(uniform.getOffset(), m_Constant());
  } else if (auto normal = dyn_cast<array::RandNormalOp>(op)) {
    sizedResult(member, normal.getSizes(), sizes);
    member.isChecked |= !matchPattern(normal.getOffset(), m_Constant());
  } else {
    return std::nullopt;
  }
  return member;
}

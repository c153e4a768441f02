// Loads, stores, buffers and loops.
#include "Sweep.h"

#include "mlir/IR/Matchers.h"

namespace runmat::lower {

/// What an element is in memory: i1 is a byte there, but a bit in a vector.
static Type storedType(Type element) {
  return element.isInteger(1) ? IntegerType::get(element.getContext(), 8)
                              : element;
}

/// All of a memref's memory from its base on, as one of rank 1.
Value Sweep::flat(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  auto layout =
      MemRefType::get({ShapedType::kDynamic}, type.getElementType(),
                      MemRefLayoutAttrInterface(), type.getMemorySpace());
  Value size = index(1);
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    size = mul(size, b.createOrFold<memref::DimOp>(memref, dim));
  Value flat = memref::ReinterpretCastOp::create(
      b, layout, memref, OpFoldResult(b.getIndexAttr(0)),
      ArrayRef<OpFoldResult>{size}, ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  Type stored = storedType(type.getElementType());
  if (stored == type.getElementType())
    return flat;
  // The same pointer: LLVM's type of the memref is the same too.
  return UnrealizedConversionCastOp::create(
             b, MemRefType::get({ShapedType::kDynamic}, stored), flat)
      .getResult(0);
}

Value Sweep::addressOf(const Access &access, ArrayRef<Value> at) {
  Value address = access.offset;
  // What changes fastest last, so that the rest leaves the loops.
  auto move = [&](unsigned loop) {
    if (Value stride = access.strides[loop])
      address = add(address, mul(at[loop], stride));
  };
  for (bool reduced : {false, true})
    for (unsigned loop = 0; loop < dims.size(); ++loop)
      if (loop != lane && dims[loop].reduced == reduced)
        move(loop);
  move(lane);
  return address;
}

bool Sweep::isContiguous(const Access &access) const {
  APInt stride;
  return access.strides[lane] &&
         matchPattern(access.strides[lane], m_ConstantInt(&stride)) &&
         stride == 1;
}

/// A loaded value as the body has it.
Value Sweep::fromStored(Value value, Type element) {
  if (!element.isInteger(1))
    return value;
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(value.getType()));
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value, zero);
}

static Value toStored(ImplicitLocOpBuilder &b, Value value) {
  Type type = value.getType();
  if (!getElementTypeOrSelf(type).isInteger(1))
    return value;
  Type bytes = b.getI8Type();
  if (auto vector = dyn_cast<VectorType>(type))
    bytes = vector.clone(bytes);
  return arith::ExtUIOp::create(b, bytes, value);
}

Value Sweep::loadFlat(Value memory, Type element, Value at, int64_t lanes,
                      Value mask) {
  Type stored = cast<MemRefType>(memory.getType()).getElementType();
  if (lanes == 0)
    return fromStored(memref::LoadOp::create(b, memory, at), element);
  auto type = VectorType::get({lanes}, stored);
  Value value;
  if (mask)
    value = vector::MaskedLoadOp::create(
        b, type, memory, at, mask,
        arith::ConstantOp::create(b, b.getZeroAttr(type)));
  else
    value = vector::LoadOp::create(b, type, memory, at);
  return fromStored(value, element);
}

void Sweep::storeFlat(Value memory, Value value, Value at, int64_t lanes,
                      Value mask, int64_t alignment) {
  value = toStored(b, value);
  if (lanes == 0) {
    memref::StoreOp::create(b, value, memory, at);
    return;
  }
  value = splat(value, lanes);
  if (mask) {
    vector::MaskedStoreOp::create(b, memory, at, mask, value);
    return;
  }
  auto made = vector::StoreOp::create(b, value, memory, at);
  if (alignment) {
    made.setNontemporal(true);
    made.setAlignment(alignment);
  }
}

Value Sweep::load(const Access &access, ArrayRef<Value> at, int64_t lanes,
                  Value mask) {
  Value address = addressOf(access, at);
  if (!access.strides[lane])
    lanes = 0;
  if (lanes == 0 || isContiguous(access))
    return loadFlat(access.memory, access.element, address, lanes, mask);
  Type stored = cast<MemRefType>(access.memory.getType()).getElementType();
  auto type = VectorType::get({lanes}, stored);
  Value all = mask ? mask : maskOf(index(lanes), lanes);
  Value value = vector::GatherOp::create(
      b, type, access.memory, ValueRange{address},
      laneIndices(index(0), access.strides[lane], lanes), all,
      arith::ConstantOp::create(b, b.getZeroAttr(type)));
  return fromStored(value, access.element);
}

void Sweep::store(const Access &access, Value value, ArrayRef<Value> at,
                  int64_t lanes, Value mask, bool streaming) {
  Value address = addressOf(access, at);
  if (lanes == 0 || isContiguous(access)) {
    int64_t bytes = access.element.getIntOrFloatBitWidth() / 8;
    storeFlat(access.memory, value, address, lanes, mask,
              streaming ? std::min<int64_t>(64, lanes * bytes) : 0);
    return;
  }
  Value all = mask ? mask : maskOf(index(lanes), lanes);
  vector::ScatterOp::create(b, /*resultType=*/Type(), access.memory,
                            ValueRange{address},
                            laneIndices(index(0), access.strides[lane], lanes),
                            all, splat(toStored(b, value), lanes));
}

Value Sweep::allocate(Type element, Value size) {
  return memref::AllocOp::create(
      b, MemRefType::get({ShapedType::kDynamic}, storedType(element)), size,
      b.getI64IntegerAttr(64));
}

scf::ForOp Sweep::beginLoop(Value from, Value to, int64_t step,
                            ValueRange carried) {
  auto loop = scf::ForOp::create(b, from, to, index(step), carried);
  b.setInsertionPointToStart(loop.getBody());
  return loop;
}

void Sweep::endLoop(scf::ForOp loop, ValueRange carried) {
  if (!carried.empty())
    scf::YieldOp::create(b, carried);
  b.setInsertionPointAfter(loop);
}

scf::ParallelOp Sweep::beginParallel(ArrayRef<Value> counts, int64_t work) {
  SmallVector<Value> zeros(counts.size(), index(0)),
      ones(counts.size(), index(1));
  auto loop = scf::ParallelOp::create(b, zeros, counts, ones);
  loop->setAttr("runmat.work", b.getI64IntegerAttr(work));
  b.setInsertionPointToStart(loop.getBody());
  return loop;
}

void Sweep::ifElse(Value condition, function_ref<void()> then,
                   function_ref<void()> otherwise) {
  auto made = scf::IfOp::create(b, condition, /*withElseRegion=*/true);
  b.setInsertionPointToStart(made.thenBlock());
  then();
  b.setInsertionPointToStart(made.elseBlock());
  otherwise();
  b.setInsertionPointAfter(made);
}

} // namespace runmat::lower

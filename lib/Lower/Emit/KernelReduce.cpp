// Reductions over the threads of a workgroup. Each has a barrier in front of
// its first store as well, so that it may stand in a loop and share its memory
// with others.
#include "KernelBuilder.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"

using namespace mlir;
using namespace runmat;

/// Shared memory of this kind; asked for again, it is the same.
Value KernelBuilder::shared(Type element, unsigned count, unsigned number) {
  auto type =
      MemRefType::get({int64_t(count)}, element, MemRefLayoutAttrInterface(),
                      spirv::StorageClassAttr::get(
                          b.getContext(), spirv::StorageClass::Workgroup));
  for (auto &[known, which, slot] : sharedSlots)
    if (known == type && which == number)
      return slot;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&function.getBody().front());
  Value slot = memref::AllocOp::create(b, type);
  sharedSlots.push_back({type, number, slot});
  kernel.sharedBytes += count * elementBytes(element);
  return slot;
}

Value KernelBuilder::teamStart(unsigned team) {
  return mul(div(thread, index(team)), index(team));
}

/// Booleans have no form in memory.
static Type sharedType(Type type) {
  return type.isInteger(1) ? IntegerType::get(type.getContext(), 32) : type;
}

Value KernelBuilder::sharedTile(Type element, unsigned count, unsigned number) {
  return shared(sharedType(element), count, number + 1);
}

void KernelBuilder::storeShared(Value tile, Value value, Value at) {
  if (value.getType().isInteger(1))
    value = arith::ExtUIOp::create(b, b.getI32Type(), value);
  memref::StoreOp::create(b, value, tile, at);
}

Value KernelBuilder::loadShared(Value tile, Type element, Value at) {
  Value value = memref::LoadOp::create(b, tile, at);
  if (!element.isInteger(1))
    return value;
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value,
                               codec.i32(0));
}

void KernelBuilder::barrier() { gpu::BarrierOp::create(b); }

KernelBuilder::Values KernelBuilder::teamReduce(
    ValueRange state, unsigned team,
    llvm::function_ref<Values(ValueRange, ValueRange)> merge) {
  if (team == 1)
    return Values(state);
  // One array a type: values of one type lie one behind the other.
  llvm::MapVector<Type, unsigned> counts;
  SmallVector<std::pair<Type, unsigned>> places;
  for (Value value : state)
    places.push_back(
        {sharedType(value.getType()), counts[sharedType(value.getType())]++});
  SmallVector<Value> arrays;
  for (auto &[type, number] : places)
    arrays.push_back(shared(type, counts[type] * threads));
  auto at = [&](unsigned i, Value of) {
    return add(of, index(int64_t(places[i].second) * threads));
  };
  auto put = [&](ValueRange values) {
    for (auto [i, value] : llvm::enumerate(values)) {
      if (value.getType().isInteger(1))
        value = arith::ExtUIOp::create(b, b.getI32Type(), value);
      memref::StoreOp::create(b, value, arrays[i], at(i, thread));
    }
  };
  auto get = [&](Value of) {
    Values values;
    for (unsigned i = 0; i < state.size(); ++i) {
      Value value = memref::LoadOp::create(b, arrays[i], at(i, of));
      if (state[i].getType().isInteger(1))
        value = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, value,
                                      codec.i32(0));
      values.push_back(value);
    }
    return values;
  };
  Value start = teamStart(team), number = sub(thread, start);
  gpu::BarrierOp::create(b);
  put(state);
  for (unsigned width = team / 2; width >= 1; width /= 2) {
    gpu::BarrierOp::create(b);
    ifThen(less(number, index(width)),
           [&] { put(merge(get(thread), get(add(thread, index(width))))); });
  }
  gpu::BarrierOp::create(b);
  return get(start);
}

Value KernelBuilder::teamFirst(Value value, unsigned team) {
  if (team == 1)
    return value;
  Value slots = shared(value.getType(), threads);
  Value start = teamStart(team);
  gpu::BarrierOp::create(b);
  ifThen(equal(thread, start),
         [&] { memref::StoreOp::create(b, value, slots, ValueRange{start}); });
  gpu::BarrierOp::create(b);
  return memref::LoadOp::create(b, slots, ValueRange{start});
}

Value KernelBuilder::teamSum(Value value, unsigned team) {
  if (team != threads || !value.getType().isF32() ||
      threads < RM_LEAST_SUBGROUP)
    return teamReduce(value, team, [&](ValueRange x, ValueRange y) {
      return Values{add(x[0], y[0])};
    })[0];
  kernel.flags |= RM_KERNEL_SUBGROUP_ARITHMETIC;
  Value slots = shared(value.getType(), threads / RM_LEAST_SUBGROUP);
  auto sumOfLanes = [&](Value lane) -> Value {
    return gpu::SubgroupReduceOp::create(b, lane, gpu::AllReduceOperation::ADD,
                                         /*uniform=*/false);
  };
  Value ofSubgroup = sumOfLanes(value);
  Value lane = gpu::LaneIdOp::create(b, IntegerAttr());
  Value number = gpu::SubgroupIdOp::create(b, IntegerAttr());
  Value count = gpu::NumSubgroupsOp::create(b, IntegerAttr());
  Value width = gpu::SubgroupSizeOp::create(b, IntegerAttr());
  gpu::BarrierOp::create(b); // the previous sum may still be read
  ifThen(equal(lane, index(0)), [&] {
    memref::StoreOp::create(b, ofSubgroup, slots, ValueRange{number});
  });
  gpu::BarrierOp::create(b);
  // Every subgroup adds all slots up: no second barrier, and the trip count is
  // the same for all its lanes.
  Value zero = constant(value.getType(), 0);
  Values total =
      loop(index(0), count, width, {zero}, [&](Value from, ValueRange sums) {
        Value at = add(from, lane);
        Value slot = memref::LoadOp::create(
            b, slots, ValueRange{min(at, sub(count, index(1)))});
        return Values{add(sums[0], select(less(at, count), slot, zero))};
      });
  return sumOfLanes(total[0]);
}

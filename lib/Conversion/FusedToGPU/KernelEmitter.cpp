// The body of one gpu.func. Index arithmetic is unsigned 32-bit on the device:
// every buffer is bound in windows below 4 GiB, so element numbers fit.
#include "KernelEmitter.h"

#include "runmat/Target/SPIRV.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/OperationSupport.h"

using namespace mlir;
using namespace runmat;

static Type elementType(Builder &b, rm_dtype dtype) {
  switch (dtype) {
  case RM_F64:
    return b.getF64Type();
  case RM_F16:
    return b.getF16Type();
  case RM_I32:
    return b.getI32Type();
  default:
    return b.getF32Type();
  }
}

static StringRef accessText(rm_access access) {
  return access == RM_READ    ? "read"
         : access == RM_WRITE ? "write"
                              : "read_write";
}

KernelEmitter::KernelEmitter(gpu::GPUModuleOp module, Location loc,
                             Kernel description)
    : b(loc, module.getContext()), module(module),
      kernel(std::move(description)) {
  auto storage = [&](spirv::StorageClass storageClass) {
    return spirv::StorageClassAttr::get(b.getContext(), storageClass);
  };
  SmallVector<Type> types;
  for (const KernelBinding &binding : kernel.bindings) {
    Type element = elementType(b, binding.dtype);
    if (binding.lanes > 1) {
      element = VectorType::get(binding.lanes, element);
      kernel.flags |= RM_KERNEL_VEC4;
    }
    types.push_back(MemRefType::get(
        {ShapedType::kDynamic}, element, MemRefLayoutAttrInterface(),
        storage(spirv::StorageClass::StorageBuffer)));
  }
  if (!kernel.push.empty())
    types.push_back(
        MemRefType::get({int64_t(kernel.push.size())}, b.getI32Type(),
                        MemRefLayoutAttrInterface(),
                        storage(spirv::StorageClass::PushConstant)));

  b.setInsertionPointToEnd(module.getBody());
  function =
      gpu::GPUFuncOp::create(b, kernel.name, b.getFunctionType(types, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  function->setAttr(spirv::getEntryPointABIAttrName(),
                    spirv::getEntryPointABIAttr(
                        b.getContext(), {int32_t(kernel.workgroup[0]),
                                         int32_t(kernel.workgroup[1]),
                                         int32_t(kernel.workgroup[2])}));
  for (auto [i, binding] : llvm::enumerate(kernel.bindings)) {
    function.setArgAttr(i, kAccessAttr,
                        b.getStringAttr(accessText(binding.access)));
    if (binding.isRestrict)
      function.setArgAttr(i, kRestrictAttr, b.getUnitAttr());
  }
  b.setInsertionPointToStart(&function.getBody().front());
  for (auto [i, parameter] : llvm::enumerate(kernel.push)) {
    Value word = memref::LoadOp::create(b, function.getArguments().back(),
                                        ValueRange{index(i)});
    pushValues.push_back(
        parameter.isFloat
            ? Value(arith::BitcastOp::create(b, b.getF32Type(), word))
            : Value(arith::IndexCastUIOp::create(b, b.getIndexType(), word)));
  }
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  Value x = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  Value y = gpu::BlockIdOp::create(b, gpu::Dimension::y);
  Value width = gpu::GridDimOp::create(b, gpu::Dimension::x);
  group = add(mul(y, width), x);
}

Kernel KernelEmitter::finish() {
  gpu::ReturnOp::create(b);
  StringRef family = kernel.name;
  for (auto other : module.getOps<gpu::GPUFuncOp>()) {
    if (other == function || !other.getName().starts_with(family) ||
        other.getFunctionType() != function.getFunctionType() ||
        other->getAttr(spirv::getEntryPointABIAttrName()) !=
            function->getAttr(spirv::getEntryPointABIAttrName()) ||
        other.getAllArgAttrs() != function.getAllArgAttrs() ||
        !OperationEquivalence::isRegionEquivalentTo(
            &other.getBody(), &function.getBody(),
            OperationEquivalence::IgnoreLocations))
      continue;
    kernel.name = other.getName().str();
    function.erase();
    return kernel;
  }
  std::string name = kernel.name;
  auto taken = [&] {
    return llvm::any_of(module.getOps<gpu::GPUFuncOp>(),
                        [&](gpu::GPUFuncOp other) {
                          return other != function && other.getName() == name;
                        });
  };
  for (unsigned i = 2; taken(); ++i)
    name = kernel.name + "_" + std::to_string(i);
  kernel.name = name;
  SymbolTable::setSymbolName(function, name);
  return kernel;
}

Value KernelEmitter::push(StringRef name) const {
  for (auto [i, parameter] : llvm::enumerate(kernel.push))
    if (parameter.name == name)
      return pushValues[i];
  llvm_unreachable("the kernel has no such push constant");
}

static std::optional<unsigned> findBinding(const Kernel &kernel,
                                           StringRef name) {
  for (auto [i, binding] : llvm::enumerate(kernel.bindings))
    if (binding.name == name)
      return i;
  return std::nullopt;
}

Value KernelEmitter::load(StringRef binding, Value at) {
  return memref::LoadOp::create(
      b, function.getArgument(*findBinding(kernel, binding)), ValueRange{at});
}

void KernelEmitter::store(StringRef binding, Value value, Value at) {
  memref::StoreOp::create(b, value,
                          function.getArgument(*findBinding(kernel, binding)),
                          ValueRange{at});
}

Value KernelEmitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value KernelEmitter::f32(double value) {
  return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
}

Value KernelEmitter::splat(Value scalar) {
  return vector::BroadcastOp::create(b, VectorType::get(4, scalar.getType()),
                                     scalar);
}

Value KernelEmitter::zero4() {
  auto type = VectorType::get(4, b.getF32Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, 0.0f));
}

Value KernelEmitter::component(Value vector, unsigned lane) {
  return vector::ExtractOp::create(b, vector, int64_t(lane));
}

Value KernelEmitter::pack(ArrayRef<Value> lanes) {
  return vector::FromElementsOp::create(
      b, VectorType::get(4, lanes[0].getType()), lanes);
}

Value KernelEmitter::horizontalSum(Value vector) {
  return add(add(component(vector, 0), component(vector, 1)),
             add(component(vector, 2), component(vector, 3)));
}

Value KernelEmitter::toFloat(Value value) {
  Value word = arith::IndexCastUIOp::create(b, b.getI32Type(), value);
  return arith::UIToFPOp::create(b, b.getF32Type(), word);
}

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

Value KernelEmitter::add(Value x, Value y) {
  return isFloat(x) ? Value(arith::AddFOp::create(b, x, y))
                    : Value(arith::AddIOp::create(b, x, y));
}
Value KernelEmitter::sub(Value x, Value y) {
  return isFloat(x) ? Value(arith::SubFOp::create(b, x, y))
                    : Value(arith::SubIOp::create(b, x, y));
}
Value KernelEmitter::mul(Value x, Value y) {
  return isFloat(x) ? Value(arith::MulFOp::create(b, x, y))
                    : Value(arith::MulIOp::create(b, x, y));
}
Value KernelEmitter::div(Value x, Value y) {
  return isFloat(x) ? Value(arith::DivFOp::create(b, x, y))
                    : Value(arith::DivUIOp::create(b, x, y));
}
Value KernelEmitter::rem(Value x, Value y) {
  return arith::RemUIOp::create(b, x, y);
}
Value KernelEmitter::min(Value x, Value y) {
  return arith::MinUIOp::create(b, x, y);
}
Value KernelEmitter::max(Value x, Value y) {
  return arith::MaxUIOp::create(b, x, y);
}
Value KernelEmitter::less(Value x, Value y) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, x, y);
}
Value KernelEmitter::both(Value x, Value y) {
  return arith::AndIOp::create(b, x, y);
}
Value KernelEmitter::select(Value condition, Value x, Value y) {
  // Before SPIR-V 1.4 a vector needs a vector of conditions.
  if (isa<VectorType>(x.getType()) && !isa<VectorType>(condition.getType()))
    condition = splat(condition);
  return arith::SelectOp::create(b, condition, x, y);
}

void KernelEmitter::when(Value condition, llvm::function_ref<void()> body) {
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

SmallVector<Value>
KernelEmitter::whenElse(Value condition,
                        llvm::function_ref<SmallVector<Value>()> body,
                        ValueRange otherwise) {
  auto branch = scf::IfOp::create(b, otherwise.getTypes(), condition,
                                  /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  SmallVector<Value> values = body();
  scf::YieldOp::create(b, values);
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, otherwise);
  return SmallVector<Value>(branch.getResults());
}

SmallVector<Value> KernelEmitter::loop(
    Value from, Value to, Value step, ValueRange initial,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  auto op = scf::ForOp::create(b, from, to, step, initial,
                               /*bodyBuilder=*/nullptr, /*unsignedCmp=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.getBody());
  SmallVector<Value> values =
      body(op.getInductionVar(), op.getRegionIterArgs());
  if (!initial.empty() || !op.getBody()->mightHaveTerminator() ||
      !isa<scf::YieldOp>(op.getBody()->back()))
    scf::YieldOp::create(b, values);
  return SmallVector<Value>(op.getResults());
}

Value KernelEmitter::sharedMemory(Value &slot, unsigned elements) {
  if (slot)
    return slot;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&function.getBody().front());
  auto type = MemRefType::get(
      {int64_t(elements)}, b.getF32Type(), MemRefLayoutAttrInterface(),
      spirv::StorageClassAttr::get(b.getContext(),
                                   spirv::StorageClass::Workgroup));
  slot = memref::AllocOp::create(b, type);
  kernel.sharedBytes += elements * 4;
  return slot;
}

Value KernelEmitter::workgroupSum(Value value) {
  kernel.flags |= RM_KERNEL_SUBGROUP_ARITHMETIC;
  Value slots =
      sharedMemory(subgroupSlots, kernel.workgroup[0] / RM_LEAST_SUBGROUP);
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
  Value isFirst =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, lane, index(0));
  when(isFirst, [&] {
    memref::StoreOp::create(b, ofSubgroup, slots, ValueRange{number});
  });
  gpu::BarrierOp::create(b);
  // Every subgroup adds all slots up: no second barrier, and the trip count is
  // the same for all its lanes.
  Value zero = f32(0);
  SmallVector<Value> total =
      loop(index(0), count, width, {zero}, [&](Value from, ValueRange sums) {
        Value at = add(from, lane);
        Value last = sub(count, index(1));
        Value slot =
            memref::LoadOp::create(b, slots, ValueRange{min(at, last)});
        return SmallVector<Value>{
            add(sums[0], select(less(at, count), slot, zero))};
      });
  return sumOfLanes(total[0]);
}

Value KernelEmitter::workgroupReduce(
    Value value, llvm::function_ref<Value(Value, Value)> combine) {
  Value slots = sharedMemory(treeSlots, kernel.workgroup[0]);
  gpu::BarrierOp::create(b);
  memref::StoreOp::create(b, value, slots, ValueRange{thread});
  gpu::BarrierOp::create(b);
  for (unsigned width = kernel.workgroup[0] / 2; width >= 1; width /= 2) {
    when(less(thread, index(width)), [&] {
      Value mine = memref::LoadOp::create(b, slots, ValueRange{thread});
      Value other = memref::LoadOp::create(
          b, slots, ValueRange{add(thread, index(width))});
      memref::StoreOp::create(b, combine(mine, other), slots,
                              ValueRange{thread});
    });
    gpu::BarrierOp::create(b);
  }
  return memref::LoadOp::create(b, slots, ValueRange{index(0)});
}

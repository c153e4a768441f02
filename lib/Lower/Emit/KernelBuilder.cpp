// Buffers, parameters and arithmetic of one kernel.
#include "KernelBuilder.h"

#include "runmat/Support/ElementType.h"
#include "runmat/Target/SPIRV.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace runmat;

static Attribute storageClass(MLIRContext *context,
                              spirv::StorageClass storage) {
  return spirv::StorageClassAttr::get(context, storage);
}

static MemRefType bufferType(Type element) {
  return MemRefType::get(
      {ShapedType::kDynamic}, element, MemRefLayoutAttrInterface(),
      storageClass(element.getContext(), spirv::StorageClass::StorageBuffer));
}

KernelBuilder::KernelBuilder(gpu::GPUModuleOp module, Location loc,
                             std::string name, unsigned threads,
                             const DeviceProfile &profile)
    : b(loc, module.getContext()), codec{b, profile.float16 && profile.int16},
      threads(threads), module(module), profile(profile) {
  kernel.name = std::move(name);
  kernel.workgroup[0] = threads;
  b.setInsertionPointToEnd(module.getBody());
  function = gpu::GPUFuncOp::create(b, kernel.name, b.getFunctionType({}, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  function->setAttr(
      spirv::getEntryPointABIAttrName(),
      spirv::getEntryPointABIAttr(b.getContext(), {int32_t(threads), 1, 1}));
  Block &entry = function.getBody().front();
  pushArgument = entry.addArgument(
      MemRefType::get(
          {1}, b.getI32Type(), MemRefLayoutAttrInterface(),
          storageClass(b.getContext(), spirv::StorageClass::PushConstant)),
      loc);
  b.setInsertionPointToStart(&entry);
  thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x);
  Value x = gpu::BlockIdOp::create(b, gpu::Dimension::x);
  Value y = gpu::BlockIdOp::create(b, gpu::Dimension::y);
  Value width = gpu::GridDimOp::create(b, gpu::Dimension::x);
  group = add(mul(y, width), x);
}

/// What a view's array holds: a number, or a vector of at most 16 bytes. Narrow
/// elements are read as words, and alone written as integers of their width.
static Type viewType(Builder &b, Type element, unsigned lanes,
                     rm_access access) {
  unsigned bytes = elementBytes(element) * lanes;
  if (elementBytes(element) >= 4) {
    unsigned width = std::min(lanes, 16 / elementBytes(element));
    return width == 1 ? element : Type(VectorType::get(width, element));
  }
  if (bytes < 4)
    return access == RM_READ ? b.getI32Type() : b.getIntegerType(bytes * 8);
  unsigned words = std::min(bytes / 4, 4u);
  return words == 1 ? Type(b.getI32Type())
                    : Type(VectorType::get(words, b.getI32Type()));
}

static unsigned viewBytes(Type view) {
  auto vector = dyn_cast<VectorType>(view);
  return elementBytes(getElementTypeOrSelf(view)) *
         (vector ? vector.getNumElements() : 1);
}

Buffer KernelBuilder::bind(std::string name, BufferRef ref, Type element,
                           unsigned lanes, rm_access access, SizeExpr offset,
                           SizeExpr bytes) {
  Type view = viewType(b, element, lanes, access);
  MemRefType type = bufferType(view);
  for (auto [i, binding] : llvm::enumerate(bound)) {
    if (binding.buffer.kind != ref.kind || binding.buffer.index != ref.index ||
        function.getBody().getArgument(i).getType() != type ||
        binding.offset.text() != offset.text() ||
        binding.bytes.text() != bytes.text())
      continue;
    kernel.bindings[i].access = rm_access(kernel.bindings[i].access | access);
    return {unsigned(i), element, lanes};
  }
  auto vector = dyn_cast<VectorType>(view);
  KernelBinding description;
  description.name = std::move(name);
  description.dtype = dtypeOf(getElementTypeOrSelf(view)).value_or(RM_I32);
  description.lanes = vector ? vector.getNumElements() : 1;
  description.access = access;
  if (vector && vector.getNumElements() == 4)
    kernel.flags |= RM_KERNEL_VEC4;
  kernel.bindings.push_back(std::move(description));
  bound.push_back({ref, offset, bytes});
  function.getBody().front().insertArgument(bound.size() - 1, type, b.getLoc());
  return {unsigned(bound.size() - 1), element, lanes};
}

KernelBuilder::Values KernelBuilder::load(Buffer buffer, Value at) {
  Value memory = function.getBody().getArgument(buffer.number);
  Type view = cast<MemRefType>(memory.getType()).getElementType();
  unsigned size = elementBytes(buffer.element);
  unsigned bytes = size * buffer.lanes;
  Values lanes;
  if (bytes < 4) {
    Value first = mul(at, index(bytes));
    Value word = memref::LoadOp::create(b, memory, div(first, index(4)));
    Value shift = toI32(mul(rem(first, index(4)), index(8)));
    word = arith::ShRUIOp::create(b, word, shift);
    for (unsigned lane = 0; lane < buffer.lanes; ++lane)
      lanes.push_back(codec.decode(word, buffer.element, lane));
    return lanes;
  }
  unsigned pieces = bytes / viewBytes(view);
  for (unsigned piece = 0; piece < pieces; ++piece) {
    Value place = add(mul(at, index(pieces)), index(piece));
    Value whole = memref::LoadOp::create(b, memory, place);
    unsigned width = viewBytes(view) / std::max(size, 4u);
    for (unsigned i = 0; i < width; ++i) {
      Value part = isa<VectorType>(view)
                       ? Value(vector::ExtractOp::create(b, whole, int64_t(i)))
                       : whole;
      if (size >= 4) {
        lanes.push_back(part);
        continue;
      }
      for (unsigned lane = 0; lane < 4 / size; ++lane)
        lanes.push_back(codec.decode(part, buffer.element, lane));
    }
  }
  return lanes;
}

void KernelBuilder::store(Buffer buffer, ValueRange lanes, Value at) {
  Value memory = function.getBody().getArgument(buffer.number);
  Type view = cast<MemRefType>(memory.getType()).getElementType();
  unsigned size = elementBytes(buffer.element);
  auto word = [&](ValueRange parts) {
    Value whole;
    for (auto [i, part] : llvm::enumerate(parts)) {
      Value bits = codec.encode(part, buffer.element);
      if (i)
        bits = arith::ShLIOp::create(b, bits, codec.i32(8 * size * i));
      whole = whole ? Value(arith::OrIOp::create(b, whole, bits)) : bits;
    }
    return whole;
  };
  if (size * buffer.lanes < 4) {
    Value narrow = arith::TruncIOp::create(b, view, word(lanes));
    memref::StoreOp::create(b, narrow, memory, at);
    return;
  }
  Values words;
  if (size >= 4)
    words.assign(lanes.begin(), lanes.end());
  else
    for (unsigned i = 0; i < buffer.lanes; i += 4 / size)
      words.push_back(word(lanes.slice(i, 4 / size)));
  auto vector = dyn_cast<VectorType>(view);
  unsigned width = vector ? vector.getNumElements() : 1;
  unsigned pieces = words.size() / width;
  for (unsigned piece = 0; piece < pieces; ++piece) {
    ValueRange part = ValueRange(words).slice(piece * width, width);
    Value whole = vector
                      ? Value(vector::FromElementsOp::create(b, vector, part))
                      : part[0];
    memref::StoreOp::create(b, whole, memory,
                            add(mul(at, index(pieces)), index(piece)));
  }
}

Value KernelBuilder::param(const SizeExpr &expr) {
  if (expr.isConstant())
    return index(expr.constant());
  unsigned number = 0;
  std::string text = expr.text();
  while (number < pushed.size() &&
         (kernel.push[number].isFloat || pushed[number].text() != text))
    ++number;
  if (number == pushed.size()) {
    pushed.push_back(expr);
    kernel.push.push_back({"p" + std::to_string(number), /*isFloat=*/false});
  }
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&function.getBody().front());
  Value word = memref::LoadOp::create(b, pushArgument, index(number));
  return arith::IndexCastUIOp::create(b, b.getIndexType(), word);
}

Value KernelBuilder::floatParam(const SizeExpr &expr, FloatType type) {
  if (expr.isConstant())
    return constant(type, expr.constant());
  // Twice 31 bits: a count may be beyond 32.
  constexpr int64_t kPart = int64_t(1) << 31;
  auto part = [&](const SizeExpr &of) -> Value {
    return arith::UIToFPOp::create(b, type, toI32(param(of)));
  };
  return add(mul(part(floorDiv(expr, kPart)), constant(type, kPart)),
             part(mod(expr, kPart)));
}

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value KernelBuilder::constant(Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(type, static_cast<int64_t>(value)));
}

Value KernelBuilder::toI32(Value value) {
  return b.createOrFold<arith::IndexCastUIOp>(b.getI32Type(), value);
}

static bool isFloat(Value value) { return isa<FloatType>(value.getType()); }

Value KernelBuilder::add(Value x, Value y) {
  return isFloat(x) ? Value(arith::AddFOp::create(b, x, y))
                    : b.createOrFold<arith::AddIOp>(x, y);
}
Value KernelBuilder::sub(Value x, Value y) {
  return isFloat(x) ? Value(arith::SubFOp::create(b, x, y))
                    : b.createOrFold<arith::SubIOp>(x, y);
}
Value KernelBuilder::mul(Value x, Value y) {
  return isFloat(x) ? Value(arith::MulFOp::create(b, x, y))
                    : b.createOrFold<arith::MulIOp>(x, y);
}
Value KernelBuilder::div(Value x, Value y) {
  return isFloat(x) ? Value(arith::DivFOp::create(b, x, y))
                    : b.createOrFold<arith::DivUIOp>(x, y);
}
Value KernelBuilder::rem(Value x, Value y) {
  return b.createOrFold<arith::RemUIOp>(x, y);
}
Value KernelBuilder::min(Value x, Value y) {
  return b.createOrFold<arith::MinUIOp>(x, y);
}
Value KernelBuilder::max(Value x, Value y) {
  return b.createOrFold<arith::MaxUIOp>(x, y);
}
Value KernelBuilder::less(Value x, Value y) {
  return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::ult, x, y);
}
Value KernelBuilder::equal(Value x, Value y) {
  return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq, x, y);
}
Value KernelBuilder::equalFloat(Value x, double value) {
  return compare(arith::CmpFPredicate::OEQ, x, constant(x.getType(), value));
}
Value KernelBuilder::logicalAnd(Value x, Value y) {
  if (!x || !y)
    return x ? x : y;
  return b.createOrFold<arith::AndIOp>(x, y);
}
Value KernelBuilder::select(Value condition, Value x, Value y) {
  return b.createOrFold<arith::SelectOp>(condition, x, y);
}
Value KernelBuilder::compare(arith::CmpFPredicate predicate, Value x, Value y) {
  return arith::CmpFOp::create(b, predicate, x, y);
}

void KernelBuilder::ifThen(Value condition, llvm::function_ref<void()> body) {
  if (!condition)
    return body();
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

KernelBuilder::Values
KernelBuilder::loop(Value from, Value to, Value step, ValueRange initial,
                    llvm::function_ref<Values(Value, ValueRange)> body) {
  auto op = scf::ForOp::create(b, from, to, step, initial,
                               /*bodyBuilder=*/nullptr, /*unsignedCmp=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.getBody());
  Values values = body(op.getInductionVar(), op.getRegionIterArgs());
  if (!initial.empty())
    scf::YieldOp::create(b, values);
  return Values(op.getResults());
}

void KernelBuilder::launch(KernelPlan &plan, const SizeExpr &groups,
                           std::vector<Launch> &launches) {
  gpu::ReturnOp::create(b);
  std::string name = kernel.name;
  auto taken = [&] {
    return llvm::any_of(plan.kernels,
                        [&](const Kernel &k) { return k.name == name; });
  };
  for (unsigned i = 2; taken(); ++i)
    name = kernel.name + "_" + std::to_string(i);
  kernel.name = name;
  function.setName(name);
  Launch made;
  unsigned words = pushed.size();
  // Parameters: push constants, a buffer where there are more than these hold,
  // or nothing.
  if (words == 0) {
    function.getBody().front().eraseArgument(bound.size());
  } else if (words * 4 > profile.pushBytes) {
    pushArgument.setType(bufferType(b.getI32Type()));
    kernel.bindings.push_back({"parameters", RM_I32, 1, RM_READ, true});
    bound.push_back({{BufferRef::Kind::Parameters}, 0, 0});
    made.parameters = std::move(pushed);
    kernel.push.clear();
  } else {
    pushArgument.setType(MemRefType::get(
        {int64_t(words)}, b.getI32Type(), MemRefLayoutAttrInterface(),
        storageClass(b.getContext(), spirv::StorageClass::PushConstant)));
    made.push = std::move(pushed);
  }
  function.setFunctionType(
      b.getFunctionType(function.getBody().getArgumentTypes(), {}));
  for (unsigned i = 0; i < kernel.bindings.size(); ++i) {
    KernelBinding &binding = kernel.bindings[i];
    for (unsigned other = 0; other < bound.size(); ++other)
      if (other != i && bound[other].buffer.kind == bound[i].buffer.kind &&
          bound[other].buffer.index == bound[i].buffer.index &&
          (binding.access | kernel.bindings[other].access) != RM_READ)
        binding.isRestrict = false;
    function.setArgAttr(i, kAccessAttr,
                        b.getStringAttr(binding.access == RM_READ ? "read"
                                        : binding.access == RM_WRITE
                                            ? "write"
                                            : "read_write"));
    if (binding.isRestrict)
      function.setArgAttr(i, kRestrictAttr, b.getUnitAttr());
  }
  made.kernel = plan.kernels.size();
  made.bindings = std::move(bound);
  linearGrid(groups, made.grid);
  plan.kernels.push_back(std::move(kernel));
  launches.push_back(std::move(made));
}

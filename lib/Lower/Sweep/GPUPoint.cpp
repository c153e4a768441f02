// Loads, bodies and stores at a point.
#include "GPUPoint.h"

#include "runmat/Conversion/RandomElement.h"

using namespace mlir;
using namespace runmat;
using fused::IndexOp;
using fused::NestOp;
using fused::NestYield;
using fused::ReductionAttr;
using fused::SpaceSize;

SizeExpr GPUStages::sizeOf(unsigned gpuDim) const {
  return gpuDim == 0 && !window.isSingle ? window.length
                                         : space.dims[gpuDim].size;
}

void GPUStages::decompose(Value linear, Values &coords,
                          llvm::function_ref<bool(const GPUDim &)> which) {
  coords.resize(space.dims.size());
  SmallVector<unsigned> chosen;
  for (auto [i, dim] : llvm::enumerate(space.dims))
    if (which(dim))
      chosen.push_back(i);
  for (unsigned at = chosen.size(); at-- > 0;) {
    if (at == 0) {
      coords[chosen[0]] = linear;
      break;
    }
    Value size = k.param(sizeOf(chosen[at]));
    Value rest = k.div(linear, size);
    coords[chosen[at]] = k.sub(linear, k.mul(rest, size));
    linear = rest;
  }
}

GPUOffset runmat::offsetOf(const GPUTensor &tensor, const GPUWindow &window) {
  if (window.isSingle || !tensor.isWindowed)
    return {0, 0};
  int64_t size = elementBytes(tensor.element);
  SizeExpr bytes = window.first * *tensor.strides[0] * size;
  if (window.isAligned)
    return {bytes, 0};
  return {floorDiv(bytes, kOffsetAlignment) * kOffsetAlignment,
          floorDiv(mod(bytes, kOffsetAlignment), size)};
}

Buffer GPUStages::bind(const GPUTensor &tensor, unsigned lanes,
                       rm_access access) {
  if (window.isSingle || !tensor.isWindowed)
    return k.bind(tensor.name, tensor.ref, tensor.element, lanes, access);
  int64_t size = elementBytes(tensor.element);
  GPUOffset offset = runmat::offsetOf(tensor, window);
  return k.bind(tensor.name, tensor.ref, tensor.element, lanes, access,
                offset.bytes,
                (window.length * *tensor.strides[0] + offset.elements) * size);
}

Value GPUStages::offsetOf(const GPUTensor &tensor, const Values &coords) {
  Value offset;
  auto append = [&](Value part) {
    offset = offset ? k.add(offset, part) : part;
  };
  for (auto [i, stride] : llvm::enumerate(tensor.strides)) {
    if (!stride)
      continue;
    Value coord = coords[i];
    if (i == 0 && !window.isSingle && !tensor.isWindowed)
      coord = k.add(coord, k.param(window.first));
    append(k.mul(coord, k.param(*stride)));
  }
  if (SizeExpr start = runmat::offsetOf(tensor, window).elements; !start.is(0))
    append(k.param(start));
  return offset ? offset : k.index(0);
}

/// Whether the point's lanes are one aligned group of elements of the tensor.
bool GPUStages::isVector(const GPUPoint &point, const GPUTensor &tensor) const {
  if (point.lanes == 1)
    return false;
  if (!point.vectorDim)
    return point.fullVector && tensor.isFull;
  const std::optional<SizeExpr> &stride = tensor.strides[*point.vectorDim];
  return stride && stride->is(1);
}

Value GPUStages::input(GPUPoint &point, unsigned number, unsigned lane) {
  const GPUTensor &tensor = space.inputs[number];
  Value &known = point.loaded[{number, lane}];
  if (known)
    return known;
  if (tensor.constant)
    return known = emitConstant(k, tensor.constant);
  if (isVector(point, tensor)) {
    Buffer buffer = bind(tensor, point.lanes, RM_READ);
    Value at =
        point.fullVector && tensor.isFull
            ? point.fullVector
            : k.div(offsetOf(tensor, point.coords[0]), k.index(point.lanes));
    Values all = k.load(buffer, at);
    for (unsigned i = 0; i < point.lanes; ++i)
      point.loaded[{number, i}] = all[i];
    return all[lane];
  }
  Buffer buffer = bind(tensor, 1, RM_READ);
  if (!point.vectorDim) {
    bool isSame = llvm::none_of(
        tensor.strides, [](const auto &stride) { return stride.has_value(); });
    if (isSame && lane != 0)
      return point.loaded[{number, lane}] = input(point, number, 0);
    return point.loaded[{number, lane}] =
               k.load(buffer, offsetOf(tensor, point.coords[lane]))[0];
  }
  const std::optional<SizeExpr> &stride = tensor.strides[*point.vectorDim];
  if (!stride && lane != 0) {
    Value same = input(point, number, 0);
    return point.loaded[{number, lane}] = same;
  }
  Value offset = offsetOf(tensor, point.coords[0]);
  if (stride && lane != 0)
    offset = k.add(offset, k.mul(k.index(lane), k.param(*stride)));
  return point.loaded[{number, lane}] = k.load(buffer, offset)[0];
}

/// An i64.
Value GPUStages::indexAlong(GPUPoint &point, unsigned spaceDim, unsigned lane) {
  Value index = k.index(0);
  for (auto [i, dim] : llvm::enumerate(space.dims)) {
    const unsigned *at = llvm::find(dim.dims, spaceDim);
    if (at == dim.dims.end())
      continue;
    Value coord = point.vectorDim ? point.coords[0][i] : point.coords[lane][i];
    if (point.vectorDim == i)
      coord = k.add(coord, k.index(lane));
    if (i == 0 && !window.isSingle)
      coord = k.add(coord, k.param(window.first));
    SizeExpr inner = 1;
    for (const unsigned *d = at + 1; d != dim.dims.end(); ++d)
      inner = inner * space.sizeOf(*d);
    index = k.div(coord, k.param(inner));
    if (at != dim.dims.begin())
      index = k.rem(index, k.param(space.sizeOf(spaceDim)));
  }
  Value word = k.toI32(index);
  return arith::ExtUIOp::create(k.b, k.b.getI64Type(), word);
}

/// By the point's row-major number in the space, which may need 64 bits.
Value GPUStages::randomAt(GPUPoint &point, fused::RandomOp random,
                          ValueRange keyAndOffset, unsigned lane) {
  Type i64 = k.b.getI64Type();
  auto wide = [&](Value index) -> Value {
    return arith::ExtUIOp::create(k.b, i64, k.toI32(index));
  };
  Value position = k.constant(i64, 0);
  for (auto [i, dim] : llvm::enumerate(space.dims)) {
    Value coord = point.coords[point.vectorDim ? 0 : lane][i];
    if (point.vectorDim == i)
      coord = k.add(coord, k.index(lane));
    if (i == 0 && !window.isSingle)
      coord = k.add(coord, k.param(window.first));
    position = k.add(k.mul(position, wide(k.param(dim.size))), wide(coord));
  }
  Value number =
      randomElement(k.b, k.b.getLoc(), random.getType(), random.getNormal(),
                    keyAndOffset[0], k.add(position, keyAndOffset[1]));
  Type compute = computeType(random.getType());
  return number.getType() == compute
             ? number
             : array::CastOp::create(k.b, compute, number).getResult();
}

/// Walks back to what the value needs, then clones it in the body's order: a
/// body may be too long for recursion.
Value GPUStages::evaluate(GPUPoint &point, Value wanted, unsigned lane) {
  SmallVector<Value> stack{wanted};
  auto known = [&](Value value) {
    return point.computed.lookup({value, lane});
  };
  while (!stack.empty()) {
    Value value = stack.back();
    if (known(value)) {
      stack.pop_back();
      continue;
    }
    Value made;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      unsigned number = argument.getArgNumber();
      if (number < space.inputs.size()) {
        made = input(point, number, lane);
      } else {
        number -= space.inputs.size();
        const NestYield *yield =
            llvm::find_if(space.yields, [&](const NestYield &y) {
              return number >= y.firstValue &&
                     number < y.firstValue + y.numValues;
            });
        if (yield->isStore()) {
          Value stored = space.op.getStage(yield->stage)
                             .getTerminator()
                             ->getOperand(yield->operand);
          made = known(stored);
          if (!made) {
            stack.push_back(stored);
            continue;
          }
        } else {
          made = rowValue(number, lane);
        }
      }
    } else {
      Operation *op = value.getDefiningOp();
      SmallVector<Value> operands;
      bool ready = true;
      for (Value operand : op->getOperands()) {
        operands.push_back(known(operand));
        if (!operands.back()) {
          stack.push_back(operand);
          ready = false;
        }
      }
      if (!ready)
        continue;
      if (auto index = dyn_cast<IndexOp>(op))
        made = indexAlong(point, index.getDim(), lane);
      else if (auto random = dyn_cast<fused::RandomOp>(op))
        made = randomAt(point, random, operands, lane);
      else
        made = emitScalarOp(k, op, operands);
    }
    point.computed[{value, lane}] = made;
    stack.pop_back();
  }
  return known(wanted);
}

Values GPUStages::yielded(GPUPoint &point, const NestYield &yield) {
  Values lanes;
  Value value =
      space.op.getStage(yield.stage).getTerminator()->getOperand(yield.operand);
  for (unsigned lane = 0; lane < point.lanes; ++lane)
    lanes.push_back(evaluate(point, value, lane));
  return lanes;
}

void GPUStages::loadInputs(GPUPoint &point, unsigned firstStage,
                           unsigned lastStage) {
  // Also what earlier stages stored and these read is computed from inputs.
  for (unsigned i = 0; i < space.inputs.size(); ++i) {
    bool isRead = false;
    for (unsigned stage = 0; stage <= lastStage; ++stage) {
      bool needed = stage >= firstStage ||
                    llvm::any_of(space.yields, [&](const NestYield &yield) {
                      return yield.stage == stage && yield.isStore();
                    });
      isRead |= needed && !space.op.getStage(stage).getArgument(i).use_empty();
    }
    for (unsigned lane = 0; isRead && lane < point.lanes; ++lane)
      input(point, i, lane);
  }
}

void GPUStages::storeResults(GPUPoint &point, unsigned firstStage,
                             unsigned lastStage) {
  for (const NestYield &yield : space.yields) {
    if (!yield.isStore() || !yield.result || yield.stage < firstStage ||
        yield.stage > lastStage)
      continue;
    const GPUTensor &tensor = space.results[*yield.result];
    Values lanes = yielded(point, yield);
    auto storeLanes = [&] {
      for (unsigned lane = 0; lane < point.lanes; ++lane) {
        Values coords = point.vectorDim ? point.coords[0] : point.coords[lane];
        if (point.vectorDim)
          coords[*point.vectorDim] =
              k.add(coords[*point.vectorDim], k.index(lane));
        Value valid = point.valid.empty() ? Value() : point.valid[lane];
        k.ifThen(valid, [&] {
          k.store(bind(tensor, 1, RM_WRITE), lanes[lane],
                  offsetOf(tensor, coords));
        });
      }
    };
    if (!isVector(point, tensor)) {
      storeLanes();
      continue;
    }
    Buffer buffer = bind(tensor, point.lanes, RM_WRITE);
    Value at =
        point.fullVector && tensor.isFull
            ? point.fullVector
            : k.div(offsetOf(tensor, point.coords[0]), k.index(point.lanes));
    Value all;
    bool same = true;
    for (Value valid : point.valid) {
      same &= valid == point.valid[0];
      all = k.logicalAnd(all, valid);
    }
    k.ifThen(all, [&] { k.store(buffer, lanes, at); });
    if (same)
      continue;
    // Vectors that reach into a neighbouring row.
    Value yes = arith::ConstantOp::create(k.b, k.b.getBoolAttr(true));
    k.ifThen(arith::XOrIOp::create(k.b, all, yes), storeLanes);
  }
}

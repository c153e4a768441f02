// fused.image_normalize on the CPU: chunks of a plane in parallel, first their
// statistics, then the apply pass in the same order of threads. Per chunk, sums
// are shifted by a mean of its first elements, so one pass is enough and a
// large mean costs no precision; chunks combine by Chan's formula in f64.
#include "ImageNormalize.h"
#include "ElementBody.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace runmat;
using array::ReductionKind;

namespace {

/// Elements of a chunk: 16 KiB of f32, half of a first-level cache, and small
/// enough that f32 sums of its lanes (256 elements each at 16 lanes) lose
/// nothing that matters.
constexpr int64_t chunkElements = 4096;
/// Planes that fit into this many bytes together are processed as one group, so
/// that the apply pass finds them in the last-level cache.
constexpr int64_t groupBytes = 8 << 20;
/// Results of at least this many bytes, or of unknown size, are written around
/// the caches: they would not stay there anyway.
constexpr int64_t streamingBytes = 8 << 20;
/// Vector accumulators in flight: an fma takes four cycles and two start in
/// each.
constexpr int64_t unroll = 4;

/// How an extra is read: one value per plane, or along with the input.
enum class ExtraAccess { PerPlane, AlongPlane, AlongInput };

class Lowering {
public:
  Lowering(fused::ImageNormalizeOp op, unsigned vectorBits)
      : op(op), b(op.getLoc(), op), vectorBits(vectorBits) {}

  LogicalResult run(std::string &reason);

private:
  LogicalResult check(std::string &reason);
  LogicalResult buildBody(std::string &reason);
  void prepare();
  void statistics(Value firstPlane, Value planesHere);
  void combine(Value firstPlane, Value planesHere);
  void apply(Value firstPlane, Value planesHere);
  void finish();

  // Small pieces of IR.
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value constant(Type type, double value) {
    return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value mul(Value x, Value y) { return arith::MulIOp::create(b, x, y); }
  Value min(Value x, Value y) { return arith::MinSIOp::create(b, x, y); }
  Value toF64(Value x) {
    return x.getType().isF64()
               ? x
               : Value(arith::ExtFOp::create(b, b.getF64Type(), x));
  }
  Value fromF64(Value x, Type type) {
    return type.isF64() ? x : Value(arith::TruncFOp::create(b, type, x));
  }
  VectorType vectorOf(Type element) {
    return VectorType::get({lanes}, element);
  }
  Value splat(Value scalar) {
    return lanes == 1 ? scalar
                      : Value(vector::BroadcastOp::create(
                            b, vectorOf(scalar.getType()), scalar));
  }
  Type laneType(Type element) {
    return lanes == 1 ? element : Type(vectorOf(element));
  }
  Value load(Value memref, Value at, Value mask);
  void store(Value value, Value memref, Value at, Value mask, bool streaming);
  Value flat(Value memref);
  Value flatTensor(Value tensor);
  Value buffer(Type element, Value size);
  scf::ParallelOp parallel(Value count, int64_t work);
  Value identity(fused::ReductionAttr reduction, Type element);
  Value reduceStep(fused::ReductionAttr reduction, Value a, Value x);
  Value reduceLanes(fused::ReductionAttr reduction, Value v);
  /// One body on `lanes` elements at `at`; `mask` is null for all lanes.
  void applyBlock(ValueRange uniform, Value plane, Value planeOffset, Value at,
                  Value mask, bool streaming,
                  SmallVectorImpl<Value> &accumulators);

  fused::ImageNormalizeOp op;
  ImplicitLocOpBuilder b;
  unsigned vectorBits;
  int64_t lanes = 1;
  Type compute, element;
  unsigned rank = 0, batchRank = 0;
  SmallVector<ExtraAccess> extraAccess;
  std::unique_ptr<ElementBody> body;
  SmallVector<Value>
      slots; // gain, bias, clamp, gamma that are run-time values, in body order
  bool streams = true;
  Type i64f; // f64

  Value input, planes, planeSize, chunks, group;
  SmallVector<Value> extras, outputs, outputTensors, partials;
  Value shifts, sums, squares, meanHigh, meanLow, scales;
  Value epsilon, gain;
};

LogicalResult Lowering::check(std::string &reason) {
  compute = op.getComputeType();
  element = op.getInput().getType().getElementType();
  rank = op.getInput().getType().getRank();
  batchRank = rank - op.getDims().size();
  i64f = b.getF64Type();
  fused::UnitBody unit = op.unitBody();
  for (auto [number, extra] : llvm::enumerate(unit.extras)) {
    AffineMap map = unit.map(number);
    auto type = cast<RankedTensorType>(extra.getType());
    bool leading = true, trailing = true, all = map.isIdentity();
    // Per plane: no normalised dim is read. Along the plane: exactly the
    // normalised dims, in order.
    SmallVector<unsigned> read;
    for (AffineExpr expr : map.getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        read.push_back(dim.getPosition());
        leading &= dim.getPosition() < batchRank;
      }
    SmallVector<unsigned> planeDims;
    for (unsigned d = batchRank; d < rank; ++d)
      planeDims.push_back(d);
    // Constant-0 results stand for dims of size 1: they do not move the
    // element.
    trailing = read == planeDims;
    if (type.getElementType().isInteger(1)) {
      reason = "an i1 extra has no vector form in memory";
      return failure();
    }
    if (all)
      extraAccess.push_back(ExtraAccess::AlongInput);
    else if (leading)
      extraAccess.push_back(ExtraAccess::PerPlane);
    else if (trailing)
      extraAccess.push_back(ExtraAccess::AlongPlane);
    else {
      reason = "extra " + std::to_string(number) +
               " is broadcast or transposed inside a plane";
      return failure();
    }
  }
  Block &block = unit.block();
  for (auto [number, value] :
       llvm::enumerate(block.getTerminator()->getOperands())) {
    bool isReduction = number >= op.getNumStored();
    if (value.getType().isInteger(1)) {
      reason = "an i1 result has no vector form in memory";
      return failure();
    }
    if (!isReduction)
      continue;
    ReductionKind kind = unit.reduction(number - op.getNumStored()).getKind();
    if (!isa<Float32Type, Float64Type>(value.getType()) ||
        !llvm::is_contained({ReductionKind::Sum, ReductionKind::Mean,
                             ReductionKind::Min, ReductionKind::Max},
                            kind)) {
      reason = "a reduction that is not a sum, mean, min or max of f32 or f64";
      return failure();
    }
  }
  return success();
}

/// Inputs of the body: x, mean (high and low part), scale, run-time slots,
/// extras.
LogicalResult Lowering::buildBody(std::string &reason) {
  SmallVector<Type> types = {element, compute, compute, compute};
  auto isConstant = [](Value slot) {
    return slot && fused::constantSlot(slot).has_value();
  };
  for (Value slot :
       {Value(op.getBias()), Value(op.getClamp()), Value(op.getGamma())})
    if (slot && !isConstant(slot))
      types.push_back(compute);
  fused::UnitBody unit = op.unitBody();
  unsigned firstExtra = types.size();
  for (Value extra : unit.extras)
    types.push_back(cast<RankedTensorType>(extra.getType()).getElementType());
  body = std::make_unique<ElementBody>(op, types);
  ImplicitLocOpBuilder e(op.getLoc(), body->builder());

  unsigned nextSlot = 4;
  auto slotValue = [&](Value slot) -> Value {
    if (isConstant(slot))
      return arith::ConstantOp::create(
          e, e.getFloatAttr(compute, *fused::constantSlot(slot)));
    slots.push_back(slot);
    return body->input(nextSlot++);
  };
  Value x = body->input(0);
  Value wide =
      element == compute ? x : Value(arith::ExtFOp::create(e, compute, x));
  // (x - high) is exact where x is near the mean; what the mean's own rounding
  // lost comes after.
  Value y = arith::SubFOp::create(
      e, arith::SubFOp::create(e, wide, body->input(1)), body->input(2));
  if (op.getBias())
    y = math::FmaOp::create(e, y, body->input(3), slotValue(op.getBias()));
  else
    y = arith::MulFOp::create(e, y, body->input(3));
  if (op.getClamp()) {
    Value low = slotValue(op.getClamp());
    y = array::MaxOp::create(e, y, low, op.getClampNan());
  }
  if (op.getGamma()) {
    Value gamma = slotValue(op.getGamma());
    y = array::PowOp::create(e, y, gamma);
  }
  Block &block = unit.block();
  IRMapping map;
  map.map(block.getArgument(0), y);
  map.map(block.getArgument(1), x);
  for (unsigned i = 2; i < block.getNumArguments(); ++i)
    map.map(block.getArgument(i), body->input(firstExtra + i - 2));
  for (Operation &inner : block.without_terminator())
    e.clone(inner, map);
  SmallVector<Value> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(map.lookupOrDefault(value));
  if (failed(body->finish(results))) {
    reason = "an operation of the epilogue has no scalar expansion";
    return failure();
  }
  // Four registers a step: the polynomials of pow are chains, and one register
  // waits for each link.
  lanes = body->vectorizable()
              ? registersPerStep * vectorBits / compute.getIntOrFloatBitWidth()
              : 1;
  return success();
}

Value Lowering::flat(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  if (type.getRank() == 1)
    return memref;
  if (type.getRank() == 0)
    return memref::ExpandShapeOp::create(
        b, MemRefType::get({1}, type.getElementType()), memref,
        ArrayRef<ReassociationIndices>{});
  ReassociationIndices all;
  for (int64_t d = 0; d < type.getRank(); ++d)
    all.push_back(d);
  return memref::CollapseShapeOp::create(b, memref,
                                         ArrayRef<ReassociationIndices>{all});
}

Value Lowering::flatTensor(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto memref = MemRefType::get(type.getShape(), type.getElementType());
  return flat(
      bufferization::ToBufferOp::create(b, memref, tensor, /*read_only=*/true));
}

Value Lowering::buffer(Type type, Value size) {
  return memref::AllocOp::create(b,
                                 MemRefType::get({ShapedType::kDynamic}, type),
                                 size, b.getI64IntegerAttr(64));
}

scf::ParallelOp Lowering::parallel(Value count, int64_t work) {
  auto loop = scf::ParallelOp::create(b, index(0), count, index(1));
  // What one iteration is worth, for the decision whether to wake threads.
  loop->setAttr("runmat.work", b.getI64IntegerAttr(work));
  return loop;
}

Value Lowering::load(Value memref, Value at, Value mask) {
  Type type = cast<MemRefType>(memref.getType()).getElementType();
  if (lanes == 1)
    return memref::LoadOp::create(b, memref, at);
  if (!mask)
    return vector::LoadOp::create(b, vectorOf(type), memref, at);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(vectorOf(type)));
  return vector::MaskedLoadOp::create(b, vectorOf(type), memref, at, mask,
                                      zero);
}

void Lowering::store(Value value, Value memref, Value at, Value mask,
                     bool streaming) {
  if (lanes == 1) {
    memref::StoreOp::create(b, value, memref, at);
    return;
  }
  if (mask) {
    vector::MaskedStoreOp::create(b, memref, at, mask, value);
    return;
  }
  auto made = vector::StoreOp::create(b, value, memref, at);
  if (!streaming)
    return;
  made.setNontemporal(true);
  Type type = cast<MemRefType>(memref.getType()).getElementType();
  // The allocation's own alignment bounds what is known.
  made.setAlignment(
      std::min<int64_t>(64, lanes * type.getIntOrFloatBitWidth() / 8));
}

void Lowering::prepare() {
  auto type = op.getInput().getType();
  auto product = [&](unsigned from, unsigned to) -> Value {
    int64_t known = 1;
    Value size;
    for (unsigned d = from; d < to; ++d)
      if (type.isDynamicDim(d)) {
        Value dim = tensor::DimOp::create(b, op.getInput(), d);
        size = size ? mul(size, dim) : dim;
      } else {
        known *= type.getDimSize(d);
      }
    return size ? (known == 1 ? size : mul(size, index(known))) : index(known);
  };
  planes = product(0, batchRank);
  planeSize = product(batchRank, rank);
  chunks = arith::CeilDivUIOp::create(b, planeSize, index(chunkElements));
  Value planeBytes = mul(planeSize, index(element.getIntOrFloatBitWidth() / 8));
  Value fit = arith::DivUIOp::create(
      b, index(groupBytes), arith::MaxUIOp::create(b, planeBytes, index(1)));
  group = arith::MaxSIOp::create(b, index(1), min(fit, planes));

  auto scalar = [&](Value slot) -> Value {
    if (!slot)
      return {};
    if (std::optional<APFloat> value = fused::constantSlot(slot))
      return arith::ConstantOp::create(b, b.getFloatAttr(compute, *value));
    return tensor::ExtractOp::create(b, slot, ValueRange{});
  };
  epsilon = scalar(op.getEpsilon());
  gain = scalar(op.getGain());
  for (Value &slot : slots)
    slot = scalar(slot);

  input = flatTensor(op.getInput());
  for (Value extra : op.unitBody().extras)
    extras.push_back(flatTensor(extra));
  Block &block = op.unitBody().block();
  for (unsigned i = 0; i < op.getNumStored(); ++i) {
    Type stored = block.getTerminator()->getOperand(i).getType();
    SmallVector<Value> dynamic;
    for (unsigned d = 0; d < rank; ++d)
      if (type.isDynamicDim(d))
        dynamic.push_back(tensor::DimOp::create(b, op.getInput(), d));
    auto memref = MemRefType::get(type.getShape(), stored);
    Value out =
        memref::AllocOp::create(b, memref, dynamic, b.getI64IntegerAttr(64));
    outputs.push_back(flat(out));
    outputTensors.push_back(out);
  }
  streams = !type.hasStaticShape() ||
            type.getNumElements() * element.getIntOrFloatBitWidth() / 8 >=
                streamingBytes;

  Value slotsOfGroup = mul(group, chunks);
  shifts = buffer(compute, slotsOfGroup);
  sums = buffer(compute, slotsOfGroup);
  squares = buffer(compute, slotsOfGroup);
  meanHigh = buffer(compute, group);
  meanLow = buffer(compute, group);
  scales = buffer(compute, group);
  Value slotsOfAll = mul(planes, chunks);
  for (unsigned i = op.getNumStored();
       i < block.getTerminator()->getNumOperands(); ++i)
    partials.push_back(
        buffer(block.getTerminator()->getOperand(i).getType(), slotsOfAll));
}

/// For each chunk: its shift, the sum and the sum of squares of what is left.
void Lowering::statistics(Value firstPlane, Value planesHere) {
  Value count = mul(planesHere, chunks);
  auto loop = parallel(count, chunkElements);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value slot = loop.getInductionVars()[0];
  Value plane = add(firstPlane, arith::DivUIOp::create(b, slot, chunks));
  Value offset =
      mul(arith::RemUIOp::create(b, slot, chunks), index(chunkElements));
  Value begin = add(mul(plane, planeSize), offset);
  Value size = min(index(chunkElements), sub(planeSize, offset));
  auto widen = [&](Value v) -> Value {
    return element == compute
               ? v
               : Value(arith::ExtFOp::create(b, laneType(compute), v));
  };
  Type lane = laneType(compute);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(lane));
  auto sumLanes = [&](Value v) -> Value {
    return lanes == 1 ? v
                      : Value(vector::ReductionOp::create(
                            b, vector::CombiningKind::ADD, v,
                            arith::FastMathFlags::reassoc));
  };
  // The shift: the mean of the first vector. One outlier there moves it by its
  // share of a few lanes, and only for this chunk.
  Value head = min(size, index(lanes));
  Value headMask = lanes == 1
                       ? Value()
                       : Value(vector::CreateMaskOp::create(
                             b, VectorType::get({lanes}, b.getI1Type()), head));
  Value headCount = arith::UIToFPOp::create(
      b, compute, arith::IndexCastOp::create(b, b.getI64Type(), head));
  Value shift = arith::DivFOp::create(
      b, sumLanes(widen(load(input, begin, headMask))), headCount);
  Value shiftLanes = splat(shift);

  int64_t step = unroll * lanes;
  Value whole = mul(arith::DivUIOp::create(b, size, index(step)), index(step));
  SmallVector<Value> start(2 * unroll, zero);
  auto main = scf::ForOp::create(b, index(0), whole, index(step), start);
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(main.getBody());
    SmallVector<Value> next;
    Value at = add(begin, main.getInductionVar());
    SmallVector<Value> q;
    for (int64_t u = 0; u < unroll; ++u) {
      Value x = widen(load(input, add(at, index(u * lanes)), {}));
      Value d = arith::SubFOp::create(b, x, shiftLanes);
      next.push_back(arith::AddFOp::create(b, main.getRegionIterArgs()[u], d));
      q.push_back(
          math::FmaOp::create(b, d, d, main.getRegionIterArgs()[unroll + u]));
    }
    next.append(q);
    scf::YieldOp::create(b, next);
  }
  auto tree = [&](ValueRange values) {
    SmallVector<Value> level(values);
    while (level.size() > 1) {
      SmallVector<Value> up;
      for (size_t i = 0; i + 1 < level.size(); i += 2)
        up.push_back(arith::AddFOp::create(b, level[i], level[i + 1]));
      level = up;
    }
    return level[0];
  };
  Value s = tree(main.getResults().take_front(unroll));
  Value q = tree(main.getResults().drop_front(unroll));
  auto rest =
      scf::ForOp::create(b, whole, size, index(lanes), ValueRange{s, q});
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(rest.getBody());
    Value left = sub(size, rest.getInductionVar());
    Value mask = lanes == 1
                     ? Value()
                     : Value(vector::CreateMaskOp::create(
                           b, VectorType::get({lanes}, b.getI1Type()), left));
    Value d = arith::SubFOp::create(
        b, widen(load(input, add(begin, rest.getInductionVar()), mask)),
        shiftLanes);
    if (mask)
      d = arith::SelectOp::create(b, mask, d, zero);
    Value sNext = arith::AddFOp::create(b, rest.getRegionIterArgs()[0], d);
    Value qNext = math::FmaOp::create(b, d, d, rest.getRegionIterArgs()[1]);
    scf::YieldOp::create(b, ValueRange{sNext, qNext});
  }
  memref::StoreOp::create(b, shift, shifts, slot);
  memref::StoreOp::create(b, sumLanes(rest.getResult(0)), sums, slot);
  memref::StoreOp::create(b, sumLanes(rest.getResult(1)), squares, slot);
}

/// Mean and scale of each plane from its chunks, in f64: mean_c = shift + S/n
/// and M2_c = Q - S^2/n, then M2 = sum M2_c + n_c (mean_c - mean)^2 (Chan,
/// Golub, LeVeque 1979).
void Lowering::combine(Value firstPlane, Value planesHere) {
  auto loop = parallel(planesHere, 1);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value plane = loop.getInductionVars()[0];
  Value base = mul(plane, chunks);
  Value zero = constant(i64f, 0);
  auto toFloat = [&](Value n) -> Value {
    return arith::UIToFPOp::create(
        b, i64f, arith::IndexCastOp::create(b, b.getI64Type(), n));
  };
  auto chunk = [&](Value c, Value &n, Value &mean, Value &m2) {
    Value offset = mul(c, index(chunkElements));
    n = toFloat(min(index(chunkElements), sub(planeSize, offset)));
    Value slot = add(base, c);
    Value shift = toF64(memref::LoadOp::create(b, shifts, slot));
    Value s = toF64(memref::LoadOp::create(b, sums, slot));
    Value q = toF64(memref::LoadOp::create(b, squares, slot));
    Value d = arith::DivFOp::create(b, s, n);
    mean = arith::AddFOp::create(b, shift, d);
    m2 = arith::SubFOp::create(b, q, arith::MulFOp::create(b, s, d));
  };
  auto means =
      scf::ForOp::create(b, index(0), chunks, index(1), ValueRange{zero});
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(means.getBody());
    Value n, mean, m2;
    chunk(means.getInductionVar(), n, mean, m2);
    Value weighted = arith::MulFOp::create(b, n, mean);
    scf::YieldOp::create(b, ValueRange{arith::AddFOp::create(
                                b, means.getRegionIterArgs()[0], weighted)});
  }
  Value total = toFloat(planeSize);
  Value mean = arith::DivFOp::create(b, means.getResult(0), total);
  auto deviations =
      scf::ForOp::create(b, index(0), chunks, index(1), ValueRange{zero});
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(deviations.getBody());
    Value n, meanHere, m2;
    chunk(deviations.getInductionVar(), n, meanHere, m2);
    Value away = arith::SubFOp::create(b, meanHere, mean);
    Value between =
        arith::MulFOp::create(b, n, arith::MulFOp::create(b, away, away));
    Value sum = arith::AddFOp::create(b, deviations.getRegionIterArgs()[0],
                                      arith::AddFOp::create(b, m2, between));
    scf::YieldOp::create(b, ValueRange{sum});
  }
  Value variance = arith::DivFOp::create(b, deviations.getResult(0), total);
  Value sigma = math::SqrtOp::create(
      b, arith::AddFOp::create(b, variance, toF64(epsilon)));
  Value factor = gain ? toF64(gain) : constant(i64f, 1);
  Value scale = arith::DivFOp::create(b, factor, sigma);
  Value high = fromF64(mean, compute);
  Value low = fromF64(arith::SubFOp::create(b, mean, toF64(high)), compute);
  memref::StoreOp::create(b, high, meanHigh, plane);
  memref::StoreOp::create(b, low, meanLow, plane);
  memref::StoreOp::create(b, fromF64(scale, compute), scales, plane);
}

Value Lowering::identity(fused::ReductionAttr reduction, Type type) {
  double value = 0;
  // A min or max that skips NaN starts from NaN, so that all NaN gives NaN; an
  // empty one is put right at the end.
  if (reduction.getKind() == ReductionKind::Min ||
      reduction.getKind() == ReductionKind::Max) {
    bool isMin = reduction.getKind() == ReductionKind::Min;
    const llvm::fltSemantics &semantics =
        cast<FloatType>(type).getFloatSemantics();
    APFloat bound = reduction.getNan() == array::NanMode::Number
                        ? APFloat::getNaN(semantics)
                        : APFloat::getInf(semantics, !isMin);
    return arith::ConstantOp::create(b, b.getFloatAttr(type, bound));
  }
  return constant(type, value);
}

Value Lowering::reduceStep(fused::ReductionAttr reduction, Value a, Value x) {
  bool number = reduction.getNan() == array::NanMode::Number;
  switch (reduction.getKind()) {
  case ReductionKind::Min:
    return number ? Value(arith::MinNumFOp::create(b, a, x))
                  : Value(arith::MinimumFOp::create(b, a, x));
  case ReductionKind::Max:
    return number ? Value(arith::MaxNumFOp::create(b, a, x))
                  : Value(arith::MaximumFOp::create(b, a, x));
  default:
    return arith::AddFOp::create(b, a, x);
  }
}

Value Lowering::reduceLanes(fused::ReductionAttr reduction, Value v) {
  if (lanes == 1)
    return v;
  Value total = vector::ExtractOp::create(b, v, ArrayRef<int64_t>{0});
  if (reduction.getKind() == ReductionKind::Sum ||
      reduction.getKind() == ReductionKind::Mean)
    return vector::ReductionOp::create(b, vector::CombiningKind::ADD, v,
                                       arith::FastMathFlags::reassoc);
  for (int64_t lane = 1; lane < lanes; ++lane)
    total =
        reduceStep(reduction, total,
                   vector::ExtractOp::create(b, v, ArrayRef<int64_t>{lane}));
  return total;
}

void Lowering::applyBlock(ValueRange uniform, Value plane, Value planeOffset,
                          Value at, Value mask, bool streaming,
                          SmallVectorImpl<Value> &accumulators) {
  SmallVector<Value> inputs = {load(input, at, mask)};
  inputs.append(uniform.begin(), uniform.end());
  for (auto [number, extra] : llvm::enumerate(extras))
    switch (extraAccess[number]) {
    case ExtraAccess::AlongInput:
      inputs.push_back(load(extra, at, mask));
      break;
    case ExtraAccess::AlongPlane:
      inputs.push_back(load(extra, planeOffset, mask));
      break;
    case ExtraAccess::PerPlane:
      // Already among `uniform`, which ends with these in order: see apply().
      break;
    }
  // Put the per-plane extras back into the order of the body's inputs.
  unsigned firstExtra = 4 + slots.size(), perPlane = firstExtra,
           along = 1 + uniform.size();
  SmallVector<Value> ordered(inputs.begin(), inputs.begin() + firstExtra);
  for (ExtraAccess access : extraAccess)
    ordered.push_back(access == ExtraAccess::PerPlane ? inputs[perPlane++]
                                                      : inputs[along++]);
  SmallVector<Value> results = body->emit(b, ordered);
  for (auto [number, out] : llvm::enumerate(outputs))
    store(results[number], out, at, mask, streaming);
  for (auto [number, accumulator] : llvm::enumerate(accumulators)) {
    fused::ReductionAttr reduction = op.unitBody().reduction(number);
    Value value = results[outputs.size() + number];
    Value next = reduceStep(reduction, accumulator, value);
    accumulator =
        mask ? Value(arith::SelectOp::create(b, mask, next, accumulator))
             : next;
  }
}

void Lowering::apply(Value firstPlane, Value planesHere) {
  Value count = mul(planesHere, chunks);
  // pow costs tens of operations an element, so that a chunk is worth more than
  // its loads.
  auto loop = parallel(count, 4 * chunkElements);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  // Backwards: the end of each thread's share is what its caches still hold.
  Value slot = sub(sub(count, index(1)), loop.getInductionVars()[0]);
  Value local = arith::DivUIOp::create(b, slot, chunks);
  Value plane = add(firstPlane, local);
  Value chunk = arith::RemUIOp::create(b, slot, chunks);
  Value offset = mul(chunk, index(chunkElements));
  Value begin = add(mul(plane, planeSize), offset);
  Value size = min(index(chunkElements), sub(planeSize, offset));

  SmallVector<Value> uniform;
  for (Value buffer : {meanHigh, meanLow, scales})
    uniform.push_back(splat(memref::LoadOp::create(b, buffer, local)));
  for (Value slotValue : slots)
    uniform.push_back(splat(slotValue));
  for (auto [number, extra] : llvm::enumerate(extras))
    if (extraAccess[number] == ExtraAccess::PerPlane) {
      // The extra's element for this plane: its own row-major index from the
      // plane's batch indices.
      AffineMap map = op.unitBody().map(number);
      auto type =
          cast<RankedTensorType>(op.unitBody().extras[number].getType());
      SmallVector<Value> batch(batchRank);
      Value rest = plane;
      for (unsigned d = batchRank; d-- > 0;) {
        Value size = tensor::DimOp::create(b, op.getInput(), d);
        batch[d] = d == 0 ? rest : Value(arith::RemUIOp::create(b, rest, size));
        rest = arith::DivUIOp::create(b, rest, size);
      }
      Value linear = index(0);
      for (int64_t d = 0; d < type.getRank(); ++d) {
        Value size = tensor::DimOp::create(b, op.unitBody().extras[number], d);
        linear = mul(linear, size);
        if (auto dim = dyn_cast<AffineDimExpr>(map.getResult(d)))
          linear = add(linear, batch[dim.getPosition()]);
      }
      uniform.push_back(splat(memref::LoadOp::create(b, extra, linear)));
    }

  SmallVector<Value> accumulators;
  for (unsigned i = 0; i < partials.size(); ++i) {
    Type type = cast<MemRefType>(partials[i].getType()).getElementType();
    accumulators.push_back(splat(identity(op.unitBody().reduction(i), type)));
  }
  // [begin, middle) up to where stores are aligned, whole vectors, and what is
  // left.
  Value misaligned = arith::RemUIOp::create(b, begin, index(lanes));
  Value head =
      arith::RemUIOp::create(b, sub(index(lanes), misaligned), index(lanes));
  head = min(head, size);
  Value whole = mul(arith::DivUIOp::create(b, sub(size, head), index(lanes)),
                    index(lanes));
  Value wholeEnd = add(head, whole);
  auto main = scf::ForOp::create(b, head, wholeEnd, index(lanes), accumulators);
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(main.getBody());
    SmallVector<Value> next(main.getRegionIterArgs());
    Value i = main.getInductionVar();
    applyBlock(uniform, plane, add(offset, i), add(begin, i), {}, streams,
               next);
    if (!next.empty() || main.getNumResults() == 0) {
      if (main.getBody()->empty() ||
          !main.getBody()->back().hasTrait<OpTrait::IsTerminator>())
        scf::YieldOp::create(b, next);
    }
  }
  if (lanes > 1) {
    // Head and tail by one masked copy of the body: at most two rounds.
    auto edges =
        scf::ForOp::create(b, index(0), index(2), index(1), main.getResults());
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(edges.getBody());
    Value isTail = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                         edges.getInductionVar(), index(0));
    Value from = arith::SelectOp::create(b, isTail, wholeEnd, index(0));
    Value to = arith::SelectOp::create(b, isTail, size, head);
    Value mask = vector::CreateMaskOp::create(
        b, VectorType::get({lanes}, b.getI1Type()), sub(to, from));
    SmallVector<Value> next(edges.getRegionIterArgs());
    applyBlock(uniform, plane, add(offset, from), add(begin, from), mask, false,
               next);
    if (edges.getNumResults() != 0)
      scf::YieldOp::create(b, next);
    accumulators.assign(edges.result_begin(), edges.result_end());
  } else {
    accumulators.assign(main.result_begin(), main.result_end());
  }
  Value globalSlot = add(mul(plane, chunks), chunk);
  for (auto [number, accumulator] : llvm::enumerate(accumulators))
    memref::StoreOp::create(
        b, reduceLanes(op.unitBody().reduction(number), accumulator),
        partials[number], globalSlot);
}

/// Results: the images, and the reductions from their partial values (sums in
/// f64).
void Lowering::finish() {
  SmallVector<Value> results;
  for (auto [number, out] : llvm::enumerate(outputTensors))
    results.push_back(bufferization::ToTensorOp::create(
        b, op.getResult(number).getType(), out, /*restrict=*/true,
        /*writable=*/true));
  for (auto [number, partial] : llvm::enumerate(partials)) {
    fused::ReductionAttr reduction = op.unitBody().reduction(number);
    auto type =
        cast<RankedTensorType>(op.getResult(outputs.size() + number).getType());
    Type value = cast<MemRefType>(partial.getType()).getElementType();
    bool all = reduction.getDims().size() == rank;
    bool sums = reduction.getKind() == ReductionKind::Sum ||
                reduction.getKind() == ReductionKind::Mean;
    Value rows = all ? index(1) : planes;
    Value perRow = all ? mul(planes, chunks) : chunks;
    Value elements = all ? mul(planes, planeSize) : planeSize;
    SmallVector<Value> dynamic;
    for (int64_t d = 0; d < type.getRank(); ++d)
      if (type.isDynamicDim(d))
        dynamic.push_back(tensor::DimOp::create(b, op.getInput(), d));
    Value out = memref::AllocOp::create(
        b, MemRefType::get(type.getShape(), type.getElementType()), dynamic,
        b.getI64IntegerAttr(64));
    Value flatOut = type.getRank() == 0 ? out : flat(out);
    auto loop = scf::ForOp::create(b, index(0), rows, index(1));
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(loop.getBody());
      Type accumulator = sums ? i64f : value;
      Value start = identity(reduction, accumulator);
      auto inner =
          scf::ForOp::create(b, index(0), perRow, index(1), ValueRange{start});
      {
        OpBuilder::InsertionGuard innerGuard(b);
        b.setInsertionPointToStart(inner.getBody());
        Value slot =
            add(mul(loop.getInductionVar(), perRow), inner.getInductionVar());
        Value x = memref::LoadOp::create(b, partial, slot);
        if (sums)
          x = toF64(x);
        scf::YieldOp::create(
            b,
            ValueRange{reduceStep(reduction, inner.getRegionIterArgs()[0], x)});
      }
      Value total = inner.getResult(0);
      if (reduction.getKind() == ReductionKind::Mean)
        total = arith::DivFOp::create(
            b, total,
            arith::UIToFPOp::create(
                b, i64f,
                arith::IndexCastOp::create(b, b.getI64Type(), elements)));
      if (sums) {
        total = fromF64(total, value);
      } else {
        Value none = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                           elements, index(0));
        bool isMin = reduction.getKind() == ReductionKind::Min;
        Value empty = arith::ConstantOp::create(
            b, b.getFloatAttr(
                   value,
                   APFloat::getInf(cast<FloatType>(value).getFloatSemantics(),
                                   !isMin)));
        total = arith::SelectOp::create(b, none, empty, total);
      }
      SmallVector<Value> at;
      if (type.getRank() != 0)
        at.push_back(loop.getInductionVar());
      memref::StoreOp::create(b, total, flatOut, at);
    }
    results.push_back(
        bufferization::ToTensorOp::create(b, type, out, true, true));
  }
  for (Value scratch : {shifts, sums, squares, meanHigh, meanLow, scales})
    (void)scratch;
  op->replaceAllUsesWith(results);
  op->erase();
}

LogicalResult Lowering::run(std::string &reason) {
  if (failed(check(reason)) || failed(buildBody(reason)))
    return failure();
  prepare();
  auto groups = scf::ForOp::create(b, index(0), planes, group);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(groups.getBody());
    Value first = groups.getInductionVar();
    Value here = min(group, sub(planes, first));
    statistics(first, here);
    combine(first, here);
    apply(first, here);
  }
  finish();
  return success();
}

} // namespace

LogicalResult runmat::lowerImageNormalize(fused::ImageNormalizeOp op,
                                          unsigned vectorBits,
                                          std::string &reason) {
  return Lowering(op, vectorBits).run(reason);
}

// fused.image_normalize as a nest: the moments of a plane, then its elements.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

namespace {
/// Collects the nest's inputs. Constants of one value become constants of the
/// stages that read them.
class NormalizeNest {
public:
  NormalizeNest(ImageNormalizeOp op, OpBuilder &b)
      : op(op), b(b), loc(op.getLoc()), body(op.unitBody()),
        compute(op.getComputeFloatType()),
        scalar(AffineMap::get(body.rank(), 0, b.getContext())) {}

  NestOp build();

private:
  void addInput(Value tensor, AffineMap map);
  Block *addStage(NestOp nest, unsigned number, unsigned values);
  unsigned numberOf(Value tensor, AffineMapAttr map);
  Value read(Block *stage, Value tensor, AffineMap map);
  void buildMoments(Block *stage);
  void buildApply(Block *stage);

  ImageNormalizeOp op;
  OpBuilder &b;
  Location loc;
  UnitBody body;
  FloatType compute;
  /// Reads a tensor of rank 0.
  AffineMap scalar;
  SmallVector<Value> inputs;
  SmallVector<Attribute> maps;
};
} // namespace

/// The element of a constant tensor that is the same everywhere, else null.
static TypedAttr splatElement(Value tensor) {
  DenseElementsAttr elements;
  if (!matchPattern(tensor, m_Constant(&elements)) || !elements.isSplat())
    return {};
  return cast<TypedAttr>(elements.getSplatValue<Attribute>());
}

void NormalizeNest::addInput(Value tensor, AffineMap map) {
  auto attr = AffineMapAttr::get(map);
  if (splatElement(tensor) || numberOf(tensor, attr) < inputs.size())
    return;
  inputs.push_back(tensor);
  maps.push_back(attr);
}

unsigned NormalizeNest::numberOf(Value tensor, AffineMapAttr map) {
  unsigned number = 0;
  while (number < inputs.size() &&
         (inputs[number] != tensor || maps[number] != map))
    ++number;
  return number;
}

/// The scalar of a tensor that addInput got.
Value NormalizeNest::read(Block *stage, Value tensor, AffineMap map) {
  if (TypedAttr constant = splatElement(tensor))
    return array::ConstantOp::create(b, loc, constant);
  return stage->getArgument(numberOf(tensor, AffineMapAttr::get(map)));
}

Block *NormalizeNest::addStage(NestOp nest, unsigned number, unsigned values) {
  Block *stage = b.createBlock(&nest.getStages()[number]);
  for (Value input : inputs)
    stage->addArgument(array::elementTypeOf(input.getType()), input.getLoc());
  for (unsigned i = 0; i < values; ++i)
    stage->addArgument(compute, loc);
  return stage;
}

void NormalizeNest::buildMoments(Block *stage) {
  Value x = stage->getArgument(0);
  if (x.getType() != compute)
    x = array::CastOp::create(b, loc, compute, x);
  YieldOp::create(b, loc, x);
}

void NormalizeNest::buildApply(Block *stage) {
  Value x = stage->getArgument(0), wide = x;
  if (x.getType() != compute)
    wide = array::CastOp::create(b, loc, compute, x);
  auto slot = [&](Value tensor) {
    return tensor ? read(stage, tensor, scalar) : Value();
  };
  Value epsilon = slot(op.getEpsilon()), gain = slot(op.getGain()),
        bias = slot(op.getBias()), clamp = slot(op.getClamp()),
        gamma = slot(op.getGamma());
  SmallVector<Value> extras;
  for (auto [i, extra] : llvm::enumerate(body.extras))
    extras.push_back(read(stage, extra, body.map(i)));
  auto moments = stage->getArguments().take_back(kNumMoments);
  Value mean = moments[0], low = moments[1], variance = moments[2],
        lift = moments[3];
  auto mul = [&](Value p, Value q) -> Value {
    return array::MulOp::create(b, loc, p, q);
  };
  auto add = [&](Value p, Value q) -> Value {
    return array::AddOp::create(b, loc, p, q);
  };
  // The variance is that of lift * x, so epsilon is lifted twice. (x - mean) is
  // exact near the mean; what its rounding lost is subtracted behind. Gain
  // comes last, as in the program: gain / sigma may leave the type's range
  // where the result does not.
  Value sigma = array::SqrtOp::create(
      b, loc, add(variance, mul(epsilon, mul(lift, lift))));
  Value one = array::ConstantOp::create(b, loc, b.getFloatAttr(compute, 1.0));
  Value inverse = array::DivOp::create(b, loc, one, sigma);
  Value lost = array::NegOp::create(b, loc, mul(mul(low, lift), inverse));
  Value d = mul(array::SubOp::create(b, loc, wide, mean), lift);
  Value y = add(mul(d, inverse), lost);
  if (gain)
    y = mul(y, gain);
  if (bias)
    y = add(y, bias);
  if (clamp)
    y = array::MaxOp::create(b, loc, y, clamp, op.getClampNanAttr());
  if (gamma)
    y = array::PowOp::create(b, loc, y, gamma);

  Block &epilogue = body.block();
  IRMapping mapping;
  mapping.map(epilogue.getArgument(0), y);
  mapping.map(epilogue.getArgument(1), x);
  mapping.map(epilogue.getArguments().drop_front(2), extras);
  for (Operation &inner : epilogue)
    b.clone(inner, mapping);
}

NestOp NormalizeNest::build() {
  MLIRContext *context = b.getContext();
  unsigned rank = body.rank();
  inputs.push_back(op.getInput());
  maps.push_back(
      AffineMapAttr::get(AffineMap::getMultiDimIdentityMap(rank, context)));
  for (Value slot : {op.getEpsilon(), op.getGain(), op.getBias(), op.getClamp(),
                     op.getGamma()})
    if (slot)
      addInput(slot, scalar);
  for (auto [i, extra] : llvm::enumerate(body.extras))
    addInput(extra, body.map(i));

  SmallVector<Attribute> applied(body.numStored, StoreAttr::get(context));
  applied.append(body.reductions.begin(), body.reductions.end());
  Attribute moments = MomentsAttr::get(context, op.getDims());
  auto results = llvm::to_vector(
      llvm::seq<int64_t>(1, 1 + static_cast<int64_t>(applied.size())));
  auto nest = NestOp::create(
      b, loc, op.getResultTypes(), b.getDenseI64ArrayAttr(body.iterationShape),
      inputs, ValueRange(), ValueRange(), b.getArrayAttr(maps),
      b.getArrayAttr({b.getArrayAttr(moments), b.getArrayAttr(applied)}),
      b.getDenseI64ArrayAttr(results), b.getStringAttr(op.unitKind()),
      op.getDeviceAttr(), /*stages=*/2);
  OpBuilder::InsertionGuard guard(b);
  buildMoments(addStage(nest, 0, 0));
  buildApply(addStage(nest, 1, kNumMoments));
  return nest;
}

Operation *ImageNormalizeOp::nest(OpBuilder &builder) {
  return NormalizeNest(*this, builder).build();
}

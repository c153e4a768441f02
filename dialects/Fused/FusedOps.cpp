// Each unit's own rules and its view as a UnitBody; what is common is in
// UnitBody.cpp.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::fused;

//===-- image_normalize ---------------------------------------------------===//

// Where an invalid epsilon is refused. A verifier sees one operation, and a
// constant stands in another: folding or inlining may put a negative one in
// front of a valid unit at any time, and must leave valid IR. A negative or NaN
// epsilon also has a meaning, the program's: NaN where var + epsilon is below
// 0. So it is an error only in what someone writes, which is what the parser
// sees; the matcher forms no such unit; and canonicalisation takes apart one
// whose epsilon turns out to be invalid, so that it prints nothing that it
// would not read again.

/// The constant that `epsilon` is, if it is one that no unit should have.
static std::optional<APFloat> invalidEpsilon(Value epsilon) {
  std::optional<APFloat> value = constantSlot(epsilon);
  if (value && !isValidEpsilon(*value))
    return value;
  return std::nullopt;
}

static ParseResult parseEpsilon(OpAsmParser &parser,
                                OpAsmParser::UnresolvedOperand &operand,
                                Type &type) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<Value> value;
  if (parser.parseOperand(operand) || parser.parseColonType(type) ||
      parser.resolveOperand(operand, type, value))
    return failure();
  std::optional<APFloat> invalid = invalidEpsilon(value.front());
  if (!invalid)
    return success();
  SmallString<16> text;
  invalid->toString(text);
  return parser.emitError(loc) << "epsilon-invalid: epsilon is " << text
                               << "; it must be a number that is not negative";
}

static void printEpsilon(OpAsmPrinter &printer, Operation *, Value operand,
                         Type type) {
  printer << operand << " : " << type;
}

LogicalResult ImageNormalizeOp::canonicalize(ImageNormalizeOp op,
                                             PatternRewriter &rewriter) {
  if (!invalidEpsilon(op.getEpsilon()))
    return rewriter.notifyMatchFailure(op, "epsilon is valid or not known");
  FailureOr<SmallVector<Value>> results = op.decompose(rewriter);
  if (failed(results))
    return rewriter.notifyMatchFailure(op, "no form in array operations");
  rewriter.replaceOp(op, *results);
  return success();
}

UnitBody ImageNormalizeOp::unitBody() {
  // Without this a wrong operand count of `reductions` would wrap around.
  unsigned reductions = getReductions().size();
  unsigned stored =
      getNumResults() >= reductions ? getNumResults() - reductions : 0;
  return {
      getOperation(),   SmallVector<int64_t>(getInput().getType().getShape()),
      /*numLeading=*/2, getODSOperandIndexAndLength(6).first,
      getExtras(),      getExtraMaps(),
      getReductions(),  stored};
}

bool ImageNormalizeOp::getClampZero() {
  std::optional<APFloat> value = constantSlot(getClamp());
  return value && value->isZero();
}

LogicalResult ImageNormalizeOp::verify() {
  // First, since every accessor trusts them: what ODS checks is their sum, and
  // that an optional operand is at most one.
  for (auto [index, name] : {std::pair(0u, "input"), std::pair(1u, "epsilon")})
    if (unsigned length = getODSOperandIndexAndLength(index).second;
        length != 1)
      return emitOpError("operandSegmentSizes gives ")
             << length << " operands to " << name << ", which takes one";
  RankedTensorType input = getInput().getType();
  auto compute = dyn_cast<FloatType>(getComputeType());
  if (!compute || !(compute.isF32() || compute.isF64()))
    return emitOpError("compute type must be f32 or f64, not ")
           << getComputeType();
  if (Type element = input.getElementType();
      element != compute &&
      element.getIntOrFloatBitWidth() >= compute.getWidth())
    return emitOpError("compute type ")
           << compute << " is not a widening of the input's " << element;

  int64_t rank = input.getRank(), count = getDims().size();
  if (rank < 2)
    return emitOpError("input must have rank 2 or more, not ") << rank;
  if (count == 0 || count >= rank)
    return emitOpError("normalises ")
           << count << " of " << rank
           << " dims; it takes one or more, and leaves one or more as the "
              "batch";
  for (auto [i, dim] : llvm::enumerate(getDims()))
    if (dim != rank - count + static_cast<int64_t>(i))
      return emitOpError("dims must be the trailing dims of the input, "
                         "ascending, not ")
             << getDimsAttr();

  for (Value slot :
       {getEpsilon(), getGain(), getBias(), getClamp(), getGamma()})
    if (slot && array::elementTypeOf(slot.getType()) != compute)
      return emitOpError("epsilon, gain, bias, clamp and gamma must be of the "
                         "compute type ")
             << compute << ", not " << slot.getType();
  if (getNumResults() < getReductions().size())
    return emitOpError("has ") << getNumResults() << " results for "
                               << getReductions().size() << " reductions";
  return success();
}

LogicalResult ImageNormalizeOp::verifyRegions() {
  Block &block = getEpilogue().front();
  Type expected[] = {getComputeType(), getInput().getType().getElementType()};
  for (unsigned i = 0; i < 2; ++i)
    if (block.getArgument(i).getType() != expected[i])
      return emitOpError("region argument #")
             << i << " is " << block.getArgument(i).getType() << ", not "
             << expected[i];
  int64_t planeDims = getDims().size(), rank = getInput().getType().getRank();
  for (auto [i, attr] : llvm::enumerate(getReductions())) {
    ArrayRef<int64_t> dims = cast<ReductionAttr>(attr).getDims();
    if (dims != getDims() && static_cast<int64_t>(dims.size()) != rank)
      return emitOpError("reduction #")
             << i << " must run over the " << planeDims
             << " normalised dims or over all " << rank;
  }
  return success();
}

Speculation::Speculatability ImageNormalizeOp::getSpeculatability() {
  return array::needsRuntimeShapeCheck(getOperands())
             ? Speculation::NotSpeculatable
             : Speculation::Speculatable;
}

bool ImageNormalizeOp::canReduceOver(ArrayRef<int64_t> dims) {
  return dims == getDims() ||
         static_cast<int64_t>(dims.size()) == getInput().getType().getRank();
}

Value ImageNormalizeOp::inputInRegion() { return getInput(); }

Operation *ImageNormalizeOp::makeAnew(OpBuilder &builder, ValueRange extras,
                                      ArrayAttr maps, ArrayAttr reductions,
                                      TypeRange results) {
  return ImageNormalizeOp::create(builder, getLoc(), results, getInput(),
                                  getEpsilon(), getGain(), getBias(),
                                  getClamp(), getGamma(), extras, getDimsAttr(),
                                  getComputeTypeAttr(), getClampNanAttr(), maps,
                                  reductions, getDeviceAttr());
}

//===-- map and reduce ----------------------------------------------------===//

static unsigned spaceRank(ArrayAttr maps) {
  return maps.empty() ? 0
                      : cast<AffineMapAttr>(maps[0]).getValue().getNumDims();
}

UnitBody MapOp::unitBody() {
  // The results give static sizes; the inputs, the others.
  SmallVector<int64_t> shape;
  if (getNumResults() != 0)
    shape = SmallVector<int64_t>(
        cast<RankedTensorType>(getResult(0).getType()).getShape());
  return {getOperation(),
          shape,
          /*numLeading=*/0,
          /*firstExtraOperand=*/0,
          getInputs(),
          getMaps(),
          ArrayAttr::get(getContext(), {}),
          getNumResults()};
}

LogicalResult MapOp::verify() {
  if (getNumResults() == 0)
    return emitOpError("has no result");
  auto type = cast<RankedTensorType>(getResult(0).getType());
  if (getMaps().size() != getInputs().size())
    return emitOpError("has ") << getMaps().size() << " maps for "
                               << getInputs().size() << " tensors";
  SmallVector<int64_t> read =
      iterationShapeOf(getInputs(), getMaps(), type.getRank());
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size) && read[dim] == kUnread)
      return emitOpError("no input reads dim ")
             << dim << " of the iteration space, so its size is unknown";
  return success();
}

Speculation::Speculatability MapOp::getSpeculatability() {
  return llvm::all_of(getOperandTypes(),
                      [](Type type) {
                        return cast<RankedTensorType>(type).hasStaticShape();
                      })
             ? Speculation::Speculatable
             : Speculation::NotSpeculatable;
}

// A map stores; reductions of its results are fused.reduce's.
bool MapOp::canReduceOver(ArrayRef<int64_t>) { return false; }

Value MapOp::inputInRegion() { return {}; }

Operation *MapOp::makeAnew(OpBuilder &builder, ValueRange extras,
                           ArrayAttr maps, ArrayAttr, TypeRange results) {
  return MapOp::create(builder, getLoc(), results, extras, maps,
                       getDeviceAttr());
}

Operation *fused::oneStageNest(OpBuilder &b, const UnitBody &body,
                               ValueRange leading, StringRef kind,
                               StringAttr device) {
  SmallVector<Attribute> yields(body.numStored, StoreAttr::get(b.getContext()));
  yields.append(body.reductions.begin(), body.reductions.end());
  auto results = llvm::to_vector(
      llvm::seq<int64_t>(0, static_cast<int64_t>(yields.size())));
  SmallVector<Value> inputs(leading);
  inputs.append(body.extras.begin(), body.extras.end());
  SmallVector<Attribute> maps(
      leading.size(), AffineMapAttr::get(AffineMap::getMultiDimIdentityMap(
                          body.rank(), b.getContext())));
  maps.append(body.maps.begin(), body.maps.end());
  auto nest = NestOp::create(
      b, body.op->getLoc(), body.op->getResultTypes(),
      b.getDenseI64ArrayAttr(body.iterationShape), inputs, ValueRange(),
      ValueRange(), b.getArrayAttr(maps),
      b.getArrayAttr(b.getArrayAttr(yields)), b.getDenseI64ArrayAttr(results),
      b.getStringAttr(kind), device, 1);
  IRMapping mapping;
  body.op->getRegion(0).cloneInto(&nest.getStages()[0], mapping);
  return nest;
}
Operation *MapOp::nest(OpBuilder &builder) {
  return oneStageNest(builder, unitBody(), {}, unitKind(), getDeviceAttr());
}
Operation *ReduceOp::nest(OpBuilder &builder) {
  return oneStageNest(builder, unitBody(), {}, unitKind(), getDeviceAttr());
}

UnitBody ReduceOp::unitBody() {
  return {getOperation(),
          iterationShapeOf(getInputs(), getMaps(), spaceRank(getMaps())),
          /*numLeading=*/0,
          /*firstExtraOperand=*/0,
          getInputs(),
          getMaps(),
          getReductions(),
          /*numStored=*/0};
}

LogicalResult ReduceOp::verify() {
  if (getReductions().empty() || getInputs().empty())
    return emitOpError("needs an input and a reduction");
  return success();
}

Speculation::Speculatability ReduceOp::getSpeculatability() {
  return llvm::all_of(getOperandTypes(),
                      [](Type type) {
                        return cast<RankedTensorType>(type).hasStaticShape();
                      })
             ? Speculation::Speculatable
             : Speculation::NotSpeculatable;
}

//===-- nest (Nest.cpp): its own parts of the text ------------------------===//

/// `[4, ?]`
static ParseResult parseSpace(OpAsmParser &parser, DenseI64ArrayAttr &space) {
  SmallVector<int64_t> sizes;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        if (succeeded(parser.parseOptionalQuestion())) {
          sizes.push_back(ShapedType::kDynamic);
          return ParseResult(success());
        }
        return parser.parseInteger(sizes.emplace_back());
      }))
    return failure();
  space = parser.getBuilder().getDenseI64ArrayAttr(sizes);
  return success();
}
static void printSpace(OpAsmPrinter &printer, Operation *,
                       DenseI64ArrayAttr space) {
  printer << '[';
  llvm::interleaveComma(space.asArrayRef(), printer, [&](int64_t size) {
    if (ShapedType::isDynamic(size))
      printer << '?';
    else
      printer << size;
  });
  printer << ']';
}

static ParseResult parseDenseInts(OpAsmParser &parser,
                                  DenseI64ArrayAttr &values) {
  SmallVector<int64_t> parsed;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parser.parseInteger(parsed.emplace_back());
      }))
    return failure();
  values = parser.getBuilder().getDenseI64ArrayAttr(parsed);
  return success();
}
static void printDenseInts(OpAsmPrinter &printer, Operation *,
                           DenseI64ArrayAttr values) {
  printer << '[';
  llvm::interleaveComma(values.asArrayRef(), printer);
  printer << ']';
}

#define GET_OP_CLASSES
#include "runmat/Dialect/Fused/FusedOps.cpp.inc"

// Outermost parallel loops become functions over a range of the flattened
// iteration space. The space is split by elements, not by rows: four planes
// keep sixteen threads busy.
#include "runmat/Support/RuntimeFunction.h"
#include "runmat/Target/CPU/Passes.h"

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/RegionUtils.h"

namespace runmat {
#define GEN_PASS_DEF_OUTLINEPARALLELLOOPS
#include "runmat/Target/CPU/Passes.h.inc"
} // namespace runmat

using namespace mlir;
using namespace runmat;

namespace {

/// Whether the operation becomes an instruction or a few, not a call of libm.
bool isInstruction(Operation &op) {
  return !isa_and_nonnull<math::MathDialect>(op.getDialect()) ||
         isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
             math::FloorOp, math::FmaOp, math::RoundEvenOp, math::SqrtOp,
             math::TruncOp>(op);
}

/// Work of one iteration: its operations, and those of a loop in the body as
/// often as it runs (`unknownTripCount` times where that is not constant).
int64_t weightOf(Block &block, int64_t unknownTripCount) {
  constexpr runmat::CPUProfile profile;
  int64_t operations = 0, loops = 0;
  block.walk<WalkOrder::PreOrder>([&](Operation *op) {
    auto loop = dyn_cast<scf::ForOp>(op);
    if (!loop) {
      operations += isInstruction(*op) ? 1 : profile.callOperations;
      return WalkResult::advance();
    }
    std::optional<APInt> trips = loop.getStaticTripCount();
    int64_t count =
        trips ? std::max<int64_t>(trips->getSExtValue(), 1) : unknownTripCount;
    loops += count * weightOf(*loop.getBody(), unknownTripCount);
    return WalkResult::skip();
  });
  return std::max<int64_t>(1, operations / profile.unitOperations) + loops;
}

Value indexConstant(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

struct Outliner {
  ModuleOp module;
  LLVMTypeConverter &converter;
  int64_t minWork, unknownTripCount;
  int64_t count = 0;

  void outline(scf::ParallelOp loop);
  void emitBody(OpBuilder &b, scf::ParallelOp loop, Value begin, Value end,
                IRMapping &map);
};

/// Iterations [begin, end) of the flattened space: a loop over rows of the
/// innermost dimension, of which the first and last may be partial.
void Outliner::emitBody(OpBuilder &b, scf::ParallelOp loop, Value begin,
                        Value end, IRMapping &map) {
  Location loc = loop.getLoc();
  unsigned rank = loop.getNumLoops();
  auto mapped = [&](Value v) { return map.lookupOrDefault(v); };
  SmallVector<Value> trips(rank);
  for (unsigned d = 0; d < rank; ++d) {
    Value span = arith::SubIOp::create(b, loc, mapped(loop.getUpperBound()[d]),
                                       mapped(loop.getLowerBound()[d]));
    trips[d] =
        arith::CeilDivSIOp::create(b, loc, span, mapped(loop.getStep()[d]));
  }
  Value zero = indexConstant(b, loc, 0), one = indexConstant(b, loc, 1);
  Value inner = trips.back();
  Value firstRow = arith::DivUIOp::create(b, loc, begin, inner);
  Value lastRow = arith::CeilDivSIOp::create(b, loc, end, inner);
  auto rows = scf::ForOp::create(b, loc, firstRow, lastRow, one);
  OpBuilder rowBuilder = OpBuilder::atBlockTerminator(rows.getBody());
  Value row = rows.getInductionVar();
  auto inductionValue = [&](OpBuilder &ob, unsigned d, Value trip) {
    Value scaled =
        arith::MulIOp::create(ob, loc, trip, mapped(loop.getStep()[d]));
    return arith::AddIOp::create(ob, loc, mapped(loop.getLowerBound()[d]),
                                 scaled);
  };
  Value rest = row;
  for (unsigned d = rank - 1; d-- > 0;) {
    Value trip = rest;
    if (d > 0) {
      trip = arith::RemUIOp::create(rowBuilder, loc, rest, trips[d]);
      rest = arith::DivUIOp::create(rowBuilder, loc, rest, trips[d]);
    }
    map.map(loop.getInductionVars()[d], inductionValue(rowBuilder, d, trip));
  }
  Value rowStart = arith::MulIOp::create(rowBuilder, loc, row, inner);
  Value low = arith::MaxSIOp::create(
      rowBuilder, loc, zero,
      arith::SubIOp::create(rowBuilder, loc, begin, rowStart));
  Value high = arith::MinSIOp::create(
      rowBuilder, loc, inner,
      arith::SubIOp::create(rowBuilder, loc, end, rowStart));
  auto columns = scf::ForOp::create(rowBuilder, loc, low, high, one);
  OpBuilder bodyBuilder = OpBuilder::atBlockTerminator(columns.getBody());
  map.map(loop.getInductionVars()[rank - 1],
          inductionValue(bodyBuilder, rank - 1, columns.getInductionVar()));
  for (Operation &op : loop.getBody()->without_terminator())
    bodyBuilder.clone(op, map);
}

void Outliner::outline(scf::ParallelOp loop) {
  Location loc = loop.getLoc();
  OpBuilder b(loop);
  MLIRContext *context = b.getContext();
  Type i64 = b.getI64Type(), ptr = LLVM::LLVMPointerType::get(context);

  // What the body and the bounds use from outside; constants are cloned
  // instead.
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(loop.getRegion(), captured);
  for (ValueRange bounds :
       {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})
    captured.insert(bounds.begin(), bounds.end());
  SmallVector<Value> values;
  SmallVector<Operation *> constants;
  for (Value value : captured)
    if (Operation *def = value.getDefiningOp();
        def && def->hasTrait<OpTrait::ConstantLike>())
      constants.push_back(def);
    else
      values.push_back(value);
  SmallVector<Type> fields;
  for (Value value : values)
    fields.push_back(converter.convertType(value.getType()));
  Type envType = LLVM::LLVMStructType::getLiteral(context, fields);

  // The function of a range.
  std::string name = "parallel_body_" + std::to_string(count++);
  while (module.lookupSymbol(name))
    name = "parallel_body_" + std::to_string(count++);
  OpBuilder moduleBuilder = OpBuilder::atBlockEnd(module.getBody());
  auto function = LLVM::LLVMFuncOp::create(
      moduleBuilder, loc, name,
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(context),
                                  {i64, i64, ptr}),
      LLVM::Linkage::Internal);
  // Called in two places; once more of its code would only be more to compile.
  function.setNoInline(true);
  Block *entry = function.addEntryBlock(moduleBuilder);
  OpBuilder fb = OpBuilder::atBlockEnd(entry);
  IRMapping map;
  for (Operation *constant : constants)
    fb.clone(*constant, map);
  for (auto [index, value] : llvm::enumerate(values)) {
    Value field =
        LLVM::GEPOp::create(fb, loc, ptr, envType, entry->getArgument(2),
                            ArrayRef<LLVM::GEPArg>{0, int32_t(index)});
    Value loaded = LLVM::LoadOp::create(fb, loc, fields[index], field);
    map.map(value,
            UnrealizedConversionCastOp::create(fb, loc, value.getType(), loaded)
                .getResult(0));
  }
  auto toIndex = [&](OpBuilder &ob, Value v) -> Value {
    return arith::IndexCastOp::create(ob, loc, ob.getIndexType(), v);
  };
  Value begin = toIndex(fb, entry->getArgument(0)),
        end = toIndex(fb, entry->getArgument(1));
  emitBody(fb, loop, begin, end, map);
  LLVM::ReturnOp::create(fb, loc, ValueRange{});

  // The call: the environment lives in the frame, so its slot is made at the
  // function's entry.
  Operation *parent = loop->getParentOfType<FunctionOpInterface>();
  OpBuilder entryBuilder =
      OpBuilder::atBlockBegin(&parent->getRegion(0).front());
  Value one = LLVM::ConstantOp::create(entryBuilder, loc, i64,
                                       entryBuilder.getI64IntegerAttr(1));
  Value env = LLVM::AllocaOp::create(entryBuilder, loc, ptr, envType, one);
  for (auto [index, value] : llvm::enumerate(values)) {
    Value converted =
        UnrealizedConversionCastOp::create(b, loc, fields[index], value)
            .getResult(0);
    Value field = LLVM::GEPOp::create(
        b, loc, ptr, envType, env, ArrayRef<LLVM::GEPArg>{0, int32_t(index)});
    LLVM::StoreOp::create(b, loc, converted, field);
  }
  Value total = indexConstant(b, loc, 1);
  for (unsigned d = 0; d < loop.getNumLoops(); ++d) {
    Value span = arith::SubIOp::create(b, loc, loop.getUpperBound()[d],
                                       loop.getLowerBound()[d]);
    Value trips = arith::CeilDivSIOp::create(b, loc, span, loop.getStep()[d]);
    trips = arith::MaxSIOp::create(b, loc, trips, indexConstant(b, loc, 0));
    total = arith::MulIOp::create(b, loc, total, trips);
  }
  // A schedule that knows what an iteration is worth says so.
  auto stated = loop->getAttrOfType<IntegerAttr>("runmat.work");
  int64_t weight =
      stated ? stated.getInt() : weightOf(*loop.getBody(), unknownTripCount);
  Value enough = arith::CmpIOp::create(
      b, loc, arith::CmpIPredicate::sge, total,
      indexConstant(b, loc, std::max<int64_t>(1, minWork / weight)));
  Value some = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt, total,
                                     indexConstant(b, loc, 0));
  LLVM::LLVMFuncOp runtime = declareRuntimeFunction(
      module, "rm_parallel_for", Type(), {i64, i64, ptr, ptr});
  scf::IfOp::create(b, loc, some, [&](OpBuilder &ob, Location) {
    Value zero =
        LLVM::ConstantOp::create(ob, loc, i64, ob.getI64IntegerAttr(0));
    Value n = arith::IndexCastOp::create(ob, loc, i64, total);
    scf::IfOp::create(
        ob, loc, enough,
        [&](OpBuilder &tb, Location) {
          Value body = LLVM::AddressOfOp::create(tb, loc, ptr, name);
          LLVM::CallOp::create(tb, loc, runtime,
                               ValueRange{zero, n, body, env});
          scf::YieldOp::create(tb, loc);
        },
        [&](OpBuilder &tb, Location) {
          LLVM::CallOp::create(tb, loc, function, ValueRange{zero, n, env});
          scf::YieldOp::create(tb, loc);
        });
    scf::YieldOp::create(ob, loc);
  });
  loop.erase();
}

/// A parallel loop inside another one runs serially.
void serialise(scf::ParallelOp loop) {
  OpBuilder b(loop);
  scf::LoopNest nest =
      scf::buildLoopNest(b, loop.getLoc(), loop.getLowerBound(),
                         loop.getUpperBound(), loop.getStep());
  IRMapping map;
  OpBuilder inner = b;
  if (nest.loops.empty())
    return;
  inner.setInsertionPoint(nest.loops.back().getBody()->getTerminator());
  for (auto [iv, serial] : llvm::zip(loop.getInductionVars(), nest.loops))
    map.map(iv, serial.getInductionVar());
  for (Operation &op : loop.getBody()->without_terminator())
    inner.clone(op, map);
  loop.erase();
}

struct OutlineParallelLoopsPass
    : runmat::impl::OutlineParallelLoopsBase<OutlineParallelLoopsPass> {
  using OutlineParallelLoopsBase::OutlineParallelLoopsBase;

  void runOnOperation() override {
    LLVMTypeConverter converter(&getContext());
    Outliner outliner{getOperation(), converter, minWork, unknownTripCount};
    SmallVector<scf::ParallelOp> outermost, nested;
    getOperation().walk<WalkOrder::PostOrder>([&](scf::ParallelOp loop) {
      if (loop->getParentOfType<scf::ParallelOp>())
        nested.push_back(loop);
      else
        outermost.push_back(loop);
    });
    for (scf::ParallelOp loop :
         llvm::concat<scf::ParallelOp>(nested, outermost))
      if (loop.getNumResults()) {
        loop.emitError("parallel loop with results cannot be outlined");
        return signalPassFailure();
      }
    for (scf::ParallelOp loop : nested)
      serialise(loop);
    for (scf::ParallelOp loop : outermost)
      outliner.outline(loop);
  }
};

} // namespace

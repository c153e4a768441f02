// Reductions: one generic each whose combiner is one arith operation, which
// upstream tiles and vectorises. f32, f16 and bf16 accumulate in f64 (n
// additions then lose at most n * 2^-53 of the sum of magnitudes, far below the
// result's rounding, in any order); f64 carries what it loses. var and std are
// two-pass.
#include "Lowering.h"

#include "runmat/Dialect/Array/CheckMessages.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace runmat;
using namespace runmat::array;

namespace {

/// One reduction being lowered.
struct Reducer {
  Lowering &b;
  Reduction op;
  Value x;
  RankedTensorType type;
  SmallVector<int64_t> dims, kept;
  Sizes sizes, keptSizes;
  Type element;

  Reducer(Reduction op, Lowering &b)
      : b(b), op(op), x(op.getReductionInput()),
        type(cast<RankedTensorType>(x.getType())), dims(op.getReducedDims()),
        sizes(b.sizesOf(x)), element(type.getElementType()) {
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (!llvm::is_contained(dims, dim)) {
        kept.push_back(dim);
        keptSizes.push_back(sizes[dim]);
      }
  }

  OpFoldResult count() { return b.count(sizes, dims); }

  RankedTensorType keptType(Type elementType) {
    SmallVector<int64_t> shape;
    for (int64_t dim : kept)
      shape.push_back(type.getDimSize(dim));
    return RankedTensorType::get(shape, elementType);
  }

  AffineMap keptMap() {
    SmallVector<AffineExpr> exprs;
    for (int64_t dim : kept)
      exprs.push_back(b.getAffineDimExpr(dim));
    return AffineMap::get(type.getRank(), 0, exprs, b.getContext());
  }

  /// Reduces x (and tensors of the kept shape, `extra`) into outputs that start
  /// at `inits`.
  SmallVector<Value> reduce(ValueRange extra, ValueRange inits,
                            ScalarBody body) {
    SmallVector<Value> inputs{x};
    SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(type.getRank())};
    for (Value value : extra) {
      inputs.push_back(value);
      maps.push_back(keptMap());
    }
    // Over no dims each accumulator meets one element: no loop reads it back.
    bool once = dims.empty();
    SmallVector<Value> outs;
    for (Value init : inits) {
      RankedTensorType out = keptType(init.getType());
      outs.push_back(once ? b.empty(out, keptSizes)
                          : b.fill(init, out, keptSizes));
      maps.push_back(keptMap());
    }
    SmallVector<utils::IteratorType> iterators(type.getRank(),
                                               utils::IteratorType::parallel);
    for (int64_t dim : dims)
      iterators[dim] = utils::IteratorType::reduction;
    auto generic = linalg::GenericOp::create(
        b, b.loc(), ValueRange(outs).getTypes(), inputs, outs, maps, iterators,
        [&](OpBuilder &builder, Location loc, ValueRange args) {
          SmallVector<Value> values(args);
          if (once)
            llvm::copy(inits, values.begin() + inputs.size());
          linalg::YieldOp::create(builder, loc, body(builder, loc, values));
        });
    return llvm::to_vector(ValueRange(generic.getResults()));
  }

  /// The element as a number of type `wide`, or `instead` where NaN is omitted.
  Value element_(OpBuilder &body, Location loc, Value value, Type wide,
                 double instead) {
    Value widened = castScalar(body, loc, value, wide);
    if (!op.omitsNan() || !isa<FloatType>(element))
      return widened;
    Value nan = arith::CmpFOp::create(body, loc, arith::CmpFPredicate::UNO,
                                      value, value);
    return arith::SelectOp::create(
        body, loc, nan, constantOf(body, loc, wide, instead), widened);
  }

  /// The sum of `term` over the elements (and those of `extra`), as a tensor of
  /// `wide`.
  Value accumulate(
      ValueRange extra, Type wide,
      llvm::function_ref<Value(OpBuilder &, Location, ValueRange)> term) {
    Value zero = constantOf(b, b.loc(), wide, 0);
    if (!element.isF64())
      return reduce(extra, {zero},
                    [&](OpBuilder &body, Location loc, ValueRange args) {
                      Value v = term(body, loc, args);
                      return SmallVector<Value>{add(body, loc, v, args.back())};
                    })[0];
    // Knuth's exact sum of two, all losses added up: no slower than the sum
    // alone, whose additions wait for each other.
    SmallVector<Value> sums =
        reduce(extra, {zero, zero},
               [&](OpBuilder &body, Location loc, ValueRange args) {
                 Value v = term(body, loc, args), total = args[args.size() - 2];
                 auto plus = [&](Value x, Value y) {
                   return arith::AddFOp::create(body, loc, x, y).getResult();
                 };
                 auto minus = [&](Value x, Value y) {
                   return arith::SubFOp::create(body, loc, x, y).getResult();
                 };
                 Value next = plus(total, v), taken = minus(next, total);
                 Value lost =
                     plus(minus(total, minus(next, taken)), minus(v, taken));
                 return SmallVector<Value>{next, plus(args.back(), lost)};
               });
    return b.mapSame(
        sums, wide, [&](OpBuilder &body, Location loc, ValueRange args) {
          // An infinite or NaN sum is the answer, its losses are NaN.
          Value finite = IsFiniteOp::create(body, loc, args[0]);
          Value corrected = arith::AddFOp::create(body, loc, args[0], args[1]);
          return SmallVector<Value>{
              arith::SelectOp::create(body, loc, finite, corrected, args[0])};
        });
  }

  Value sum(Type wide) {
    return accumulate({}, wide,
                      [&](OpBuilder &body, Location loc, ValueRange args) {
                        return element_(body, loc, args[0], wide, 0);
                      });
  }

  static Value add(OpBuilder &body, Location loc, Value v, Value total) {
    if (isa<FloatType>(v.getType()))
      return arith::AddFOp::create(body, loc, v, total,
                                   arith::FastMathFlags::reassoc);
    return arith::AddIOp::create(body, loc, v, total);
  }

  Value product(Type wide) {
    return reduce(
        {}, {constantOf(b, b.loc(), wide, 1)},
        [&](OpBuilder &body, Location loc, ValueRange args) {
          Value v = element_(body, loc, args[0], wide, 1);
          Value next =
              isa<FloatType>(wide)
                  ? arith::MulFOp::create(body, loc, v, args[1]).getResult()
                  : arith::MulIOp::create(body, loc, v, args[1]).getResult();
          return SmallVector<Value>{next};
        })[0];
  }

  /// How many elements are not NaN, as a tensor of i64.
  Value countNumbers() {
    Type i64 = b.getI64Type();
    return reduce({}, {constantOf(b, b.loc(), i64, 0)},
                  [&](OpBuilder &body, Location loc, ValueRange args) {
                    Value number = arith::CmpFOp::create(
                        body, loc, arith::CmpFPredicate::ORD, args[0], args[0]);
                    Value one = arith::ExtUIOp::create(body, loc, i64, number);
                    return SmallVector<Value>{
                        arith::AddIOp::create(body, loc, one, args[1])};
                  })[0];
  }

  /// total / (n - ddof) elementwise, NaN where that is not positive; then what
  /// `last` makes of it.
  Value divideByCount(Value total, Type result, int64_t ddof, bool root) {
    Type wide = elementTypeOf(total.getType());
    SmallVector<Value> inputs{total};
    Value n;
    if (op.omitsNan())
      inputs.push_back(countNumbers());
    else
      n = arith::IndexCastOp::create(b, b.loc(), b.getI64Type(),
                                     b.materialize(count()));
    return b.mapSame(
        inputs, result, [&](OpBuilder &body, Location loc, ValueRange args) {
          Value number = n ? n : args[1];
          Value freedom = number;
          if (ddof)
            freedom = arith::SubIOp::create(
                body, loc, number,
                constantOf(body, loc, body.getI64Type(), ddof));
          Value divisor = arith::SIToFPOp::create(body, loc, wide, freedom);
          Value quotient = arith::DivFOp::create(body, loc, args[0], divisor);
          if (ddof) {
            Value positive = arith::CmpIOp::create(
                body, loc, arith::CmpIPredicate::sgt, freedom,
                constantOf(body, loc, body.getI64Type(), 0));
            quotient = arith::SelectOp::create(
                body, loc, positive, quotient,
                constantOf(body, loc, wide,
                           std::numeric_limits<double>::quiet_NaN()));
          }
          if (root)
            quotient = SqrtOp::create(body, loc, quotient);
          return SmallVector<Value>{castScalar(body, loc, quotient, result)};
        });
  }

  Value variance(bool root) {
    int64_t ddof = 0;
    if (auto attr = op->getAttrOfType<IntegerAttr>("ddof"))
      ddof = attr.getInt();
    Type wide = b.getF64Type();
    Value mean = divideByCount(sum(wide), wide, 0, false);
    Value squares = accumulate(
        {mean}, wide, [&](OpBuilder &body, Location loc, ValueRange args) {
          Value v = castScalar(body, loc, args[0], wide);
          Value d = arith::SubFOp::create(body, loc, v, args[1]);
          Value square = arith::MulFOp::create(body, loc, d, d);
          if (!op.omitsNan())
            return square;
          Value nan = arith::CmpFOp::create(
              body, loc, arith::CmpFPredicate::UNO, args[0], args[0]);
          return arith::SelectOp::create(body, loc, nan,
                                         constantOf(body, loc, wide, 0), square)
              .getResult();
        });
    return divideByCount(squares, element, ddof, root);
  }

  bool propagatesNan() {
    auto mode = op->getAttrOfType<NanModeAttr>("nan");
    return mode && mode.getValue() == NanMode::Propagate;
  }

  /// The value that min (or max) of nothing has.
  Value extreme(bool smallest) {
    if (auto floatType = dyn_cast<FloatType>(element))
      return arith::ConstantOp::create(
          b, b.loc(),
          b.getFloatAttr(
              floatType,
              APFloat::getInf(floatType.getFloatSemantics(), !smallest)));
    unsigned width = element.getIntOrFloatBitWidth();
    return arith::ConstantOp::create(
        b, b.loc(),
        b.getIntegerAttr(element, smallest
                                      ? llvm::APInt::getSignedMaxValue(width)
                                      : llvm::APInt::getSignedMinValue(width)));
  }

  Value minMax(bool smallest) {
    Value init = extreme(smallest);
    bool propagate = propagatesNan();
    // minnumf skips NaN, so starting at NaN gives NaN where all are; nothing
    // at all is told apart by the count.
    if (isa<FloatType>(element) && !propagate) {
      Value nan = arith::ConstantOp::create(
          b, b.loc(),
          b.getFloatAttr(
              element,
              APFloat::getQNaN(cast<FloatType>(element).getFloatSemantics())));
      OpFoldResult n = count();
      if (std::optional<int64_t> known = getConstantIntValue(n))
        init = *known == 0 ? init : nan;
      else
        init = arith::SelectOp::create(
            b, b.loc(),
            arith::CmpIOp::create(b, b.loc(), arith::CmpIPredicate::eq,
                                  b.materialize(n), b.index(0)),
            init, nan);
    }
    // f16 and bf16 compare exactly in f32, which every target has.
    Type wide = accumulatorType(element);
    init = castScalar(b, b.loc(), init, wide);
    Value result =
        reduce({}, {init}, [&](OpBuilder &body, Location loc, ValueRange args) {
          Value v = castScalar(body, loc, args[0], wide), a = args[1];
          Value next;
          if (isa<IntegerType>(element))
            next = smallest
                       ? arith::MinSIOp::create(body, loc, v, a).getResult()
                       : arith::MaxSIOp::create(body, loc, v, a).getResult();
          else if (propagate)
            next = smallest
                       ? arith::MinimumFOp::create(body, loc, v, a).getResult()
                       : arith::MaximumFOp::create(body, loc, v, a).getResult();
          else
            next = smallest
                       ? arith::MinNumFOp::create(body, loc, v, a).getResult()
                       : arith::MaxNumFOp::create(body, loc, v, a).getResult();
          return SmallVector<Value>{next};
        })[0];
    return narrow(result, element);
  }

  Value anyAll(bool any) {
    return reduce({}, {constantOf(b, b.loc(), element, any ? 0 : 1)},
                  [&](OpBuilder &body, Location loc, ValueRange args) {
                    Value next =
                        any ? arith::OrIOp::create(body, loc, args[0], args[1])
                                  .getResult()
                            : arith::AndIOp::create(body, loc, args[0], args[1])
                                  .getResult();
                    return SmallVector<Value>{next};
                  })[0];
  }

  Value narrow(Value tensor, Type to) {
    if (elementTypeOf(tensor.getType()) == to)
      return tensor;
    return b.mapSame(
        tensor, to, [&](OpBuilder &body, Location loc, ValueRange args) {
          return SmallVector<Value>{castScalar(body, loc, args[0], to)};
        });
  }

  Value arg(bool smallest);
};

} // namespace

/// That argmin or argmax over a tensor of these sizes has something to find.
static void checkNotEmpty(Reduction op, ArrayRef<OpFoldResult> sizes,
                          Lowering &b) {
  ReductionKind kind = op.getReductionKind();
  if (kind != ReductionKind::Argmin && kind != ReductionKind::Argmax)
    return;
  SmallVector<int64_t> reduced = op.getReducedDims(), kept;
  for (int64_t dim = 0; dim < static_cast<int64_t>(sizes.size()); ++dim)
    if (!llvm::is_contained(reduced, dim))
      kept.push_back(dim);
  OpFoldResult n = b.count(sizes, reduced);
  std::optional<int64_t> known = getConstantIntValue(n);
  if (known && *known != 0)
    return;
  // Where the result is empty too there is nothing to find.
  Value some = arith::CmpIOp::create(b, b.loc(), arith::CmpIPredicate::ne,
                                     b.materialize(n), b.index(0));
  Value none =
      arith::CmpIOp::create(b, b.loc(), arith::CmpIPredicate::eq,
                            b.materialize(b.count(sizes, kept)), b.index(0));
  b.check(arith::OrIOp::create(b, b.loc(), some, none),
          check::emptyArg(kind == ReductionKind::Argmin ? "argmin" : "argmax"),
          {});
}

/// Best value and its place, -1 for none yet. Ties go to the smaller place by
/// comparison, not by the order of the loops, so that any order is right.
Value Reducer::arg(bool smallest) {
  SmallVector<Value> factors(dims.size());
  OpFoldResult factor = b.getIndexAttr(1);
  for (int64_t i = dims.size() - 1; i >= 0; --i) {
    factors[i] = b.materialize(factor);
    factor = b.mulIndex(factor, sizes[dims[i]]);
  }
  bool isFloat = isa<FloatType>(element), propagate = propagatesNan();
  Type wide = accumulatorType(element);
  Value none = constantOf(b, b.loc(), b.getI64Type(), -1);
  SmallVector<Value> results = reduce(
      {}, {constantOf(b, b.loc(), wide, 0), none},
      [&](OpBuilder &body, Location loc, ValueRange args) {
        Value v = castScalar(body, loc, args[0], wide), best = args[1],
              place = args[2];
        auto orI = [&](Value p, Value q) {
          return arith::OrIOp::create(body, loc, p, q).getResult();
        };
        auto andI = [&](Value p, Value q) {
          return arith::AndIOp::create(body, loc, p, q).getResult();
        };
        auto isNan = [&](Value p) {
          return arith::CmpFOp::create(body, loc, arith::CmpFPredicate::UNO, p,
                                       p)
              .getResult();
        };
        auto isNumber = [&](Value p) {
          return arith::CmpFOp::create(body, loc, arith::CmpFPredicate::ORD, p,
                                       p)
              .getResult();
        };
        Value linear;
        for (auto [dim, scale] : llvm::zip(dims, factors)) {
          Value at = arith::MulIOp::create(
              body, loc, linalg::IndexOp::create(body, loc, dim), scale);
          linear =
              linear ? arith::AddIOp::create(body, loc, linear, at).getResult()
                     : at;
        }
        if (!linear)
          linear = arith::ConstantIndexOp::create(body, loc, 0);
        linear =
            arith::IndexCastOp::create(body, loc, body.getI64Type(), linear);
        Value better, equal;
        if (isFloat) {
          better = arith::CmpFOp::create(body, loc,
                                         smallest ? arith::CmpFPredicate::OLT
                                                  : arith::CmpFPredicate::OGT,
                                         v, best);
          equal = arith::CmpFOp::create(body, loc, arith::CmpFPredicate::OEQ, v,
                                        best);
          if (propagate) {
            better = orI(better, andI(isNan(v), isNumber(best)));
            equal = orI(equal, andI(isNan(v), isNan(best)));
          }
        } else {
          better = arith::CmpIOp::create(body, loc,
                                         smallest ? arith::CmpIPredicate::slt
                                                  : arith::CmpIPredicate::sgt,
                                         v, best);
          equal = arith::CmpIOp::create(body, loc, arith::CmpIPredicate::eq, v,
                                        best);
        }
        Value earlier = arith::CmpIOp::create(
            body, loc, arith::CmpIPredicate::slt, linear, place);
        Value first =
            arith::CmpIOp::create(body, loc, arith::CmpIPredicate::slt, place,
                                  constantOf(body, loc, body.getI64Type(), 0));
        Value take = orI(first, orI(better, andI(equal, earlier)));
        if (isFloat && !propagate)
          take = andI(take, isNumber(v));
        return SmallVector<Value>{
            arith::SelectOp::create(body, loc, take, v, best),
            arith::SelectOp::create(body, loc, take, linear, place)};
      });
  if (!isFloat || propagate)
    return results[1];
  // All NaN: 0.
  return b.mapSame(
      results[1], b.getI64Type(),
      [&](OpBuilder &body, Location loc, ValueRange args) {
        return SmallVector<Value>{arith::MaxSIOp::create(
            body, loc, args[0], constantOf(body, loc, body.getI64Type(), 0))};
      });
}

void array::checkReduction(Reduction op, Lowering &b) {
  Sizes sizes = b.sizesOf(op.getReductionInput()), result;
  SmallVector<int64_t> dims = op.getReducedDims();
  // An array of nothing may reduce to one of any size.
  if (llvm::any_of(dims, [&](int64_t dim) {
        std::optional<int64_t> size = getConstantIntValue(sizes[dim]);
        return !size || *size == 0;
      })) {
    for (auto [dim, size] : llvm::enumerate(sizes))
      if (!llvm::is_contained(dims, static_cast<int64_t>(dim)))
        result.push_back(size);
      else if (op.keepsDims())
        result.push_back(b.getIndexAttr(1));
    b.checkFits(cast<RankedTensorType>(op->getResult(0).getType()), result);
  }
  checkNotEmpty(op, sizes, b);
}

Value array::lowerReduction(Reduction op, Lowering &b) {
  checkReduction(op, b);
  Reducer r(op, b);
  auto resultType = cast<RankedTensorType>(op->getResult(0).getType());
  Type result = resultType.getElementType();
  Type wide = isa<FloatType>(r.element) ? b.getF64Type() : result;
  Value value;
  switch (op.getReductionKind()) {
  case ReductionKind::Sum:
    value = r.narrow(r.sum(wide), result);
    break;
  case ReductionKind::Prod:
    value = r.narrow(r.product(wide), result);
    break;
  case ReductionKind::Mean:
    value = r.divideByCount(r.sum(wide), result, 0, false);
    break;
  case ReductionKind::Min:
    value = r.minMax(true);
    break;
  case ReductionKind::Max:
    value = r.minMax(false);
    break;
  case ReductionKind::Any:
    value = r.anyAll(true);
    break;
  case ReductionKind::All:
    value = r.anyAll(false);
    break;
  case ReductionKind::Var:
    value = r.variance(false);
    break;
  case ReductionKind::Std:
    value = r.variance(true);
    break;
  case ReductionKind::Argmin:
    value = r.arg(true);
    break;
  case ReductionKind::Argmax:
    value = r.arg(false);
    break;
  }
  if (op.keepsDims())
    value = b.addUnitDims(value, resultType, r.dims);
  return value;
}

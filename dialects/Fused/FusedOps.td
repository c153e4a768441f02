// The units of work.
#ifndef RUNMAT_FUSED_OPS_TD
#define RUNMAT_FUSED_OPS_TD

include "dialects/Array/ArrayDialect.td"
include "dialects/Array/ArrayEnums.td"
include "dialects/Fused/FusedDialect.td"
include "dialects/Fused/FusedInterfaces.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Fused_Op<string mnemonic, list<Trait> traits = []> : Op<Fused_Dialect, mnemonic, traits>;

// Sizes are checked at run time where types leave them open: not speculatable then, but erasable.
class Fused_UnitOp<string mnemonic, list<Trait> traits = []>
    : Fused_Op<mnemonic, !listconcat([
          IsolatedFromAbove, SingleBlock, NoMemoryEffect, DeclareOpInterfaceMethods<ConditionallySpeculatable>,
          DeclareOpInterfaceMethods<UnitInterface, ["decompose", "nest", "unitBody"]>], traits)>;

defvar Fused_Epilogue = DeclareOpInterfaceMethods<EpilogueInterface, ["canReduceOver", "inputInRegion", "makeAnew"]>;

def Fused_Slot : Type<
    And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self)">,
         CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getRank() == 0">,
         CPred<"::llvm::isa<::mlir::FloatType>(::llvm::cast<::mlir::RankedTensorType>($_self).getElementType())">]>,
    "tensor of rank 0 of the compute type", "::mlir::RankedTensorType">;

def Fused_ImageNormalizeOp : Fused_UnitOp<"image_normalize", [AttrSizedOperandSegments, Fused_Epilogue]> {
  let summary = "normalises each plane of a batch, then gain, bias, clamp, gamma and an epilogue";
  let description = [{
    Over each plane (the trailing `dims`, all leading dims are the batch), with x widened to the compute
    type, mean and var the plane's mean and population variance:

    ```
    y = pow(max((x - mean) * (gain / sqrt(var + epsilon)) + bias, clamp), gamma)
    ```

    A slot that is absent is left out (an absent clamp is no clamp, not a clamp at zero; an absent gamma is
    no pow). `max` treats NaN as `clamp_nan` says, pow is `array.pow`'s: a negative base under a
    non-integral gamma gives NaN.

    The text form refuses an epsilon that is a negative or NaN constant (`epsilon-invalid`). One that is only
    known to be so later gives what the formula says, and canonicalisation puts array operations in the
    unit's place.

    Statistics are shifted or two-pass, in the compute type or wider, never E[x^2] - mean^2. Where a
    program divides by sqrt(var + epsilon) and then multiplies by gain, an implementation may multiply by
    the one factor gain / sqrt(var + epsilon): at most 1.5 units in the last place of the product beside
    the program's two roundings; multiplying and adding bias may contract to one fma. A plane of no
    elements gives no elements; its statistics are never read.

    The region gets y, the element x of the input in its own type, and one scalar per extra (read through
    its map, which takes the input's dims to the extra's). It yields first the stored results (tensors of
    the input's shape), then one value for each of `reductions`, which run over the normalised dims or over
    all dims. No stored result is legal: then no image is written. Where types leave an extra's size open,
    it is checked at run time against the input's.

    ```mlir
    %y, %mse = fused.image_normalize dims [1, 2] compute f32 ins(%x : tensor<4x8x8xf32>)
        epsilon(%e : tensor<f32>) gain(%g : tensor<f32>) clamp(%c : tensor<f32>)
        reductions [#fused.reduction<mean dims [0, 1, 2]>] {
    ^bb0(%y: f32, %x: f32):
      %d = array.sub %y, %x : f32, f32
      %s = array.mul %d, %d : f32, f32
      fused.yield %y, %s : f32, f32
    } -> tensor<4x8x8xf32>, tensor<f32>
    ```
  }];
  let arguments = (ins Array_FloatTensor:$input, Fused_Slot:$epsilon, Optional<Fused_Slot>:$gain,
      Optional<Fused_Slot>:$bias, Optional<Fused_Slot>:$clamp, Optional<Fused_Slot>:$gamma,
      Variadic<Array_Tensor>:$extras, DenseI64ArrayAttr:$dims, TypeAttr:$compute_type,
      DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$clamp_nan,
      DefaultValuedAttr<AffineMapArrayAttr, "{}">:$extra_maps,
      DefaultValuedAttr<Fused_ReductionArrayAttr, "{}">:$reductions, OptionalAttr<StrAttr>:$device);
  let results = (outs Variadic<Array_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$epilogue);
  let assemblyFormat = [{
    `dims` $dims `compute` $compute_type `ins` `(` $input `:` type($input) `)`
    `epsilon` `(` custom<Epsilon>($epsilon, type($epsilon)) `)`
    (`gain` `(` $gain^ `:` type($gain) `)`)? (`bias` `(` $bias^ `:` type($bias) `)`)?
    (`clamp` `(` $clamp^ `:` type($clamp) `)`)? (`clamp_nan` $clamp_nan^)?
    (`gamma` `(` $gamma^ `:` type($gamma) `)`)?
    (`extras` `(` $extras^ `:` type($extras) `)` `maps` $extra_maps)?
    (`reductions` $reductions^)? attr-dict-with-keyword $epilogue (`->` type($outputs)^)?
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizeMethod = 1;
  let extraClassDeclaration = [{
    /// True iff clamp is there and is a constant 0 (either sign).
    bool getClampZero();
    /// How many of the results are stored images; the rest are reductions.
    unsigned getNumStored() { return getNumResults() - getReductions().size(); }
    ::mlir::FloatType getComputeFloatType() { return ::llvm::cast<::mlir::FloatType>(getComputeType()); }
  }];
}

def Fused_MapOp : Fused_UnitOp<"map", [Fused_Epilogue]> {
  let summary = "an elementwise computation with any number of results";
  let description = [{
    Each result has the shape of the iteration space; each input is read through its map, which takes the
    iteration dims to the input's. The region gets one scalar per input and yields one per result.

    ```mlir
    %r = fused.map ins(%a, %b : tensor<4x8xf32>, tensor<8xf32>)
        maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>] {
    ^bb0(%a: f32, %b: f32):
      %s = array.add %a, %b : f32, f32
      fused.yield %s : f32
    } -> tensor<4x8xf32>
    ```
    Every iteration dim of unknown size is read by some input.
  }];
  let arguments = (ins Variadic<Array_Tensor>:$inputs, AffineMapArrayAttr:$maps, OptionalAttr<StrAttr>:$device);
  let results = (outs Variadic<Array_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `ins` `(` ($inputs^ `:` type($inputs))? `)` `maps` $maps attr-dict-with-keyword $body `->` type($outputs)
  }];
  let hasVerifier = 1;
}

def Fused_ReduceOp : Fused_UnitOp<"reduce"> {
  let summary = "reductions of computed values over one iteration space";
  let description = [{
    The region is the producer: it gets one scalar per input (read through its map) and yields one value
    for each of `reductions`. Every iteration dim is read by some input, which gives its size.

    ```mlir
    %s = fused.reduce [#fused.reduction<sum dims [1]>] ins(%a : tensor<4x8xf32>)
        maps [affine_map<(i, j) -> (i, j)>] {
    ^bb0(%a: f32):
      %q = array.mul %a, %a : f32, f32
      fused.yield %q : f32
    } -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Variadic<Array_Tensor>:$inputs, AffineMapArrayAttr:$maps,
                   Fused_ReductionArrayAttr:$reductions, OptionalAttr<StrAttr>:$device);
  let results = (outs Variadic<Array_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $reductions `ins` `(` $inputs `:` type($inputs) `)` `maps` $maps attr-dict-with-keyword $body
    `->` type($outputs)
  }];
  let hasVerifier = 1;
}

def Fused_NestOp : Fused_Op<"nest", [IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<ConditionallySpeculatable>, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<RegionBranchOpInterface>,
    DeclareOpInterfaceMethods<BufferizableOpInterface,
      ["bufferizesToMemoryRead", "bufferizesToMemoryWrite", "bufferizesToElementwiseAccess", "getAliasingValues",
       "bufferize"]>]> {
  let summary = "stages that sweep one iteration space: the form in which every unit is lowered";
  let description = [{
    The iteration space has the sizes `space`; a `?` is the size of the first input dim that a map takes it to,
    or, where no map reads it, the next of the operands `sizes`. Inputs are read through their maps, whose results are
    dims of the space, each used once, or the constant 0 at a dim of size 1.

    Each region is a stage. It gets one scalar per input, then the values of the yields of all stages before it,
    and computes by elementwise array operations on scalars, constants, `fused.index` and `fused.random`. `yields`
    says of each stage's yielded values what becomes of them: `#fused.store` (the value of each point),
    `#fused.reduction`, or `#fused.moments`. A later stage sees a store at its own point, and of a reduction what it
    gives for the point's remaining dims, in the type that the array reduction has. `results` numbers the yields,
    over all stages, that are results; the others are read by later stages only. A store spans the whole space.

    The row dims are those of the first reduction. Reductions that later stages read run over the row dims; others
    over the row dims or more of the space.

    On tensors the nest has one result per yield of `results`, and either no `outs` or one of each result's type,
    which it may write (destination-passing style). On memrefs it has no results and writes its `outs`. An `outs`
    that is also an input may be written in place where `canWriteInPlace` says so.

    Softmax along rows:
    ```mlir
    %r = fused.nest [8, 1024] ins(%x : tensor<8x1024xf32>) maps [affine_map<(i, j) -> (i, j)>]
        yields [[#fused.reduction<max dims [1]>], [#fused.store, #fused.reduction<sum dims [1]>], [#fused.store]]
        results [3] {
    ^bb0(%e: f32):
      fused.yield %e : f32
    }, {
    ^bb0(%e: f32, %max: f32):
      %d = array.sub %e, %max : f32, f32
      %p = array.exp %d : f32
      fused.yield %p, %p : f32, f32
    }, {
    ^bb0(%e: f32, %max: f32, %p: f32, %sum: f32):
      %q = array.div %p, %sum : f32, f32
      fused.yield %q : f32
    } -> tensor<8x1024xf32>
    ```
    `kind` is the name of the unit that the nest was made from, `device` pins it.
  }];
  let arguments = (ins DenseI64ArrayAttr:$space, Variadic<AnyTypeOf<[Array_Tensor, AnyStridedMemRef]>>:$inputs,
                   Variadic<Index>:$sizes, Variadic<AnyTypeOf<[Array_Tensor, AnyStridedMemRef]>>:$outs,
                   AffineMapArrayAttr:$maps, ArrayAttr:$yields, DenseI64ArrayAttr:$result_yields,
                   OptionalAttr<StrAttr>:$kind, OptionalAttr<StrAttr>:$device);
  let results = (outs Variadic<Array_Tensor>:$outputs);
  let regions = (region VariadicRegion<SizedRegion<1>>:$stages);
  let assemblyFormat = [{
    custom<Space>($space) (`kind` $kind^)? (`ins` `(` $inputs^ `:` type($inputs) `)`)? `maps` $maps
    (`sizes` `(` $sizes^ `)`)? (`outs` `(` $outs^ `:` type($outs) `)`)? `yields` $yields
    `results` custom<DenseInts>($result_yields) attr-dict-with-keyword $stages (`->` type($outputs)^)?
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    bool isOnBuffers() { return getNumResults() == 0; }
    unsigned getRank() { return getSpace().size(); }
    ::mlir::AffineMap getMap(unsigned input) {
      return ::llvm::cast<::mlir::AffineMapAttr>(getMaps()[input]).getValue();
    }
    ::mlir::Block &getStage(unsigned stage) { return getStages()[stage].front(); }
    /// The yields of all stages, in order.
    ::llvm::SmallVector<::runmat::fused::NestYield> getAllYields();
    /// The dims of the first reduction or moments, ascending; none where there is only storing.
    ::llvm::SmallVector<int64_t> getRowDims();
    /// What gives an open dim of the space its size: an input's dim, or an operand of `sizes`.
    ::runmat::fused::SpaceSize getSizeSource(unsigned dim);
    /// Whether result or destination `number` may be written where input `input` is read from: every store to it
    /// comes in the last stage, at the point that the input was read for.
    bool canWriteInPlace(unsigned input, unsigned number);
    /// "map" (one stage of stores), "reduce" (one stage without), "rows", or `kind` where it is set.
    ::llvm::StringRef getKindName();
    /// The same results in array operations, made at the builder's insertion point; only on tensors.
    ::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>> decompose(::mlir::OpBuilder &builder);
    /// Bytes moved and operations done, as functions of the space's sizes.
    ::runmat::fused::UnitWork work();
  }];
}

def Fused_IndexOp : Fused_Op<"index", [Pure]> {
  let summary = "the index of the point along one dim of the iteration space";
  let arguments = (ins I64Attr:$dim);
  let results = (outs I64:$result);
  let assemblyFormat = "$dim attr-dict";
}

def Fused_RandomOp : Fused_Op<"random", [Pure]> {
  let summary = "a random number of the point, as array.rand_uniform or array.rand_normal over the space gives it";
  let description = [{ `fused.random uniform key %k offset %o : f32`. Key and offset are the same at all points. }];
  let arguments = (ins I64:$key, I64:$offset, UnitAttr:$normal);
  let results = (outs Array_Element:$result);
  let assemblyFormat = "(`normal` $normal^)? `key` $key `offset` $offset attr-dict `:` type($result)";
}

def Fused_YieldOp : Fused_Op<"yield", [Pure, Terminator, ReturnLike,
    ParentOneOf<["ImageNormalizeOp", "MapOp", "NestOp", "ReduceOp"]>]> {
  let summary = "the values of one element: stored results first, then one per reduction";
  let arguments = (ins Variadic<Array_Element>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ (void)$_state; }]>];
}

#endif

// Reductions, scans and contractions.
#ifndef RUNMAT_ARRAY_REDUCTION_OPS_TD
#define RUNMAT_ARRAY_REDUCTION_OPS_TD

include "dialects/Array/ArrayOpBase.td"

// `verified`: whether it has a verifier of its own (dims are checked where the type is inferred).
class Array_ReductionOp<string mnemonic, Type type, string kind, string what, dag extra = (ins),
                        string format = "", string infer = "inferReduction(place, adaptor, types)",
                        bit verified = 0, Array_Speculation speculation = Array_Pure>
    : Array_InferredOp<mnemonic, infer, "reifyReduction", speculation, [ReductionInterface, Array_ReductionFold]> {
  let summary = what;
  let arguments = !con((ins type:$x, OptionalAttr<DenseI64ArrayAttr>:$dims, UnitAttr:$keep), extra);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x (`dims` $dims^)? (`keep` $keep^)? " # format # " attr-dict `:` type($x)";
  let hasVerifier = verified;
  let extraClassDeclaration = [{
    ::runmat::array::ReductionKind getReductionKind() { return ::runmat::array::ReductionKind::}] # kind # [{; }
  }];
}

def Array_SumOp : Array_ReductionOp<"sum", Array_NumberTensor, "Sum", "sum of the elements",
    (ins UnitAttr:$omit_nan), "(`omit_nan` $omit_nan^)?", "inferAccumulation(place, adaptor, types)"> {
  let description = [{
    `array.sum %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. Integers give i64; f16 and bf16 accumulate in f32 and round once. Of nothing: 0.
    `omit_nan` leaves NaN elements out. The order of the operations is free.
  }];
}

def Array_ProdOp : Array_ReductionOp<"prod", Array_NumberTensor, "Prod", "product of the elements",
    (ins UnitAttr:$omit_nan), "(`omit_nan` $omit_nan^)?", "inferAccumulation(place, adaptor, types)"> {
  let description = [{
    `array.prod %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. Integers give i64; f16 and bf16 accumulate in f32 and round once. Of nothing: 1.
    `omit_nan` leaves NaN elements out. The order of the operations is free.
  }];
}

def Array_MeanOp : Array_ReductionOp<"mean", Array_FloatTensor, "Mean", "arithmetic mean",
    (ins UnitAttr:$omit_nan), "(`omit_nan` $omit_nan^)?"> {
  let description = [{
    `array.mean %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. Sum over count, of nothing: NaN. f16 and bf16 accumulate in f32 and round once.
    `omit_nan` leaves NaN elements out of sum and count. The order of the sum is free.
  }];
}

def Array_ReduceMinOp : Array_ReductionOp<"reduce_min", Array_NumberTensor, "Min", "smallest element",
    (ins DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan), "(`nan` `=` $nan^)?"> {
  let description = [{
    `array.reduce_min %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. `nan = number` skips NaN elements (all NaN: NaN), `nan = propagate` gives NaN where
    one occurs. Of nothing: +infinity, or the integer type's maximum.
  }];
}

def Array_ReduceMaxOp : Array_ReductionOp<"reduce_max", Array_NumberTensor, "Max", "largest element",
    (ins DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan), "(`nan` `=` $nan^)?"> {
  let description = [{
    `array.reduce_max %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. `nan = number` skips NaN elements (all NaN: NaN), `nan = propagate` gives NaN where
    one occurs. Of nothing: -infinity, or the integer type's minimum.
  }];
}

def Array_AnyOp : Array_ReductionOp<"any", Array_BoolTensor, "Any", "whether an element is true"> {
  let description = [{
    `array.any %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. Of nothing: false.
  }];
}

def Array_AllOp : Array_ReductionOp<"all", Array_BoolTensor, "All", "whether every element is true"> {
  let description = [{
    `array.all %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. Of nothing: true.
  }];
}

def Array_VarOp : Array_ReductionOp<"var", Array_FloatTensor, "Var", "variance",
    (ins DefaultValuedAttr<I64Attr, "0">:$ddof, UnitAttr:$omit_nan), "(`ddof` $ddof^)? (`omit_nan` $omit_nan^)?",
    "inferReduction(place, adaptor, types)", 1> {
  let description = [{
    `array.var %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. Sum of squared deviations from the mean over n - ddof, NaN where that is not
    positive. Computed from deviations, never as E[x^2] - mean^2. `ddof` is 0 where it is not written.
    `omit_nan` leaves NaN elements out of mean, sum and n.
  }];
}

def Array_StdOp : Array_ReductionOp<"std", Array_FloatTensor, "Std", "standard deviation",
    (ins DefaultValuedAttr<I64Attr, "0">:$ddof, UnitAttr:$omit_nan), "(`ddof` $ddof^)? (`omit_nan` $omit_nan^)?",
    "inferReduction(place, adaptor, types)", 1> {
  let description = [{
    `array.std %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. The square root of `array.var`, with the same attributes.
  }];
}

def Array_ArgminOp : Array_ReductionOp<"argmin", Array_NumberTensor, "Argmin", "index of the smallest element",
    (ins DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan), "(`nan` `=` $nan^)?",
    "inferReduction(place, adaptor, types, ::mlir::IntegerType::get(context, 64))",
    1, Array_Checked<"speculateOnNonEmpty">> {
  let description = [{
    `array.argmin %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. An i64, counted from 0, row-major over the reduced dims; the first on ties. Under
    `nan = propagate` the first NaN wins, under `number` NaN is skipped (all NaN: 0). Of nothing: an error,
    at run time where the types leave it open.
  }];
}

def Array_ArgmaxOp : Array_ReductionOp<"argmax", Array_NumberTensor, "Argmax", "index of the largest element",
    (ins DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan), "(`nan` `=` $nan^)?",
    "inferReduction(place, adaptor, types, ::mlir::IntegerType::get(context, 64))",
    1, Array_Checked<"speculateOnNonEmpty">> {
  let description = [{
    `array.argmax %x dims [0] keep : tX`: the reduced dims are removed, or of size 1 with `keep`; no `dims`
    means all. An i64, counted from 0, row-major over the reduced dims; the first on ties. Under
    `nan = propagate` the first NaN wins, under `number` NaN is skipped (all NaN: 0). Of nothing: an error,
    at run time where the types leave it open.
  }];
}

class Array_ScanOp<string mnemonic, string what>
    : Array_InferredOp<mnemonic, "inferElementwise(place, adaptor.getOperands(), types)", "reifyOperand", Array_Pure> {
  let summary = what # " along one dim, inclusive";
  let description = "\n    `array." # mnemonic # [{ %x dim 0 : tX`: element i is that of elements 0 to i. The type
    stays (integers wrap in their own width); f16 and bf16 accumulate in f32 and round each result.
  }];
  let arguments = (ins Array_NumberTensor:$x, I64Attr:$dim);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x `dim` $dim attr-dict `:` type($x)";
  let hasVerifier = 1;
}
def Array_CumsumOp : Array_ScanOp<"cumsum", "running sum">;
def Array_CumprodOp : Array_ScanOp<"cumprod", "running product">;

class Array_ContractionOp<string mnemonic, string what, string infer, string reify>
    : Array_InferredOp<mnemonic, infer, reify, Array_CheckedSizes> {
  let summary = what;
  let arguments = (ins Array_NumberTensor:$a, Array_NumberTensor:$b);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `,` type($b)";
}

def Array_MatmulOp : Array_ContractionOp<"matmul", "matrix product of the last two dims",
    "inferMatmul(place, adaptor.getOperands(), types)", "reifyMatmul"> {
  let description = [{
    `array.matmul %a, %b : tA, tB`: `[..., m, k] x [..., k, n] -> [..., m, n]`; the leading dims
    broadcast. The element type is the operands' (f16 and bf16 accumulate in f32 and round once, integers
    wrap). K = 0 gives zeros. The order of the sums is free. Sizes that must be equal but are open in the
    types are checked at run time.
  }];
}

def Array_DotOp : Array_ContractionOp<"dot", "inner product of two vectors, a tensor of rank 0",
    "inferDot(place, adaptor.getOperands(), types)", "reifyStatic"> {
  let description = [{ `array.dot %a, %b : tA, tB`, as `array.matmul` of a row by a column. }];
}

#endif

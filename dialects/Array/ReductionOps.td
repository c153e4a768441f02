// Reductions, scans and contractions.
#ifndef RUNMAT_ARRAY_REDUCTION_OPS_TD
#define RUNMAT_ARRAY_REDUCTION_OPS_TD

include "dialects/Array/ArrayOpBase.td"

class Array_ReductionOp<string mnemonic, Type type, string kind, string what, dag extra = (ins),
                        string format = "", string infer = "inferReduction(location, adaptor, types)">
    : Array_InferredOp<mnemonic, infer, !listconcat(Array_Pure,
          [ReductionInterface])> {
  let summary = what;
  let arguments = !con((ins type:$x, OptionalAttr<DenseI64ArrayAttr>:$dims, UnitAttr:$keep), extra);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x (`dims` $dims^)? (`keep` $keep^)? " # format # " attr-dict `:` type($x)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::runmat::array::ReductionKind getReductionKind() { return ::runmat::array::ReductionKind::}] # kind # [{; }
  }];
}

def Array_SumOp : Array_ReductionOp<"sum", Array_NumberTensor, "Sum", "sum of the elements",
    (ins UnitAttr:$omit_nan), "(`omit_nan` $omit_nan^)?", "inferAccumulation(location, adaptor, types)"> {
  let description = [{
    No `dims` means all. Integers give i64; f16 and bf16 accumulate in f32 and round once. Of nothing:
    0. `omit_nan` leaves NaN elements out. The order of the operations is free.
  }];
}

def Array_ProdOp : Array_ReductionOp<"prod", Array_NumberTensor, "Prod", "product of the elements",
    (ins UnitAttr:$omit_nan), "(`omit_nan` $omit_nan^)?", "inferAccumulation(location, adaptor, types)"> {
  let description = [{
    No `dims` means all. Integers give i64; f16 and bf16 accumulate in f32 and round once. Of nothing:
    1. `omit_nan` leaves NaN elements out. The order of the operations is free.
  }];
}

def Array_MeanOp : Array_ReductionOp<"mean", Array_FloatTensor, "Mean", "arithmetic mean",
    (ins UnitAttr:$omit_nan), "(`omit_nan` $omit_nan^)?"> {
  let description = [{ No `dims` means all. Of nothing: NaN. With `omit_nan`, sum and count leave NaN elements out. }];
}

def Array_ReduceMinOp : Array_ReductionOp<"reduce_min", Array_NumberTensor, "Min", "smallest element",
    (ins DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan), "(`nan` `=` $nan^)?"> {
  let description = [{
    `nan = number` skips NaN elements (all NaN: NaN), `nan = propagate` gives NaN where one occurs. Of
    nothing: +infinity, or the integer type's maximum.
  }];
}

def Array_ReduceMaxOp : Array_ReductionOp<"reduce_max", Array_NumberTensor, "Max", "largest element",
    (ins DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan), "(`nan` `=` $nan^)?"> {
  let description = [{
    `nan = number` skips NaN elements (all NaN: NaN), `nan = propagate` gives NaN where one occurs. Of
    nothing: -infinity, or the integer type's minimum.
  }];
}

def Array_AnyOp : Array_ReductionOp<"any", Array_BoolTensor, "Any", "whether an element is true"> {
  let description = [{ Of nothing: false. }];
}

def Array_AllOp : Array_ReductionOp<"all", Array_BoolTensor, "All", "whether every element is true"> {
  let description = [{ Of nothing: true. }];
}

def Array_VarOp : Array_ReductionOp<"var", Array_FloatTensor, "Var", "variance",
    (ins DefaultValuedAttr<I64Attr, "0">:$ddof, UnitAttr:$omit_nan), "(`ddof` $ddof^)? (`omit_nan` $omit_nan^)?"> {
  let description = [{
    Sum of squared deviations from the mean over n - ddof;
    n - ddof <= 0 gives NaN. Computed from deviations, never as E[x^2] - mean^2. `omit_nan` leaves NaN
    elements out of mean, sum and n.
  }];
}

def Array_StdOp : Array_ReductionOp<"std", Array_FloatTensor, "Std", "standard deviation",
    (ins DefaultValuedAttr<I64Attr, "0">:$ddof, UnitAttr:$omit_nan), "(`ddof` $ddof^)? (`omit_nan` $omit_nan^)?"> {
  let description = [{
    Square root of array.var;
    n - ddof <= 0 gives NaN. Computed from deviations, never as E[x^2] - mean^2. `omit_nan` leaves NaN
    elements out of mean, sum and n.
  }];
}

def Array_ArgminOp : Array_ReductionOp<"argmin", Array_NumberTensor, "Argmin", "index of the smallest element",
    (ins DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan), "(`nan` `=` $nan^)?",
    "inferReduction(location, adaptor, types, ::mlir::IntegerType::get(context, 64))"> {
  let description = [{
    i64, counted from 0, row-major over the reduced dims; the first on ties. Under `nan = propagate` the
    first NaN wins, under `number` NaN is skipped (all NaN: 0). Of nothing: an error.
  }];
}

def Array_ArgmaxOp : Array_ReductionOp<"argmax", Array_NumberTensor, "Argmax", "index of the largest element",
    (ins DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan), "(`nan` `=` $nan^)?",
    "inferReduction(location, adaptor, types, ::mlir::IntegerType::get(context, 64))"> {
  let description = [{
    i64, counted from 0, row-major over the reduced dims; the first on ties. Under `nan = propagate` the
    first NaN wins, under `number` NaN is skipped (all NaN: 0). Of nothing: an error.
  }];
}

def Array_CumsumOp : Array_InferredOp<"cumsum", "inferElementwise(location, adaptor.getOperands(), types)", Array_Pure> {
  let summary = "running sum along one dim, inclusive";
  let description = [{ The type stays (integers wrap in their own width); f16 and bf16 accumulate in f32. }];
  let arguments = (ins Array_NumberTensor:$x, I64Attr:$dim);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x `dim` $dim attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Array_CumprodOp : Array_InferredOp<"cumprod", "inferElementwise(location, adaptor.getOperands(), types)", Array_Pure> {
  let summary = "running product along one dim, inclusive";
  let description = [{ The type stays (integers wrap in their own width); f16 and bf16 accumulate in f32. }];
  let arguments = (ins Array_NumberTensor:$x, I64Attr:$dim);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x `dim` $dim attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Array_MatmulOp : Array_InferredOp<"matmul", "inferMatmul(location, adaptor.getOperands(), types)", Array_Checked> {
  let summary = "matrix product of the last two dims";
  let description = [{
    `[..., m, k] x [..., k, n] -> [..., m, n]`; the leading dims broadcast. The element type is the
    operands' (f16 and bf16 accumulate in f32, integers wrap). K = 0 gives zeros. The order of the sums is free.
  }];
  let arguments = (ins Array_NumberTensor:$a, Array_NumberTensor:$b);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `,` type($b)";
}

def Array_DotOp : Array_InferredOp<"dot", "inferDot(location, adaptor.getOperands(), types)", Array_Checked> {
  let summary = "inner product of two vectors, a tensor of rank 0";
  let description = [{ As `array.matmul` of a row by a column. }];
  let arguments = (ins Array_NumberTensor:$a, Array_NumberTensor:$b);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `,` type($b)";
}

#endif

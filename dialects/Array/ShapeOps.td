// Operations that move elements: transpose, reshape, broadcast, slices, pad, concat, diagonals.
#ifndef RUNMAT_ARRAY_SHAPE_OPS_TD
#define RUNMAT_ARRAY_SHAPE_OPS_TD

include "dialects/Array/ArrayOpBase.td"

def Array_TransposeOp : Array_InferredOp<"transpose", "inferTranspose(place, adaptor.getX().getType(), adaptor.getPerm(), types)",
    "reifyTranspose", Array_Pure, [ShapeOpInterface]> {
  let summary = "dims in another order: result dim i is operand dim perm[i]";
  let description = [{ `array.transpose %x perm [1, 0] : tX`; `perm` is a permutation of all dims. }];
  let arguments = (ins Array_Tensor:$x, DenseI64ArrayAttr:$perm);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x `perm` $perm attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Array_ReshapeOp : Array_Op<"reshape", "reifySizes", Array_CheckedSizes, [ShapeOpInterface]> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    `array.reshape %x sizes(%n) : tX to tR`, one index operand for each `?` of the result type. The
    element counts must agree and no size may be negative: checked at run time where types leave it open.
  }];
  let arguments = (ins Array_Tensor:$x, Variadic<Index>:$sizes);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x (`sizes` `(` $sizes^ `)`)? attr-dict `:` type($x) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Array_BroadcastOp : Array_Op<"broadcast", "reifySizes", Array_CheckedSizes, [ShapeOpInterface]> {
  let summary = "repeats an array to a larger shape, right-aligned";
  let description = [{
    `array.broadcast %x sizes(%m, %n) : tX to tR`, one index operand for each `?` of the result type. Each
    size of the operand is 1 or the result's: checked at run time where types leave it open, and there a
    size that turns out to be 1 stretches.
  }];
  let arguments = (ins Array_Tensor:$x, Variadic<Index>:$sizes);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x (`sizes` `(` $sizes^ `)`)? attr-dict `:` type($x) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Array_SliceOp : Array_InferredOp<"slice", "inferSlice(place, adaptor.getX().getType(), adaptor.getStaticSizes(), types)",
    "reifySlice", Array_CheckedSizes, [ShapeOpInterface, AttrSizedOperandSegments]> {
  let summary = "a strided rectangular part";
  let description = [{
    `array.slice %x offsets [%i, 0] sizes [4, %n] strides [1, 2] : tX`. One offset, size and stride per
    dim; element i along a dim is offset + i * stride. The offset lies in [0, size of the dim], the
    stride is at least 1, and the last element inside the dim: checked at run time where entries or types
    leave it open.
  }];
  let arguments = (ins Array_Tensor:$x, Variadic<Index>:$offsets, Variadic<Index>:$sizes, Variadic<Index>:$strides,
                   DenseI64ArrayAttr:$static_offsets, DenseI64ArrayAttr:$static_sizes, DenseI64ArrayAttr:$static_strides);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = [{
    $x `offsets` custom<DynamicIndexList>($offsets, $static_offsets)
       `sizes` custom<DynamicIndexList>($sizes, $static_sizes)
       `strides` custom<DynamicIndexList>($strides, $static_strides) attr-dict `:` type($x)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Array_InsertSliceOp : Array_InferredOp<"insert_slice", "inferSameAs(adaptor.getDestination().getType(), types)",
    "reifyDestination", Array_CheckedSizes, [ShapeOpInterface, AttrSizedOperandSegments]> {
  let summary = "a copy of the destination with a strided rectangular part replaced by the source";
  let description = [{
    `array.insert_slice %s into %d offsets [0, %j] strides [1, 1] : tS, tD`. The part has the source's
    sizes; its bounds are those of `array.slice`.
  }];
  let arguments = (ins Array_Tensor:$source, Array_Tensor:$destination, Variadic<Index>:$offsets, Variadic<Index>:$strides,
                   DenseI64ArrayAttr:$static_offsets, DenseI64ArrayAttr:$static_strides);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = [{
    $source `into` $destination `offsets` custom<DynamicIndexList>($offsets, $static_offsets)
       `strides` custom<DynamicIndexList>($strides, $static_strides) attr-dict `:` type($source) `,` type($destination)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Array_PadOp : Array_InferredOp<"pad", "inferPad(place, adaptor.getX().getType(), adaptor.getStaticLow(), adaptor.getStaticHigh(), types)",
    "reifyPad", Array_CheckedSizes, [ShapeOpInterface, AttrSizedOperandSegments]> {
  let summary = "an array with a border of one value";
  let description = [{
    `array.pad %x, %value low [1, 0] high [%n, 0] : tX, tV`. `low` elements before and `high` after each
    dim, not negative (checked at run time for operands). The value is a scalar or a tensor of rank 0.
  }];
  let arguments = (ins Array_Tensor:$x, Array_Any:$value, Variadic<Index>:$low, Variadic<Index>:$high,
                   DenseI64ArrayAttr:$static_low, DenseI64ArrayAttr:$static_high);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $value `low` custom<DynamicIndexList>($low, $static_low) `high` custom<DynamicIndexList>($high, $static_high)
       attr-dict `:` type($x) `,` type($value)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Array_ConcatOp : Array_InferredOp<"concat", "inferConcat(place, adaptor.getInputs(), adaptor.getDim(), types)",
    "reifyConcat", Array_CheckedSizes, [ShapeOpInterface]> {
  let summary = "arrays one after the other along one dim";
  let description = [{
    `array.concat %a, %b dim 0 : tA, tB`, at least one operand. Element types and ranks agree, and so do all
    sizes but that of the dim: checked at run time where types leave it open.
  }];
  let arguments = (ins Variadic<Array_Tensor>:$inputs, I64Attr:$dim);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$inputs `dim` $dim attr-dict `:` type($inputs)";
  let hasFolder = 1;
}

def Array_DiagOp : Array_InferredOp<"diag", "inferDiag(place, adaptor.getX().getType(), types)",
    "reifyDiag", Array_Pure, [ShapeOpInterface]> {
  let summary = "main diagonal of a matrix, a vector of length min(m, n)";
  let description = [{ `array.diag %x : tX`, with x of rank 2. }];
  let arguments = (ins Array_Tensor:$x);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Array_DiagonalOp : Array_InferredOp<"diagonal", "inferDiagonal(place, adaptor.getX().getType(), types)",
    "reifyDiagonal", Array_Pure> {
  let summary = "square matrix with a vector on its main diagonal and zeros (false) elsewhere";
  let description = [{ `array.diagonal %x : tX`, with x of rank 1. }];
  let arguments = (ins Array_Tensor:$x);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasFolder = 1;
}

#endif

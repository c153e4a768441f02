// Operations that create arrays: constants, filled arrays, index ramps, random numbers.
#ifndef RUNMAT_ARRAY_CREATION_OPS_TD
#define RUNMAT_ARRAY_CREATION_OPS_TD

include "dialects/Array/ArrayOpBase.td"

def Array_ConstantOp : Array_InferredOp<"constant", "inferConstant(place, adaptor.getValue(), types)",
    "reifyStatic", Array_Pure, [ConstantLike]> {
  let summary = "a constant tensor, or a constant scalar in a region";
  let description = [{
    `array.constant dense<1.0e-6> : tensor<f32>` or `array.constant 1.0 : f32`. The shape is static, the
    elements are written out or one for all.
  }];
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def Array_FullOp : Array_Op<"full", "reifySizes", Array_CheckedSizes, [ShapeOpInterface]> {
  let summary = "an array of one value";
  let description = [{
    `array.full %v sizes(%n) : tensor<f32> to tensor<?x4xf32>`. The value is a scalar or a tensor of rank
    0; one index operand for each `?`. A negative size is an error at run time.
  }];
  let arguments = (ins Array_Any:$value, Variadic<Index>:$sizes);
  let results = (outs Array_Tensor:$result);
  let assemblyFormat = "$value (`sizes` `(` $sizes^ `)`)? attr-dict `:` type($value) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Array_IotaOp : Array_Op<"iota", "reifySizes", Array_CheckedSizes> {
  let summary = "each element is its index along one dim, counted from 0";
  let description = [{
    `array.iota dim 1 sizes(%n) : tensor<?x4xi32>`, one index operand for each `?`. Integers wrap; floats
    are the index rounded to nearest even. A negative size is an error at run time.
  }];
  let arguments = (ins I64Attr:$dim, Variadic<Index>:$sizes);
  let results = (outs Array_NumberTensor:$result);
  let assemblyFormat = "`dim` $dim (`sizes` `(` $sizes^ `)`)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

class Array_RandOp<string mnemonic, string what> : Array_Op<mnemonic, "reifySizes", Array_Checked<"speculateOnOffset">> {
  let summary = what;
  let arguments = (ins I64:$key, I64:$offset, Variadic<Index>:$sizes);
  let results = (outs Array_FloatTensor:$result);
  let assemblyFormat = "`key` $key `offset` $offset (`sizes` `(` $sizes^ `)`)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Array_RandUniformOp : Array_RandOp<"rand_uniform", "uniform random numbers in [0, 1), counter-based"> {
  let description = [{
    `array.rand_uniform key %k offset %o sizes(%n) : tensor<?x4xf32>`, one index operand for each `?`.

    Philox 4x32-10 (Salmon et al., SC 2011). The key's low and high 32 bits are the two key words; the
    64-bit counter fills words 0 and 1, words 2 and 3 are 0. Element i (row-major) uses counter
    (offset + i) / 4, word (offset + i) mod 4, as (u >> 8) * 2^-24; f16 and bf16 are that f32 value,
    rounded towards zero so that 1 never occurs. f64 uses words 2j (low) and 2j + 1 (high),
    j = (offset + i) mod 2, of counter (offset + i) / 2: the top 53 of the 64 bits times 2^-53. The same
    numbers on every device. A negative offset or size is an error at run time.
  }];
}

def Array_RandNormalOp : Array_RandOp<"rand_normal", "normal random numbers of mean 0 and variance 1, counter-based"> {
  let description = [{
    `array.rand_normal key %k offset %o sizes(%n) : tensor<?x4xf32>`, one index operand for each `?`.

    Box-Muller on the uniforms of `array.rand_uniform`: words (0, 1) and (2, 3) of a counter give u1, u2;
    the even element is sqrt(-2 log(1 - u1)) cos(2 pi u2), the odd one has sin. f64 takes the two
    uniforms of a counter. Equal on every device within the math functions' stated bound. A negative
    offset or size is an error at run time.
  }];
}

#endif

// Elementwise operations of one operand, type conversions included.
#ifndef RUNMAT_ARRAY_UNARY_OPS_TD
#define RUNMAT_ARRAY_UNARY_OPS_TD

include "dialects/Array/ArrayOpBase.td"

// `more`: special cases; `element`: the result's element type, where it is not the operand's.
class Array_UnaryOp<string mnemonic, TypeConstraint type, string what, string more = "", string element = "{}">
    : Array_InferredOp<mnemonic, "inferElementwise(place, adaptor.getOperands(), types, " # element # ")",
          "reifyElementwise", Array_Pure, [ElementwiseInterface, Array_ElementwiseFold]> {
  let summary = what;
  let description = "\n    `array." # mnemonic # " %x : tX`, with the shape of the operand: " # what # "." # more # "\n";
  let arguments = (ins type:$x);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  // The default builders, six of them for each op, are a third of the compile time.
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$x), "::runmat::array::detail::buildInferred($_state, {x});">];
}

def Array_NegOp : Array_UnaryOp<"neg", Array_Number, "negation; integers wrap, so the minimum stays itself">;
def Array_AbsOp : Array_UnaryOp<"abs", Array_Number, "absolute value; integers wrap, so the minimum stays itself">;
def Array_SignOp : Array_UnaryOp<"sign", Array_Number, "-1, 0 or 1 by the sign of x", [{
    sign(NaN) is NaN; the sign of a zero is kept or lost (unspecified).}]>;
def Array_SqrtOp : Array_UnaryOp<"sqrt", Array_Float, "square root, correctly rounded", [{
    NaN below zero; sqrt(-0) is -0.}]>;
def Array_RsqrtOp : Array_UnaryOp<"rsqrt", Array_Float, "reciprocal square root, 1 / sqrt(x)">;
def Array_CbrtOp : Array_UnaryOp<"cbrt", Array_Float, "cube root; negative arguments give negative roots">;
def Array_ExpOp : Array_UnaryOp<"exp", Array_Float, "e to the power x">;
def Array_Exp2Op : Array_UnaryOp<"exp2", Array_Float, "2 to the power x">;
def Array_Expm1Op : Array_UnaryOp<"expm1", Array_Float, "exp(x) - 1, accurate near zero">;
def Array_LogOp : Array_UnaryOp<"log", Array_Float, "natural logarithm; NaN below zero, -inf at zero">;
def Array_Log2Op : Array_UnaryOp<"log2", Array_Float, "logarithm to base 2; NaN below zero, -inf at zero">;
def Array_Log10Op : Array_UnaryOp<"log10", Array_Float, "logarithm to base 10; NaN below zero, -inf at zero">;
def Array_Log1pOp : Array_UnaryOp<"log1p", Array_Float, "log(1 + x), accurate near zero">;
def Array_SinOp : Array_UnaryOp<"sin", Array_Float, "sine, x in radians">;
def Array_CosOp : Array_UnaryOp<"cos", Array_Float, "cosine, x in radians">;
def Array_TanOp : Array_UnaryOp<"tan", Array_Float, "tangent, x in radians">;
def Array_AsinOp : Array_UnaryOp<"asin", Array_Float, "arc sine; NaN outside [-1, 1]">;
def Array_AcosOp : Array_UnaryOp<"acos", Array_Float, "arc cosine; NaN outside [-1, 1]">;
def Array_AtanOp : Array_UnaryOp<"atan", Array_Float, "arc tangent">;
def Array_SinhOp : Array_UnaryOp<"sinh", Array_Float, "hyperbolic sine">;
def Array_CoshOp : Array_UnaryOp<"cosh", Array_Float, "hyperbolic cosine">;
def Array_TanhOp : Array_UnaryOp<"tanh", Array_Float, "hyperbolic tangent">;
def Array_AsinhOp : Array_UnaryOp<"asinh", Array_Float, "inverse hyperbolic sine">;
def Array_AcoshOp : Array_UnaryOp<"acosh", Array_Float, "inverse hyperbolic cosine; NaN below 1">;
def Array_AtanhOp : Array_UnaryOp<"atanh", Array_Float, "inverse hyperbolic tangent; NaN outside [-1, 1]">;
def Array_ErfOp : Array_UnaryOp<"erf", Array_Float, "error function">;
def Array_FloorOp : Array_UnaryOp<"floor", Array_Float, "largest integral value not above x">;
def Array_CeilOp : Array_UnaryOp<"ceil", Array_Float, "smallest integral value not below x">;
def Array_RoundOp : Array_UnaryOp<"round", Array_Float, "nearest integral value, halves away from zero">;
def Array_RoundEvenOp : Array_UnaryOp<"round_even", Array_Float, "nearest integral value, halves to even">;
def Array_TruncOp : Array_UnaryOp<"trunc", Array_Float, "integral part, rounding towards zero">;
def Array_IsNanOp : Array_UnaryOp<"is_nan", Array_Float, "whether x is NaN; the result is i1", "", "::mlir::IntegerType::get(context, 1)">;
def Array_IsInfOp : Array_UnaryOp<"is_inf", Array_Float, "whether x is infinite; the result is i1", "", "::mlir::IntegerType::get(context, 1)">;
def Array_IsFiniteOp : Array_UnaryOp<"is_finite", Array_Float, "whether x is neither infinite nor NaN; the result is i1", "", "::mlir::IntegerType::get(context, 1)">;
def Array_NotOp : Array_UnaryOp<"not", Array_IntOrBool, "bitwise complement (logical for i1)">;

class Array_ConversionOp<string mnemonic, string what>
    : Array_Op<mnemonic, "reifyElementwise", Array_Pure, [ElementwiseInterface, Array_ElementwiseFold]> {
  let summary = what;
  let arguments = (ins Array_Any:$x);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($result)";
  let hasVerifier = 1;
}

def Array_CastOp : Array_ConversionOp<"cast", "conversion to another element type"> {
  let description = [{
    `array.cast %x : tX to tR`, with the shape of the operand. Float to float rounds to nearest even;
    float to integer truncates, saturates, and NaN gives 0; integer to float rounds to nearest even;
    integer narrowing wraps, widening keeps the sign; i1 to a number gives 0 or 1; to i1 is x != 0.
  }];
}

def Array_BitcastOp : Array_ConversionOp<"bitcast", "the same bits as another element type of the same width"> {
  let description = [{ `array.bitcast %x : tX to tR`, with the shape of the operand. }];
}

#endif

// Elementwise operations: unary, binary, ternary and type conversions.
#ifndef RUNMAT_ARRAY_ELEMENTWISE_OPS_TD
#define RUNMAT_ARRAY_ELEMENTWISE_OPS_TD

include "dialects/Array/ArrayOpBase.td"

class Array_UnaryOp<string mnemonic, TypeConstraint type, string what, string infer = "inferElementwise(location, adaptor.getOperands(), types)">
    : Array_InferredOp<mnemonic, infer, !listconcat(Array_Pure, [ElementwiseInterface])> {
  let summary = what;
  let arguments = (ins type:$x);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasFolder = 1;
}

class Array_BinaryOp<string mnemonic, TypeConstraint type, string what, list<Trait> traits = [],
                     string infer = "inferElementwise(location, adaptor.getOperands(), types)">
    : Array_InferredOp<mnemonic, infer, !listconcat(Array_Checked, [ElementwiseInterface], traits)> {
  let summary = what;
  let arguments = (ins type:$a, type:$b);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `,` type($b)";
  let hasFolder = 1;
}

def Array_NegOp : Array_UnaryOp<"neg", Array_Number, "negation; integers wrap, so the minimum stays itself">;
def Array_AbsOp : Array_UnaryOp<"abs", Array_Number, "absolute value; integers wrap, so the minimum stays itself">;
def Array_SignOp : Array_UnaryOp<"sign", Array_Number, "-1, 0 or 1 by the sign of x"> {
  let description = [{ sign(NaN) is NaN; the sign of a zero is kept or lost (unspecified). }];
}
def Array_SqrtOp : Array_UnaryOp<"sqrt", Array_Float, "square root, correctly rounded"> {
  let description = [{ NaN below zero; sqrt(-0) is -0. }];
}
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
def Array_IsNanOp : Array_UnaryOp<"is_nan", Array_Float, "whether x is NaN; the result is i1",
    "inferElementwise(location, adaptor.getOperands(), types, ::mlir::IntegerType::get(context, 1))">;
def Array_IsInfOp : Array_UnaryOp<"is_inf", Array_Float, "whether x is infinite; the result is i1",
    "inferElementwise(location, adaptor.getOperands(), types, ::mlir::IntegerType::get(context, 1))">;
def Array_IsFiniteOp : Array_UnaryOp<"is_finite", Array_Float, "whether x is neither infinite nor NaN; the result is i1",
    "inferElementwise(location, adaptor.getOperands(), types, ::mlir::IntegerType::get(context, 1))">;
def Array_NotOp : Array_UnaryOp<"not", Array_IntOrBool, "bitwise complement (logical for i1)">;

def Array_AddOp : Array_BinaryOp<"add", Array_Number, "sum; integers wrap", [Commutative]>;
def Array_SubOp : Array_BinaryOp<"sub", Array_Number, "difference; integers wrap">;
def Array_MulOp : Array_BinaryOp<"mul", Array_Number, "product; integers wrap", [Commutative]>;
def Array_DivOp : Array_BinaryOp<"div", Array_Number, "quotient"> {
  let description = [{ Integers truncate towards zero; x / 0 is 0 and MIN / -1 is MIN, never a trap. }];
}
def Array_PowOp : Array_BinaryOp<"pow", Array_Number, "a to the power b"> {
  let description = [{ IEEE 754 `pow` with its special cases (a NaN only where pow says so: pow(x, 0) and pow(1, y) are 1; a negative base with a non-integral exponent is NaN). Integers: a negative exponent gives 0, unless the base is 1 or -1; products wrap. }];
}
def Array_ModOp : Array_BinaryOp<"mod", Array_Number, "remainder with the sign of the divisor b"> {
  let description = [{ Floats: by 0 gives NaN. Integers: by 0 gives 0. }];
}
def Array_RemOp : Array_BinaryOp<"rem", Array_Number, "remainder with the sign of the dividend a"> {
  let description = [{ Floats: by 0 gives NaN. Integers: by 0 gives 0. }];
}
def Array_Atan2Op : Array_BinaryOp<"atan2", Array_Float, "angle of the point (b, a): arc tangent of a / b in the right quadrant">;
def Array_HypotOp : Array_BinaryOp<"hypot", Array_Float, "sqrt(a*a + b*b) without undue overflow or underflow", [Commutative]>;
def Array_AndOp : Array_BinaryOp<"and", Array_IntOrBool, "bitwise and (logical for i1)", [Commutative]>;
def Array_OrOp : Array_BinaryOp<"or", Array_IntOrBool, "bitwise or (logical for i1)", [Commutative]>;
def Array_XorOp : Array_BinaryOp<"xor", Array_IntOrBool, "bitwise exclusive or (logical for i1)", [Commutative]>;
def Array_ShlOp : Array_BinaryOp<"shl", Array_Int, "a shifted left by b bits"> {
  let description = [{ The count b is taken modulo the width. }];
}
def Array_ShrArithOp : Array_BinaryOp<"shr_arith", Array_Int, "a shifted right by b bits, sign filled in"> {
  let description = [{ The count b is taken modulo the width. }];
}
def Array_ShrLogicalOp : Array_BinaryOp<"shr_logical", Array_Int, "a shifted right by b bits, zeros filled in"> {
  let description = [{ The count b is taken modulo the width. }];
}

def Array_MinOp : Array_BinaryOp<"min", Array_Number, "the smaller of a and b", [Commutative]> {
  let description = [{
    `nan = number` (the default): a NaN loses against a number. `nan = propagate`: a NaN wins. Which of
    two zeros of different sign is taken is unspecified.
  }];
  let arguments = (ins Array_Number:$a, Array_Number:$b,
                   DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan);
  let assemblyFormat = "$a `,` $b (`nan` `=` $nan^)? attr-dict `:` type($a) `,` type($b)";
}

def Array_MaxOp : Array_BinaryOp<"max", Array_Number, "the larger of a and b", [Commutative]> {
  let description = [{
    `nan = number` (the default): a NaN loses against a number. `nan = propagate`: a NaN wins. Which of
    two zeros of different sign is taken is unspecified.
  }];
  let arguments = (ins Array_Number:$a, Array_Number:$b,
                   DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan);
  let assemblyFormat = "$a `,` $b (`nan` `=` $nan^)? attr-dict `:` type($a) `,` type($b)";
}

def Array_CompareOp : Array_InferredOp<"compare", "inferElementwise(location, adaptor.getOperands(), types, ::mlir::IntegerType::get(context, 1))",
    !listconcat(Array_Checked, [ElementwiseInterface])> {
  let summary = "comparison, an i1 result";
  let description = [{
    `array.compare lt, %a, %b : tA, tB`. Integers are signed. Every comparison with a NaN is false,
    except `ne`, which is true. i1 compares false below true.
  }];
  let arguments = (ins Array_PredicateAttr:$predicate, Array_Any:$a, Array_Any:$b);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$predicate `,` $a `,` $b attr-dict `:` type($a) `,` type($b)";
  let hasFolder = 1;
}

def Array_SelectOp : Array_InferredOp<"select", "inferSelect(location, adaptor.getOperands(), types)",
    !listconcat(Array_Checked, [ElementwiseInterface])> {
  let summary = "a where the condition is true, else b";
  let description = [{ All three operands broadcast against each other. }];
  let arguments = (ins Array_Bool:$condition, Array_Any:$a, Array_Any:$b);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$condition `,` $a `,` $b attr-dict `:` type($condition) `,` type($a) `,` type($b)";
  let hasFolder = 1;
}

def Array_ClampOp : Array_InferredOp<"clamp", "inferElementwise(location, adaptor.getOperands(), types)",
    !listconcat(Array_Checked, [ElementwiseInterface])> {
  let summary = "x limited to [low, high]: min(max(x, low), high)";
  let description = [{ `nan` is handed to both max and min; see there. }];
  let arguments = (ins Array_Number:$x, Array_Number:$low, Array_Number:$high,
                   DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$x `,` $low `,` $high (`nan` `=` $nan^)? attr-dict `:` type($x) `,` type($low) `,` type($high)";
  let hasFolder = 1;
}

def Array_CastOp : Array_Op<"cast", !listconcat(Array_Pure, [ElementwiseInterface])> {
  let summary = "conversion to another element type";
  let description = [{
    Float to float rounds to nearest even; float to integer truncates, saturates, and NaN gives 0;
    integer narrowing wraps; i1 to a number gives 0 or 1; to i1 is x != 0. The shape stays.
  }];
  let arguments = (ins Array_Any:$x);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Array_BitcastOp : Array_Op<"bitcast", !listconcat(Array_Pure, [ElementwiseInterface])> {
  let summary = "the same bits as another element type of the same width";
  let arguments = (ins Array_Any:$x);
  let results = (outs Array_Any:$result);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

#endif

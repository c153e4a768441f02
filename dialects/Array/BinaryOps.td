// Elementwise operations of two and three operands.
#ifndef RUNMAT_ARRAY_BINARY_OPS_TD
#define RUNMAT_ARRAY_BINARY_OPS_TD

include "dialects/Array/ArrayOpBase.td"

class Array_BroadcastingOp<string mnemonic, string infer, list<Trait> traits = []>
    : Array_InferredOp<mnemonic, infer, "reifyElementwise", Array_CheckedOperands,
          !listconcat([ElementwiseInterface, Array_ElementwiseFold], traits)> {
  let results = (outs Array_Any:$result);
}

// `more`: special cases.
class Array_BinaryOp<string mnemonic, TypeConstraint type, string what, string more = "", list<Trait> traits = []>
    : Array_BroadcastingOp<mnemonic, "inferElementwise(place, adaptor.getOperands(), types)", traits> {
  let summary = what;
  let description = "\n    `array." # mnemonic # " %a, %b : tA, tB`: " # what # "." # more # [{

    The operands have one element type and broadcast; sizes that must be equal but are open in the types
    are checked at run time.
  }];
  let arguments = (ins type:$a, type:$b);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `,` type($b)";
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b),
                            "::runmat::array::detail::buildInferred($_state, {a, b});">];
}

def Array_AddOp : Array_BinaryOp<"add", Array_Number, "sum; integers wrap", "", [Commutative]>;
def Array_SubOp : Array_BinaryOp<"sub", Array_Number, "difference; integers wrap">;
def Array_MulOp : Array_BinaryOp<"mul", Array_Number, "product; integers wrap", "", [Commutative]>;
def Array_DivOp : Array_BinaryOp<"div", Array_Number, "quotient", [{
    Integers truncate towards zero; x / 0 is 0 and MIN / -1 is MIN, never a trap.}]>;
def Array_PowOp : Array_BinaryOp<"pow", Array_Number, "a to the power b", [{
    IEEE 754 `pow` with its special cases (a NaN only where pow says so: pow(x, 0) and pow(1, y) are
    1; a negative base with a non-integral exponent is NaN). Integers: a negative exponent gives 0,
    unless the base is 1 or -1; products wrap.}]>;
def Array_ModOp : Array_BinaryOp<"mod", Array_Number, "remainder with the sign of the divisor b", [{
    Floats: by 0 gives NaN. Integers: by 0 gives 0.}]>;
def Array_RemOp : Array_BinaryOp<"rem", Array_Number, "remainder with the sign of the dividend a", [{
    Floats: by 0 gives NaN. Integers: by 0 gives 0.}]>;
def Array_Atan2Op : Array_BinaryOp<"atan2", Array_Float, "angle of the point (b, a): arc tangent of a / b in the right quadrant">;
def Array_HypotOp : Array_BinaryOp<"hypot", Array_Float, "sqrt(a*a + b*b) without undue overflow or underflow", "", [Commutative]>;
def Array_AndOp : Array_BinaryOp<"and", Array_IntOrBool, "bitwise and (logical for i1)", "", [Commutative]>;
def Array_OrOp : Array_BinaryOp<"or", Array_IntOrBool, "bitwise or (logical for i1)", "", [Commutative]>;
def Array_XorOp : Array_BinaryOp<"xor", Array_IntOrBool, "bitwise exclusive or (logical for i1)", "", [Commutative]>;
def Array_ShlOp : Array_BinaryOp<"shl", Array_Int, "a shifted left by b bits", [{
    The count b is taken modulo the width.}]>;
def Array_ShrArithOp : Array_BinaryOp<"shr_arith", Array_Int, "a shifted right by b bits, sign filled in", [{
    The count b is taken modulo the width.}]>;
def Array_ShrLogicalOp : Array_BinaryOp<"shr_logical", Array_Int, "a shifted right by b bits, zeros filled in", [{
    The count b is taken modulo the width.}]>;

class Array_ExtremumOp<string mnemonic, string what> : Array_BinaryOp<mnemonic, Array_Number, what, [{
    `nan = number` (the default): a NaN loses against a number. `nan = propagate`: a NaN wins. Which of
    two zeros of different sign is taken is unspecified.}], [Commutative]> {
  let arguments = (ins Array_Number:$a, Array_Number:$b,
                   DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan);
  let assemblyFormat = "$a `,` $b (`nan` `=` $nan^)? attr-dict `:` type($a) `,` type($b)";
  let skipDefaultBuilders = 0;
  let builders = [];
}

def Array_MinOp : Array_ExtremumOp<"min", "the smaller of a and b">;
def Array_MaxOp : Array_ExtremumOp<"max", "the larger of a and b">;

def Array_CompareOp : Array_BroadcastingOp<"compare",
    "inferElementwise(place, adaptor.getOperands(), types, ::mlir::IntegerType::get(context, 1))"> {
  let summary = "comparison, an i1 result";
  let description = [{
    `array.compare lt, %a, %b : tA, tB`, with the predicates `eq ne lt le gt ge`. Integers are signed.
    Every comparison with a NaN is false, except `ne`, which is true. i1 compares false below true.
    Broadcasting and its run-time check are those of `array.add`.
  }];
  let arguments = (ins Array_PredicateAttr:$predicate, Array_Any:$a, Array_Any:$b);
  let assemblyFormat = "$predicate `,` $a `,` $b attr-dict `:` type($a) `,` type($b)";
}

def Array_SelectOp : Array_BroadcastingOp<"select", "inferSelect(place, adaptor.getOperands(), types)"> {
  let summary = "a where the condition is true, else b";
  let description = [{
    `array.select %c, %a, %b : tC, tA, tB`. The operands broadcast against each other (checked at run
    time as in `array.add`); the element type is that of a and b.
  }];
  let arguments = (ins Array_Bool:$condition, Array_Any:$a, Array_Any:$b);
  let assemblyFormat = "$condition `,` $a `,` $b attr-dict `:` type($condition) `,` type($a) `,` type($b)";
}

def Array_ClampOp : Array_BroadcastingOp<"clamp", "inferElementwise(place, adaptor.getOperands(), types)"> {
  let summary = "x limited to [low, high]: min(max(x, low), high)";
  let description = [{
    `array.clamp %x, %low, %high nan = propagate : tX, tL, tH`. `nan` is handed to both max and min; see
    `array.max`. The operands broadcast against each other (checked at run time as in `array.add`).
  }];
  let arguments = (ins Array_Number:$x, Array_Number:$low, Array_Number:$high,
                   DefaultValuedAttr<Array_NanModeAttr, "::runmat::array::NanMode::Number">:$nan);
  let assemblyFormat = "$x `,` $low `,` $high (`nan` `=` $nan^)? attr-dict `:` type($x) `,` type($low) `,` type($high)";
}

#endif

// The array dialect itself, its element types and value types.
#ifndef RUNMAT_ARRAY_DIALECT_TD
#define RUNMAT_ARRAY_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/BuiltinTypes.td"

def Array_Dialect : Dialect {
  let name = "array";
  let cppNamespace = "::runmat::array";
  let summary = "Operations on n-dimensional arrays with value semantics";
  let description = [{
    What an array program computes: value semantics, ranked tensors, no layout and no device.

    **Types.** Elements are f64, f32, f16, bf16, i1, i8, i16, i32 and i64; integers are signed two's
    complement and wrap. i1 has only logic, comparison, selection, conversion, any and all. Operands of one
    operation have equal element types: there is no promotion, `array.cast` says what is meant. Sizes are
    static or `?`; a tensor's byte size is below 2^63.

    **Broadcasting** is NumPy's, right-aligned and decided by types: only a size written `1` stretches.
    `?` never does: against `n` or `?` the sizes must be equal at run time. Run-time stretching is
    `array.broadcast`.

    **Result types** are the inferred ones (a static size wins over `?`) and written only where they cannot
    be inferred, after `to`. Only `tensor.cast` refines or erases a size.

    **Scalars.** Elementwise operations take tensors, or scalars inside the regions of fused operations:
    the same operation, and the same meaning.

    **Errors.** What types show to be wrong is an error of the verifier that names the operand and the
    dimension. What only the run can know (sizes that must be equal, bounds of a slice, a negative size, a
    result of more than 2^60 bytes, where a size of 0 counts as 1) is checked there, and so are divisors,
    shifts and loop steps of the upstream operations beside array operations; a failed check ends the program with an error that names the operation's place. An
    operation with such a check is not executed speculatively, and may be erased where its result is unused.

    **Numbers.** Every implementation (the reference interpreter, the folds, the CPU's and the GPU's code)
    follows the operations' descriptions. What is free is contraction to fused multiply-add, and the order
    of sums and products in reductions and contractions.

    **Canonical form.** Constants are on the right of commutative operations. Operations on constants are
    folded: splats always, other constants up to 64 elements. Identities fold only where they hold for every
    value (`x + 0` stays for floats, since it turns -0 into 0; `x - 0`, `x * 1` and `x / 1` go) and lose no
    check. Casts join where the first one is exact, transposes compose, `pow(x, 2)` is a product. Index
    operands that are constants become static sizes, with a `tensor.cast` behind; casts that only forget
    sizes move behind their users.
  }];
  let hasConstantMaterializer = 1;
  let hasCanonicalizer = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void addCreationOps();
    void addBinaryOps();
    void addReductionOps();
    void addShapeOps();
    void addUnaryOps();
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

// Element types.
def Array_FloatElement : AnyTypeOf<[F16, BF16, F32, F64], "floating-point element (f16, bf16, f32 or f64)">;
def Array_IntElement : AnyTypeOf<[I8, I16, I32, I64], "integer element (i8, i16, i32 or i64)">;
def Array_NumberElement : AnyTypeOf<[F16, BF16, F32, F64, I8, I16, I32, I64], "number element (float or integer, not i1)">;
def Array_BoolElement : AnyTypeOf<[I1], "i1 element">;
def Array_IntOrBoolElement : AnyTypeOf<[I1, I8, I16, I32, I64], "integer or i1 element">;
def Array_Element : AnyTypeOf<[F16, BF16, F32, F64, I1, I8, I16, I32, I64], "array element (f16, bf16, f32, f64, i1 or i8 to i64)">;

class Array_TensorOf<Type element> : Type<
    And<[CPred<"::llvm::isa<::mlir::RankedTensorType>($_self) && !::llvm::cast<::mlir::RankedTensorType>($_self).getEncoding()">,
         SubstLeaves<"$_self", "::llvm::cast<::mlir::RankedTensorType>($_self).getElementType()", element.predicate>]>,
    "ranked tensor of " # element.summary, "::mlir::RankedTensorType">;
class Array_ValueOf<Type element> : Type<
    Or<[element.predicate, Array_TensorOf<element>.predicate]>,
    "tensor or scalar of " # element.summary, "::mlir::Type">;

def Array_Float : Array_ValueOf<Array_FloatElement>;
def Array_Int : Array_ValueOf<Array_IntElement>;
def Array_Number : Array_ValueOf<Array_NumberElement>;
def Array_Bool : Array_ValueOf<Array_BoolElement>;
def Array_IntOrBool : Array_ValueOf<Array_IntOrBoolElement>;
def Array_Any : Array_ValueOf<Array_Element>;

def Array_FloatTensor : Array_TensorOf<Array_FloatElement>;
def Array_IntTensor : Array_TensorOf<Array_IntElement>;
def Array_NumberTensor : Array_TensorOf<Array_NumberElement>;
def Array_BoolTensor : Array_TensorOf<Array_BoolElement>;
def Array_Tensor : Array_TensorOf<Array_Element>;

#endif

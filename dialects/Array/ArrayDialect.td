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

    Elements are f64, f32, f16, bf16, i1, i8, i16, i32 and i64; integers are signed two's complement
    and wrap. Sizes are static or `?`. Broadcasting is NumPy's, right-aligned and decided by types:
    only a size written `1` stretches. `?` never does: against `n` or `?` the sizes must be equal at run
    time, else the program fails with a shape error that names the operation. Run-time stretching is
    `array.broadcast`.

    Elementwise operations take tensors, or scalars inside the regions of fused operations. Result
    types are the inferred ones (a static size wins over `?`); only `tensor.cast` refines or erases.
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

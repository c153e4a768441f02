// The fused dialect itself and its attributes.
#ifndef RUNMAT_FUSED_DIALECT_TD
#define RUNMAT_FUSED_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "dialects/Array/ArrayEnums.td"

def Fused_Dialect : Dialect {
  let name = "fused";
  let cppNamespace = "::runmat::fused";
  let summary = "Units of work: one operation is what one device executes at once";
  let description = [{
    Appears when fusion has run, gone when units are lowered to kernels. Each operation is one unit. What
    it computes per element stands in its region, as array operations on scalars; what else it reads comes
    in through affine maps from the iteration space. `decompose()` gives the same result in array
    operations, `work()` the bytes and flops as functions of the sizes.
  }];
  let dependentDialects = ["::runmat::array::ArrayDialect", "::mlir::tensor::TensorDialect"];
  let useDefaultAttributePrinterParser = 1;
}

def Fused_ReductionAttr : AttrDef<Fused_Dialect, "Reduction"> {
  let mnemonic = "reduction";
  let summary = "a reduction of one yielded value over dims of the iteration space";
  let description = [{
    `#fused.reduction<sum dims [1, 2] keep>`: what the array reduction of that kind computes on the tensor
    of the yielded values, result type included (sum and prod of integers give i64). `nan` is that of min
    and max. Kinds: sum, prod, mean, min, max, any, all. `dims` ascend.
  }];
  let parameters = (ins
    EnumParameter<Array_ReductionKind>:$kind,
    ArrayRefParameter<"int64_t">:$dims,
    DefaultValuedParameter<"bool", "false">:$keep,
    DefaultValuedParameter<"::runmat::array::NanMode", "::runmat::array::NanMode::Number">:$nan);
  let assemblyFormat = "`<` $kind custom<DimsAndKeep>($dims, $keep) (`nan` `=` $nan^)? `>`";
}
def Fused_ReductionArrayAttr : TypedArrayAttrBase<Fused_ReductionAttr, "array of #fused.reduction">;

#endif

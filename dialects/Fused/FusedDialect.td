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
    of the yielded values, result type included (sum and prod of integers and of i1 give i64, argmin and argmax
    too). `nan` is that of min, max, argmin and argmax, `omit_nan` of sum, prod, mean, var and std, `ddof` of var
    and std. `dims` ascend. No dims: each element for itself.
  }];
  let parameters = (ins
    EnumParameter<Array_ReductionKind>:$kind,
    ArrayRefParameter<"int64_t">:$dims,
    DefaultValuedParameter<"bool", "false">:$keep,
    DefaultValuedParameter<"::runmat::array::NanMode", "::runmat::array::NanMode::Number">:$nan,
    DefaultValuedParameter<"bool", "false">:$omitNan,
    DefaultValuedParameter<"int64_t", "0">:$ddof);
  let builders = [AttrBuilder<(ins "::runmat::array::ReductionKind":$kind, "::llvm::ArrayRef<int64_t>":$dims,
                                   "bool":$keep, "::runmat::array::NanMode":$nan), [{
    return $_get($_ctxt, kind, dims, keep, nan, false, 0);
  }]>];
  let assemblyFormat = [{
    `<` $kind custom<DimsAndKeep>($dims, $keep) (`nan` `=` $nan^)? (`omit_nan` `=` $omitNan^)? (`ddof` `=` $ddof^)? `>`
  }];
}

def Fused_StoreAttr : AttrDef<Fused_Dialect, "Store"> {
  let mnemonic = "store";
  let summary = "a yielded value of each point of the iteration space, kept as it is";
  let description = [{
    `#fused.store`: a tensor of the iteration space's shape where it is a result of the nest; else a value that
    later stages read at the same point, from memory or by computing it again.
  }];
  let assemblyFormat = "";
}

def Fused_MomentsAttr : AttrDef<Fused_Dialect, "Moments"> {
  let mnemonic = "moments";
  let summary = "mean and population variance of one yielded float over dims of the iteration space";
  let description = [{
    `#fused.moments<dims [1, 2]>`: later stages get four values of the yielded type: the mean m rounded to it;
    r, what that rounding lost, so that m + r is the mean to about twice the precision (0 where an
    implementation computes in no wider type); v; and l, a power of two such that v is the variance of l x.
    l is 1 unless squares of deviations leave the type's range. Never a result of a nest. Shifted or
    two-pass, never E[x^2] - mean^2. Of nothing: NaN.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$dims);
  let assemblyFormat = "`<` custom<Dims>($dims) `>`";
}
def Fused_ReductionArrayAttr : TypedArrayAttrBase<Fused_ReductionAttr, "array of #fused.reduction">;

#endif

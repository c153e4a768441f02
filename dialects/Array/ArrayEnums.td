// Enumerations of the array dialect: how NaN is treated, comparison predicates, reduction kinds.
#ifndef RUNMAT_ARRAY_ENUMS_TD
#define RUNMAT_ARRAY_ENUMS_TD

include "mlir/IR/EnumAttr.td"
include "dialects/Array/ArrayDialect.td"

def Array_NanMode : I32EnumAttr<"NanMode", "what min, max and clamp do with a NaN", [
    I32EnumAttrCase<"Number", 0, "number">,
    I32EnumAttrCase<"Propagate", 1, "propagate">]> {
  let cppNamespace = "::runmat::array";
  let genSpecializedAttr = 0;
}
def Array_NanModeAttr : EnumAttr<Array_Dialect, Array_NanMode, "nan_mode"> {
  let assemblyFormat = "$value";
}

def Array_Predicate : I32EnumAttr<"Predicate", "comparison predicate", [
    I32EnumAttrCase<"Eq", 0, "eq">, I32EnumAttrCase<"Ne", 1, "ne">,
    I32EnumAttrCase<"Lt", 2, "lt">, I32EnumAttrCase<"Le", 3, "le">,
    I32EnumAttrCase<"Gt", 4, "gt">, I32EnumAttrCase<"Ge", 5, "ge">]> {
  let cppNamespace = "::runmat::array";
  let genSpecializedAttr = 0;
}
def Array_PredicateAttr : EnumAttr<Array_Dialect, Array_Predicate, "predicate"> {
  let assemblyFormat = "$value";
}

def Array_ReductionKind : I32EnumAttr<"ReductionKind", "what a reduction computes", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Prod", 1, "prod">,
    I32EnumAttrCase<"Mean", 2, "mean">, I32EnumAttrCase<"Min", 3, "min">,
    I32EnumAttrCase<"Max", 4, "max">, I32EnumAttrCase<"Any", 5, "any">,
    I32EnumAttrCase<"All", 6, "all">, I32EnumAttrCase<"Var", 7, "var">,
    I32EnumAttrCase<"Std", 8, "std">, I32EnumAttrCase<"Argmin", 9, "argmin">,
    I32EnumAttrCase<"Argmax", 10, "argmax">]> {
  let cppNamespace = "::runmat::array";
  let genSpecializedAttr = 0;
}
def Array_ReductionKindAttr : EnumAttr<Array_Dialect, Array_ReductionKind, "reduction_kind"> {
  let assemblyFormat = "$value";
}

#endif

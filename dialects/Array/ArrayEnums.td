// Enumerations of the array dialect: how NaN is treated, comparison predicates, reduction kinds.
#ifndef RUNMAT_ARRAY_ENUMS_TD
#define RUNMAT_ARRAY_ENUMS_TD

include "mlir/IR/EnumAttr.td"
include "dialects/Array/ArrayDialect.td"

/// An enumeration whose errors say `what` was expected, and not its name in C++.
class Array_Enum<string name, string what, list<I32EnumAttrCase> cases> : I32EnumAttr<name, what, cases> {
  let cppNamespace = "::runmat::array";
  let genSpecializedAttr = 0;
  let parameterParser = [{[&]() -> ::mlir::FailureOr<}] # cppType # [{> {
    auto place = $_parser.getCurrentLocation();
    std::string word;
    if (::mlir::failed($_parser.parseKeywordOrString(&word)))
      return ::mlir::failure();
    if (auto found = }] # cppNamespace # "::" # stringToSymbolFnName # [{(word))
      return *found;
    return {(::llvm::LogicalResult)($_parser.emitError(place) << "expected }] # what # [{, one of " << }]
      # !interleave(!foreach(enum, enumerants, "\"" # enum.str # "\""), [{ << ", " << }]) # [{)};
  }()}];
}

def Array_NanMode : Array_Enum<"NanMode", "a NaN mode", [
    I32EnumAttrCase<"Number", 0, "number">,
    I32EnumAttrCase<"Propagate", 1, "propagate">]>;
def Array_NanModeAttr : EnumAttr<Array_Dialect, Array_NanMode, "nan_mode"> {
  let assemblyFormat = "$value";
}

def Array_Predicate : Array_Enum<"Predicate", "a predicate", [
    I32EnumAttrCase<"Eq", 0, "eq">, I32EnumAttrCase<"Ne", 1, "ne">,
    I32EnumAttrCase<"Lt", 2, "lt">, I32EnumAttrCase<"Le", 3, "le">,
    I32EnumAttrCase<"Gt", 4, "gt">, I32EnumAttrCase<"Ge", 5, "ge">]>;
def Array_PredicateAttr : EnumAttr<Array_Dialect, Array_Predicate, "predicate"> {
  let assemblyFormat = "$value";
}

def Array_ReductionKind : Array_Enum<"ReductionKind", "a kind of reduction", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Prod", 1, "prod">,
    I32EnumAttrCase<"Mean", 2, "mean">, I32EnumAttrCase<"Min", 3, "min">,
    I32EnumAttrCase<"Max", 4, "max">, I32EnumAttrCase<"Any", 5, "any">,
    I32EnumAttrCase<"All", 6, "all">, I32EnumAttrCase<"Var", 7, "var">,
    I32EnumAttrCase<"Std", 8, "std">, I32EnumAttrCase<"Argmin", 9, "argmin">,
    I32EnumAttrCase<"Argmax", 10, "argmax">]>;
def Array_ReductionKindAttr : EnumAttr<Array_Dialect, Array_ReductionKind, "reduction_kind"> {
  let assemblyFormat = "$value";
}

#endif

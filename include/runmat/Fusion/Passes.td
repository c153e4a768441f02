// The fusion passes. Each forms one kind of unit; `fuse-all` forms them all in the order of
// lib/Fusion/Fusions.def.
#ifndef RUNMAT_FUSION_PASSES_TD
#define RUNMAT_FUSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseImageNormalize : Pass<"fuse-image-normalize"> {
  let summary = "form fused.image_normalize and merge its consumers";
  let description = [{
    Matches `max((x - mean) / sqrt(var + eps) * gain + bias, clamp) ^ gamma` over the trailing dims of a
    batch, with gain, bias, clamp and gamma each there or not, and replaces it by one
    `fused.image_normalize`. Elementwise consumers and reductions over the planes or over everything join
    its region. Reasons for what does not match are missed remarks; docs/fusion.md lists them.
  }];
  let dependentDialects = ["::runmat::fused::FusedDialect"];
}

class ClusterPass<string flag> : Pass<flag> {
  let dependentDialects = ["::runmat::array::ArrayDialect", "::runmat::fused::FusedDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FuseElementwise : ClusterPass<"fuse-elementwise"> {
  let summary = "merge elementwise operations into one fused.nest";
  let description = [{
    Units of one stage that only stores, with any number of results. Test: test/Fusion/fuse-elementwise.mlir
  }];
}

def FuseReductions : ClusterPass<"fuse-reductions"> {
  let summary = "merge elementwise operations and reductions of their results into one fused.nest";
  let description = [{
    Units of one stage: a reduction takes the operations that compute its operand, and the reductions beside it.
    Test: test/Fusion/fuse-reductions.mlir
  }];
}

def FuseRows : ClusterPass<"fuse-rows"> {
  let summary = "merge reductions with what reads their results back along the reduced dims";
  let description = [{
    Units of several stages: softmax, log-sum-exp, layer and RMS norm, standardise, min-max scale are one
    `fused.nest` each. Test: test/Fusion/fuse-rows.mlir
  }];
}

def FoldTransposes : ClusterPass<"fold-transposes"> {
  let summary = "merge transposes, broadcasts and dims of size 1 into the operations beside them";
  let description = [{
    The operation reads through a permuted map instead; transposes that cancel go.
    Test: test/Fusion/fold-transposes.mlir
  }];
}

def FuseAll : ClusterPass<"fuse-all"> {
  let summary = "form named kinds, then a fused.nest of every array operation that is left, merged over the graph";
  let description = [{
    Behind this pass every array operation that has a unit form is in a unit; a missed remark `no-unit-form` lists
    the others. Run `--check-array-sizes` first: what relies on a check stays behind it.
    Test: test/Fusion/fuse-all.mlir
  }];
  let options = [
    Option<"merge", "merge", "bool", "true", "without, every operation is a unit of its own and no kind is formed">];
}

def GeneralizeUnits : Pass<"generalize-units"> {
  let summary = "replace every unit of a named kind by the fused.nest that it stands for";
  let description = [{
    Each unit's `nest()`. Behind this pass one operation describes all units; its `kind` keeps the name.
  }];
  let dependentDialects = ["::runmat::array::ArrayDialect", "::runmat::fused::FusedDialect"];
}

def DecomposeFused : Pass<"decompose-fused"> {
  let summary = "replace every unit of work by the array operations that it stands for";
  let description = [{
    Each unit's `decompose()`: the fallback where a device cannot run a unit, and the oracle of its tests.
  }];
  let dependentDialects = ["::runmat::array::ArrayDialect", "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif

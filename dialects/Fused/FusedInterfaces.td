// What every unit of work offers to placement, lowerings and tests.
#ifndef RUNMAT_FUSED_INTERFACES_TD
#define RUNMAT_FUSED_INTERFACES_TD

include "mlir/IR/OpBase.td"

def UnitInterface : OpInterface<"Unit"> {
  let cppNamespace = "::runmat::fused";
  let description = [{ One unit of work: what one device executes at once. }];
  let methods = [
    InterfaceMethod<[{
      The same results in array operations, made at the builder's insertion point: the fallback, the
      oracle and `--decompose-fused`. The unit itself stays. Fails only on an operation in the region that
      has no tensor form.
    }], "::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>>", "decompose", (ins "::mlir::OpBuilder &":$builder)>,
    InterfaceMethod<[{
      The same computation as a `fused.nest` with the same results, made at the builder's insertion point: the form
      in which every unit is placed and lowered. The unit itself stays.
    }], "::mlir::Operation *", "nest", (ins "::mlir::OpBuilder &":$builder)>,
    InterfaceMethod<"The kind's name as reports and telemetry spell it: `image_normalize`, `map`, ...",
      "::llvm::StringRef", "unitKind", (ins), [{}], [{ return $_op->getName().stripDialect(); }]>,
    InterfaceMethod<"Extras, maps, reductions and region: what all units treat alike.",
      "::runmat::fused::UnitBody", "unitBody", (ins)>,
    InterfaceMethod<"The device the unit is pinned to (`cpu` or `gpu`), or empty.",
      "::llvm::StringRef", "pinnedDevice", (ins), [{}], [{
        auto device = $_op->template getAttrOfType<::mlir::StringAttr>("device");
        return device ? device.getValue() : ::llvm::StringRef();
      }]>,
  ];
  let verify = [{ return ::runmat::fused::verifyUnit($_op); }];
  let verifyWithRegions = 1;
}

def EpilogueInterface : OpInterface<"Epilogue"> {
  let cppNamespace = "::runmat::fused";
  let description = [{
    A unit that can take consumers of its results into its region. The rules are the same for all units
    (Epilogue.cpp); a unit says only which reductions it can compute and how it is made anew.
  }];
  let methods = [
    InterfaceMethod<"Why `consumer` (a user of one of the results) cannot join the region, or nothing.",
      "::std::optional<::runmat::fused::Rejection>", "canAbsorb", (ins "::mlir::Operation *":$consumer),
      [{}], [{ return ::runmat::fused::whyNotAbsorbed($_op, consumer); }]>,
    InterfaceMethod<[{
      Takes `consumer` into the region and erases it. The unit is made anew (with results that are no
      longer used dropped) and returned. Only where canAbsorb has given nothing.
    }], "::mlir::Operation *", "absorb", (ins "::mlir::RewriterBase &":$rewriter, "::mlir::Operation *":$consumer),
      [{}], [{ return ::runmat::fused::absorbConsumer(rewriter, $_op, consumer); }]>,
    InterfaceMethod<"Whether the unit can reduce yielded values over these dims of its iteration space.",
      "bool", "canReduceOver", (ins "::llvm::ArrayRef<int64_t>":$dims)>,
    InterfaceMethod<"The unit's input that its region reads beside the extras, or null.",
      "::mlir::Value", "inputInRegion", (ins)>,
    InterfaceMethod<"The same unit with other extras, reductions and results; its region is still empty.",
      "::mlir::Operation *", "makeAnew",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$extras, "::mlir::ArrayAttr":$maps,
           "::mlir::ArrayAttr":$reductions, "::mlir::TypeRange":$results)>,
  ];
}

#endif

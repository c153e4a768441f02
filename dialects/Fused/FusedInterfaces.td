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
    InterfaceMethod<"Bytes moved and flops done, as functions of the iteration space's sizes.",
      "::runmat::fused::UnitWork", "work", (ins)>,
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

#endif

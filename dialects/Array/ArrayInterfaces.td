// What an array operation is, for matchers and lowerings: they ask these, never for a name.
#ifndef RUNMAT_ARRAY_INTERFACES_TD
#define RUNMAT_ARRAY_INTERFACES_TD

include "mlir/IR/OpBase.td"

def ElementwiseInterface : OpInterface<"Elementwise"> {
  let cppNamespace = "::runmat::array";
  let description = [{
    Element i of the one result depends on element i of each operand after broadcasting, and on nothing
    else. All operands are tensors, or all are scalars. Attributes do not depend on shapes.
  }];
  let methods = [
    InterfaceMethod<[{
      Makes the same operation on scalars (attributes kept, result type inferred) and returns its result.
      `operands`: one scalar per operand, of that operand's element type.
    }], "::mlir::Value", "createScalar",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc, "::mlir::ValueRange":$operands),
      [{}], [{ return ::runmat::array::createSameOp($_op, builder, loc, operands)->getResult(0); }]>,
    InterfaceMethod<"Whether the operands are scalars.", "bool", "isScalar", (ins), [{}],
      [{ return !::llvm::isa<::mlir::RankedTensorType>($_op->getResult(0).getType()); }]>,
  ];
}

def ReductionInterface : OpInterface<"Reduction"> {
  let cppNamespace = "::runmat::array";
  let description = [{
    One tensor in, one tensor out with the reduced dims removed, or of size 1 where `keep` is set.
  }];
  let methods = [
    InterfaceMethod<"What it computes.", "::runmat::array::ReductionKind", "getReductionKind", (ins)>,
    InterfaceMethod<"The tensor that is reduced.", "::mlir::Value", "getReductionInput", (ins), [{}],
      [{ return $_op->getOperand(0); }]>,
    InterfaceMethod<"The reduced dims, ascending; no `dims` in the text means all of them.",
      "::llvm::SmallVector<int64_t>", "getReducedDims", (ins), [{}],
      [{ return ::runmat::array::reducedDims($_op); }]>,
    InterfaceMethod<"Whether reduced dims stay with size 1.", "bool", "keepsDims", (ins), [{}],
      [{ return $_op->hasAttr("keep"); }]>,
    InterfaceMethod<"Whether NaN elements are left out.", "bool", "omitsNan", (ins), [{}],
      [{ return $_op->hasAttr("omit_nan"); }]>,
  ];
}

def ShapeOpInterface : OpInterface<"ShapeOp"> {
  let cppNamespace = "::runmat::array";
  let description = [{
    Moves or repeats elements and computes nothing: each result element is an operand's element (or a
    padding value).
  }];
}

#endif

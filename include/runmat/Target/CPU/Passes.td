// Passes from bufferized host code to the LLVM dialect.
#ifndef RUNMAT_TARGET_CPU_PASSES_TD
#define RUNMAT_TARGET_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def OutlineParallelLoops : Pass<"outline-parallel-loops", "::mlir::ModuleOp"> {
  let summary = "Hand outermost scf.parallel loops to the runtime's thread pool";
  let description = [{
    Each outermost `scf.parallel` over memrefs becomes a function of a range of its flattened iteration
    space, called through `rm_parallel_for`; the innermost dimension stays a plain loop, which LLVM
    vectorises. Loops with little work are called directly. Nested `scf.parallel` becomes serial.
  }];
  let options = [
    Option<"minWork", "min-work", "int64_t", "::runmat::CPUProfile().minWork",
           "loops with fewer weighted iterations run on the calling thread">,
    Option<"unknownTripCount", "unknown-trip-count", "int64_t", "::runmat::CPUProfile().unknownTripCount",
           "trips that an inner loop of unknown length counts for">
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect"];
}

def ConvertHostToLLVM : Pass<"convert-host-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Convert bufferized host code to the LLVM dialect and the runtime's C ABI";
  let description = [{
    One conversion for everything that is left (scf, cf, arith, math, memref, vector, index, func,
    `offload.check`). Memory comes from `rm_alloc_at`, failed checks end in `rm_fail_values`, functions
    without an instruction are calls into libm.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def AssignDestinations : Pass<"assign-destinations", "::mlir::ModuleOp"> {
  let summary = "Give each result of a fused.nest the memory that it is written to";
  let description = [{
    The state of a loop, or the result of an earlier nest, that no other operation reads any more and that the nest
    reads element by element is written in place; every other result gets a `tensor.empty` of its own, or a
    `bufferization.alloc_tensor` where it goes into an array of which the nest reads parts.

    Shown by test/Target/CPU/assign-destinations.mlir.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::tensor::TensorDialect"];
}

def OutlineUnits : Pass<"outline-units", "::mlir::ModuleOp"> {
  let summary = "Make equal fused.nest on buffers calls of one function";
  let description = [{
    Nests that differ in their operands and locations alone become calls of one private function, so that code
    generation grows with a program's distinct units. One that has no equal stays.

    Shown by test/Target/CPU/outline-units.mlir.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def SeparateEmptyTensors : Pass<"separate-empty-tensors", "::mlir::ModuleOp"> {
  let summary = "Give each use of a tensor.empty one of its own";
  let description = [{
    CSE makes equal `tensor.empty` one value, and bufferization then sees all that is computed into it as aliases:
    its analysis takes the square of their number, and copies where values of separate lifetimes meet.

    Shown by test/Target/CPU/separate-empty-tensors.mlir.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def BufferizeProgram : Pass<"bufferize-program", "::mlir::ModuleOp"> {
  let summary = "One-Shot bufferization that copies states and results that may share memory";
  let description = [{
    Upstream's One-Shot bufferization takes the states that a loop gives to its next iteration, and the results of a
    call, for separate values, and writes into the memory of one while another is still read. By the same analysis as
    upstream's decisions, this pass finds what may be the memory of an earlier state or result (the same value, a
    part, another shape, one of two), and copies it: in each iteration of `scf.for` and of the second region of
    `scf.while`, where that may give back something from outside too, and at the end of a function that is called,
    except what is an argument's memory. States that only change places, and those that are updated in place, are
    not copied.

    Shown by test/Target/CPU/bufferize-program.mlir.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect"];
}

def CopyStridedBuffers : Pass<"copy-strided-buffers", "::mlir::ModuleOp"> {
  let summary = "Copy a strided buffer where a row-major one is asked for";
  let description = [{
    Upstream's bufferization casts a part of a buffer to a row-major memref of dynamic sizes, for a call, a
    result or the state of a loop, and takes its strides for unknown ones that may be right. Each such
    `memref.cast` whose strides are not seen to be those of rows one after the other becomes a copy.

    Shown by test/Target/CPU/copy-strided-buffers.mlir.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def ExpandMemRefCopy : Pass<"expand-memref-copy", "::mlir::ModuleOp"> {
  let summary = "Turn memref.copy into linalg operations";
  let description = [{
    Upstream lowers a copy between strided memrefs to a call of its runner library. As a
    `linalg.generic` it becomes a parallel loop like any other.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def SkipEmptyLoops : Pass<"skip-empty-loops"> {
  let summary = "Run no iterations of a loop around loops over nothing";
  let description = [{
    A `scf.for` whose body is one loop, with bounds that do not change, gets its own lower bound as upper
    bound where that loop has no iterations. Without it an array of 2^50 rows of no elements would take
    2^50 steps to reduce.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

#endif

// Operations of the offload dialect.
#ifndef RUNMAT_OFFLOAD_OPS_TD
#define RUNMAT_OFFLOAD_OPS_TD

include "dialects/Offload/OffloadDialect.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Offload_Op<string mnemonic, list<Trait> traits = []> : Op<Offload_Dialect, mnemonic, traits>;

def Offload_CheckOp : Offload_Op<"check", [MemoryEffects<[MemWrite]>]> {
  let summary = "ends the program with an error where the condition is false";
  let description = [{
    `offload.check %cond, "dimension 1 is {0}, but {1} is expected" (%a, %b)`. Where `cond` is false the
    call of the program records the text (with `{0}`, `{1}` ... replaced by the index operands' values) and
    this operation's location, releases what it holds and returns an error. Never inside parallel code.
    What stands behind a condition that is known to be false is erased: nothing there runs, and sizes that are
    known there may contradict each other.
    With `unsupported` the error is the device's limit, not the program's fault: with device `auto` the
    call then runs on the CPU.
  }];
  let arguments = (ins I1:$condition, StrAttr:$text, Variadic<Index>:$values, UnitAttr:$unsupported);
  let assemblyFormat = "$condition `,` $text (`(` $values^ `)`)? (`unsupported` $unsupported^)? attr-dict";
  let hasCanonicalizeMethod = 1;
}

/// On tensors: reads its operand, and has no tensor of its own.
class Offload_ReadingOp<string mnemonic, list<Trait> traits> : Offload_Op<mnemonic, !listconcat(traits,
    [DeclareOpInterfaceMethods<BufferizableOpInterface,
      ["bufferizesToMemoryRead", "bufferizesToMemoryWrite", "getAliasingValues", "bufferize"]>])> {
  let extraClassDefinition = [{
    bool $cppClass::bufferizesToMemoryRead(::mlir::OpOperand &, const ::mlir::bufferization::AnalysisState &) {
      return true;
    }
    bool $cppClass::bufferizesToMemoryWrite(::mlir::OpOperand &, const ::mlir::bufferization::AnalysisState &) {
      return false;
    }
    ::mlir::bufferization::AliasingValueList $cppClass::getAliasingValues(::mlir::OpOperand &,
        const ::mlir::bufferization::AnalysisState &) {
      return {};
    }
  }];
}

def Offload_ReadOp : Offload_ReadingOp<"read", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "the operations before this one read a tensor's memory";
  let description = [{
    `offload.read %x : tensor<4x8xf32>`. Loops that are written over memory before bufferization get it by
    `bufferization.to_buffer`, which folds and moves as an operation without effects. This one stands behind
    the loops and does neither, so that bufferization writes nothing into the memory before it. Becomes no
    code.
  }];
  let arguments = (ins AnyRankedTensor:$source);
  let assemblyFormat = "$source attr-dict `:` type($source)";
}

// -- Device memory and launches. Buffers are row-major; sizes are in bytes. -----------------------------------

def Offload_TensorOrMemRef : AnyTypeOf<[AnyRankedTensor, AnyStridedMemRef]>;

def Offload_AllocOp : Offload_Op<"alloc", [MemoryEffects<[MemAlloc]>]> {
  let summary = "device memory, uninitialised";
  let description = [{ `%b = offload.alloc %bytes`. Given back by `offload.free`, else at the end of the call. }];
  let arguments = (ins Index:$bytes);
  let results = (outs Offload_Buffer:$buffer);
  let assemblyFormat = "$bytes attr-dict";
}

def Offload_FreeOp : Offload_Op<"free", [MemoryEffects<[MemFree]>]> {
  let summary = "gives device memory back when the work queued so far is done";
  let arguments = (ins Offload_Buffer:$buffer);
  let assemblyFormat = "$buffer attr-dict";
}

def Offload_FillOp : Offload_Op<"fill", [MemoryEffects<[MemWrite]>]> {
  let summary = "sets the first bytes of device memory to a repeated 32-bit pattern";
  let arguments = (ins Offload_Buffer:$buffer, I32:$pattern, Index:$bytes);
  let assemblyFormat = "$buffer `,` $pattern `,` $bytes attr-dict";
}

def Offload_BarrierOp : Offload_Op<"barrier", [MemoryEffects<[MemWrite]>]> {
  let summary = "later launches start when earlier ones have ended";
  let description = [{
    The runtime orders launches by the buffers that they read and write; a barrier is needed only where a
    dependence is not visible there. Becomes no code today: work is queued in order.
  }];
  let assemblyFormat = "attr-dict";
}

def Offload_UploadOp : Offload_ReadingOp<"upload", [MemoryEffects<[MemAlloc, MemRead, MemWrite]>]> {
  let summary = "a copy of a tensor in device memory";
  let description = [{ `%b = offload.upload %x : tensor<4x8xf32>`. The host's memory is free when it returns. }];
  let arguments = (ins Offload_TensorOrMemRef:$source);
  let results = (outs Offload_Buffer:$buffer);
  let assemblyFormat = "$source attr-dict `:` type($source)";
  let hasCanonicalizeMethod = 1;
}

def Offload_ArgumentOp : Offload_Op<"argument", [MemoryEffects<[MemRead]>]> {
  let summary = "the device copy of an argument of the program's entry function";
  let description = [{
    `%b = offload.argument %args[0]`. Uploaded once a call, or the argument's own memory if it is on the
    device already. Read only, never freed. `args` is the entry's `const rm_tensor *`.
  }];
  let arguments = (ins I64:$args, I64Attr:$index);
  let results = (outs Offload_Buffer:$buffer);
  let assemblyFormat = "$args `[` $index `]` attr-dict";
}

def Offload_DownloadOp : Offload_Op<"download", [DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<BufferizableOpInterface, ["bufferizesToMemoryRead", "bufferizesToMemoryWrite",
      "getAliasingValues", "bufferize"]>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "a tensor with the contents of device memory";
  let description = [{
    `%t = offload.download %b into %init : tensor<4x8xf32>`. Waits for the work that writes the memory. Of
    memory that holds more, the first bytes.
  }];
  let arguments = (ins Offload_Buffer:$buffer, Offload_TensorOrMemRef:$init);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = "$buffer `into` $init attr-dict `:` type($init) (`->` type($result)^)?";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

def Offload_ResultOp : Offload_Op<"result", [MemoryEffects<[MemWrite]>]> {
  let summary = "makes device memory a result of the program's entry function";
  let description = [{
    `offload.result %b, %results[0], f32 sizes(%m, %n)`. Kept there or downloaded, as the caller wishes. The
    memory then belongs to the result. `results` is the entry's `rm_tensor *`.
  }];
  let arguments = (ins Offload_Buffer:$buffer, I64:$results, I64Attr:$index, TypeAttr:$element, Variadic<Index>:$sizes);
  let assemblyFormat = "$buffer `,` $results `[` $index `]` `,` $element `sizes` `(` $sizes `)` attr-dict";
}

def Offload_DispatchOp : Offload_Op<"dispatch", [AttrSizedOperandSegments, MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "queues a kernel";
  let description = [{
    `offload.dispatch "name" buffers(%x, %y) offsets(%o, %o) bytes(%n, %n) push(%k : f32) grid(%gx, %gy, %gz)`.
    Offsets and bytes are those of the bindings; 0 bytes means to the end. Push constants are index (as
    u32) or f32, in the order of the kernel's block. A grid with a 0 is no work. `kernel` names an entry of
    the module's attribute `offload.kernels`.
  }];
  let arguments = (ins StrAttr:$kernel, Variadic<Offload_Buffer>:$buffers, Variadic<Index>:$offsets,
                   Variadic<Index>:$bytes, Variadic<AnyTypeOf<[Index, F32]>>:$push, Index:$grid_x, Index:$grid_y,
                   Index:$grid_z);
  let assemblyFormat = [{
    $kernel `buffers` `(` $buffers `)` `offsets` `(` $offsets `)` `bytes` `(` $bytes `)`
    `push` `(` ($push^ `:` type($push))? `)` `grid` `(` $grid_x `,` $grid_y `,` $grid_z `)` attr-dict
  }];
  let hasVerifier = 1;
}

def Offload_LimitOp : Offload_Op<"limit", [Pure]> {
  let summary = "a limit of the device, an rm_limit";
  let arguments = (ins I32Attr:$which);
  let results = (outs Index:$value);
  let assemblyFormat = "$which attr-dict";
}

def Offload_CountOp : Offload_Op<"count", [MemoryEffects<[MemWrite]>]> {
  let summary = "adds 1, or a number, to a counter of telemetry";
  let description = [{
    `offload.count "bytes_moved" by %n`. `offload.count "fallback: REASON"`: that form goes to the list of
    fallbacks, where a GPU was asked for.
  }];
  let arguments = (ins StrAttr:$counter, Optional<Index>:$delta);
  let assemblyFormat = "$counter (`by` $delta^)? attr-dict";
  let builders = [OpBuilder<(ins "::llvm::StringRef":$counter), [{
    build($_builder, $_state, counter, ::mlir::Value());
  }]>];
}

class Offload_UnitMark<string mnemonic> : Offload_Op<mnemonic, [MemoryEffects<[MemWrite]>]> {
  let arguments = (ins I32Attr:$unit);
  let assemblyFormat = "$unit attr-dict";
}

def Offload_UnitBeginOp : Offload_UnitMark<"unit_begin"> {
  let summary = "an execution of a unit begins";
  let description = [{
    `offload.unit_begin 0`. What lies between it and `offload.unit_end` of the same unit is counted as one
    execution and timed. The unit is an entry of the module's attribute `offload.units`. Never inside
    parallel code; units do not nest.
  }];
}

def Offload_UnitEndOp : Offload_UnitMark<"unit_end"> {
  let summary = "an execution of a unit ends";
}

def Offload_PlaceOp : Offload_Op<"place", [MemoryEffects<[MemRead]>]> {
  let summary = "whether a unit shall run on the GPU";
  let description = [{
    `%gpu = offload.place 0`. The unit is an entry of the module's attribute `offload.units`. The same answer
    during a call.
  }];
  let arguments = (ins I32Attr:$unit);
  let results = (outs I1:$gpu);
  let assemblyFormat = "$unit attr-dict";
}

#endif

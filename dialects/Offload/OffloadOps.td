// Operations of the offload dialect.
#ifndef RUNMAT_OFFLOAD_OPS_TD
#define RUNMAT_OFFLOAD_OPS_TD

include "dialects/Offload/OffloadDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Offload_Op<string mnemonic, list<Trait> traits = []> : Op<Offload_Dialect, mnemonic, traits>;

def Offload_CheckOp : Offload_Op<"check", [MemoryEffects<[MemWrite]>]> {
  let summary = "ends the program with an error where the condition is false";
  let description = [{
    `offload.check %cond, "dimension 1 is {0}, but {1} is expected" (%a, %b)`. Where `cond` is false the
    call of the program records the text (with `{0}`, `{1}` ... replaced by the index operands' values) and
    this operation's location, releases what it holds and returns an error. Never inside parallel code.
  }];
  let arguments = (ins I1:$condition, StrAttr:$text, Variadic<Index>:$values);
  let assemblyFormat = "$condition `,` $text (`(` $values^ `)`)? attr-dict";
  let hasCanonicalizeMethod = 1;
}

#endif

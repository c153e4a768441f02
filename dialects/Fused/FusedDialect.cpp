// Registration of the fused dialect, and its attributes.
#include "runmat/Dialect/Fused/Fused.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace runmat::fused;

/// `dims [1, 2]`, as array reductions write it.
static ParseResult parseDims(AsmParser &parser, SmallVector<int64_t> &dims) {
  return failure(
      parser.parseKeyword("dims") ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parser.parseInteger(dims.emplace_back());
      }));
}
static void printDims(AsmPrinter &printer, ArrayRef<int64_t> dims) {
  printer << "dims [";
  llvm::interleaveComma(dims, printer.getStream());
  printer << "]";
}
static ParseResult parseDimsAndKeep(AsmParser &parser,
                                    SmallVector<int64_t> &dims, bool &keep) {
  if (parseDims(parser, dims))
    return failure();
  keep = succeeded(parser.parseOptionalKeyword("keep"));
  return success();
}
static void printDimsAndKeep(AsmPrinter &printer, ArrayRef<int64_t> dims,
                             bool keep) {
  printDims(printer, dims);
  printer << (keep ? " keep" : "");
}

#include "runmat/Dialect/Fused/FusedDialect.cpp.inc"
#include "runmat/Dialect/Fused/FusedInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "runmat/Dialect/Fused/FusedAttributes.cpp.inc"

void FusedDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "runmat/Dialect/Fused/FusedOps.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "runmat/Dialect/Fused/FusedAttributes.cpp.inc"
      >();
}

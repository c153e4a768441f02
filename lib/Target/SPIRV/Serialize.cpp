// Serialisation, and validation in the process by the SPIRV-Tools library. The
// validator is asked about Vulkan 1.1, the oldest Vulkan with SPIR-V 1.3.
#include "runmat/Target/SPIRV.h"

#include "mlir/Target/SPIRV/Serialization.h"
#include "spirv-tools/libspirv.h"

using namespace mlir;

namespace {

/// SPIRV-Tools' context and what its calls return, freed together.
struct Tools {
  spv_context context = spvContextCreate(SPV_ENV_VULKAN_1_1);
  spv_diagnostic diagnostic = nullptr;
  spv_text text = nullptr;
  ~Tools() {
    spvDiagnosticDestroy(diagnostic);
    spvTextDestroy(text);
    spvContextDestroy(context);
  }
  std::string error() const {
    if (!diagnostic || !diagnostic->error)
      return "not SPIR-V";
    // One line: the validator appends the instruction on a line of its own.
    std::string line = diagnostic->error;
    while (!line.empty() && line.back() == '\n')
      line.pop_back();
    for (char &c : line)
      if (c == '\n')
        c = ' ';
    return "instruction " + std::to_string(diagnostic->position.index) + ": " +
           line;
  }
};

} // namespace

std::string runmat::validateSPIRV(ArrayRef<uint32_t> words) {
  Tools tools;
  if (spvValidateBinary(tools.context, words.data(), words.size(),
                        &tools.diagnostic) == SPV_SUCCESS)
    return "";
  return tools.error();
}

runmat::Result<std::string> runmat::disassembleSPIRV(ArrayRef<uint32_t> words) {
  Tools tools;
  if (spvBinaryToText(tools.context, words.data(), words.size(),
                      SPV_BINARY_TO_TEXT_OPTION_FRIENDLY_NAMES |
                          SPV_BINARY_TO_TEXT_OPTION_INDENT,
                      &tools.text, &tools.diagnostic) != SPV_SUCCESS)
    return Error{tools.error()};
  return std::string(tools.text->str, tools.text->length);
}

FailureOr<SmallVector<uint32_t, 0>>
runmat::serializeSPIRV(spirv::ModuleOp module) {
  SmallVector<uint32_t, 0> words;
  if (failed(spirv::serialize(module, words)))
    return failure();
  std::string error = validateSPIRV(words);
  if (!error.empty())
    return module.emitError("the SPIR-V made for it is invalid: ") << error;
  return words;
}

// Writes the C header of a compiled program from its signatures.
#include "Header.h"
#include "runmat/IO/Tensor.h"
#include "runmat/Target/CPU/CPU.h"

#include "llvm/ADT/StringExtras.h"

using namespace runmat;

static std::string describe(const std::vector<ValueSignature> &values) {
  std::string text;
  for (const ValueSignature &value : values)
    text += (text.empty() ? "" : ", ") +
            io::tensorTypeText(value.dtype, value.sizes);
  return text.empty() ? "nothing" : text;
}

Result<std::string> runmat::makeHeader(const std::string &name,
                                       const ProgramInfo &info) {
  for (const EntrySignature &entry : info.entries)
    if (std::string why = whyNoCSymbol(entry.name); !why.empty())
      return Error{entry.location + (entry.location.empty() ? "" : ": ") +
                   "a C header cannot declare @" + entry.name + ": " + why};
  std::string guard = "RUNMAT_PROGRAM_";
  for (char c : name)
    guard += llvm::isAlnum(c) ? llvm::toUpper(c) : '_';
  guard += "_H";
  std::string text =
      "/* Entry functions of the compiled program " + name +
      ".\n"
      " * Link with the shared object and with libRunMatRuntime. */\n"
      "#ifndef " +
      guard + "\n#define " + guard +
      "\n\n"
      "#include <runmat/Runtime/Runtime.h>\n\n"
      "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
      "/* The program's tables: entries, kernels, units. */\n"
      "extern const rm_program " RM_PROGRAM_SYMBOL ";\n";
  for (const EntrySignature &entry : info.entries)
    text += "\n/* Takes " + describe(entry.args) + ";\n * gives " +
            describe(entry.results) + ".\n * num_args is " +
            std::to_string(entry.args.size()) + ", num_results " +
            std::to_string(entry.results.size()) +
            ". */\n"
            "int32_t " +
            entry.name +
            "(rm_context *context, const rm_tensor *args, int32_t num_args,\n" +
            std::string(9 + entry.name.size(), ' ') +
            "rm_tensor *results, int32_t num_results);\n";
  text += "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
  return text;
}

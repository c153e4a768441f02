// See the header.
#include "ProgramFile.h"

#include "runmat/Support/ElementType.h"

#include "mlir/Parser/Parser.h"

#include <cstring>
#include <fstream>

using namespace mlir;
using namespace runmat;
using namespace runmat::differential;

static constexpr llvm::StringLiteral kValue = "array.value";

std::string differential::saveProgram(const GeneratedProgram &program,
                                      const std::string &path) {
  OwningOpRef<ModuleOp> copy(program.module.get().clone());
  auto main = copy->lookupSymbol<func::FuncOp>("main");
  for (auto [k, tensor] : llvm::enumerate(program.arguments)) {
    auto type = RankedTensorType::get(
        tensor.sizes(),
        cast<RankedTensorType>(main.getArgumentTypes()[k]).getElementType());
    DenseElementsAttr value;
    if (tensor.dtype() == RM_I1)
      value = DenseElementsAttr::get(
          type, ArrayRef(static_cast<const bool *>(tensor.bytes()),
                         size_t(tensor.elements())));
    else
      value = DenseElementsAttr::getFromRawBuffer(
          type, ArrayRef(static_cast<const char *>(tensor.bytes()),
                         size_t(tensor.byteSize())));
    main.setArgAttr(k, kValue, value);
  }
  std::string text;
  llvm::raw_string_ostream(text) << *copy;
  std::ofstream file(path, std::ios::trunc);
  file << text;
  return file.good() ? "" : path + " cannot be written";
}

Result<GeneratedProgram> differential::loadProgram(MLIRContext &context,
                                                   const std::string &path) {
  GeneratedProgram program;
  program.module = parseSourceFile<ModuleOp>(path, &context);
  if (!program.module)
    return Error{path + " is not a module"};
  auto main = program.module->lookupSymbol<func::FuncOp>("main");
  if (!main || main.isExternal())
    return Error{path + " has no @main"};
  for (unsigned k = 0; k < main.getNumArguments(); ++k) {
    auto value = main.getArgAttrOfType<DenseElementsAttr>(k, kValue);
    if (!value)
      return Error{path + ": argument " + std::to_string(k) + " has no " +
                   kValue.str()};
    auto dtype = dtypeOf(value.getElementType());
    ArrayRef<int64_t> sizes = value.getType().getShape();
    auto made = io::Tensor::allocate(*dtype, {sizes.begin(), sizes.end()});
    if (!made)
      return made.error();
    if (*dtype == RM_I1) {
      int64_t at = 0;
      for (bool bit : value.getValues<bool>())
        made->data<uint8_t>()[at++] = bit;
    } else {
      ArrayRef<char> raw = value.getRawData();
      size_t width = size_t(io::dtypeSize(*dtype));
      for (int64_t at = 0; at < made->elements(); ++at)
        std::memcpy(static_cast<char *>(made->bytes()) + size_t(at) * width,
                    raw.data() + (value.isSplat() ? 0 : size_t(at) * width),
                    width);
    }
    program.arguments.push_back(std::move(*made));
    main.removeArgAttr(k, kValue);
  }
  program.ulps.assign(main.getNumResults(), kConditioned);
  return program;
}

// What keeps an operation off the straight way on the CPU, as remarks.
#include "runmat/Conversion/CPUDetours.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace runmat;

namespace {
struct DetourText {
  StringLiteral name, why, hint;
};
} // namespace

static DetourText textOf(CPUDetour detour) {
  static constexpr DetourText texts[] = {
#define RUNMAT_CPU_DETOUR(NAME, TEXT, WHY, HINT) {TEXT, WHY, HINT},
#include "runmat/Conversion/CPUDetours.def"
#undef RUNMAT_CPU_DETOUR
  };
  return texts[static_cast<unsigned>(detour)];
}

void runmat::reportDetour(Operation *op, StringRef pass, CPUDetour detour,
                          StringRef what) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  DetourText text = textOf(detour);
  auto remark =
      remark::missed(op->getLoc(), remark::RemarkOpts::name(pass)
                                       .category("cpu-schedule")
                                       .function(function ? function.getName()
                                                          : "<no function>"));
  std::string about =
      what.empty() ? op->getName().getStringRef().str() : what.str();
  remark << remark::reason("{0}: {1} ({2})", text.name.str(), text.why.str(),
                           about);
  if (!text.hint.empty())
    remark << remark::suggest("{0}", text.hint.str());
}

// KernelPlan as JSON. Expressions are written as text: another host needs six
// functions and two infix operators to evaluate them.
#include "runmat/Conversion/KernelsJSON.h"
#include "runmat/Dialect/Fused/Fused.h"
#include "runmat/Support/Location.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace runmat;
using llvm::json::OStream;

static constexpr int64_t kSchemaVersion = 2;

static StringRef dtypeName(rm_dtype dtype) {
  static constexpr StringRef names[] = {"f64", "f32", "f16", "bf16", "i1",
                                        "i8",  "i16", "i32", "i64"};
  return names[dtype];
}

static void writeKernel(OStream &json, const Kernel &kernel) {
  static constexpr std::pair<unsigned, StringRef> flags[] = {
      {RM_KERNEL_VEC4, "vec4"},
      {RM_KERNEL_FLOAT64, "float64"},
      {RM_KERNEL_INT64, "int64"},
      {RM_KERNEL_FLOAT16, "float16"},
      {RM_KERNEL_INT16, "int16"},
      {RM_KERNEL_INT8, "int8"},
      {RM_KERNEL_STORAGE16, "storage16"},
      {RM_KERNEL_STORAGE8, "storage8"},
      {RM_KERNEL_SUBGROUP_ARITHMETIC, "subgroup_arithmetic"},
      {RM_KERNEL_PRESERVE_NAN, "preserve_nan"}};
  json.object([&] {
    json.attribute("entry", kernel.name);
    json.attributeArray("workgroup", [&] {
      for (unsigned size : kernel.workgroup)
        json.value(size);
    });
    json.attribute("subgroup_size", kernel.subgroupSize);
    json.attribute("shared_bytes", kernel.sharedBytes);
    json.attributeArray("flags", [&] {
      for (auto [bit, name] : flags)
        if (kernel.flags & bit)
          json.value(name);
    });
    json.attributeArray("bindings", [&] {
      for (auto [i, binding] : llvm::enumerate(kernel.bindings)) {
        const KernelBinding &b = binding;
        int64_t number = i;
        json.object([&] {
          json.attribute("set", 0);
          json.attribute("binding", number);
          json.attribute("name", b.name);
          json.attribute("dtype", dtypeName(b.dtype));
          json.attribute("lanes", b.lanes);
          json.attribute("access", b.access == RM_READ    ? "read"
                                   : b.access == RM_WRITE ? "write"
                                                          : "read_write");
        });
      }
    });
    json.attributeObject("push_constants", [&] {
      json.attribute("bytes", int64_t(kernel.push.size() * 4));
      json.attributeArray("fields", [&] {
        for (auto [i, field] : llvm::enumerate(kernel.push)) {
          const KernelPush &f = field;
          int64_t offset = i * 4;
          json.object([&] {
            json.attribute("name", f.name);
            json.attribute("offset", offset);
            json.attribute("type", f.isFloat ? "f32" : "u32");
          });
        }
      });
    });
  });
}

static void writeLaunch(OStream &json, const KernelPlan &plan,
                        const Launch &launch) {
  static constexpr StringRef kinds[] = {"operand", "result", "workspace",
                                        "parameters"};
  json.object([&] {
    json.attribute("entry", plan.kernels[launch.kernel].name);
    json.attributeArray("buffers", [&] {
      for (const LaunchBinding &binding : launch.bindings)
        json.object([&] {
          json.attribute("kind", kinds[unsigned(binding.buffer.kind)]);
          json.attribute("index", binding.buffer.index);
          json.attribute("offset", binding.offset.text());
          json.attribute("bytes", binding.bytes.text());
        });
    });
    json.attributeArray("push", [&] {
      for (const SizeExpr &value : launch.push)
        json.value(value.text());
    });
    json.attributeArray("parameters", [&] {
      for (const SizeExpr &value : launch.parameters)
        json.value(value.text());
    });
    json.attributeArray("grid", [&] {
      for (const SizeExpr &size : launch.grid)
        json.value(size.text());
    });
  });
}

static void writeVariant(OStream &json, const KernelPlan &plan,
                         const Variant &variant) {
  json.object([&] {
    json.attribute("name", variant.name);
    json.attributeArray("conditions", [&] {
      for (const SizeCondition &condition : variant.conditions)
        if (condition.known() != 1)
          json.value(
              condition.lhs.text() +
              (condition.kind == SizeCondition::Kind::Equal ? " == " : " <= ") +
              condition.rhs.text());
    });
    json.attributeArray("steps", [&] {
      for (const Step &step : variant.steps)
        json.object([&] {
          json.attribute("windows", step.windows.text());
          json.attributeArray("launches", [&] {
            for (const Launch &launch : step.launches)
              writeLaunch(json, plan, launch);
          });
        });
    });
  });
}

/// JSON has no number for what is not finite.
static void writeNumber(OStream &json, StringRef key, const APFloat &value) {
  if (value.isFinite())
    json.attribute(key, value.convertToFloat());
  else
    json.attribute(key, value.isNaN()        ? "nan"
                        : value.isNegative() ? "-inf"
                                             : "inf");
}

/// `value` may be a constant; `shape` says what the type leaves open.
static void writeTensor(OStream &json, Type type, Value value,
                        ArrayRef<SizeExpr> shape = {}) {
  auto tensor = cast<RankedTensorType>(type);
  std::string element;
  llvm::raw_string_ostream(element) << tensor.getElementType();
  json.object([&] {
    json.attribute("dtype", element);
    json.attributeArray("sizes", [&] {
      for (int64_t size : tensor.getShape())
        ShapedType::isDynamic(size) ? json.value(nullptr) : json.value(size);
    });
    if (!value)
      json.attributeArray("shape", [&] {
        for (const SizeExpr &size : shape)
          json.value(size.text());
      });
    DenseElementsAttr constant;
    if (value && tensor.getElementType().isF32() &&
        matchPattern(value, m_Constant(&constant)) && constant.isSplat())
      writeNumber(json, "constant", constant.getSplatValue<APFloat>());
  });
}

static void writeUnit(OStream &json, const PlannedUnit &unit) {
  json.object([&] {
    json.attribute("op", fused::nameOf(unit.op));
    if (auto function = unit.op->getParentOfType<func::FuncOp>())
      json.attribute("function", function.getName());
    json.attribute("location", locationText(unit.op->getLoc()));
    if (!unit.plan) {
      json.attributeObject("refused", [&] {
        json.attribute("reason", unit.refusal.reason());
        json.attribute("text", unit.refusal.text);
      });
      return;
    }
    json.attributeArray("operands", [&] {
      for (Value operand : unit.op->getOperands())
        writeTensor(json, operand.getType(), operand);
    });
    json.attributeArray("results", [&] {
      for (auto [type, shape] :
           llvm::zip(unit.op->getResultTypes(), unit.plan->resultShapes))
        writeTensor(json, type, {}, shape);
    });
    json.attributeArray("values", [&] {
      for (const KernelPlan::Value &value : unit.plan->values)
        json.object([&] {
          json.attribute("name", value.name);
          json.attribute("expr", value.expr.text());
        });
    });
    json.attributeArray("workspaces", [&] {
      for (const KernelPlan::Workspace &workspace : unit.plan->workspaces)
        json.object([&] {
          json.attribute("name", workspace.name);
          json.attribute("bytes", workspace.bytes.text());
        });
    });
    json.attributeArray("variants", [&] {
      for (const Variant &variant : unit.plan->variants)
        writeVariant(json, *unit.plan, variant);
    });
  });
}

void runmat::writeKernelsJSON(llvm::raw_ostream &os,
                              ArrayRef<PlannedUnit> units,
                              uint64_t spirvBytes) {
  OStream json(os, 2);
  json.object([&] {
    json.attribute("schema", kSchemaVersion);
    json.attribute("spirv_version", "1.3");
    json.attribute("spirv_bytes", int64_t(spirvBytes));
    json.attributeArray("kernels", [&] {
      llvm::StringSet<> seen;
      for (const PlannedUnit &unit : units)
        if (unit.plan)
          for (const Kernel &kernel : unit.plan->kernels)
            if (seen.insert(kernel.name).second)
              writeKernel(json, kernel);
    });
    json.attributeArray("units", [&] {
      for (const PlannedUnit &unit : units)
        writeUnit(json, unit);
    });
  });
  os << "\n";
}

// See the header.
#include "UnitText.h"

#include "llvm/ADT/APFloat.h"

#include <cstring>
#include <limits>

using namespace runmat;
using namespace runmat::differential;

rm_dtype differential::dtypeNamed(const std::string &element) {
  for (rm_dtype dtype :
       {RM_F16, RM_BF16, RM_F32, RM_F64, RM_I1, RM_I8, RM_I16, RM_I32, RM_I64})
    if (element == io::dtypeName(dtype))
      return dtype;
  llvm_unreachable("no such element type");
}

static std::string typeText(const UnitCase &c, const Argument &argument) {
  std::string text = "tensor<";
  for (int dim : argument.dims)
    text += (dim < 0 ? std::string("1")
             : c.shape.empty() || c.shape[size_t(dim)] < 0
                 ? std::string("?")
                 : std::to_string(c.shape[size_t(dim)])) +
            "x";
  return text + argument.element + ">";
}

static std::string resultType(const UnitCase &c, const Yield &yield) {
  std::string element = yield.element;
  Argument as{element, {}, Fill::Normal};
  if (yield.reduction.empty()) {
    for (unsigned d = 0; d < c.rank; ++d)
      as.dims.push_back(int(d));
  } else {
    bool keep = yield.reduction.find(" keep") != std::string::npos;
    for (unsigned d = 0; d < c.rank; ++d) {
      bool kept = d < c.rank - c.planeDims && !yield.overAll;
      if (kept || keep)
        as.dims.push_back(kept ? int(d) : -1);
    }
    std::string kind = yield.reduction.substr(0, yield.reduction.find(' '));
    bool grows = kind == "sum" || kind == "prod";
    if (grows && element[0] == 'i')
      as.element = "i64";
  }
  return typeText(c, as);
}

static std::string mapText(unsigned rank, const std::vector<int> &dims) {
  std::string from, to;
  for (unsigned d = 0; d < rank; ++d)
    from += (d ? ", d" : "d") + std::to_string(d);
  for (int dim : dims)
    to += (to.empty() ? "" : ", ") +
          (dim < 0 ? std::string("0") : "d" + std::to_string(dim));
  return "affine_map<(" + from + ") -> (" + to + ")>";
}

static std::string join(const std::vector<std::string> &parts) {
  std::string text;
  for (const std::string &part : parts)
    text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string UnitCase::text() const {
  std::vector<std::string> signature, allTypes, allResults;
  for (size_t i = 0; i < arguments.size(); ++i)
    signature.push_back("%a" + std::to_string(i) + ": " +
                        typeText(*this, arguments[i]));
  std::string body;
  for (size_t u = 0; u < units.size(); ++u) {
    const UnitText &unit = units[u];
    std::string prefix = "%u" + std::to_string(u) + "_";
    auto constant = [&](const std::string &name, const std::string &value) {
      body += "  " + name + " = array.constant dense<" + value + "> : tensor<" +
              unit.compute + ">\n";
    };
    constant(prefix + "eps", unit.epsilon);
    std::string slots = unit.slots;
    for (size_t k = 0; k < unit.constants.size(); ++k) {
      std::string name = "%c" + std::to_string(k);
      constant(prefix + name.substr(1), unit.constants[k]);
      for (size_t at; (at = slots.find(name)) != std::string::npos;)
        slots.replace(at, name.size(), prefix + name.substr(1));
    }
    std::vector<std::string> results, types, operands, operandTypes, maps,
        reductions, values, elements;
    std::string planes = "dims [", all = "dims [";
    for (unsigned d = 0; d < rank; ++d) {
      all += (d ? ", " : "") + std::to_string(d);
      if (d >= rank - planeDims)
        planes += (d > rank - planeDims ? ", " : "") + std::to_string(d);
    }
    planes += "]", all += "]";
    for (size_t r = 0; r < unit.yields.size(); ++r) {
      const Yield &yield = unit.yields[r];
      results.push_back(prefix + std::to_string(r));
      types.push_back(resultType(*this, yield));
      values.push_back(yield.value);
      elements.push_back(yield.element);
      if (yield.reduction.empty())
        continue;
      size_t space = yield.reduction.find(' ');
      reductions.push_back(
          "#fused.reduction<" + yield.reduction.substr(0, space) + " " +
          (yield.overAll ? all : planes) +
          (space == std::string::npos ? "" : yield.reduction.substr(space)) +
          ">");
    }
    std::string header =
        "%y: " + unit.compute + ", %x: " + arguments[0].element;
    for (size_t e = 0; e < unit.extras.size(); ++e) {
      const Argument &argument = arguments[unit.extras[e].argument];
      operands.push_back("%a" + std::to_string(unit.extras[e].argument));
      operandTypes.push_back(typeText(*this, argument));
      maps.push_back(mapText(rank, unit.extras[e].dims));
      header += ", %e" + std::to_string(e) + ": " + argument.element;
    }
    body += "  " + join(results) + " = fused.image_normalize " + planes +
            " compute " + unit.compute +
            " ins(%a0 : " + typeText(*this, arguments[0]) + ") epsilon(" +
            prefix + "eps : tensor<" + unit.compute + ">) " + slots + "\n";
    if (!operands.empty())
      body += "      extras(" + join(operands) + " : " + join(operandTypes) +
              ") maps [" + join(maps) + "]\n";
    if (!reductions.empty())
      body += "      reductions [" + join(reductions) + "]\n";
    body += "  {\n  ^bb0(" + header + "):\n" + unit.body + "    fused.yield " +
            join(values) + " : " + join(elements) + "\n  } -> " + join(types) +
            "\n";
    allResults.insert(allResults.end(), results.begin(), results.end());
    allTypes.insert(allTypes.end(), types.begin(), types.end());
  }
  return "func.func @main(" + join(signature) + ") -> (" + join(allTypes) +
         ") {\n" + body + "  return " + join(allResults) + " : " +
         join(allTypes) + "\n}\n";
}

std::vector<double> UnitCase::ulps() const {
  std::vector<double> all;
  for (const UnitText &unit : units)
    for (const Yield &yield : unit.yields)
      all.push_back(yield.ulps);
  return all;
}

std::vector<std::string> UnitCase::resultElements() const {
  std::vector<std::string> all;
  for (const UnitText &unit : units)
    for (const Yield &yield : unit.yields)
      all.push_back(yield.element);
  return all;
}

static void put(io::Tensor &tensor, int64_t index, double value) {
  auto sixteenBits = [&](const llvm::fltSemantics &semantics) {
    llvm::APFloat number(value);
    bool lossy;
    number.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &lossy);
    tensor.data<uint16_t>()[index] =
        uint16_t(number.bitcastToAPInt().getZExtValue());
  };
  switch (tensor.dtype()) {
  case RM_F16:
    return sixteenBits(llvm::APFloat::IEEEhalf());
  case RM_BF16:
    return sixteenBits(llvm::APFloat::BFloat());
  case RM_F32:
    tensor.data<float>()[index] = float(value);
    return;
  case RM_F64:
    tensor.data<double>()[index] = value;
    return;
  case RM_I16:
    tensor.data<int16_t>()[index] = int16_t(value);
    return;
  case RM_I32:
    tensor.data<int32_t>()[index] = int32_t(value);
    return;
  case RM_I64:
    tensor.data<int64_t>()[index] = int64_t(value);
    return;
  default:
    tensor.data<int8_t>()[index] = int8_t(value);
  }
}

Result<std::vector<io::Tensor>>
UnitCase::makeArguments(const Sizes &sizes, const std::vector<double> &values,
                        std::mt19937_64 &random) const {
  std::vector<io::Tensor> made;
  size_t scalar = 0;
  for (size_t number = 0; number < arguments.size(); ++number) {
    const Argument &argument = arguments[number];
    Sizes own;
    for (int dim : argument.dims)
      own.push_back(dim < 0 ? 1
                            : sizes[size_t(dim)] +
                                  (expectError && number == 1 ? 1 : 0));
    auto tensor = io::Tensor::allocate(dtypeNamed(argument.element), own);
    if (!tensor)
      return tensor.error();
    int64_t plane = 1;
    for (size_t d = rank - planeDims; d < own.size(); ++d)
      plane *= own[d];
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> weight(0.5, 1.5);
    std::uniform_int_distribution<int> integer(-100, 100);
    for (int64_t i = 0; i < tensor->elements(); ++i) {
      double value = 0;
      int64_t p = plane ? i / plane : 0;
      switch (argument.fill) {
      case Fill::Special:
      case Fill::Normal:
        value = 2 * normal(random) + 3 + double(p % 7);
        if (argument.fill == Fill::Special && i % plane == plane / 2)
          value = p == 0   ? std::numeric_limits<double>::quiet_NaN()
                  : p == 1 ? std::numeric_limits<double>::infinity()
                           : value;
        break;
      case Fill::Signs:
        value = i % 2 ? -1 : 1;
        break;
      case Fill::Weights:
        value = weight(random);
        break;
      case Fill::Integers:
        value = integer(random);
        break;
      case Fill::Logical:
        value = integer(random) > 0;
        break;
      case Fill::Scalar:
        value = values[scalar];
        break;
      }
      put(*tensor, i, value);
    }
    scalar += argument.fill == Fill::Scalar;
    made.push_back(std::move(*tensor));
  }
  return made;
}

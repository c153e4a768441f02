// See the header. One compilation for each program, with many results, because
// compiling takes longer than running.
#include "OpsHarness.h"

#include "runmat/Compiler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include <unistd.h>

using namespace runmat;
using namespace runmat::test;

bool test::isFloat(rm_dtype dtype) { return dtype <= RM_BF16; }

static uint16_t bfloatBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  if (value != value)
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

template <typename Int> static Int saturated(double value) {
  if (!(value == value))
    return 0;
  if (value <= double(std::numeric_limits<Int>::min()))
    return std::numeric_limits<Int>::min();
  if (value >= double(std::numeric_limits<Int>::max()))
    return std::numeric_limits<Int>::max();
  return Int(value);
}

io::Tensor test::makeTensor(rm_dtype dtype, std::vector<int64_t> sizes,
                            const std::function<double(int64_t)> &value) {
  io::Tensor tensor = std::move(*io::Tensor::allocate(dtype, sizes));
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    double v = value(i);
    switch (dtype) {
    case RM_F64:
      tensor.data<double>()[i] = v;
      break;
    case RM_F32:
      tensor.data<float>()[i] = float(v);
      break;
    case RM_F16:
      tensor.data<_Float16>()[i] = _Float16(v);
      break;
    case RM_BF16:
      tensor.data<uint16_t>()[i] = bfloatBits(float(v));
      break;
    case RM_I1:
      tensor.data<uint8_t>()[i] = v != 0;
      break;
    case RM_I8:
      tensor.data<int8_t>()[i] = saturated<int8_t>(v);
      break;
    case RM_I16:
      tensor.data<int16_t>()[i] = saturated<int16_t>(v);
      break;
    case RM_I32:
      tensor.data<int32_t>()[i] = saturated<int32_t>(v);
      break;
    case RM_I64:
      tensor.data<int64_t>()[i] = saturated<int64_t>(v);
      break;
    }
  }
  return tensor;
}

std::vector<double> test::specialValues(rm_dtype dtype) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (dtype == RM_I1)
    return {0, 1};
  if (!isFloat(dtype))
    return {0,   1,   -1,   2,     -2,    3,      -3,  7,    -7, 10,
            100, -99, 1e30, -1e30, 32767, -32768, 127, -128, 63, 8};
  std::vector<double> values = {
      0,     -0.0,  1,    -1,    0.5, -0.5, 1.5,      -1.5,      2.5,     -2.5,
      2,     3,     -3,   7,     0.1, 0.9,  10,       100.25,    -100.25, 1e-3,
      -1e-3, 255.5, -129, 127.5, 6e4, -6e4, infinity, -infinity, nan};
  switch (dtype) {
  case RM_F64:
    values.insert(values.end(), {1e308, -1e308, 5e-324, 3e-310, 9.3e18, -9.3e18,
                                 2147483648.0, -2147483649.0});
    break;
  case RM_F16:
    values.insert(values.end(), {65504, -65504, 6e-8, 1e-6});
    break;
  default:
    values.insert(values.end(), {3e38, -3e38, 1e-45, 1e-39, 9.3e18, -9.3e18,
                                 2147483648.0, -2147483904.0});
  }
  return values;
}

std::string test::openType(rm_dtype dtype, size_t rank) {
  return io::tensorTypeText(dtype, std::vector<int64_t>(rank, RM_DYNAMIC));
}

std::string test::staticType(rm_dtype dtype,
                             const std::vector<int64_t> &sizes) {
  return io::tensorTypeText(dtype, sizes);
}

std::string Program::argument(io::Tensor tensor, const std::string &type) {
  arguments.push_back(std::move(tensor));
  argumentTypes.push_back(type);
  return "%a" + std::to_string(arguments.size() - 1);
}

std::string Program::argument(io::Tensor tensor) {
  std::string type = openType(tensor.dtype(), tensor.sizes().size());
  return argument(std::move(tensor), type);
}

std::string Program::result(const std::string &text, const std::string &type,
                            double ulps) {
  std::string name = "%r" + std::to_string(results.size());
  line(name + " = " + text);
  results.push_back({name, text, type, ulps});
  return name;
}

std::string Program::text() const {
  std::string head = "func.func @main(", types, names;
  for (size_t i = 0; i < arguments.size(); ++i)
    head += (i ? ", %a" : "%a") + std::to_string(i) + ": " + argumentTypes[i];
  for (const Expected &result : results) {
    types += (types.empty() ? "" : ", ") + result.type;
    names += (names.empty() ? "" : ", ") + result.name;
  }
  return head + ") -> (" + types + ") {\n" + body + "  return " + names +
         " : " + types + "\n}\n";
}

Program::Outcome Program::compiled(const std::string &path) {
  Outcome outcome;
  CompileOptions options;
  options.fuse = false;
  options.verifyIR = true;
  options.optLevel = 1;
  options.vectorBits = vectorBits;
  Result<std::unique_ptr<CompiledProgram>> program = compileFile(path, options);
  if (!program) {
    outcome.error = "compile: " + program.error().message;
    return outcome;
  }
  rm_context_options contextOptions;
  rm_context_options_init(&contextOptions);
  contextOptions.device = "cpu";
  char error[256] = "";
  rm_context *context =
      rm_context_create(&contextOptions, error, sizeof(error));
  const rm_entry *entry = rm_program_find(&(*program)->program(), "main");
  std::vector<rm_tensor> args, outs(results.size(), rm_tensor{});
  for (io::Tensor &tensor : arguments)
    args.push_back(tensor.view());
  int32_t status = entry->function(context, args.data(), int32_t(args.size()),
                                   outs.data(), int32_t(outs.size()));
  if (status != RM_OK) {
    outcome.error = rm_context_error(context).text;
  } else {
    for (rm_tensor &out : outs) {
      rm_tensor copy;
      rm_tensor_to_host(context, &out, &copy);
      rm_tensor_release(&out);
      outcome.results.push_back(std::move(*io::Tensor::adopt(
          rm_dtype(copy.dtype), {copy.sizes, copy.sizes + copy.rank}, copy.data,
          [copy](void *) mutable { rm_tensor_release(&copy); })));
    }
  }
  rm_context_destroy(context);
  return outcome;
}

Program::Outcome Program::interpreted(const std::string &path) {
  std::vector<const io::Tensor *> args;
  for (const io::Tensor &tensor : arguments)
    args.push_back(&tensor);
  Outcome outcome;
  Result<std::vector<io::Tensor>> values = interpretFile(path, args, {});
  if (values)
    outcome.results = std::move(*values);
  else
    outcome.error = values.error().message;
  return outcome;
}

namespace {
struct Format {
  int precision, low, high;
};
} // namespace

static Format formatOf(rm_dtype dtype) {
  switch (dtype) {
  case RM_F16:
    return {11, -14, 15};
  case RM_BF16:
    return {8, -126, 127};
  case RM_F32:
    return {24, -126, 127};
  default:
    return {53, -1022, 1023};
  }
}

/// Distance in spacings of the dtype at `want`; infinite for what no rounding
/// explains.
static double distance(double got, double want, rm_dtype dtype) {
  if (std::isnan(got) || std::isnan(want))
    return std::isnan(got) && std::isnan(want) ? 0 : INFINITY;
  Format format = formatOf(dtype);
  double largest =
      std::ldexp(2 - std::ldexp(1.0, 1 - format.precision), format.high);
  double half = std::ldexp(1.0, format.high - format.precision);
  if (dtype != RM_F64 && std::fabs(want) >= largest + half)
    want = std::copysign(INFINITY, want);
  if (got == want)
    return 0;
  if (std::isinf(got) || std::isinf(want)) {
    // Just beyond the largest number an error of some ulp overflows.
    double finite = std::isinf(got) ? want : got;
    return std::fabs(finite) >= largest * (1 - 1e-6) && !std::isinf(finite) &&
                   std::signbit(got) == std::signbit(want)
               ? 1
               : INFINITY;
  }
  int exponent = want == 0 ? format.low : std::ilogb(want);
  exponent = std::max(exponent, format.low);
  return std::fabs(got - want) /
         std::ldexp(1.0, exponent - format.precision + 1);
}

static void compareTensors(const io::Tensor &got, const io::Tensor &want,
                           double ulps, const std::string &what) {
  ASSERT_EQ(got.sizes(), want.sizes()) << what;
  int shown = 0;
  for (int64_t i = 0; i < got.elements() && shown < 3; ++i) {
    bool same;
    double apart = 0;
    if (isFloat(got.dtype())) {
      apart = distance(got.element(i), want.element(i), got.dtype());
      same = apart <= ulps;
    } else {
      int64_t width = io::dtypeSize(got.dtype());
      same = std::memcmp(got.data<char>() + i * width,
                         want.data<char>() + i * width, width) == 0;
    }
    if (!same) {
      ADD_FAILURE() << what << "\n  element " << i << " is " << got.element(i)
                    << ", the interpreter's " << want.element(i) << " ("
                    << apart << " ulp apart, " << ulps << " allowed)";
      ++shown;
    }
  }
}

namespace {
/// A file with the program's text that goes away again.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const std::string &text) {
    char name[] = "/tmp/runmat-ops-XXXXXX.mlir";
    int file = mkstemps(name, 5);
    EXPECT_GE(file, 0);
    close(file);
    path = name;
    std::ofstream(path) << text;
  }
  ~TemporaryFile() { unlink(path.c_str()); }
};
} // namespace

void Program::check(const std::string &name) {
  if (results.empty())
    return;
  TemporaryFile file(text());
  Outcome want = interpreted(file.path);
  ASSERT_EQ(want.error, "") << name << "\n" << text();
  Outcome got = compiled(file.path);
  ASSERT_EQ(got.error, "") << name << "\n" << text();
  for (size_t i = 0; i < results.size(); ++i)
    compareTensors(got.results[i], want.results[i], results[i].ulps,
                   name + ": " + results[i].text);
}

void Program::checkFails(const std::string &name, const std::string &expected) {
  TemporaryFile file(text());
  Outcome want = interpreted(file.path), got = compiled(file.path);
  EXPECT_NE(want.error.find(expected), std::string::npos)
      << name << ": the interpreter says: " << want.error;
  EXPECT_NE(got.error.find(expected), std::string::npos)
      << name << ": the program says: " << got.error;
}

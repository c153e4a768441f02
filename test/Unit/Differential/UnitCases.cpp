// The programs and sizes that the CPU schedule of fused.image_normalize is
// tested with: layouts of extras, slots, special values, reductions, sizes
// around vectors, chunks and groups of planes.
#include "UnitText.h"

#include <cmath>
#include <limits>

using namespace runmat;
using namespace runmat::differential;

static const double inf = std::numeric_limits<double>::infinity();
static const double nan_ = std::numeric_limits<double>::quiet_NaN();

static std::string op(const std::string &result, const std::string &name,
                      const std::string &operands, const std::string &types) {
  return "    " + result + " = array." + name + " " + operands + " : " + types +
         "\n";
}

/// Sizes around a vector, ends of all lengths; many tiny planes; more than a
/// chunk (4096 elements), and none.
static std::vector<Sizes> manySizes() {
  std::vector<Sizes> all;
  for (int64_t n = 1; n <= 40; ++n) {
    all.push_back({2, 1, n});
    all.push_back({1, n, 3});
  }
  for (Sizes more :
       {Sizes{300, 1, 1}, Sizes{500, 2, 2}, Sizes{2, 37, 113}, Sizes{1, 64, 64},
        Sizes{2, 64, 128}, Sizes{3, 91, 91}, Sizes{0, 5, 7}, Sizes{3, 0, 7},
        Sizes{3, 7, 0}, Sizes{0, 0, 0}, Sizes{1, 257, 129}})
    all.push_back(more);
  return all;
}

static const std::vector<Sizes> fewSizes = {
    {1, 1, 1},   {3, 5, 7},   {2, 8, 16}, {2, 1, 31},
    {4, 33, 65}, {2, 70, 70}, {0, 3, 4},  {2, 0, 5}};

/// Every way to read an extra, in one unit.
static UnitCase layouts(const std::string &element, const std::string &compute,
                        const Sizes &shape, std::vector<Sizes> runs) {
  UnitCase c;
  c.name =
      "layouts-" + element + "-" + compute + (shape.empty() ? "" : "-static");
  c.shape = shape;
  c.runs = std::move(runs);
  c.arguments = {{element, {0, 1, 2}, Fill::Normal}};
  UnitText unit;
  unit.compute = compute;
  const std::string two = compute + ", " + compute;
  std::string value = "%y";
  const std::vector<std::vector<int>> floats = {
      {0, 1, 2},  {0},       {0, -1}, {},     {1, 2},
      {-1, 1, 2}, {1},       {1, -1}, {2},    {-1, 2, -1},
      {2, 1},     {2, 0, 1}, {0, 2},  {1, 0}, {-1, 0}};
  for (const std::vector<int> &dims : floats) {
    unsigned e = unsigned(unit.extras.size());
    // Half of them in the input's type, where that is another.
    std::string type = e % 2 ? element : compute,
                read = "%e" + std::to_string(e);
    c.arguments.push_back({type, dims, Fill::Weights});
    unit.extras.push_back({e + 1, dims});
    if (type != compute) {
      unit.body +=
          op("%w" + std::to_string(e), "cast", read, type + " to " + compute);
      read = "%w" + std::to_string(e);
    }
    std::string next = "%t" + std::to_string(e);
    unit.body += op(next, e % 3 ? "add" : "mul", value + ", " + read, two);
    value = next;
  }
  unsigned first = unsigned(unit.extras.size());
  std::vector<std::pair<std::string, std::vector<int>>> others = {
      {"i1", {0, 1, 2}}, {"i1", {2}}, {"i8", {1, 2}}, {"i32", {2, 0, 1}}};
  for (auto &[type, dims] : others) {
    c.arguments.push_back(
        {type, dims, type == "i1" ? Fill::Logical : Fill::Integers});
    unit.extras.push_back({unsigned(unit.extras.size()) + 1, dims});
  }
  auto e = [&](unsigned k) { return "%e" + std::to_string(first + k); };
  unit.body += op("%both", "and", e(0) + ", " + e(1), "i1, i1") +
               op("%i", "cast", e(2), "i8 to i32") +
               op("%j", "add", "%i, " + e(3), "i32, i32") +
               op("%k", "cast", "%j", "i32 to " + compute) +
               op("%m", "select", "%both, " + value + ", %k", "i1, " + two);
  double ulps = compute == "f64" ? 1000 : 200;
  unit.yields = {{"%m", compute, "", false, ulps},
                 {"%both", "i1", "", false, 0},
                 {"%j", "i32", "", false, 0}};
  if (element != compute) {
    unit.body += op("%n", "cast", "%m", compute + " to " + element);
    unit.yields.push_back({"%n", element, "", false, 2});
  }
  c.units = {unit};
  return c;
}

/// Each slot absent, a constant, or a scalar at run time.
static void addSlots(std::vector<UnitCase> &all, const std::string &compute) {
  const char *names[] = {"gain", "bias", "clamp", "gamma"};
  const char *values[] = {"1.5", "0.25", "0.125", "1.8"};
  for (unsigned half = 0; half < 4; ++half) {
    UnitCase c;
    c.name = "slots-" + compute + "-" + std::to_string(half);
    c.arguments = {{compute, {0, 1, 2}, Fill::Normal}};
    for (unsigned s = 0; s < 4; ++s)
      c.arguments.push_back({compute, {}, Fill::Scalar});
    c.scalars = {{1.5, 0.25, 0.125, 1.8}, {-2, -1, 0, 2}, {0.5, 3, 0.5, 0.5}};
    for (unsigned mask = half * 4; mask < half * 4 + 4; ++mask) {
      for (bool constant : {false, true}) {
        UnitText unit;
        unit.compute = compute;
        for (unsigned s = 0; s < 4; ++s) {
          if (!(mask & 1 << s))
            continue;
          // Constants and run-time values side by side too.
          bool here = constant ^ (s == 2);
          unit.slots += std::string(names[s]) + "(" +
                        (here ? "%c" + std::to_string(unit.constants.size())
                              : "%a" + std::to_string(s + 1)) +
                        " : tensor<" + compute + ">) ";
          if (here)
            unit.constants.push_back(values[s]);
        }
        unit.yields = {{"%y", compute, "", false, 2000}};
        c.units.push_back(unit);
        if (mask == 0)
          break;
      }
    }
    c.runs = fewSizes;
    all.push_back(c);
  }
}

/// pow's special cases: y is exactly gain and -gain plus bias.
static void addGammas(std::vector<UnitCase> &all, const std::string &compute) {
  const bool wide = compute == "f64";
  const std::string number = " : tensor<" + compute + ">) ";
  UnitCase c;
  c.name = "gamma-" + compute;
  c.arguments = {{compute, {0, 1, 2}, Fill::Signs}};
  for (unsigned s = 0; s < 3; ++s)
    c.arguments.push_back({compute, {}, Fill::Scalar});
  const std::string anInf = wide ? "0x7FF0000000000000" : "0x7F800000";
  const std::string aNan = wide ? "0x7FF8000000000000" : "0x7FC00000";
  for (std::string gamma :
       {std::string(), std::string("0.0"), std::string("1.0"),
        std::string("2.0"), std::string("3.0"), std::string("0.5"),
        std::string("-1.0"), std::string("-0.5"), std::string("1.8"), anInf,
        aNan}) {
    // pow of f64 is the same call whatever the exponent.
    if (wide && gamma.size() > 3)
      continue;
    UnitText unit;
    unit.compute = compute;
    unit.epsilon = "0.0";
    unit.slots = "gain(%a1" + number + "bias(%a2" + number + "gamma(" +
                 (gamma.empty() ? "%a3" : "%c0") + number;
    if (!gamma.empty())
      unit.constants = {gamma};
    unit.yields = {{"%y", compute, "", false, 64}};
    c.units.push_back(unit);
  }
  for (double gain : {1.0, 2.0, 0.5, inf, nan_})
    for (double bias : {0.0, 1.0, -2.5, inf})
      for (double gamma : {0., 1., 2., 3., 0.5, -1., -2., -0.5, 1.8, -1.8, 1e10,
                           inf, -inf, nan_})
        c.scalars.push_back({gain, bias, gamma});
  c.runs = {{2, 4, 10}};
  all.push_back(c);
}

/// NaN and infinity in the input, in clamp and in both modes of max; reductions
/// that skip or keep NaN.
static void addSpecials(std::vector<UnitCase> &all, const std::string &element,
                        const std::string &compute) {
  UnitCase c;
  c.name = "special-" + element;
  c.arguments = {{element, {0, 1, 2}, Fill::Special},
                 {compute, {}, Fill::Scalar}};
  const std::string number = " : tensor<" + compute + ">) ";
  for (std::string clamp : {"%a1", "%c0", "%c1", ""})
    for (std::string mode : {"number", "propagate"}) {
      UnitText unit;
      unit.compute = compute;
      unit.constants = {"0.0",
                        compute == "f64" ? "0x7FF8000000000000" : "0x7FC00000"};
      if (!clamp.empty())
        unit.slots = "clamp(" + clamp + number + "clamp_nan " + mode + " ";
      unit.yields = {{"%y", compute, "", false, 200},
                     {"%y", compute, "max", false, 200},
                     {"%y", compute, "min nan = propagate", false, 200},
                     {"%x", element, "max", true, 0},
                     {"%x", element, "max nan = propagate", false, 0},
                     {"%x", element, "min", false, 0}};
      c.units.push_back(unit);
    }
  c.scalars = {{0}, {-inf}, {inf}, {nan_}, {0.5}};
  c.runs = {{3, 5, 9}, {1, 1, 1}, {3, 1, 2}, {3, 65, 70}};
  all.push_back(c);
}

/// Reductions of every kind and type, over planes and over all, beside two
/// stored results.
static void addReductions(std::vector<UnitCase> &all) {
  for (std::string type :
       {"f16", "bf16", "f32", "f64", "i8", "i16", "i32", "i64", "i1"}) {
    UnitCase c;
    c.name = "reductions-" + type;
    bool isFloat = type[0] != 'i', logical = type == "i1";
    std::string compute = type == "f64" ? "f64" : "f32";
    c.arguments = {{compute, {0, 1, 2}, Fill::Normal},
                   {type,
                    {0, 1, 2},
                    isFloat   ? Fill::Weights
                    : logical ? Fill::Logical
                              : Fill::Integers}};
    UnitText unit;
    unit.compute = compute;
    unit.extras = {{1, {0, 1, 2}}};
    unit.yields = {{"%y", compute, "", false, 200},
                   {"%e0", type, "", false, 0}};
    std::vector<std::string> kinds =
        logical ? std::vector<std::string>{"any", "all"}
        : isFloat
            ? std::vector<std::string>{"sum", "prod", "mean", "min", "max"}
            : std::vector<std::string>{"sum", "prod", "min", "max"};
    for (const std::string &kind : kinds)
      for (bool overAll : {false, true})
        unit.yields.push_back({"%e0", type, kind, overAll,
                               isFloat ? (type == "f64"   ? 20000.
                                          : type == "f32" ? 2000.
                                                          : 4.)
                                       : 0.});
    for (bool overAll : {false, true})
      unit.yields.push_back({"%y", compute, "max", overAll, 200});
    c.units = {unit};
    // One that stores nothing.
    UnitText loss;
    loss.compute = compute;
    loss.body = op("%d", "sub", "%y, %x", compute + ", " + compute) +
                op("%q", "mul", "%d, %d", compute + ", " + compute);
    loss.yields = {{"%q", compute, "mean", true, 200},
                   {"%q", compute, "mean keep", false, 200},
                   {"%q", compute, "max keep", true, 200},
                   {"%q", compute, "sum", false, 2000}};
    if (type == "f32" || type == "f64")
      c.units.push_back(loss);
    c.runs = type == "f32" ? manySizes() : fewSizes;
    all.push_back(c);
  }
}

/// Each elementwise operation in a region, in chains of one result.
static void addOperations(std::vector<UnitCase> &all) {
  for (std::string type : {"f32", "f64"}) {
    UnitCase c;
    c.name = "operations-" + type;
    c.arguments = {{type, {0, 1, 2}, Fill::Normal},
                   {type, {0, 1, 2}, Fill::Weights},
                   {type, {2}, Fill::Weights}};
    UnitText unit;
    unit.compute = type;
    unit.extras = {{1, {0, 1, 2}}, {2, {2}}};
    const std::string two = type + ", " + type;
    unit.body = "    %half = array.constant 0.5 : " + type + "\n" +
                "    %four = array.constant 4.0 : " + type + "\n" +
                op("%s", "mul", "%e0, %half", two) +
                op("%l", "mul", "%e0, %four", two);
    std::string total = "%y";
    unsigned count = 0;
    auto add = [&](const std::string &value) {
      std::string next = "%t" + std::to_string(count++);
      unit.body += op(next, "add", total + ", " + value, two);
      total = next;
    };
    for (std::string name :
         {"neg",   "abs",        "sign",  "sqrt",  "rsqrt", "cbrt",  "exp",
          "exp2",  "expm1",      "log",   "log2",  "log10", "log1p", "sin",
          "cos",   "tan",        "asin",  "acos",  "atan",  "sinh",  "cosh",
          "tanh",  "asinh",      "acosh", "atanh", "erf",   "floor", "ceil",
          "round", "round_even", "trunc"}) {
      unit.body += op("%f_" + name, name, name == "acosh" ? "%l" : "%s", type);
      add("%f_" + name);
    }
    for (std::string name :
         {"sub", "div", "pow", "mod", "rem", "atan2", "hypot", "min", "max"}) {
      unit.body += op("%g_" + name, name, "%l, %e1", two);
      add("%g_" + name);
    }
    unit.body += op("%k", "clamp", "%l, %s, %e1", type + ", " + two);
    add("%k");
    unit.yields = {{total, type, "", false, 2000}};
    c.units = {unit};
    c.runs = {{2, 5, 9}, {2, 8, 8}};
    all.push_back(c);
  }
  for (std::string type : {"i8", "i32", "i64"}) {
    UnitCase c;
    c.name = "operations-" + type;
    c.arguments = {{"f32", {0, 1, 2}, Fill::Normal},
                   {type, {0, 1, 2}, Fill::Integers},
                   {type, {0, 1, 2}, Fill::Integers}};
    UnitText unit;
    unit.extras = {{1, {0, 1, 2}}, {2, {0, 1, 2}}};
    const std::string two = type + ", " + type;
    std::string total = "%e0";
    for (std::string name :
         {"add", "sub", "mul", "div", "mod", "rem", "min", "max", "and", "or",
          "xor", "shl", "shr_arith", "shr_logical", "pow"}) {
      unit.body += op("%g_" + name, name, "%e0, %e1", two) +
                   op("%t_" + name, "add", total + ", %g_" + name, two);
      total = "%t_" + name;
    }
    for (std::string name : {"neg", "abs", "sign", "not"}) {
      unit.body += op("%f_" + name, name, "%e0", type) +
                   op("%t_" + name, "xor", total + ", %f_" + name, two);
      total = "%t_" + name;
    }
    unit.yields = {{total, type, "", false, 0}};
    c.units = {unit};
    c.runs = {{2, 5, 9}, {2, 8, 8}};
    all.push_back(c);
  }
}

/// Other ranks, and sizes beyond groups of planes and caches.
static void addShapes(std::vector<UnitCase> &all) {
  auto product = [](UnitCase &c, const std::vector<std::vector<int>> &extras) {
    UnitText unit;
    std::string value = "%y";
    for (const std::vector<int> &dims : extras) {
      unsigned e = unsigned(unit.extras.size());
      c.arguments.push_back({"f32", dims, Fill::Weights});
      unit.extras.push_back({e + 1, dims});
      std::string next = "%t" + std::to_string(e);
      unit.body += op(next, e % 2 ? "add" : "mul",
                      value + ", %e" + std::to_string(e), "f32, f32");
      value = next;
    }
    unit.yields = {{value, "f32", "", false, 200},
                   {value, "f32", "mean", false, 200},
                   {value, "f32", "max", true, 200}};
    c.units = {unit};
  };
  UnitCase rows;
  rows.name = "rank-2";
  rows.rank = 2;
  rows.planeDims = 1;
  rows.arguments = {{"f32", {0, 1}, Fill::Normal}};
  product(rows, {{0}, {1}, {0, 1}, {1, 0}, {}});
  rows.runs = {{1, 1}, {5, 33}, {700, 3}, {2, 9000}, {0, 4}, {4, 0}};
  all.push_back(rows);
  for (unsigned planeDims : {1u, 2u, 3u}) {
    UnitCase c;
    c.name = "rank-4-" + std::to_string(planeDims);
    c.rank = 4;
    c.planeDims = planeDims;
    c.arguments = {{"f32", {0, 1, 2, 3}, Fill::Normal}};
    product(c, {{0, 1},
                {1, 0},
                {1},
                {0},
                {2, 3},
                {3, 2},
                {1, 2, 3},
                {0, 3},
                {0, 1, 2, 3},
                {3, 1, -1, 0}});
    c.runs = {{1, 1, 1, 1},
              {2, 3, 4, 5},
              {3, 2, 17, 33},
              {2, 0, 3, 4},
              {2, 2, 70, 70}};
    all.push_back(c);
  }
  for (Sizes shape : {Sizes{}, Sizes{-1, 1031, 1029}, Sizes{3, 1024, 1024}}) {
    UnitCase c;
    c.name = "large-" + std::to_string(all.size());
    c.shape = shape;
    c.arguments = {{"f32", {0, 1, 2}, Fill::Normal},
                   {"f32", {1, 2}, Fill::Weights}};
    UnitText unit;
    unit.slots = "gain(%c0 : tensor<f32>) clamp(%c1 : tensor<f32>) ";
    unit.constants = {"1.5", "0.0"};
    unit.extras = {{1, {1, 2}}};
    unit.body = op("%t", "mul", "%y, %e0", "f32, f32") +
                op("%h", "cast", "%t", "f32 to f16");
    unit.yields = {{"%t", "f32", "", false, 200},
                   {"%h", "f16", "", false, 2},
                   {"%t", "f32", "mean", true, 200}};
    c.units = {unit};
    c.runs = shape.empty()  ? std::vector<Sizes>{{1, 1200, 1201}}
             : shape[0] < 0 ? std::vector<Sizes>{{3, 1031, 1029}}
                            : std::vector<Sizes>{shape};
    all.push_back(c);
  }
}

/// Sizes of an extra that do not fit are the same error in both.
static void addErrors(std::vector<UnitCase> &all) {
  for (std::vector<int> dims :
       {std::vector<int>{0, 1, 2}, {1, 2}, {0}, {2}, {2, 1}}) {
    UnitCase c;
    c.name = "error";
    for (int dim : dims)
      c.name += "-" + std::to_string(dim);
    c.expectError = true;
    c.arguments = {{"f32", {0, 1, 2}, Fill::Normal},
                   {"f32", dims, Fill::Weights}};
    UnitText unit;
    unit.extras = {{1, dims}};
    unit.body = op("%t", "mul", "%y, %e0", "f32, f32");
    unit.yields = {{"%t", "f32", "", false, 0}};
    c.units = {unit};
    c.runs = {{2, 3, 4}, {1, 1, 1}};
    all.push_back(c);
  }
}

std::vector<UnitCase> differential::unitCases() {
  std::vector<UnitCase> all;
  all.push_back(layouts("f32", "f32", {}, manySizes()));
  for (auto [element, compute] : {std::pair("f16", "f32"),
                                  {"bf16", "f32"},
                                  {"f64", "f64"},
                                  {"f32", "f64"},
                                  {"f16", "f64"},
                                  {"bf16", "f64"}})
    all.push_back(layouts(element, compute, {}, fewSizes));
  all.push_back(layouts("f32", "f32", {3, 37, 113}, {{3, 37, 113}}));
  all.push_back(layouts("f16", "f32", {-1, 9, 31}, {{5, 9, 31}, {0, 9, 31}}));
  all.push_back(layouts("f32", "f64", {2, 3, 5}, {{2, 3, 5}}));
  addSlots(all, "f32");
  addSlots(all, "f64");
  addGammas(all, "f32");
  addGammas(all, "f64");
  for (auto [element, compute] : {std::pair("f32", "f32"),
                                  {"f64", "f64"},
                                  {"f16", "f32"},
                                  {"bf16", "f32"}})
    addSpecials(all, element, compute);
  addReductions(all);
  addOperations(all);
  addShapes(all);
  addErrors(all);
  return all;
}

// The telemetry JSON. The keys are compared with docs/telemetry.schema.json,
// so that text and schema change together.
// Parity: 37

#include "Paths.h"
#include "TestProgram.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace runmat::test;
using nlohmann::json;

namespace {

TestProgram *current;

void countsThings(const rm_tensor *, rm_tensor *) {
  rm_unit_begin(&current->program, 0);
  rm_place(&current->program, 0);
  rm_unit_end(&current->program, 0);
  rm_count("logical_transposes", 2);
  rm_count("my_counter", 5);
  rm_count("fallback: ignored on the CPU", 1);
}

/// As much of JSON Schema as the file uses: type, required, properties,
/// additionalProperties, items, minimum, maxItems, const and local $ref.
void validate(const json &root, const json &schema, const json &value,
              const std::string &path) {
  if (schema.contains("$ref")) {
    std::string name = schema["$ref"];
    ASSERT_EQ(name.rfind("#/$defs/", 0), 0u);
    validate(root, root["$defs"][name.substr(8)], value, path);
    return;
  }
  if (schema.contains("const")) {
    EXPECT_EQ(value, schema["const"]) << path;
  }
  std::string wanted = schema.value("type", "");
  bool matches = wanted.empty() || wanted == value.type_name() ||
                 (wanted == "integer" && value.is_number_integer());
  ASSERT_TRUE(matches) << path << " is " << value.type_name() << ", not "
                       << wanted;
  if (schema.contains("minimum")) {
    EXPECT_GE(value.get<int64_t>(), schema["minimum"].get<int64_t>()) << path;
  }
  if (schema.contains("maxItems")) {
    EXPECT_LE(value.size(), schema["maxItems"].get<size_t>()) << path;
  }
  for (const json &key : schema.value("required", json::array()))
    EXPECT_TRUE(value.contains(key)) << path << " lacks " << key;
  if (wanted == "object")
    for (const auto &[key, item] : value.items()) {
      json properties = schema.value("properties", json::object());
      json more = schema.value("additionalProperties", json(true));
      if (properties.contains(key))
        validate(root, properties[key], item, path + "/" + key);
      else if (more.is_object())
        validate(root, more, item, path + "/" + key);
      else
        EXPECT_NE(more, json(false)) << path << " has an unknown key " << key;
    }
  if (wanted == "array" && schema.contains("items"))
    for (const json &item : value)
      validate(root, schema["items"], item, path + "[]");
}

json telemetry(rm_context *context) {
  char *text = rm_telemetry_json(context);
  json parsed = json::parse(text);
  rm_string_free(text);
  return parsed;
}

void checkSchema(const json &value) {
  std::ifstream file(RUNMAT_SCHEMA_FILE);
  ASSERT_TRUE(file.good()) << RUNMAT_SCHEMA_FILE;
  json schema = json::parse(file);
  validate(schema, schema, value, "");
}

TEST(TelemetryTest, AFreshContextHasEveryKeyAtZero) {
  ContextPtr context = makeContext("cpu");
  json t = telemetry(context.get());
  checkSchema(t);
  for (const char *key : {"fused_elementwise", "fused_reduction", "matmul",
                          "linsolve", "mldivide", "mrdivide"}) {
    EXPECT_EQ(t[key]["count"], 0) << key;
    EXPECT_EQ(t[key]["total_wall_time_ns"], 0) << key;
  }
  for (const char *kind :
       {"image_normalize", "map", "reduce", "matmul", "centered_gram",
        "power_step", "explained_variance", "iterate", "vec4_kernels",
        "logical_transposes", "bytes_moved", "bytes_saved"})
    EXPECT_EQ(t["counters"][kind], 0) << kind;
}

TEST(TelemetryTest, CountsUnitsCountersFallbacksAndDecisions) {
  ContextPtr context = makeContext("cpu");
  TestProgram program({}, {}, countsThings);
  program.addUnit("fused.image_normalize");
  current = &program;
  std::vector<rm_tensor> out;
  ASSERT_EQ(program.call(context.get(), {}, out), RM_OK);
  ASSERT_EQ(program.call(context.get(), {}, out), RM_OK);
  json t = telemetry(context.get());
  checkSchema(t);
  EXPECT_EQ(t["counters"]["image_normalize"], 2);
  EXPECT_EQ(t["units"]["fused.image_normalize"]["count"], 2);
  EXPECT_GT(t["units"]["fused.image_normalize"]["total_wall_time_ns"], 0);
  ASSERT_EQ(t["unit_executions"].size(), 1u);
  json row = t["unit_executions"][0];
  EXPECT_EQ(row["unit"], "fused.image_normalize");
  EXPECT_EQ(row["location"], "test.mlir:1:1");
  EXPECT_EQ(row["device"], "cpu");
  EXPECT_EQ(row["count"], 2);
  EXPECT_EQ(row["total_wall_time_ns"],
            t["units"]["fused.image_normalize"]["total_wall_time_ns"]);
  EXPECT_EQ(t["counters"]["logical_transposes"], 4);
  EXPECT_EQ(t["counters"]["my_counter"], 10);
  EXPECT_EQ(t["fallbacks"].size(), 0u) << "the CPU was asked for";
  EXPECT_EQ(t["decisions"].size(), 2u);
  EXPECT_EQ(t["decisions"][0]["decision"], "cpu");
  EXPECT_EQ(t["decisions"][0]["reason"], "policy");
}

void endsAnotherUnit(const rm_tensor *, rm_tensor *) {
  rm_unit_begin(&current->program, 0);
  rm_unit_end(&current->program, 1);
}

void failsBehindAUnit(const rm_tensor *, rm_tensor *) {
  rm_unit_begin(&current->program, 1);
  rm_unit_end(&current->program, 1);
  rm_unit_begin(&current->program, 0);
  rm_fail(RM_ERROR_VALUE, "no", nullptr);
}

TEST(TelemetryTest, OnlyExecutionsThatEndedAreCounted) {
  ContextPtr context = makeContext("cpu");
  std::vector<rm_tensor> out;
  TestProgram mixed({}, {}, endsAnotherUnit), failing({}, {}, failsBehindAUnit);
  for (TestProgram *program : {&mixed, &failing}) {
    program->addUnit("fused.map");
    program->addUnit("fused.reduce");
  }
  current = &mixed;
  EXPECT_EQ(mixed.call(context.get(), {}, out), RM_ERROR_INTERNAL);
  EXPECT_EQ(telemetry(context.get())["units"].size(), 0u);
  current = &failing;
  EXPECT_EQ(failing.call(context.get(), {}, out), RM_ERROR_VALUE);
  json t = telemetry(context.get());
  EXPECT_EQ(t["units"].size(), 1u);
  EXPECT_EQ(t["units"]["fused.reduce"]["count"], 1);
}

TEST(TelemetryTest, ResetZeroesEverything) {
  ContextPtr context = makeContext("cpu");
  json fresh = telemetry(context.get());
  TestProgram program({}, {}, countsThings);
  program.addUnit("fused.map");
  current = &program;
  std::vector<rm_tensor> out;
  ASSERT_EQ(program.call(context.get(), {}, out), RM_OK);
  EXPECT_EQ(telemetry(context.get())["fused_elementwise"]["count"], 1);
  rm_telemetry_reset(context.get());
  EXPECT_EQ(telemetry(context.get()), fresh);
}

TEST(TelemetryTest, TheRingOfDecisionsKeeps128) {
  ContextPtr context = makeContext("cpu");
  TestProgram program({}, {}, countsThings);
  program.addUnit("fused.map");
  current = &program;
  std::vector<rm_tensor> out;
  for (int i = 0; i < 130; ++i)
    ASSERT_EQ(program.call(context.get(), {}, out), RM_OK);
  json t = telemetry(context.get());
  EXPECT_EQ(t["decisions"].size(), 128u);
  EXPECT_EQ(t["decisions_total"], 130);
}

} // namespace

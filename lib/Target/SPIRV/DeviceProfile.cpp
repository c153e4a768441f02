// The built-in profiles (Profiles.def) and profiles from a device's own report.
// A report overrides limits and features but never the schedules: these were
// measured, not read from a driver.
#include "runmat/Target/DeviceProfile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace runmat;
using namespace llvm;

namespace {

struct BuiltIn {
  DeviceProfile profile;
  std::string match; // part of the device's name, lower case; empty: never
};

const std::vector<BuiltIn> &builtIns() {
  static const std::vector<BuiltIn> table = [] {
    std::vector<BuiltIn> list;
#define PROFILE(NAME)                                                          \
  list.emplace_back();                                                         \
  list.back().profile.name = #NAME;
#define SET(FIELD, VALUE) list.back().profile.FIELD = VALUE;
#define MATCH(TEXT) list.back().match = TEXT;
#include "Profiles.def"
    return list;
  }();
  return table;
}

} // namespace

const DeviceProfile &DeviceProfile::generic() { return *find("generic"); }

const DeviceProfile *DeviceProfile::find(std::string_view name) {
  for (const BuiltIn &entry : builtIns())
    if (entry.profile.name == name)
      return &entry.profile;
  return nullptr;
}

std::vector<std::string> DeviceProfile::names() {
  std::vector<std::string> all;
  for (const BuiltIn &entry : builtIns())
    all.push_back(entry.profile.name);
  return all;
}

Result<DeviceProfile> DeviceProfile::fromJSON(const std::string &text) {
  if (text.empty())
    return generic();
  Expected<json::Value> parsed = json::parse(text);
  if (!parsed) {
    std::string message = toString(parsed.takeError());
    return Error{"device information is not JSON: " +
                 StringRef(message).split('\n').first.str()};
  }
  const json::Object *root = parsed->getAsObject();
  const json::Object *limits = root ? root->getObject("limits") : nullptr;
  const json::Object *features = root ? root->getObject("features") : nullptr;
  const json::Object *subgroup = root ? root->getObject("subgroup") : nullptr;
  const json::Object *floats =
      root ? root->getObject("float_controls") : nullptr;
  if (!limits || !features || !subgroup || !floats)
    return Error{"device information lacks one of the objects \"limits\", "
                 "\"features\", \"subgroup\" and \"float_controls\""};

  DeviceProfile profile = generic();
  std::string name = root->getString("name").value_or("").str();
  for (const BuiltIn &entry : builtIns())
    if (!entry.match.empty() &&
        StringRef(name).lower().find(entry.match) != std::string::npos)
      profile = entry.profile;
  profile.name = name;

  std::string missing;
  auto number = [&](const json::Object *from, StringRef key, auto &field) {
    if (std::optional<int64_t> value = from->getInteger(key);
        value && *value >= 0)
      field = *value;
    else
      missing = key.str();
  };
  auto flag = [&](const json::Object *from, StringRef key, bool &field) {
    if (std::optional<bool> value = from->getBoolean(key))
      field = *value;
    else
      missing = key.str();
  };
  number(subgroup, "default", profile.subgroupSize);
  number(subgroup, "min", profile.minSubgroupSize);
  number(limits, "max_workgroup_invocations", profile.maxWorkgroup);
  number(limits, "max_shared_memory", profile.sharedBytes);
  number(limits, "max_push_constants_size", profile.pushBytes);
  number(limits, "max_storage_buffers", profile.maxBindings);
  number(limits, "max_storage_buffer_range", profile.storageRange);
  int64_t operations = 0;
  bool fullSubgroups = false;
  number(subgroup, "operations", operations);
  flag(subgroup, "full_subgroups", fullSubgroups);
  // VK_SUBGROUP_FEATURE_ARITHMETIC_BIT.
  profile.subgroupArithmetic = (operations & 4) && fullSubgroups;
  flag(features, "shader_float64", profile.float64);
  flag(features, "shader_float16", profile.float16);
  flag(features, "shader_int64", profile.int64);
  flag(features, "shader_int16", profile.int16);
  flag(features, "shader_int8", profile.int8);
  flag(features, "storage_16bit", profile.storage16);
  flag(features, "storage_8bit", profile.storage8);
  flag(floats, "signed_zero_inf_nan_preserve_f32", profile.preserveNanInf);
  if (!missing.empty())
    return Error{"device information: \"" + missing +
                 "\" is missing or has another type"};
  // What the runtime's tables hold (RM_MAX_BINDINGS in
  // runmat/Runtime/Runtime.h).
  profile.maxBindings = std::min(profile.maxBindings, 32u);
  // Schedules of another device may have workgroups that this one has not.
  NormalizeSchedule &normalize = profile.normalize;
  for (unsigned *threads :
       {&normalize.threads, &normalize.smallThreads, &normalize.combineThreads})
    *threads =
        std::min<unsigned>(*threads, llvm::bit_floor(profile.maxWorkgroup));
  return profile;
}

Result<DeviceProfile> DeviceProfile::load(const std::string &nameOrFile) {
  if (const DeviceProfile *known = find(nameOrFile))
    return *known;
  if (!StringRef(nameOrFile).ends_with(".json"))
    return Error{"no device profile is named '" + nameOrFile + "'; there are " +
                 llvm::join(names(), ", ")};
  auto buffer = MemoryBuffer::getFile(nameOrFile);
  if (!buffer)
    return Error{nameOrFile +
                 ": cannot be read: " + buffer.getError().message()};
  std::string text = (*buffer)->getBuffer().str();
  if (Expected<json::Value> parsed = json::parse(text)) {
    if (const json::Array *devices = parsed->getAsArray()) {
      if (devices->size() != 1)
        return Error{nameOrFile + ": has " + std::to_string(devices->size()) +
                     " devices; keep one"};
      llvm::raw_string_ostream(text = "") << devices->front();
    }
  } else {
    consumeError(parsed.takeError());
  }
  if (StringRef(text).trim().empty())
    return Error{nameOrFile + ": is empty"};
  Result<DeviceProfile> profile = fromJSON(text);
  if (!profile)
    return Error{nameOrFile + ": " + profile.error().message};
  return profile;
}

// What code generation for a GPU depends on: limits, features and measured
// schedule parameters. Plain data; passes read it and hold no device constant
// of their own.
#ifndef RUNMAT_TARGET_DEVICEPROFILE_H
#define RUNMAT_TARGET_DEVICEPROFILE_H

#include "runmat/Result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace runmat {

/// How the kernels of a fused.image_normalize are cut into threads. Vectors are
/// of four f32 elements. Source of the defaults: lib/Target/SPIRV/Profiles.def.
struct NormalizeSchedule {
  unsigned threads = 256;         ///< of a workgroup, a power of two
  unsigned statisticsVectors = 8; ///< a thread of the statistics kernel loads
  unsigned applyVectors = 2;      ///< a thread of the apply kernel handles
  unsigned reduceVectors = 8;     ///< the same where results are reduced
  /// Planes that one workgroup of smallThreads with smallVectors a thread holds
  /// are done in one dispatch. At most as many vectors as one workgroup of the
  /// apply kernel handles.
  unsigned smallThreads = 64;
  unsigned smallVectors = 4;
  unsigned combineThreads = 256; ///< of a workgroup of the small kernels
  /// Rows that one workgroup of `threads` holds with so many vectors a thread
  /// are done in one kernel: 16 KiB with 4.
  unsigned rowVectors = 4;
  /// Of a workgroup that takes several rows.
  unsigned tinyRowThreads = 128;
  /// Vectors of a thread whose bodies are written out beside each other have at
  /// most so many operations; loops do the rest.
  unsigned mostOperations = 256;
  /// Threads of a reduction down the columns, in all: 2^17 on an H200 are 512
  /// rows a workgroup of 65536 x 4096, within 3 % of the best.
  unsigned columnThreads = 1u << 17;
  unsigned columnRows = 4; ///< that a thread loads before it adds
};

struct DeviceProfile {
  std::string name;
  unsigned subgroupSize = 32;   ///< the device's default
  unsigned minSubgroupSize = 4; ///< smallest one a kernel may meet
  unsigned maxWorkgroup = 128;  ///< invocations
  unsigned sharedBytes = 16384; ///< of a workgroup
  unsigned pushBytes = 128;     ///< of push constants
  unsigned maxBindings = 8;     ///< storage buffers of a kernel
  /// Bytes of one binding. Where the device is not known, the most that there
  /// is: programs ask the device they run on.
  uint64_t storageRange = 0xffffffffu;
  bool subgroupArithmetic = true; ///< over whole subgroups
  /// NaN, infinities and signed zeros keep their meaning in f32
  /// (shaderSignedZeroInfNanPreserveFloat32).
  bool preserveNanInf = true;
  bool float64 = false, float16 = false, int64 = false, int16 = false,
       int8 = false, storage16 = false, storage8 = false;
  NormalizeSchedule normalize;

  /// What any device with Vulkan 1.2 and subgroup arithmetic runs.
  static const DeviceProfile &generic();
  /// A built-in profile by its name; null if there is none.
  static const DeviceProfile *find(std::string_view name);
  static std::vector<std::string> names();
  /// From what rm_device_info_json said: limits and features are the device's,
  /// schedules those of the built-in profile that knows it, else the generic
  /// ones. Empty text gives the generic profile.
  static Result<DeviceProfile> fromJSON(const std::string &text);
  /// A built-in profile by its name, or the device in a .json file: one that
  /// rm_device_info_json wrote, or `runmat devices --json` where there is one.
  static Result<DeviceProfile> load(const std::string &nameOrFile);
};

} // namespace runmat

#endif // RUNMAT_TARGET_DEVICEPROFILE_H

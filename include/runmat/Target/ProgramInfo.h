// What a compiled module carries beside its code: filled in on the way through
// the stages, written as the tables of runmat/Runtime/Runtime.h.
#ifndef RUNMAT_TARGET_PROGRAMINFO_H
#define RUNMAT_TARGET_PROGRAMINFO_H

#include "runmat/Runtime/Runtime.h"

#include <string>
#include <vector>

namespace runmat {

/// An argument or result of an entry function: a tensor, or a scalar (which is
/// a tensor of rank 0 to the caller).
struct ValueSignature {
  rm_dtype dtype;
  std::vector<int64_t> sizes; // RM_DYNAMIC where unknown
  bool isScalar = false;
};

struct EntrySignature {
  std::string name, location;
  std::vector<ValueSignature> args = {}, results = {};
  /// The code takes two more i64: the addresses of the entry's arguments and
  /// results (device code reads and writes them itself).
  bool takesTensors = false;
  /// Indices of the results that the code writes itself; it returns the others.
  std::vector<int32_t> deviceResults = {};
};

/// An rm_unit.
struct UnitInfo {
  std::string name, location;
};

/// An rm_kernel.
struct KernelInfo {
  std::string entryPoint;
  int32_t unit = -1;
  std::vector<uint8_t> access;
  int32_t pushBytes = 0;
  int32_t workgroupSize[3] = {1, 1, 1};
  int32_t subgroupSize = 0, sharedBytes = 0, flags = 0;
  /// A module with this entry point alone, so that what it needs of a device
  /// keeps no other kernel from it.
  std::vector<uint32_t> spirv = {};
};

/// What goes into the rm_program of a compiled module beside the code.
struct ProgramInfo {
  std::string name;
  std::vector<EntrySignature> entries;
  std::vector<UnitInfo> units;
  std::vector<KernelInfo> kernels;
};

} // namespace runmat

#endif // RUNMAT_TARGET_PROGRAMINFO_H

// What a GPU unit of work becomes: kernels, workspaces and launches, with every
// number that depends on run-time sizes as an expression. Host code (the
// offload lowering) and the JSON description for other hosts render the same
// plan.
#ifndef RUNMAT_CONVERSION_KERNELPLAN_H
#define RUNMAT_CONVERSION_KERNELPLAN_H

#include "runmat/Cost/SizeExpr.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runmat {

/// lhs == rhs, lhs <= rhs.
struct SizeCondition {
  enum class Kind { Equal, LessEqual } kind;
  SizeExpr lhs, rhs;
  /// What is beyond the device where it does not hold, "{0}" being rhs ("one
  /// plane is larger than a buffer binding, {0} bytes"); empty where it only
  /// tells classes of shapes apart.
  std::string limit = {};
  /// 1: always holds, 0: never, -1: known at run time.
  int known() const;
};

/// A storage buffer of a kernel. Two bindings of a launch may name the same
/// memory (as vectors and as elements).
struct KernelBinding {
  std::string name;
  rm_dtype dtype = RM_F32;
  unsigned lanes = 1; ///< 4: an array of 4-vectors
  rm_access access = RM_READ;
  bool isRestrict = true; ///< no other binding names its memory
};

struct KernelPush {
  std::string name;
  bool isFloat = false; ///< f32, else u32; 4 bytes each, in order
};

struct Kernel {
  std::string name; ///< entry point
  std::vector<KernelBinding> bindings;
  std::vector<KernelPush> push;
  unsigned workgroup[3] = {1, 1, 1};
  unsigned subgroupSize = 0; ///< required; 0: any
  unsigned sharedBytes = 0;
  unsigned flags = 0; ///< rm_kernel_flags
};

struct BufferRef {
  enum class Kind {
    Operand,
    Result,
    Workspace,
    Parameters ///< Launch::parameters, as u32 words
  } kind;
  unsigned index = 0;
};

struct LaunchBinding {
  BufferRef buffer;
  SizeExpr offset = 0; ///< bytes
  SizeExpr bytes = 0;  ///< 0: to the end
};

/// One dispatch. It starts when earlier launches of the unit that touch the
/// same buffers have ended.
struct Launch {
  unsigned kernel; ///< index into KernelPlan::kernels
  std::vector<LaunchBinding> bindings;
  std::vector<SizeExpr> push;
  std::vector<SizeExpr> parameters = {}; ///< words of BufferRef::Parameters
  SizeExpr grid[3] = {1, 1, 1};          ///< a 0 means no work
};

/// Launches that run once for each window, one window after the other.
struct Step {
  SizeExpr windows = 1;
  std::vector<Launch> launches;
};

/// One way to do the unit, for the sizes that meet its conditions.
struct Variant {
  std::string name;
  std::vector<SizeCondition> conditions;
  std::vector<Step> steps;
};

struct KernelPlan {
  std::string unit; ///< kind, e.g. "image_normalize"
  struct Value {
    std::string name;
    SizeExpr expr; ///< over dims, limits and earlier values
  };
  std::vector<Value> values;
  struct Workspace {
    std::string name;
    SizeExpr bytes;
  };
  std::vector<Workspace> workspaces;
  /// Of each result, row-major.
  std::vector<std::vector<SizeExpr>> resultShapes;
  std::vector<Kernel> kernels;
  /// The first whose conditions hold is taken; if none, the unit does not fit
  /// the device, for a limit among the conditions of the last.
  std::vector<Variant> variants;

  /// Names an expression that several others use. Constants stay themselves.
  SizeExpr define(std::string name, SizeExpr expr);
  unsigned addWorkspace(std::string name, SizeExpr bytes);
};

/// Grid for `groups` workgroups in all, none of its axes above 65,535: what
/// Vulkan promises.
void linearGrid(SizeExpr groups, SizeExpr (&grid)[3]);

} // namespace runmat

#endif // RUNMAT_CONVERSION_KERNELPLAN_H

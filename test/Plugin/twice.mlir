// A tool that has what the plugin brings says so; it neither aborts nor takes one of the two.
// UNSUPPORTED: asan
// RUN: not runmat-opt --load-dialect-plugin=%runmat_plugin %s 2>&1 | FileCheck %s
// RUN: not runmat-opt --load-pass-plugin=%runmat_plugin %s 2>&1 | FileCheck %s

// CHECK: error: RunMatPlugin.so: this tool has the dialects and passes already
module {}

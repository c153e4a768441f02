// All operations of the array dialect, by group.
#ifndef RUNMAT_ARRAY_OPS_TD
#define RUNMAT_ARRAY_OPS_TD

include "dialects/Array/UnaryOps.td"
include "dialects/Array/BinaryOps.td"
include "dialects/Array/ReductionOps.td"
include "dialects/Array/ShapeOps.td"
include "dialects/Array/CreationOps.td"

#endif

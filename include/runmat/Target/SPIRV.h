// GPU kernels to SPIR-V for Vulkan: conversion, serialisation, validation and
// disassembly. A binary is SPIR-V 1.3 with one entry point per kernel; it is
// checked by the SPIRV-Tools library before anyone gets to see it.
#ifndef RUNMAT_TARGET_SPIRV_H
#define RUNMAT_TARGET_SPIRV_H

#include "runmat/Target/DeviceProfile.h"

#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir {
class RewritePatternSet;
class SPIRVTypeConverter;
} // namespace mlir

namespace runmat {

/// Attribute of a kernel's buffer argument: "read", "write" or "read_write".
/// Becomes NonWritable and NonReadable decorations.
inline constexpr llvm::StringLiteral kAccessAttr = "runmat.access";
/// Unit attribute of a kernel's buffer argument: no other argument of the
/// kernel names the same memory. Becomes the Restrict decoration.
inline constexpr llvm::StringLiteral kRestrictAttr = "runmat.restrict";

/// The target environment for `profile`: SPIR-V 1.3, the profile's features as
/// capabilities.
mlir::spirv::TargetEnvAttr getTargetEnv(mlir::MLIRContext *context,
                                        const DeviceProfile &profile);

/// Turns every gpu.module in `module` into one spirv.module of the same name
/// and erases it. A gpu.func is an entry point: its arguments are
/// `memref<?xT, #spirv.storage_class<StorageBuffer>>`, binding i the i-th one,
/// and last, if it has push constants, `memref<NxI32, PushConstant>`. An
/// operation that has no SPIR-V form is an error at its location.
llvm::LogicalResult convertKernelsToSPIRV(mlir::ModuleOp module,
                                          const DeviceProfile &profile);

/// Serialises and validates. An error (a message of spirv-val included) is
/// emitted at the module's location.
llvm::FailureOr<llvm::SmallVector<uint32_t, 0>>
serializeSPIRV(mlir::spirv::ModuleOp module);

/// What SPIRV-Tools' validator says against the words as Vulkan 1.1 code (that
/// is, SPIR-V 1.3): empty if they are valid.
std::string validateSPIRV(llvm::ArrayRef<uint32_t> words);

/// Assembly text as spirv-dis writes it; the error if the words are not SPIR-V.
Result<std::string> disassembleSPIRV(llvm::ArrayRef<uint32_t> words);

/// What upstream's conversion of the math dialect leaves out or gets wrong.
void populateOwnMathToSPIRVPatterns(const mlir::SPIRVTypeConverter &converter,
                                    mlir::RewritePatternSet &patterns);

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "runmat/Target/SPIRVPasses.h.inc"

} // namespace runmat

#endif // RUNMAT_TARGET_SPIRV_H

// How elements lie in device memory and what kernels compute them in. Kernels
// know four-byte and eight-byte numbers only: f16 and bf16 are f32 that are
// rounded after each operation, i8 and i16 are i32 that are wrapped, i1 is a
// byte. So no kernel needs 8- or 16-bit arithmetic, and vectors of narrow
// elements are packed in words whatever the device's storage features.
#ifndef RUNMAT_LIB_LOWER_EMIT_KERNELCODEC_H
#define RUNMAT_LIB_LOWER_EMIT_KERNELCODEC_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace runmat {

/// Bytes of an element in memory.
unsigned elementBytes(mlir::Type element);
/// f32 of f16 and bf16, i32 of i8 and i16, else the type itself.
mlir::Type computeType(mlir::Type element);

/// Arithmetic on the bits of elements. `nativeHalf`: the device converts f16.
struct KernelCodec {
  mlir::ImplicitLocOpBuilder &b;
  bool nativeHalf;

  mlir::Value i32(int64_t value);
  /// Element number `lane` (a constant, or shifted down already: 0) of a word.
  mlir::Value decode(mlir::Value word, mlir::Type element, unsigned lane);
  /// The low bits of a word that hold `value`, zeros above.
  mlir::Value encode(mlir::Value value, mlir::Type element);
  /// `value` as its element type holds it: halves rounded, integers wrapped.
  mlir::Value round(mlir::Value value, mlir::Type element);

private:
  mlir::Value halfToFloat(mlir::Value bits);
  mlir::Value floatToHalf(mlir::Value value);
  mlir::Value roundBf16(mlir::Value value);
};

} // namespace runmat

#endif // RUNMAT_LIB_LOWER_EMIT_KERNELCODEC_H

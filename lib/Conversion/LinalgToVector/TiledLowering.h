// What tiled schedules of linalg.generic on tensors have in common: sizes of
// the iteration space, operands and results as buffers, and small pieces of IR.
#ifndef RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_TILEDLOWERING_H
#define RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_TILEDLOWERING_H

#include "runmat/Target/CPU/CPUProfile.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace runmat::tiled {

using namespace mlir;

class TiledLowering {
public:
  TiledLowering(linalg::GenericOp op, const CPUProfile &cpu);

  /// What every element of a result starts at, where that is one value.
  static Value constantInit(OpOperand &init);

protected:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(x, y); }
  Value add(Value x, int64_t y) { return y == 0 ? x : add(x, index(y)); }
  Value sub(Value x, Value y) { return b.createOrFold<arith::SubIOp>(x, y); }
  Value mul(Value x, int64_t y) {
    return b.createOrFold<arith::MulIOp>(x, index(y));
  }
  Value min(Value x, Value y) { return b.createOrFold<arith::MinSIOp>(x, y); }
  /// How many tiles of `tile` cover `size`.
  Value tiles(Value size, int64_t tile);
  /// Whether a whole step of `step` from `at` ends at or before `end`.
  Value fits(Value at, int64_t step, Value end);

  /// A tensor operand's elements as a row-major memref: an input, which is only
  /// read, or a result that is allocated.
  Value bufferOf(OpOperand &operand) { return buffers.at(&operand); }
  /// Memory for a result, row-major.
  Value allocate(OpOperand &init);
  /// The indices of an operand at loop values `at`.
  SmallVector<Value> indicesOf(OpOperand &operand, ArrayRef<Value> at);
  /// One element; of a scalar operand the operand itself.
  Value load(OpOperand &operand, ArrayRef<Value> at);
  /// `lanes` elements along the operand's last dim.
  Value loadVector(OpOperand &operand, ArrayRef<Value> at, int64_t lanes);
  /// The same of the lanes in `mask`; the others are 0.
  Value loadMasked(OpOperand &operand, ArrayRef<Value> at, int64_t lanes,
                   Value mask);

  /// A loop over [from, to) by `step`; `body` gets its value.
  void loop(Value from, Value to, int64_t step,
            llvm::function_ref<void(Value)> body);
  /// A parallel loop from 0; one iteration is worth `work` (CPUProfile).
  void parallel(ArrayRef<Value> counts, int64_t work,
                llvm::function_ref<void(ValueRange)> body);
  void ifElse(Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise);
  /// Puts the buffers of the results in the operation's place.
  void replace(ValueRange results);

  linalg::GenericOp op;
  ImplicitLocOpBuilder b;
  const CPUProfile &cpu;
  /// Of each loop.
  SmallVector<Value> sizes;
  SmallVector<int64_t> staticSizes;

private:
  llvm::DenseMap<OpOperand *, Value> buffers;
};

} // namespace runmat::tiled

#endif // RUNMAT_LIB_CONVERSION_LINALGTOVECTOR_TILEDLOWERING_H

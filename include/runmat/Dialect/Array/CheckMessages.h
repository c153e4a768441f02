// The texts of the array dialect's run-time checks, one place for the
// interpreter and the compiled code, so that both report the same error. `{0}`,
// `{1}` ... stand for the values named in each comment, in that order; the
// compiled code hands them to `offload.check`, the interpreter to `fillIn`.
#ifndef RUNMAT_DIALECT_ARRAY_CHECKMESSAGES_H
#define RUNMAT_DIALECT_ARRAY_CHECKMESSAGES_H

#include <cstdint>
#include <initializer_list>
#include <string>

namespace runmat::array::check {

/// Elementwise operands: two sizes that must be equal. `dim` is the result's;
/// values: size of the earlier operand, size of operand `operand`.
inline std::string operandSizes(int64_t dim, int64_t operand) {
  return "dimension " + std::to_string(dim) +
         " is {0} so far, but {1} in operand #" + std::to_string(operand);
}

/// Concat: values: size before, size in operand `operand`.
inline std::string concatSizes(int64_t dim, int64_t operand) {
  return "dimension " + std::to_string(dim) +
         " is {0} before, but {1} in operand #" + std::to_string(operand);
}

/// Matmul and dot: values: columns of a, rows of b.
inline std::string innerSizes() {
  return "inner sizes differ: {0} in operand #0, {1} in operand #1";
}

/// Results of more bytes than this, a size of 0 counted as 1, are refused
/// before anything is computed from their sizes: a product of sizes, times 8
/// for the widest accumulator or a stride in bytes, then still fits in 64 bits.
inline constexpr int64_t maxBytes = int64_t(1) << 60;

/// A result above maxBytes; `shape` as in a type's text, with `{0}` ... where a
/// size is known at run time only: "8x{0}x". Values: those sizes.
inline std::string tooLarge(const std::string &shape,
                            const std::string &element) {
  return "tensor<" + shape + element + "> is too large to address";
}

/// A size operand below zero. Value: the size.
inline std::string negativeSize(int64_t dim) {
  return "size of dimension " + std::to_string(dim) + " is negative: {0}";
}

/// Reshape. Values: elements of the operand, elements of the result.
inline std::string reshapeCount() {
  return "cannot reshape {0} elements into {1}";
}

/// Broadcast. `dim` is the result's. Values: size of the operand, size of the
/// result.
inline std::string broadcastSize(int64_t dim) {
  return "dimension " + std::to_string(dim) +
         " of size {0} does not broadcast to {1}";
}

/// Slice and insert_slice. Values: offset, size, stride, size of the sliced
/// array's dim.
inline std::string sliceBounds(int64_t dim) {
  return "dimension " + std::to_string(dim) +
         ": offset {0}, size {1}, stride {2} is out of bounds for size {3}";
}

/// Pad. `side` is "low" or "high". Value: the amount.
inline std::string negativePad(const char *side, int64_t dim) {
  return std::string(side) + " of dimension " + std::to_string(dim) +
         " is negative: {0}";
}

/// argmin, argmax (`name`) over dims that hold nothing.
inline std::string emptyArg(const std::string &name) {
  return name + " of no elements";
}

/// Functions that call themselves.
inline constexpr int64_t maxCallDepth = 500;
inline std::string callDepth() {
  return "calls nest deeper than " + std::to_string(maxCallDepth) + " levels";
}

/// rand_uniform, rand_normal. Value: the offset.
inline std::string negativeOffset() { return "offset is negative: {0}"; }

/// tensor.cast to a static size. Values: the size, the type's size.
inline std::string castSize(int64_t dim) {
  return "dimension " + std::to_string(dim) + " is {0}, but the type says {1}";
}

/// tensor.dim. Value: the index.
inline std::string dimIndex(int64_t rank) {
  return "dimension {0} of a tensor of rank " + std::to_string(rank);
}

/// tensor.extract. Values: the index, the size it must lie below.
inline std::string indexBounds(int64_t dim) {
  return "index {0} of dimension " + std::to_string(dim) +
         " is out of bounds for size {1}";
}

/// Division of integers by 0, of arith. No value.
inline std::string divisionByZero() { return "division by zero"; }

/// Division by -1 of the least integer. Value: it.
inline std::string divisionOverflow() {
  return "{0} divided by -1 does not fit";
}

/// Shifts of arith. Value: the amount.
inline std::string shiftAmount(int64_t width) {
  return "shift by {0} of a value of " + std::to_string(width) + " bits";
}

/// scf.for. Value: the step.
inline std::string loopStep() { return "step of the loop is {0}, below 1"; }

/// `text` with `{0}`, `{1}` ... replaced by `values`.
template <typename Values>
std::string fillIn(const std::string &text, const Values &values) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    size_t index = i + 2 < text.size() && text[i] == '{' && text[i + 2] == '}'
                       ? size_t(text[i + 1] - '0')
                       : values.size();
    if (index < values.size()) {
      result += std::to_string(values.begin()[index]);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}
inline std::string fillIn(const std::string &text,
                          std::initializer_list<int64_t> values) {
  return fillIn<std::initializer_list<int64_t>>(text, values);
}

} // namespace runmat::array::check

#endif // RUNMAT_DIALECT_ARRAY_CHECKMESSAGES_H

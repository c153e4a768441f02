// What LLVM's code generator may call and GCC 12's libgcc lacks: rounding f32
// to bf16 on CPUs without the instruction. The compiler's own expansions avoid
// it, but LLVM's optimizer may move an operation back into bf16.
#include "runmat/Runtime/Runtime.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__clang__)
/// To nearest even; a NaN stays one, quiet. By the x86-64 ABI a bf16 is the low
/// half of the register that a float comes back in.
extern "C" RM_API __bf16 __truncsfbf2(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  uint16_t top = static_cast<uint16_t>(bits >> 16);
  if (value != value)
    top |= 0x40;
  else
    top = static_cast<uint16_t>((bits + 0x7fff + (top & 1)) >> 16);
  __bf16 result;
  std::memcpy(&result, &top, sizeof(result));
  return result;
}
#endif

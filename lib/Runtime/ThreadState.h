// What a thread knows about the call it works for. Generated code names no
// context: it finds its call here. Workers of the pool inherit the call of
// the thread whose loop they run, but each thread has its own place to jump
// to.

#ifndef RUNMAT_LIB_RUNTIME_THREADSTATE_H
#define RUNMAT_LIB_RUNTIME_THREADSTATE_H

#include <csetjmp>
#include <cstdint>

namespace runmat::runtime {

struct Call;

struct ThreadState {
  Call *call = nullptr;
  jmp_buf *jump = nullptr; ///< Where rm_fail goes.
  bool inLoop = false;     ///< In a parallel loop: inner ones run serially.
};

ThreadState &threadState();

/// Runs a loop body so that rm_fail inside it ends here; false if it did.
bool callProtected(void (*body)(int64_t, int64_t, void *), int64_t begin,
                   int64_t end, void *env);

} // namespace runmat::runtime

#endif

// Linked into every tool that uses MLIR where AddressSanitizer is on. LLVM's
// arenas mark their free parts, but the libraries are not instrumented: what
// they put into an arena that our code began would be reported. Leaks are
// LLVM's own.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_leaks=0";
}

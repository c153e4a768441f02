// Names of symbols. A program's functions may be called anything; a symbol of a
// shared object is seen by the whole process, and one that libc has, say, would
// replace it there. So code has names of our own, and C callers get the
// program's only where that harms nobody.
#include "runmat/Target/CPU/CPU.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <dlfcn.h>

using namespace llvm;

/// Of C (ISO/IEC 9899:2024) and C++ (ISO/IEC 14882:2020), which may include the
/// header too.
static constexpr StringLiteral keywords[] = {"alignas",
                                             "alignof",
                                             "and",
                                             "and_eq",
                                             "asm",
                                             "auto",
                                             "bitand",
                                             "bitor",
                                             "bool",
                                             "break",
                                             "case",
                                             "catch",
                                             "char",
                                             "char16_t",
                                             "char32_t",
                                             "char8_t",
                                             "class",
                                             "co_await",
                                             "co_return",
                                             "co_yield",
                                             "compl",
                                             "concept",
                                             "const",
                                             "const_cast",
                                             "consteval",
                                             "constexpr",
                                             "constinit",
                                             "continue",
                                             "decltype",
                                             "default",
                                             "delete",
                                             "do",
                                             "double",
                                             "dynamic_cast",
                                             "else",
                                             "enum",
                                             "explicit",
                                             "export",
                                             "extern",
                                             "false",
                                             "float",
                                             "for",
                                             "friend",
                                             "goto",
                                             "if",
                                             "inline",
                                             "int",
                                             "long",
                                             "mutable",
                                             "namespace",
                                             "new",
                                             "noexcept",
                                             "not",
                                             "not_eq",
                                             "nullptr",
                                             "operator",
                                             "or",
                                             "or_eq",
                                             "private",
                                             "protected",
                                             "public",
                                             "register",
                                             "reinterpret_cast",
                                             "requires",
                                             "restrict",
                                             "return",
                                             "short",
                                             "signed",
                                             "sizeof",
                                             "static",
                                             "static_assert",
                                             "static_cast",
                                             "struct",
                                             "switch",
                                             "template",
                                             "this",
                                             "thread_local",
                                             "throw",
                                             "true",
                                             "try",
                                             "typedef",
                                             "typeid",
                                             "typename",
                                             "typeof",
                                             "typeof_unqual",
                                             "union",
                                             "unsigned",
                                             "using",
                                             "virtual",
                                             "void",
                                             "volatile",
                                             "wchar_t",
                                             "while",
                                             "xor",
                                             "xor_eq"};

/// Whether the runtime library, or one that it needs (libc and libm among
/// them), has a symbol of this name.
static bool isTaken(const std::string &name) {
  static void *const libraries = [] {
    Dl_info runtime;
    return dladdr(reinterpret_cast<void *>(&rm_invoke), &runtime)
               ? dlopen(runtime.dli_fname, RTLD_LAZY | RTLD_NOLOAD)
               : nullptr;
  }();
  return libraries && dlsym(libraries, name.c_str());
}

std::string runmat::codeSymbol(StringRef function) {
  return ("rm.code." + function).str();
}

std::string runmat::whyNoCSymbol(StringRef function) {
  if (function.empty() || isDigit(function.front()) ||
      !all_of(function, [](char c) { return isAlnum(c) || c == '_'; }))
    return "it is no identifier of C";
  if (is_contained(keywords, function))
    return "it is a keyword of C or C++";
  if (function == "main")
    return "it is the host program's own function";
  if (function.front() == '_' || function.starts_with("RM_"))
    return "it is reserved";
  if (isTaken(function.str()))
    return "the runtime or the C library has a symbol of that name";
  return "";
}

"""Symbols of shared objects: what C can call, what stays inside, and names that are refused."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import ToolTest  # noqa: E402

# One argument, one result, both f32: the function adds `constant`.
SHIFT = """func.func @{name}(%x: tensor<f32>) -> tensor<f32> {{
  %c = array.constant dense<{constant}> : tensor<f32>
  %y = array.add %x, %c : tensor<f32>, tensor<f32>
  return %y : tensor<f32>
}}
"""
# Prints the results of entry functions for 1.
HOST = """
#include <runmat/Runtime/Runtime.h>
#include <stdio.h>
static void show(const char *what, rm_entry_function function) {
  char reason[256];
  rm_context_options options;
  rm_context_options_init(&options);
  options.device = "cpu";
  rm_context *context = rm_context_create(&options, reason, sizeof reason);
  float one = 1;
  rm_tensor x, y;
  rm_tensor_init(&x, &one, RM_F32, 0, NULL);
  if (function(context, &x, 1, &y, 1) != RM_OK)
    puts(rm_context_error(context).text);
  else
    printf("%s %g\\n", what, *(float *)y.data);
  rm_tensor_release(&y);
  rm_context_destroy(context);
}
extern const rm_program rm_program_info;
"""


class SymbolsTest(ToolTest):
    def shift(self, name, constant):
        return SHIFT.format(name=name, constant=constant)

    def exported(self, path):
        nm = os.path.join(os.environ["RUNMAT_LLVM_BINDIR"], "llvm-nm")
        out = subprocess.run([nm, "-D", "--defined-only", "-j", path], capture_output=True, text=True, check=True,
                             cwd=self.folder).stdout
        return set(out.split())

    def test_only_entries_that_harm_nobody_are_exported(self):
        names = ("step", "malloc", "exp", "main", "int", "_under", "__init", "RM_F32")
        text = "".join(self.shift(name, 1.0) for name in names)
        text += self.shift('"my.func-x"', 1.0) + self.shift("helper", 1.0).replace("func.func", "func.func private")
        self.write("p.mlir", text)
        self.succeed("compile", "p.mlir", "-o", "p.so", "--device", "cpu")
        self.assertEqual(self.exported("p.so"), {"rm_program_info", "step"})
        # All of them are in the table.
        for name in (*names, "my.func-x"):
            self.assertEqual(self.succeed("run", "p.so", "--device", "cpu", "--entry", name, "--input", "1"),
                             "result 0: tensor<f32> = 2\n")

    def test_functions_named_like_libm_are_not_called_for_it(self):
        for visibility in ("", "private "):
            self.write("p.mlir", "func.func @f(%x: tensor<f64>) -> tensor<f64> {\n"
                       "  %y = array.exp %x : tensor<f64>\n  %z = call @exp(%y) : (tensor<f64>) -> tensor<f64>\n"
                       "  return %z : tensor<f64>\n}\n" + f"func.func {visibility}@exp(%x: tensor<f64>) -> tensor<f64> {{\n"
                       "  %y = array.neg %x : tensor<f64>\n  return %y : tensor<f64>\n}\n")
            self.assertEqual(self.succeed("run", "p.mlir", "--device", "cpu", "--entry", "f", "--input", "0"),
                             "result 0: tensor<f64> = -1\n")

    def test_the_host_keeps_its_own_functions(self):
        """A table's entries are the program's, whatever else the process calls `step`."""
        self.write("p.mlir", self.shift("step", 10.0))
        self.succeed("compile", "p.mlir", "-o", "libp.so", "--device", "cpu")
        out = self.run_c(HOST + """
            int32_t step(rm_context *c, const rm_tensor *a, int32_t n, rm_tensor *r, int32_t m) { return puts("host"), 1; }
            int main(void) {
              show("step", rm_program_find(&rm_program_info, "step")->function);
              return 0;
            }""", "libp.so", "-rdynamic")
        self.assertEqual(out, "step 11\n")

    def test_two_programs_in_one_process(self):
        for name, constant in (("first", 10.0), ("second", 20.0)):
            self.write(f"{name}.mlir", self.shift(name, constant))
            self.succeed("compile", f"{name}.mlir", "-o", f"lib{name}.so", "--device", "cpu", "--header", f"{name}.h")
        out = self.run_c(HOST + """
            #include "first.h"
            #include "second.h"
            int main(void) {
              show("first", first);
              show("second", second);
              return 0;
            }""", "libfirst.so", "libsecond.so")
        self.assertEqual(out, "first 11\nsecond 21\n")

    def test_names_that_no_header_can_declare(self):
        for name, reason in (("main", "it is the host program's own function"), ("int", "it is a keyword"),
                             ("free", "the runtime or the C library has a symbol of that name"),
                             ("_x", "it is reserved"), ('"a b"', "it is no identifier of C"), ('"a*/b"', "it is no")):
            with self.subTest(name):
                self.write("p.mlir", self.shift(name, 1.0))
                plain = name.strip('"')
                self.assert_error(1, f"p.mlir:1:1: a C header cannot declare @{plain}: {reason}",
                                  "compile", "p.mlir", "-o", "p.so", "--header", "p.h", "--device", "cpu")

    def test_names_of_the_runtime_are_refused(self):
        for name, visibility in (("rm_alloc", ""), ("rm_program_info", ""), ("rm_step", "private ")):
            with self.subTest(name):
                self.write("p.mlir", self.shift("f", 1.0)
                           + self.shift(name, 1.0).replace("func.func ", "func.func " + visibility))
                expected = f"p.mlir:6:1: @{name}: names that start with rm_ are the runtime library's"
                self.assert_error(1, expected, "run", "p.mlir", "--device", "cpu", "--input", "1")
                self.assert_error(1, expected, "compile", "p.mlir", "-o", "p.so", "--device", "cpu")

    def test_a_name_with_a_null_character(self):
        self.write("p.mlir", self.shift('"nul\\00x"', 1.0))
        self.assert_error(1, "p.mlir:1:1: a function's name holds a NUL character", "run", "p.mlir", "--device", "cpu",
                          "--input", "1")


if __name__ == "__main__":
    unittest.main()

"""tools/dev/lint finds each kind of mistake in a small repository that has it, and nothing in a clean one."""
import os
import shutil
import subprocess
import tempfile
import unittest

LINT = os.path.join(os.environ["RUNMAT_SOURCE_DIR"], "tools", "dev", "lint")

CLEAN = {
    "include/runmat/Transforms/Passes.td": '// Passes.\ndef FoldTwicePass : Pass<"fold-twice", "ModuleOp"> {}\n',
    "lib/Fusion/FoldTwice.cpp": "// Folds twice.\nint FoldTwicePass;\n",
    "test/Fusion/fold-twice.mlir": "// Folds.\n// RUN: true\n",
    "docs/passes.md": "## `--fold-twice`\n",
}


def lint(changes, tools=os.environ["PATH"]):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", folder], check=True)
        for name, text in {**CLEAN, **changes}.items():
            if text is None:
                continue
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text)
        done = subprocess.run([LINT, "--root", folder], capture_output=True, text=True,
                              env={**os.environ, "PATH": tools})
        return done.returncode, done.stdout + done.stderr


class Lint(unittest.TestCase):
    def expect(self, changes, message, code=1, **options):
        status, output = lint(changes, **options)
        self.assertEqual(status, code, output)
        self.assertIn(message, output)

    def test_clean(self):
        self.expect({}, "1 passes, 0 errors, 0 warnings", code=0)

    def test_pass_names(self):
        td = "include/runmat/Transforms/Passes.td"
        self.expect({td: '// P.\ndef FoldPass : Pass<"fold-twice"> {}\n'}, "its name must be the flag's")
        self.expect({"lib/Fusion/FoldTwice.cpp": None}, "has no source file of its name")
        self.expect({"lib/Fusion/FoldTwice.cpp": "// Other.\n"}, "does not define FoldTwicePass")
        self.expect({"test/Fusion/fold-twice.mlir": None}, "has no test/<stage>/fold-twice.mlir")
        self.expect({"docs/passes.md": "nothing\n"}, "is not in docs/")

    def test_files(self):
        self.expect({"lib/A.cpp": "// A.\n" + "int a;\n" * 601}, "above 600 a file is two ideas")
        self.expect({"lib/A.cpp": "int a;\n"}, "a file opens with a comment")
        self.expect({"lib/A.cpp": "// A.\nint   a;\n"}, "lib/A.cpp:2: error: not formatted")
        self.expect({"test/Fusion/other.mlir": "// RUN: true\n"}, "says in its first line what it shows")
        self.expect({"test/Fusion/other.mlir": "// Other.\n"}, "runs nothing")

    def test_where_things_are_read(self):
        self.expect({"lib/A.cpp": '// A.\nauto *a = getenv("A");\n'}, "environment variables are read in")
        self.expect({"lib/A.cpp": "// A.\ncl::opt<int> a;\n"}, "command-line options live in tools/")
        self.expect({"docs/a.md": "see /" + "home/someone\n"}, "a path of one machine")
        self.expect({"docs/a.md": "https://" + "pypi.example/simple\n"}, "the host of a package registry")

    def test_reference_pages(self):
        pages = "tools/dev/pages.py"
        self.expect({pages: "print('docs/passes.md: stale'); raise SystemExit(1)\n"},
                    "docs/passes.md: error: not what the definitions say now")
        self.expect({pages: "raise SystemExit('no mlir-tblgen-22')\n"}, "tools/dev/pages.py: error: failed: no mlir-tblgen-22")
        self.expect({pages: "print()\n"}, "0 errors", code=0)

    def test_a_clang_format_that_fails(self):
        self.expect({"lib/A.cpp": "// A.\nint a;\n", ".clang-format": "BasedOnStyle: Nobody\n"},
                    "clang-format-22: error: failed: ")
        with tempfile.TemporaryDirectory() as tools:
            os.symlink(shutil.which("git"), os.path.join(tools, "git"))
            self.expect({"lib/A.cpp": "// A.\nint a;\n"}, "clang-format-22: error: failed: ", tools=tools)

    def test_failure_without_reason(self):
        self.expect({"lib/Fusion/A.cpp": "// A.\nint f() { return failure(); }\n"}, "without a reason", code=0)


if __name__ == "__main__":
    unittest.main()

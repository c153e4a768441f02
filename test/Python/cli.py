"""What the tests of the command line share: a folder of its own, runs of the tool, and the rule for errors."""

import os
import subprocess
import tempfile
import unittest

RUNMAT = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat")
SOURCE = os.environ["RUNMAT_SOURCE_DIR"]


def build_entries(path):
    """Compiles programs/entries.c, a program of the C ABI that needs no compiler of ours."""
    clang = os.path.join(os.environ["RUNMAT_LLVM_BINDIR"], "clang")
    subprocess.run([clang, "-shared", "-fPIC", "-std=c99", "-I", os.path.join(SOURCE, "include"), "-Wall", "-Werror",
                    os.path.join(SOURCE, "test", "Python", "programs", "entries.c"), "-o", path], check=True)


@unittest.skipUnless(os.path.exists(RUNMAT), "the tool is built once the compiler's facade is")
class ToolTest(unittest.TestCase):
    environment = {}  # beside the test's own
    command = RUNMAT

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb" if isinstance(data, bytes) else "w") as file:
            file.write(data)
        return self.path(name)

    def tool(self, *arguments, **options):
        if arguments and arguments[0] in ("run", "compile") and any(str(a).endswith(".mlir") for a in arguments):
            arguments = (*arguments, "--verify-ir")
        return subprocess.run([self.command, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              cwd=self.folder, env={**os.environ, **self.environment}, **options)

    def succeed(self, *arguments):
        run = self.tool(*arguments)
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        return run.stdout

    def run_c(self, source, *libraries):
        """Builds a C host program with compiled programs of this folder, and gives what it prints."""
        self.write("host.c", source)
        clang = os.path.join(os.environ["RUNMAT_LLVM_BINDIR"], "clang")
        runtime = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "lib")
        subprocess.run([clang, "-std=c99", "-Wall", "-Werror", "-I", os.path.join(SOURCE, "include"), "host.c",
                        "-o", "host", *libraries, "-L", runtime, "-lRunMatRuntime",
                        f"-Wl,-rpath,{self.folder}:{runtime}"], check=True, cwd=self.folder)
        run = subprocess.run([self.path("host")], capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def assert_error(self, code, expected, *arguments):
        """Exit code `code`, one line on standard error, and no file that was not there before."""
        before = set(os.listdir(self.folder))
        run = self.tool(*arguments)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        lines = run.stderr.splitlines()
        self.assertEqual(len(lines), 1, run.stderr)
        self.assertTrue(lines[0].startswith("error: "), run.stderr)
        self.assertIn(expected, lines[0])
        self.assertEqual(set(os.listdir(self.folder)), before, "a failed run leaves no file")

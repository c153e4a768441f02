"""tools/dev/new-fusion writes a skeleton that compiles, and that tools/dev/lint has nothing against.

It runs in a scratch copy of the repository. There, tablegen runs on the changed definitions, and the files
that the new kind touches are compiled with this build's flags and precompiled header (which holds none of
the project's own headers), so that the test takes seconds, not a build.
"""
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.environ["RUNMAT_SOURCE_DIR"]
BUILD = os.environ["RUNMAT_BUILD_DIR"]
TBLGEN = os.path.join(os.environ["RUNMAT_LLVM_BINDIR"], "mlir-tblgen")


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}\n{done.stdout}{done.stderr}")
    return done.stdout


class NewFusion(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.copy = self.folder.name
        listed = run(["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"],
                     cwd=SOURCE)
        for name in listed.splitlines():
            if os.path.isfile(os.path.join(SOURCE, name)):
                os.makedirs(os.path.dirname(os.path.join(self.copy, name)), exist_ok=True)
                shutil.copy(os.path.join(SOURCE, name), os.path.join(self.copy, name))
        run(["git", "init", "-q", self.copy])
        shutil.copytree(os.path.join(BUILD, "include"), os.path.join(self.copy, "build", "include"))

    def tearDown(self):
        self.folder.cleanup()

    def tablegen(self, td, folder, outputs):
        for name, arguments in outputs.items():
            run([TBLGEN, *arguments, td, "-I.", "-Iinclude", "-I", self.llvm_include, "-o",
                 os.path.join("build/include/runmat", folder, name)], cwd=self.copy)

    def flags(self):
        """The compile command of a fusion pass, with this repository's paths turned to the copy's."""
        with open(os.path.join(BUILD, "compile_commands.json")) as file:
            entry = next(e for e in json.load(file) if e["file"].endswith("/FuseImageNormalize.cpp"))
        arguments = shlex.split(entry["command"])
        while not os.path.basename(arguments[0]).startswith("clang"):
            arguments.pop(0)
        self.llvm_include = next(arguments[i + 1] for i, a in enumerate(arguments) if a == "-isystem")
        self.directory = entry["directory"]
        arguments = arguments[: arguments.index("-o")]
        # The header that the precompiled header was made of need not be named beside it.
        for i, argument in enumerate(arguments):
            if argument == "-include" and arguments[i + 2].endswith("cmake_pch.hxx"):
                del arguments[i - 1: i + 3]
                break
        turned = {f"-I{SOURCE}/include": f"-I{self.copy}/include",
                  f"-I{BUILD}/include": f"-I{self.copy}/build/include"}
        return [turned.get(a, a) for a in arguments]

    def test_skeleton(self):
        flags = self.flags()
        written = run([os.path.join(self.copy, "tools/dev/new-fusion"), "row-softmax"]).splitlines()
        self.assertIn("lib/Fusion/FuseRowSoftmax.cpp", written)
        self.tablegen("dialects/Fused/FusedOps.td", "Dialect/Fused",
                      {"FusedOps.h.inc": ["-gen-op-decls"], "FusedOps.cpp.inc": ["-gen-op-defs"]})
        self.tablegen("include/runmat/Fusion/Passes.td", "Fusion",
                      {"Passes.h.inc": ["-gen-pass-decls", "-name", "RunMatFusion"]})
        for source in ("dialects/Fused/RowSoftmaxOp.cpp", "dialects/Fused/FusedDialect.cpp",
                       "lib/Fusion/FuseRowSoftmax.cpp", "lib/Fusion/FuseAll.cpp"):
            run([*flags, "-Werror", "-Wno-error=unused-parameter", "-fsyntax-only",
                 os.path.join(self.copy, source)], cwd=self.directory)
        lint = subprocess.run([os.path.join(self.copy, "tools/dev/lint")], capture_output=True, text=True)
        about = [line for line in lint.stdout.splitlines() if "softmax" in line.lower()]
        self.assertEqual(about, [], lint.stdout)

    def test_wrong_use(self):
        script = os.path.join(self.copy, "tools/dev/new-fusion")
        for arguments in ([], ["RowSoftmax"], ["a", "b"]):
            self.assertNotEqual(subprocess.run([script, *arguments], capture_output=True).returncode, 0)

    def test_names_that_are_taken(self):
        """Something has them that the skeleton's files do not show: nothing is written."""
        script = os.path.join(self.copy, "tools/dev/new-fusion")
        before = self.content()
        for name, expected in (("image-normalize", "FusedOps.td has an op fused.image_normalize already"),
                               ("imagenormalize", "already"),
                               ("map", "FusedOps.td has an op fused.map already"),
                               ("yield", "FusedOps.td has an op fused.yield already"),
                               ("elementwise", "include/runmat/Fusion/Passes.td has a pass --fuse-elementwise already"),
                               ("all", "include/runmat/Fusion/Passes.td has a pass --fuse-all already")):
            with self.subTest(name):
                taken = subprocess.run([script, name], capture_output=True, text=True)
                self.assertEqual(taken.returncode, 1)
                self.assertRegex(taken.stderr, r"\Aerror: .*\n\Z")
                self.assertIn(expected, taken.stderr)
                self.assertEqual(self.content(), before)

    def content(self):
        texts = {}
        for folder, _, names in os.walk(self.copy):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    texts[os.path.join(folder, name)] = file.read()
        return texts


if __name__ == "__main__":
    unittest.main()

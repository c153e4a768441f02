"""Every program of the benchmarks' table of cases compiles and agrees with NumPy at small sizes."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE, BUILD = os.environ["RUNMAT_SOURCE_DIR"], os.environ["RUNMAT_BUILD_DIR"]
DRIVER = os.path.join(SOURCE, "benchmarks", "peers", "run_cases.py")


def check(*options):
    return subprocess.run([sys.executable, DRIVER, "--check", "--build", BUILD, *options], capture_output=True,
                          text=True, timeout=280)


@unittest.skipUnless(os.path.exists(os.path.join(BUILD, "bin", "runmat")), "the tool is not built")
class CasesTest(unittest.TestCase):
    def test_all_cases_agree(self):
        run = check()
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertRegex(run.stdout, r"\n\d+ cases, 0 failed\n$")
        self.assertGreaterEqual(int(re.search(r"(\d+) cases, 0 failed", run.stdout)[1]), 50)

    def test_unknown_names(self):
        for option, message in (("--case=nothing", "error: no case is named nothing\n"),
                                ("--group=nothing", "error: no group is named nothing, expected some of "
                                                    "memory,product,small,compile,reported\n")):
            run = check(option)
            self.assertEqual((run.returncode, run.stderr), (1, message))

    def test_a_folder_of_other_things_is_no_environment(self):
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([sys.executable, DRIVER, "--venv", folder], capture_output=True, text=True, timeout=60)
            self.assertEqual((run.returncode, run.stdout, run.stderr),
                             (1, "", f"error: {folder} is there already and is no virtual environment\n"))
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    unittest.main()

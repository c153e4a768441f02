"""`runmat run` on a program of the C ABI: inputs, outputs, and a table of bad inputs and of wrong usage."""

import json
import os
import re
import sys
import tempfile
import unittest

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import ToolTest, build_entries  # noqa: E402
from npy_files import damaged_npy_files, grey_png, npy_bytes, png_bytes  # noqa: E402


class EntriesTest(ToolTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.program = os.path.join(folder.name, "entries.so")
        build_entries(cls.program)

    def setUp(self):
        super().setUp()
        np.save(self.path("x.npy"), np.arange(4, dtype="f4"))
        np.save(self.path("m.npy"), np.arange(6, dtype="f4").reshape(2, 3))

    def run_entry(self, entry, *arguments):
        return self.succeed("run", self.program, "--device", "cpu", "--entry", entry, *arguments)


class RunTest(EntriesTest):
    def test_inputs_and_outputs_are_files(self):
        out = self.run_entry("scale", "--input", "x.npy", "--input", "-1.5", "--output", "y.npy")
        self.assertEqual(out, "")
        result = np.load(self.path("y.npy"))
        self.assertEqual(result.dtype, np.float32)
        np.testing.assert_array_equal(result, [0, -1.5, -3, -4.5])

    def test_several_results_keep_their_order(self):
        self.run_entry("both", "-i", "m.npy", "-o", "a.npy", "-o", "b.npy")
        np.testing.assert_array_equal(np.load(self.path("a.npy")), np.arange(6).reshape(2, 3))
        self.assertEqual(np.load(self.path("b.npy")).shape, ())
        self.assertEqual(np.load(self.path("b.npy")), 6)

    def test_small_results_are_printed_whole(self):
        self.assertEqual(self.run_entry("both", "--input", "m.npy"),
                         "result 0: tensor<2x3xf32> = [[0, 1, 2], [3, 4, 5]]\nresult 1: tensor<i64> = 6\n")
        np.save(self.path("x.npy"), np.array([], "f4"))
        self.assertEqual(self.run_entry("scale", "--input", "x.npy", "--input", "2"),
                         "result 0: tensor<0xf32> = []\n")

    def test_large_results_are_summed_up(self):
        array = np.linspace(-1, 3, 1000, dtype="f4")
        array[5] = np.nan
        np.save(self.path("x.npy"), array)
        out = self.run_entry("scale", "--input", "x.npy", "--input", "1")
        mean = np.nanmean(array.astype("f8"))
        self.assertEqual(out, f"result 0: tensor<1000xf32>: min -1, max 3, mean {mean:.6g}, 1 NaN\n")

    def test_scalars_are_numbers_or_files(self):
        np.save(self.path("gain.npy"), np.float32(3))
        self.assertEqual(self.run_entry("scale", "--input", "x.npy", "--input", "gain.npy"),
                         "result 0: tensor<4xf32> = [0, 3, 6, 9]\n")
        self.assertEqual(self.run_entry("whole", "--input", "-7"), "result 0: tensor<i32> = -7\n")

    def test_bf16_and_i1(self):
        self.write("b.npy", npy_bytes("|V2", False, (2,), np.array([0x3FC0, 0xBF80], "<u2").tobytes()))
        self.assertEqual(self.run_entry("brain", "--input", "b.npy"), "result 0: tensor<2xbf16> = [1.5, -1]\n")
        np.save(self.path("t.npy"), np.array([True, False]))
        self.assertEqual(self.run_entry("truth", "--input", "t.npy"), "result 0: tensor<2xi1> = [true, false]\n")

    def test_pictures_and_folders(self):
        samples = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
        self.write("p.png", png_bytes(samples, 2))
        self.run_entry("planes", "--input", "p.png", "--output", "q.png")
        self.run_entry("planes", "--input", "q.png", "--output", "q.npy")
        planes = (samples.transpose(2, 0, 1) / np.float32(255)).astype("f4")
        np.testing.assert_array_equal(np.load(self.path("q.npy")), planes)

        os.mkdir(self.path("pictures"))
        for name in "ab":
            self.write(f"pictures/{name}.png", png_bytes(samples, 2))
        self.run_entry("batch", "--input", "pictures", "--output", "b.npy")
        np.testing.assert_array_equal(np.load(self.path("b.npy")), np.stack([planes, planes]))
        self.run_entry("planes", "--as-planes", "--input", "pictures/", "--output", "c.npy")
        np.testing.assert_array_equal(np.load(self.path("c.npy")), np.concatenate([planes, planes]))

    def test_times(self):
        out = self.run_entry("scale", "--time=3", "--input", "x.npy", "--input", "1", "--output", "y.npy")
        self.assertRegex(out, r"\Adevice: cpu\nload: [\d.]+ ms\nfirst run: [\d.]+ ms\nwarm runs: median [\d.]+ ms, "
                              r"quartiles [\d.]+ ms to [\d.]+ ms, range [\d.]+ ms to [\d.]+ ms, 3 runs\n\Z")
        self.assertIn("10 runs", self.run_entry("scale", "--time", "--input", "x.npy", "--input", "1"))

    def test_telemetry_is_json(self):
        self.run_entry("scale", "--telemetry", "t.json", "--input", "x.npy", "--input", "1", "--output", "y.npy")
        with open(self.path("t.json")) as file:
            self.assertIsInstance(json.load(file), dict)

    def test_threads(self):
        self.run_entry("scale", "--threads", "1", "--input", "x.npy", "--input", "1")

    def test_devices_are_listed(self):
        out = self.succeed("devices")
        self.assertRegex(out, r"\Acpu: \d+ threads\n(gpu: .+ \(\w+, Vulkan [\d.]+, .+\): .+\n)*(no Vulkan .+\n)?\Z")
        if "llvmpipe" in out:
            self.assertIn("only when asked for by gpu or gpu=NAME", out)
            run = self.tool("run", self.program, "--device", "gpu=lavapipe", "--entry", "whole", "--input", "1",
                            "--telemetry", "t.json")
            self.assertEqual((run.returncode, run.stdout), (0, "result 0: tensor<i32> = 1\n"))
            self.assertEqual(run.stderr, "note: ran on the CPU, because the program has no GPU code\n")
            with open(self.path("t.json"), encoding="utf-8") as file:
                self.assertEqual([f["reason"] for f in json.load(file)["fallbacks"]],
                                 ["no-gpu-code: the program has none"])

    def test_auto_without_a_real_gpu_says_so(self):
        run = self.tool("run", self.program, "--entry", "whole", "--input", "1")
        self.assertEqual((run.returncode, run.stdout), (0, "result 0: tensor<i32> = 1\n"))
        self.assertTrue(re.fullmatch(r"(note: .+\n)?", run.stderr), run.stderr)


class BadInputTest(EntriesTest):
    """Exit code 1, one `error:` line that says where and what was expected, and no file written."""

    def refuse(self, expected, entry, *arguments):
        self.assert_error(1, expected, "run", self.program, "--device", "cpu", "--entry", entry, *arguments)

    def test_number_of_inputs_and_outputs(self):
        self.refuse("'scale' takes 2 arguments (tensor<?xf32>, tensor<f32>), but --input is given 1 times: argument 1, "
                    "tensor<f32>, is missing", "scale", "--input", "x.npy")
        self.refuse("takes 2 arguments (tensor<?xf32>, tensor<f32>), but --input is given 3 times",
                    "scale", "--input", "x.npy", "--input", "1", "--input", "1")
        self.refuse("gives 2 results, but --output is given 1 times", "both", "--input", "m.npy", "--output", "y.npy")

    def test_types_of_inputs(self):
        np.save(self.path("f8.npy"), np.zeros((2, 3)))
        np.save(self.path("wide.npy"), np.zeros((2, 4), "f4"))
        np.save(self.path("flat.npy"), np.zeros(6, "f4"))
        for file, held in (("f8.npy", "tensor<2x3xf64>"), ("wide.npy", "tensor<2x4xf32>"),
                           ("flat.npy", "tensor<6xf32>")):
            self.refuse(f"argument 0: expected tensor<2x3xf32>, but {file} holds {held}", "fixed", "--input", file)
        self.refuse("argument 0 (x): expected tensor<?xf32>, but '2' is a number", "scale",
                    "--input", "2", "--input", "2")
        self.refuse("argument 1 (gain): expected tensor<f32>, but x.npy holds tensor<4xf32>", "scale",
                    "--input", "x.npy", "--input", "x.npy")
        self.refuse("not a whole number from -2147483648", "whole", "--input", "1.5")
        self.refuse("not a whole number", "whole", "--input", "2147483648")

    def test_pictures_are_not_reshaped(self):
        self.write("p.png", grey_png(2, 3))
        os.mkdir(self.path("pictures"))
        self.write("pictures/p.png", grey_png(2, 3))
        self.refuse("expected tensor<2x3xf32>, but p.png holds tensor<1x2x3xf32>; a picture is f32 [channels, height, "
                    "width]", "fixed", "--input", "p.png")
        self.refuse("expected tensor<?x?x?x?xf32>, but p.png holds", "batch", "--input", "p.png")
        self.refuse("--as-planes makes it", "planes", "--input", "pictures")
        self.refuse("a folder with --as-planes is", "batch", "--as-planes", "--input", "pictures")
        self.refuse("expected tensor<?xbf16>, but p.png holds tensor<1x2x3xf32>", "brain", "--input", "p.png")

    def test_damaged_files(self):
        for name, data, expected in damaged_npy_files():
            with self.subTest(name):
                self.write(name, data)
                self.refuse(expected, "fixed", "--input", name)
        self.refuse("argument 0, tensor<2x3xf32>: missing.npy: cannot read: No such file", "fixed",
                    "--input", "missing.npy")
        self.write("broken.png", grey_png(4, 4)[:40])
        self.refuse("PNG file is truncated", "planes", "--input", "broken.png")
        os.mkdir(self.path("empty"))
        self.refuse("the folder has no pictures", "batch", "--input", "empty")
        os.mkdir(self.path("mixed"))
        self.write("mixed/a.png", grey_png(4, 4))
        self.write("mixed/b.png", grey_png(4, 5))
        self.refuse("mixed/b.png: the picture is 5x4 with 1 channel, expected the size of mixed/a.png: 4x4 with 1 "
                    "channel", "batch", "--input", "mixed")

    def test_outputs_are_written_together_or_not_at_all(self):
        self.refuse("missing/b.npy: cannot write: No such file", "both", "--input", "m.npy", "--output", "a.npy",
                    "--output", "missing/b.npy")
        self.refuse("missing/t.json: cannot write", "both", "--input", "m.npy", "--output", "a.npy",
                    "--output", "b.npy", "--telemetry", "missing/t.json")
        self.refuse("result 1 is tensor<i64>, expected f32 [h, w]", "both", "--input", "m.npy", "--output", "a.npy",
                    "--output", "b.png")
        np.save(self.path("two.npy"), np.zeros((2, 4, 4), "f4"))
        self.refuse("a PNG picture cannot be made of tensor<2x4x4xf32>", "planes", "--input", "two.npy",
                    "--output", "a.png")

    def test_two_results_never_share_a_file(self):
        os.symlink("a.npy", self.path("link.npy"))
        os.mkdir(self.path("d"))
        for first, second in (("a.npy", "./a.npy"), ("a.npy", "link.npy"), ("a.npy", "d/../a.npy")):
            self.refuse(f"{second}: cannot write: it is the same file as {first}", "both", "--input", "m.npy",
                        "--output", first, "--output", second)
        self.refuse("./a.npy: cannot write: it is the same file as a.npy", "whole", "--input", "1", "--output", "a.npy",
                    "--telemetry", "./a.npy")

    def test_an_input_may_be_replaced(self):
        self.run_entry("scale", "--input", "x.npy", "--input", "2", "--output", "x.npy")
        np.testing.assert_array_equal(np.load(self.path("x.npy")), [0, 2, 4, 6])

    def test_the_programs_own_file_is_kept(self):
        self.assert_error(1, "own.npy: cannot write: it is the file that is read, ", "run", self.linked("own.npy"),
                          "--device", "cpu", "--entry", "whole", "--input", "1", "--output", "own.npy")

    def linked(self, name):
        os.symlink(self.program, self.path(name))
        return self.path(name)

    def test_files_that_standard_streams_go_to(self):
        import subprocess
        from cli import RUNMAT
        self.write("log.txt", "")
        for stream in ("stdout", "stderr"):
            for name in ("/dev/" + stream, "log.txt"):
                with open(self.path("log.txt"), "w") as log:
                    other = "stderr" if stream == "stdout" else "stdout"
                    run = subprocess.run([RUNMAT, "run", self.program, "--device", "cpu", "--entry", "whole", "--input",
                                          "1", "--telemetry", name], cwd=self.folder,
                                         **{stream: log, other: subprocess.PIPE})
                    # The log is the file that was opened, not one renamed to its name.
                    self.assertEqual(os.fstat(log.fileno()).st_ino, os.stat(self.path("log.txt")).st_ino)
                self.assertEqual(run.returncode, 1)
                with open(self.path("log.txt")) as log:
                    self.assertIn("standard output or standard error goes there", log.read() + str(run.stderr))

    def test_names_are_checked_before_the_run(self):
        """`broken` fails when it runs."""
        self.refuse("missing/y.npy: cannot write", "broken", "--input", "x.npy", "--output", "missing/y.npy")
        self.refuse("missing/t.json: cannot write", "broken", "--input", "x.npy", "--telemetry", "missing/t.json")

    def test_a_failed_check_in_the_program(self):
        self.refuse("blur.mlir:3:8: sizes 4 and 4 differ", "broken", "--input", "x.npy", "--output", "y.npy")

    def test_programs_that_are_none(self):
        self.assert_error(1, "missing.mlir: cannot read: No such file", "run", "missing.mlir")
        self.assert_error(1, "missing.so: cannot read: No such file", "run", "missing.so")
        os.mkdir(self.path("folder"))
        self.assert_error(1, "it is a folder, expected a program", "run", "folder")
        os.mkfifo(self.path("pipe"))
        self.assert_error(1, "pipe: it is not a regular file, expected a program", "run", "pipe")
        self.assert_error(1, "pipe: it is not a regular file, expected a program", "compile", "pipe", "-o", "a.so")
        self.write("text.so", "hello")
        self.assert_error(1, "text.so: cannot load the shared object", "run", "text.so", "--device", "cpu")
        with open(self.program, "rb") as file:
            whole = file.read()
        for length in (10, 64, 200, 3000, len(whole) // 2, len(whole) - 1):
            self.write("half.so", whole[:length])
            self.assert_error(1, "half.so: cannot load the shared object", "run", "half.so", "--device", "cpu")
        runtime = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "lib", "libRunMatRuntime.so")
        self.assert_error(1, "expected one made by runmat compile", "run", runtime, "--device", "cpu")
        self.refuse("no function 'blur', expected one of: scale, fixed, ", "blur")
        self.assert_error(1, "several functions and none is called main", "run", self.program, "--device", "cpu")

    def test_devices(self):
        for device in ("tpu", "gpu=", "auto=", "cpu=x", "GPU"):
            self.assert_error(1, f"unknown device '{device}', expected cpu, gpu, gpu=NAME, auto or auto=NAME",
                              "run", self.program, "--device", device)
        self.assert_error(1, "--device gpu=no such device: ", "run", self.program, "--device", "gpu=no such device")

    def test_no_driver(self):
        self.environment = {"VK_DRIVER_FILES": "/nonexistent.json", "VK_ICD_FILENAMES": "/nonexistent.json"}
        self.assert_error(1, "--device gpu: no usable GPU", "run", self.program, "--device", "gpu")
        run = self.tool("run", self.program, "--entry", "whole", "--input", "1")
        self.assertEqual((run.returncode, run.stdout), (0, "result 0: tensor<i32> = 1\n"))
        self.assertRegex(run.stderr, r"\Anote: .+\n\Z")
        self.assertRegex(self.succeed("devices"), r"\Acpu: \d+ threads\nno Vulkan device: .+\n\Z")

    def test_standard_output_that_is_full(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("needs /dev/full")
        import subprocess
        from cli import RUNMAT
        with open("/dev/full", "w") as full:
            run = subprocess.run([RUNMAT, "run", self.program, "--device", "cpu", "--entry", "whole", "--input", "1",
                                  "--telemetry", "t.json"], stdout=full, stderr=subprocess.PIPE, text=True,
                                 cwd=self.folder)
        self.assertEqual(run.returncode, 1)
        self.assertIn("error: cannot write to standard output: No space left", run.stderr)
        self.assertFalse(os.path.exists(self.path("t.json")), "an output of a failed run")


class UsageTest(EntriesTest):
    """Exit code 2 and one `error:` line."""

    def test_wrong_usage(self):
        p = self.program
        for expected, *arguments in (
                ("subcommand is required",),
                ("unknown command 'walk', expected run, compile or devices", "walk"),
                ("--device: expected a value", "run", p, "--device", ""),
                ("--telemetry: expected a value", "run", p, "--telemetry", ""),
                ("FILE: expected a value", "run", ""),
                ("--header: expected a value", "compile", "a.mlir", "-o", "a.so", "--header", ""),
                ("--telemetry=: expected a value", "run", p, "--telemetry="),
                ("--remarks=: expected a value", "run", "a.mlir", "--remarks="),
                ("--remarks=true: expected a file's name", "run", "a.mlir", "--remarks=true"),
                ("--remarks=off: expected a file's name", "compile", "a.mlir", "-o", "a.so", "--remarks=off"),
                ("FILE is required", "run"),
                ("", "run", p, "--no-such-option"),
                ("", "run", p, "more"),
                ("--input", "run", p, "--input"),
                *((f"--time={n}: expected a number of runs, 1 to 2147483647", "run", p, f"--time={n}")
                  for n in ("soon", "0", "-1", "2.5", "4294967297", "2147483648", "1e3", "true")),
                ("--threads", "run", p, "--threads", "0"),
                ("--threads", "run", p, "--threads", "many"),
                *(("--tolerance: expected a finite number, 0 or more", "run", p, "--verify", "--tolerance", t)
                  for t in ("-1", "nan", "inf")),
                ("--tolerance is given without --verify", "run", p, "--tolerance", "1"),
                ("-O", "run", p, "-O", "4"),
                ("--output y.txt: expected a name that ends in .npy or .png", "run", p, "--output", "y.txt"),
                ("--output .npy", "run", p, "--output", ".npy"),
                ("--output y.npy is given twice", "run", p, "--output", "y.npy", "--output", "y.npy"),
                ("--verify needs a program's text", "run", p, "--verify"),
                ("--no-fuse needs a program's text", "run", p, "--no-fuse"),
                ("-O needs a program's text", "run", p, "-O", "3"),
                ("--remarks needs a program's text", "run", p, "--remarks"),
                ("--dump-stages needs a program's text", "run", p, "--dump-stages", "d"),
                ("--verify-ir needs a program's text", "run", p, "--verify-ir"),
                ("--output is required", "compile", "a.mlir"),
                ("the same file", "compile", "a.mlir", "-o", "a", "--header", "a"),
                ("is a shared object, expected an MLIR file", "compile", p, "-o", "b.so"),
                ("", "devices", "more")):
            with self.subTest(arguments):
                self.assert_error(2, expected, *arguments)

    def test_help_and_version(self):
        for arguments in (["--help"], ["run", "--help"], ["compile", "--help"], ["--version"]):
            self.assertTrue(self.succeed(*arguments).strip())


if __name__ == "__main__":
    unittest.main()

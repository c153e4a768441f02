"""Files that NumPy makes are read exactly, files that RunMat makes are read by NumPy, and every damaged file
gives exit code 1 and exactly one `error:` line."""

import io
import itertools
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from npy_files import damaged_npy_files, grey_png, npy_bytes, png_bytes, with_checksums  # noqa: E402

TOOL = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "test", "Unit", "runmat-io-convert")
SHAPES = [(), (1,), (7,), (0,), (3, 0, 2), (2, 3), (37, 65), (2, 3, 4), (3, 1, 33, 34), (1, 2, 1, 2, 1)]
DTYPES = ["f2", "f4", "f8", "b1", "i1", "i2", "i4", "i8"]


def convert(*arguments):
    return subprocess.run([TOOL, *arguments], capture_output=True, text=True, timeout=60)


class IOTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def converted(self, path, *options):
        run = convert(*options, path, self.path("out.npy"))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return np.load(self.path("out.npy"))

    def make_jpeg(self, name, height=24, width=32, channels=3):
        y, x = np.mgrid[0:height, 0:width]
        planes = np.stack([x / width, y / height, 0.5 + 0 * x][:channels]).astype(np.float32)
        np.save(self.path("planes.npy"), planes)
        self.assertEqual(convert(self.path("planes.npy"), self.path(name)).returncode, 0)
        return planes

    def assert_error(self, path, expected, *options, output="out.npy"):
        before = set(os.listdir(self.folder.name))
        run = convert(*options, path, self.path(output))
        self.assertEqual(run.returncode, 1, run.stderr)
        lines = run.stderr.splitlines()
        self.assertEqual(len(lines), 1, run.stderr)
        self.assertTrue(lines[0].startswith("error: "), run.stderr)
        self.assertIn(expected, lines[0])
        self.assertEqual(set(os.listdir(self.folder.name)), before, "a failed run leaves no file")


class NpyTest(IOTest):
    def test_every_version_order_endianness_and_dtype(self):
        random = np.random.default_rng(1)
        for index, (dtype, shape) in enumerate(itertools.product(DTYPES, SHAPES)):
            values = (random.integers(-100, 100, shape) if dtype != "b1" else random.integers(0, 2, shape))
            array = np.asarray(values).astype(dtype)
            # Every pair of version and byte order is met many times over the shapes.
            for version, order in (((1, 0), "<"), ((2, 0), ">"), ((3, 0), "><"[index % 2])):
                for layout in "CF":
                    file = io.BytesIO()
                    np.lib.format.write_array(
                        file, np.asarray(array.astype(array.dtype.newbyteorder(order)), order=layout), version)
                    result = self.converted(self.write("in.npy", file.getvalue()))
                    self.assertEqual(result.dtype, array.dtype)
                    self.assertEqual(result.shape, array.shape)
                    self.assertTrue(result.flags.c_contiguous)
                    np.testing.assert_array_equal(result, array)

    def test_special_values_keep_their_bits(self):
        array = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, np.finfo(float).max])
        np.save(self.path("in.npy"), array)
        self.assertEqual(self.converted(self.path("in.npy")).tobytes(), array.tobytes())

    def test_bf16_is_two_raw_bytes(self):
        data = np.array([0x3FC0, 0xFF80, 0x7FC0], dtype="<u2").tobytes()
        for descr in ("|V2", "<V2"):
            path = self.write("in.npy", npy_bytes(descr, False, (3,), data))
            result = self.converted(path, "--bf16")
            self.assertEqual(result.dtype, np.dtype("V2"))
            self.assertEqual(result.tobytes(), data)

    def test_unusual_but_valid_headers(self):
        data = np.arange(6, dtype="<i4").tobytes()
        for header in ("{'descr':'<i4','fortran_order':False,'shape':(2,3)}",
                       '{ "shape" : ( 2L , 3L , ) , "fortran_order" : False , "descr" : "<i4" , }   \n  ',
                       "{'descr': 'i4', 'fortran_order': False, 'shape': (2, 3)}" + " " * 70000):
            version = 1 if len(header) < 60000 else 2
            path = self.write("in.npy", npy_bytes(0, 0, 0, data, version, header))
            np.testing.assert_array_equal(self.converted(path), np.arange(6, dtype="<i4").reshape(2, 3))

    def test_damaged_files(self):
        for name, data, expected in damaged_npy_files():
            with self.subTest(name):
                self.assert_error(self.write(name, data), expected)

    def test_names_that_are_no_file(self):
        self.assert_error(self.path("missing.npy"), "No such file")
        os.mkdir(self.path("folder.npy"))
        self.assert_error(self.path("folder.npy"), "it is a folder")
        os.mkfifo(self.path("pipe.npy"))
        self.assert_error(self.path("pipe.npy"), "not a regular file")
        self.assert_error("/dev/zero", "not a regular file")

    def test_outputs_that_cannot_be_written(self):
        np.save(self.path("in.npy"), np.zeros(3))
        self.assert_error(self.path("in.npy"), "No such file or directory", output="missing/out.npy")
        os.mkdir(self.path("taken"))
        self.assert_error(self.path("in.npy"), "it is a folder", output="taken")

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_a_device_is_never_replaced(self):
        np.save(self.path("in.npy"), np.zeros(3))
        self.assert_error(self.path("in.npy"), "not a regular file", output="/dev/full")
        self.assertFalse(os.path.isfile("/dev/full"))

    def test_a_full_disk_is_reported(self):
        np.save(self.path("in.npy"), np.zeros(100000))
        # A limit on a file's size fails a write the same way a full disk does.
        run = subprocess.run(["bash", "-c", 'trap "" XFSZ; ulimit -f 100; exec "$@"', "bash", TOOL,
                              self.path("in.npy"), self.path("out.npy")], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"\Aerror: .*out.npy: cannot write: .*\n\Z")
        self.assertEqual(os.listdir(self.folder.name), ["in.npy"])


class PictureTest(IOTest):
    def test_png_sample_types(self):
        random = np.random.default_rng(2)
        for colour_type, channels in ((0, 1), (4, 2), (2, 3), (6, 4)):
            for dtype in (np.uint8, np.uint16):
                top = np.iinfo(dtype).max
                samples = random.integers(0, top, (5, 7, channels), dtype, endpoint=True)
                result = self.converted(self.write("p.png", png_bytes(samples, colour_type)))
                self.assertEqual(result.dtype, np.float32)
                expected = (samples.astype(np.float32) / np.float32(top)).transpose(2, 0, 1)
                np.testing.assert_array_equal(result, expected)

    def test_palette_is_expanded(self):
        palette = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 51]])
        indices = np.array([[0, 1, 2], [2, 2, 0]], dtype=np.uint8)
        result = self.converted(self.write("p.png", png_bytes(indices[..., None], 3, palette)))
        np.testing.assert_array_equal(
            result, (palette[indices] / 255).astype(np.float32).transpose(2, 0, 1))

    def test_jpeg(self):
        for channels in (1, 3):
            planes = self.make_jpeg("p.jpg", channels=channels)
            result = self.converted(self.path("p.jpg"))
            if channels == 1:  # the encoder writes grey as three equal channels
                planes = np.repeat(planes, len(result), 0)
            np.testing.assert_allclose(result, planes, atol=0.04)

    def test_png_output_clamps(self):
        array = np.array([[[-1.0, 0.0, 0.25], [0.5, 1.0, np.nan]]], dtype=np.float32)
        np.save(self.path("in.npy"), array)
        self.assertEqual(convert(self.path("in.npy"), self.path("out.png")).returncode, 0)
        result = self.converted(self.path("out.png"))
        np.testing.assert_array_equal(np.rint(result * 255), [[[0, 0, 64], [128, 255, 0]]])

    def test_shapes_that_are_no_picture(self):
        for shape, dtype in (((4,), "f4"), ((2, 4, 4), "f4"), ((2, 3, 4, 4), "f4"), ((4, 4), "f8"),
                             ((4, 4), "i1"), ((0, 4), "f4")):
            np.save(self.path("in.npy"), np.zeros(shape, dtype))
            self.assert_error(self.path("in.npy"), "a PNG picture cannot be made of", output="out.png")

    def test_a_folder_is_a_batch_sorted_by_name(self):
        os.mkdir(self.path("batch"))
        for name, value in (("b.png", 20), ("a.PNG", 10), ("c.png", 30)):
            self.write("batch/" + name, png_bytes(np.full((2, 3, 1), value, np.uint8), 0))
        self.write("batch/notes.txt", b"no picture")
        self.write("batch/.hidden.png", b"no picture")
        os.mkdir(self.path("batch/folder.png"))
        result = self.converted(self.path("batch/"))
        self.assertEqual(result.shape, (3, 1, 2, 3))
        np.testing.assert_array_equal(np.rint(result[:, 0, 0, 0] * 255), [10, 20, 30])

    def test_a_folder_of_different_sizes_names_both_files(self):
        os.mkdir(self.path("batch"))
        self.write("batch/a.png", grey_png(2, 3))
        self.write("batch/b.png", grey_png(2, 3))
        self.write("batch/c.png", grey_png(3, 2))
        self.assert_error(self.path("batch/"), "batch/c.png: the picture is 2x3 with 1 channel, expected the size of "
                          + self.path("batch/a.png") + ": 3x2 with 1 channel")
        self.write("batch/b.png", b"\x89PNG")
        self.assert_error(self.path("batch/"), "batch/b.png: ")

    def test_an_empty_folder(self):
        os.mkdir(self.path("batch"))
        self.assert_error(self.path("batch/"), "has no pictures")

    def test_damaged_pictures(self):
        self.make_jpeg("good.jpg")
        with open(self.path("good.jpg"), "rb") as file:
            jpeg = file.read()
        png = png_bytes(np.arange(60, dtype=np.uint8).reshape(4, 5, 3), 2)
        flipped = bytearray(png)
        flipped[45] ^= 0x10
        for name, data, expected in (
                ("empty.png", b"", "the file is empty"),
                ("empty.jpg", b"", "the file is empty"),
                ("text.jpg", b"hello", "expected a JPEG or PNG"),
                ("npy.png", npy_bytes("<f4", False, (), b"\0" * 4), "expected a JPEG or PNG"),
                ("signature.png", png[:8], "PNG file is truncated"),
                ("half.png", png[:len(png) // 2], "PNG file is truncated"),
                ("end.png", png[:-1], "PNG file is truncated"),
                ("flipped.png", bytes(flipped), "does not match its checksum"),
                ("half.jpg", jpeg[:len(jpeg) // 2], "JPEG file is truncated"),
                ("end.jpg", jpeg[:-2], "JPEG file is truncated"),
                ("marker.jpg", jpeg[:2] + b"xx" + jpeg[4:], "expected a marker"),
                ("frame.jpg", b"\xff\xd8\xff\xd9", "cannot be decoded")):
            with self.subTest(name):
                self.assert_error(self.write(name, data), expected)
        self.assert_error(self.path("missing.png"), "No such file")


class RandomDamageTest(IOTest):
    """Bytes changed, cut and added at random: read or refused with one line, never a crash. Seeds are fixed."""

    rounds = int(os.environ.get("RUNMAT_TEST_ROUNDS", "40"))

    def damaged(self, data, random):
        data = bytearray(data)
        for _ in range(random.integers(1, 6)):
            kind, at = random.integers(0, 4), random.integers(0, max(len(data), 1))
            if kind == 0 or not data:
                data.insert(at, random.integers(0, 256))
            elif kind == 1:
                del data[at:at + random.integers(1, 9)]
            else:  # most damage is near the start, where the headers are
                data[min(at, random.integers(0, len(data)))] = random.integers(0, 256)
        return bytes(data)

    def test_never_a_crash(self):
        self.make_jpeg("good.jpg")
        with open(self.path("good.jpg"), "rb") as file:
            jpeg = file.read()
        samples = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
        seeds = [("npy", npy_bytes("<f4", True, (2, 3), np.arange(6, dtype="<f4").tobytes())),
                 ("npy", npy_bytes(">i8", False, (2,), b"\1" * 16, version=2)),
                 ("png", png_bytes(samples, 2)), ("png", png_bytes(samples[..., :1].astype(np.uint16), 0)),
                 ("jpg", jpeg)]
        random = np.random.default_rng(3)
        for ending, good in seeds:
            for _ in range(self.rounds):
                data = self.damaged(good, random)
                if ending == "png" and random.integers(0, 2):
                    data = with_checksums(data)
                run = convert(self.write("in." + ending, data), self.path("out.npy"))
                self.assertIn(run.returncode, (0, 1), (run.stderr, data))
                self.assertEqual(len(run.stderr.splitlines()), run.returncode, (run.stderr, data))


if __name__ == "__main__":
    unittest.main()

"""Nests on the software Vulkan device against their array operations on the CPU: dtypes, layouts, schedules, sizes."""
import glob
import itertools
import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np

sys.path.insert(0, os.path.dirname(__file__))
import cli  # noqa: E402
import gpu_host  # noqa: E402

HAS_LAVAPIPE = bool(glob.glob("/usr/share/vulkan/icd.d/lvp_icd*.json"))
NUMPY = {"f64": np.float64, "f32": np.float32, "f16": np.float16, "i1": np.bool_, "i8": np.int8, "i16": np.int16,
         "i32": np.int32, "i64": np.int64}
FLOATS = ("f64", "f32", "f16")
TOLERANCE = {"f64": 1e-12, "f32": 1e-5, "f16": 2e-3}


def shape_of(sizes, dtype):
    return "tensor<" + "".join(f"{size}x" for size in sizes) + dtype + ">"


def values(dtype, sizes, seed=0):
    random = np.random.default_rng(seed)
    if dtype == "i1":
        return random.random(sizes) < 0.5
    if dtype in FLOATS:
        return random.standard_normal(sizes).astype(NUMPY[dtype])
    info = np.iinfo(NUMPY[dtype])
    return random.integers(info.min, info.max, sizes, NUMPY[dtype], endpoint=True)


def nest(space, inputs, stages, results, yields, types, dynamic=False):
    """The text of a program of one nest. `inputs`: (sizes, dtype, map); `stages`: bodies with their block
    arguments; `types`: of the results, as (sizes, dtype)."""
    def text(sizes, dtype):
        return shape_of(["?"] * len(sizes) if dynamic else sizes, dtype)
    names = [f"%x{i}" for i in range(len(inputs))]
    ins = [text(sizes, dtype) for sizes, dtype, _ in inputs]
    outs = [text(sizes, dtype) for sizes, dtype in types]
    dims = ", ".join(f"d{i}" for i in range(len(space)))
    maps = ", ".join(f"affine_map<({dims}) -> ({', '.join(str(r) if r == 0 and isinstance(r, int) else r for r in m)})>"
                     for _, _, m in inputs)
    arguments = ", ".join(f"{n}: {t}" for n, t in zip(names, ins))
    handles = ", ".join(f"%r{i}" for i in range(len(outs)))
    regions = ", ".join("{\n" + stage + "\n}" for stage in stages)
    return f"""func.func @main({arguments}) -> ({', '.join(outs)}) {{
  {handles} = fused.nest [{', '.join('?' if dynamic else str(s) for s in space)}]
      ins({', '.join(names)} : {', '.join(ins)}) maps [{maps}]
      yields [{yields}] results [{results}] {regions} -> {', '.join(outs)}
  return {handles} : {', '.join(outs)}
}}
"""


@unittest.skipUnless(HAS_LAVAPIPE, "needs lavapipe")
class NestTest(cli.ToolTest):

    def on(self, device, program, arrays, results):
        inputs = []
        for i, array in enumerate(arrays):
            np.save(self.path(f"x{i}.npy"), array)
            inputs += ["-i", f"x{i}.npy"]
        outputs = [f"{device[:3]}{i}.npy" for i in range(results)]
        run = self.tool("run", program, "--no-fuse", "--device", device, *inputs, *sum((["-o", o] for o in outputs), []))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotIn("stays on the CPU", run.stderr)
        return [np.load(self.path(o)) for o in outputs]

    def check(self, text, arrays, results, tolerance):
        program = self.write("p.mlir", text)
        gpu = self.on("gpu=llvmpipe", program, arrays, results)
        # The oracle: the nest's array operations, each for itself.
        opt = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat-opt")
        subprocess.run([opt, program, "--decompose-fused", "-o", self.path("decomposed.mlir")], check=True)
        cpu = self.on("cpu", "decomposed.mlir", arrays, results)
        for g, c in zip(gpu, cpu):
            self.assertEqual((g.dtype, g.shape), (c.dtype, c.shape))
            if g.dtype.kind == "f":
                np.testing.assert_allclose(g, c, rtol=tolerance, atol=tolerance)
            else:
                np.testing.assert_array_equal(g, c)


class SubgroupTest(NestTest):
    """Subgroups of 4 lanes: what lavapipe has with vectors of 128 bits."""
    environment = {"LP_NATIVE_VECTOR_WIDTH": "128"}

    def test_rows(self):
        for space, dims in (((5, 4096), [1]), ((3, 20001), [1]), ((64, 16), [0]), ((9, 31), [0, 1])):
            ReduceTest.reduce(self, "f32", ("sum", "var", "argmax"), space, dims)


class MapTest(NestTest):
    OPS = {"f": "array.mul %a, %b : T, T", "i": "array.mul %a, %b : T, T", "b": "array.xor %a, %b : T, T"}

    def binary(self, dtype, space, second, dynamic=False):
        """x op y, y read through a map."""
        sizes = [1 if d == 0 else space[int(d[1:])] for d in second]
        op = self.OPS["f" if dtype in FLOATS or dtype == "bf16" else "b" if dtype == "i1" else "i"]
        stage = f"^bb0(%a: T, %b: T):\n  %s = {op}\n  fused.yield %s : T".replace("T", dtype)
        text = nest(space, [(space, dtype, [f"d{i}" for i in range(len(space))]), (sizes, dtype, second)], [stage],
                    "0", "[#fused.store]", [(space, dtype)], dynamic)
        self.check(text, [values(dtype, space), values(dtype, sizes, 1)], 1, TOLERANCE.get(dtype, 0))

    def test_dtypes(self):
        """Every dtype, whole and ragged, the second operand full, broadcast or transposed."""
        for dtype in NUMPY:
            for space, second in (((6, 32), ["d0", "d1"]), ((7, 13), ["d0", "d1"]), ((6, 32), ["d1"]),
                                  ((5, 19), ["d1"]), ((5, 19), ["d0", 0]), ((6, 32), ["d1", "d0"]),
                                  ((3, 5, 7), ["d2", "d0"])):
                with self.subTest(dtype=dtype, space=space, second=second):
                    self.binary(dtype, space, second)

    def test_sizes(self):
        """One element, no elements, more than a workgroup; sizes known and not."""
        for sizes, dynamic in itertools.product(((1,), (3,), (0,), (4097,), (0, 5), (3, 1, 600)), (False, True)):
            with self.subTest(sizes=sizes, dynamic=dynamic):
                self.binary("f32", sizes, [f"d{i}" for i in range(len(sizes))], dynamic)

    def test_open_sizes(self):
        """The variant for whole vectors and the one for ragged rows."""
        for space in ((6, 32), (5, 19)):
            self.binary("f32", space, ["d1", "d0"], dynamic=True)
            self.binary("i8", space, ["d1"], dynamic=True)

    def test_tiles(self):
        """Transposed reads through shared memory: whole tiles, cut ones, ragged rows, a batch."""
        for dtype in ("f32", "f16", "i8", "i1", "i64"):
            for space, second in (((128, 192), ["d1", "d0"]), ((96, 80), ["d1", "d0"]), ((65, 67), ["d1", "d0"]),
                                  ((3, 70, 68), ["d0", "d2", "d1"]), ((68, 3, 72), ["d2", "d1", "d0"])):
                with self.subTest(dtype=dtype, space=space, second=second):
                    self.binary(dtype, space, second)
        for space in ((96, 80), (65, 67)):
            self.binary("f32", space, ["d1", "d0"], dynamic=True)

    def test_results(self):
        """Several results of several dtypes, and a mask."""
        stage = """^bb0(%a: f64, %b: i8):
  %c = array.cast %b : i8 to f64
  %s = array.add %a, %c : f64, f64
  %p = array.compare lt, %a, %c : f64, f64
  %h = array.cast %s : f64 to f16
  %i = array.cast %s : f64 to i16
  fused.yield %s, %p, %h, %i : f64, i1, f16, i16"""
        space = (9, 35)
        text = nest(space, [(space, "f64", ["d0", "d1"]), (space, "i8", ["d0", "d1"])], [stage], "0, 1, 2, 3",
                    "[#fused.store, #fused.store, #fused.store, #fused.store]",
                    [(space, t) for t in ("f64", "i1", "f16", "i16")])
        self.check(text, [100 * values("f64", space), values("i8", space)], 4, 1e-12)

    def test_bf16(self):
        """bf16 has no .npy form: made of f32 and given back as f32."""
        stage = """^bb0(%a: f32):
  %h = array.cast %a : f32 to bf16
  %q = array.mul %h, %h : bf16, bf16
  %r = array.exp %q : bf16
  %f = array.cast %r : bf16 to f32
  %i = array.bitcast %h : bf16 to i16
  fused.yield %f, %i : f32, i16"""
        space = (501,)
        text = nest(space, [(space, "f32", ["d0"])], [stage], "0, 1", "[#fused.store, #fused.store]",
                    [(space, "f32"), (space, "i16")])
        x = np.concatenate([values("f32", (493,)), [0, -0.0, np.inf, -np.inf, np.nan, 1e-40, 3.4e38, 65504]])
        self.check(text, [x.astype(np.float32)], 2, 0.01)

    def test_index_and_random(self):
        """Indices along dims, and the stream of random numbers that every device has."""
        stage = """^bb0(%k: i64, %o: i64):
  %i = fused.index 0
  %j = fused.index 1
  %ten = array.constant 1000 : i64
  %t = array.mul %i, %ten : i64, i64
  %p = array.add %t, %j : i64, i64
  %u = fused.random key %k offset %o : f32
  %n = fused.random normal key %k offset %o : f32
  fused.yield %p, %u, %n : i64, f32, f32"""
        for space in ((40, 12), (41, 13)):
            text = nest(space, [((), "i64", []), ((), "i64", [])], [stage], "0, 1, 2",
                        "[#fused.store, #fused.store, #fused.store]", [(space, t) for t in ("i64", "f32", "f32")])
            self.check(text, [np.int64(12345), np.int64(7)], 3, 1e-6)

    def test_narrow_arithmetic(self):
        """Overflow, shifts and saturation of i8 as on the CPU."""
        stage = """^bb0(%a: i8, %b: i8, %x: f32):
  %s = array.add %a, %b : i8, i8
  %n = array.neg %s : i8
  %d = array.div %n, %b : i8, i8
  %seven = array.constant 3 : i8
  %l = array.shr_logical %a, %seven : i8, i8
  %r = array.shr_arith %a, %seven : i8, i8
  %k = array.shl %a, %seven : i8, i8
  %c = array.cast %x : f32 to i8
  fused.yield %s, %d, %l, %r, %k, %c : i8, i8, i8, i8, i8, i8"""
        space = (256, 3)
        text = nest(space, [(space, "i8", ["d0", "d1"]), (space, "i8", ["d0", "d1"]), (space, "f32", ["d0", "d1"])],
                    [stage], "0, 1, 2, 3, 4, 5", "[" + ", ".join(["#fused.store"] * 6) + "]", [(space, "i8")] * 6)
        x = 300 * values("f32", space)
        x[0] = np.nan, np.inf, -np.inf
        self.check(text, [values("i8", space), values("i8", space, 1), x], 6, 0)


REDUCTIONS = {
    "f64": ("sum", "mean", "prod", "min", "max", "var", "std", "argmin", "argmax"),
    "f32": ("sum", "mean", "prod", "min", "max", "var", "std", "argmin", "argmax"),
    "f16": ("sum", "mean", "max", "var", "argmax"), "i1": ("any", "all"), "i8": ("sum", "max", "argmin"),
    "i16": ("min", "prod"), "i32": ("sum", "max"), "i64": ("sum", "min")}


def result_of(kind, dtype):
    if kind in ("argmin", "argmax") or (kind in ("sum", "prod") and dtype not in FLOATS):
        return "i64"
    return dtype


class ReduceTest(NestTest):
    def reduce(self, dtype, kinds, space, dims, options="", array=None, dynamic=False, tolerance=None):
        kept = [size for d, size in enumerate(space) if d not in dims]
        if any(f"arg{m}" in kinds for m in ("min", "max")) and 0 in [space[d] for d in dims]:
            kinds = [kind for kind in kinds if not kind.startswith("arg")]
        stage = f"^bb0(%a: {dtype}):\n  fused.yield {', '.join(['%a'] * len(kinds))} : {', '.join([dtype] * len(kinds))}"
        yields = ", ".join(f"#fused.reduction<{kind} dims {list(dims)}{options}>" for kind in kinds)
        text = nest(space, [(space, dtype, [f"d{i}" for i in range(len(space))])], [stage],
                    ", ".join(map(str, range(len(kinds)))), f"[{yields}]",
                    [(kept, result_of(kind, dtype)) for kind in kinds], dynamic)
        x = values(dtype, space) if array is None else array
        if "prod" in kinds and dtype in FLOATS:
            x = 1 + x / 64
        self.check(text, [x], len(kinds), TOLERANCE.get(dtype, 0) if tolerance is None else tolerance)

    def test_dtypes(self):
        """Every reduction of every dtype along rows, down columns and over everything, whole and ragged."""
        for dtype, kinds in REDUCTIONS.items():
            for space, dims in (((6, 64), [1]), ((5, 67), [1]), ((64, 16), [0]), ((33, 7), [0]), ((9, 31), [0, 1]),
                                ((3, 5, 7), [0, 2]), ((4, 6, 16), [0, 2]), ((4, 6, 16), [1])):
                with self.subTest(dtype=dtype, space=space, dims=dims):
                    self.reduce(dtype, kinds, space, dims)

    def test_sizes(self):
        """Rows of one element, of none, many tiny rows, no rows, long rows; sizes known and not."""
        kinds = ("sum", "max", "var", "mean", "argmin")
        for dynamic in (False, True):
            for space, dims in (((5, 1), [1]), ((5, 0), [1]), ((0, 5), [1]), ((1000, 3), [1]), ((3, 1000), [0]),
                                ((0, 4), [0]), ((2, 40000), [1]), ((2, 40001), [1]), ((70001,), [0]), ((1, 1), [0, 1]),
                                ((40000, 2), [0]), ((3, 300, 5), [1])):
                with self.subTest(space=space, dims=dims, dynamic=dynamic):
                    self.reduce("f32", kinds, space, dims, dynamic=dynamic)

    def test_nan(self):
        x = values("f32", (6, 64))
        x[1, 3] = x[2] = np.nan
        x[4, 0] = np.inf
        for options in ("", " nan = propagate"):
            self.reduce("f32", ("min", "max", "argmin", "argmax"), x.shape, [1], options, x)
        for dims in ([1], [0]):
            self.reduce("f32", ("sum", "mean", "var", "std"), x.shape, dims, " omit_nan = true", x)
        self.reduce("f32", ("var", "std"), x.shape, [1], " ddof = 1")

    def test_adversarial_sums(self):
        """Equal signs, cancellation, and values whose squares overflow."""
        x = np.full((2, 100000), 0.1, np.float32)
        self.reduce("f32", ("sum", "mean"), x.shape, [1], array=x, tolerance=1e-6)
        x = np.repeat(np.array([[1e7, 1, -1e7]], np.float32), 3000, axis=0).reshape(1, 9000)
        self.reduce("f32", ("sum",), x.shape, [1], array=x, tolerance=1e-6)
        x = (1e18 * (3 + values("f32", (3, 5000)))).astype(np.float32)
        self.reduce("f32", ("std", "mean"), x.shape, [1], array=x)
        self.reduce("f32", ("std", "mean"), x.shape, [0], array=x)
        x = 1e4 + 1e-2 * values("f32", (3, 5000))
        self.reduce("f32", ("var",), x.shape, [1], array=x.astype(np.float32), tolerance=1e-4)

    def test_two_ranges(self):
        """A row's sum that later stages read, and sums over more than the row."""
        stages = ["^bb0(%a: f32):\n  fused.yield %a : f32",
                  "^bb0(%a: f32, %m: f32):\n  %d = array.sub %a, %m : f32, f32\n"
                  "  %q = array.mul %d, %d : f32, f32\n  fused.yield %d, %q, %q, %q : f32, f32, f32, f32"]
        for space, dynamic in (((4, 6, 64), False), ((4, 6, 61), False), ((4, 6, 20000), False), ((40, 60, 8), True)):
            yields = ("[#fused.reduction<mean dims [2]>], [#fused.store, #fused.reduction<sum dims [2]>, "
                      "#fused.reduction<mean dims [1, 2]>, #fused.reduction<sum dims [0, 1, 2]>]")
            if dynamic:  # two that are merged twice
                yields = yields.replace("mean dims [1, 2]", "mean dims [0, 1, 2]")
            text = nest(space, [(space, "f32", ["d0", "d1", "d2"])], stages, "1, 2, 3, 4", yields,
                        [(space, "f32"), (space[:2], "f32"), (() if dynamic else space[:1], "f32"), ((), "f32")], dynamic)
            with self.subTest(space=space, dynamic=dynamic):
                self.check(text, [values("f32", space)], 4, 1e-5)


SOFTMAX = ["^bb0(%e: T):\n  fused.yield %e : T",
           "^bb0(%e: T, %max: T):\n  %d = array.sub %e, %max : T, T\n  %p = array.exp %d : T\n"
           "  fused.yield %p, %p : T, T",
           "^bb0(%e: T, %max: T, %p: T, %sum: T):\n  %q = array.div %p, %sum : T, T\n  fused.yield %q : T"]


class WindowTest(NestTest):
    """Arrays beyond lavapipe's 128 MiB a binding."""

    def test_map(self):
        stage = "^bb0(%a: f32, %b: f32):\n  %s = array.add %a, %b : f32, f32\n  fused.yield %s : f32"
        for space, second, dynamic in (((36000001,), ["d0"], False), ((3, 3001, 4001), ["d0", 0, 0], True),
                                       ((9001, 4003), ["d1"], False)):
            sizes = [1 if d == 0 else space[int(d[1:])] for d in second]
            text = nest(space, [(space, "f32", [f"d{i}" for i in range(len(space))]), (sizes, "f32", second)], [stage],
                        "0", "[#fused.store]", [(space, "f32")], False)
            if dynamic:  # but the sizes of 1
                text = text.replace("tensor<3x3001x4001xf32>", "tensor<?x?x?xf32>").replace("[3, 3001, 4001]",
                                                                                        "[?, ?, ?]")
                text = text.replace("tensor<3x1x1xf32>", "tensor<?x1x1xf32>")
            with self.subTest(space=space):
                self.check(text, [values("f32", space), values("f32", sizes, 1)], 1, 1e-6)

    def test_reductions(self):
        """Windows between rows, and windows that cut them."""
        for space, dims in (((3, 12000001), [1]), ((36000001,), [0]), ((12000001, 3), [0])):
            for dynamic in (False, True):
                with self.subTest(space=space, dims=dims, dynamic=dynamic):
                    ReduceTest.reduce(self, "f32", ("sum", "max", "argmin", "var"), space, dims, dynamic=dynamic)


class RowsTest(NestTest):
    def softmax(self, dtype, space, dim, dynamic=False):
        yields = (f"[#fused.reduction<max dims [{dim}]>], [#fused.store, #fused.reduction<sum dims [{dim}]>], "
                  "[#fused.store]")
        text = nest(space, [(space, dtype, [f"d{i}" for i in range(len(space))])],
                    [stage.replace("T", dtype) for stage in SOFTMAX], "3", yields, [(space, dtype)], dynamic)
        self.check(text, [values(dtype, space)], 1, TOLERANCE[dtype])

    def test_softmax(self):
        """On chip, whole and ragged; rows too long for that; down the columns; sizes not known."""
        for dtype in ("f32", "f16", "f64"):
            for space, dim in (((6, 64), 1), ((5, 67), 1), ((2, 4096), 1), ((2, 4097), 1), ((3, 20000), 1),
                               ((3, 20001), 1), ((50, 16), 0), ((50, 7), 0), ((3, 20, 5), 1)):
                with self.subTest(dtype=dtype, space=space, dim=dim):
                    self.softmax(dtype, space, dim)
        for space, dim in (((6, 64), 1), ((5, 67), 1), ((3, 20001), 1), ((50, 7), 0)):
            self.softmax("f32", space, dim, dynamic=True)

    def test_layer_norm(self):
        """Moments, then a store with a row's gain and bias."""
        stages = ["^bb0(%x: f32, %g: f32, %b: f32):\n  fused.yield %x : f32",
                  """^bb0(%x: f32, %g: f32, %b: f32, %m: f32, %r: f32, %v: f32, %l: f32):
  %eps = array.constant 1.0e-6 : f32
  %d = array.sub %x, %m : f32, f32
  %c = array.sub %d, %r : f32, f32
  %s = array.mul %c, %l : f32, f32
  %ll = array.mul %l, %l : f32, f32
  %le = array.mul %eps, %ll : f32, f32
  %ve = array.add %v, %le : f32, f32
  %i = array.rsqrt %ve : f32
  %n = array.mul %s, %i : f32, f32
  %ng = array.mul %n, %g : f32, f32
  %y = array.add %ng, %b : f32, f32
  fused.yield %y : f32"""]
        for scale in (1, 1e18, 1e25):
            for space in ((5, 4096), (5, 130), (7, 33), (2, 30000), (2, 30001)):
                row = space[1:]
                text = nest(space, [(space, "f32", ["d0", "d1"]), (row, "f32", ["d1"]), (row, "f32", ["d1"])], stages,
                            "1", "[#fused.moments<dims [1]>], [#fused.store]", [(space, "f32")])
                x = (scale * (5 + values("f32", space))).astype(np.float32)
                gain, bias = values("f32", row, 1), values("f32", row, 2)
                program = self.write("p.mlir", text)
                got, = self.on("gpu=llvmpipe", program, [x, gain, bias], 1)
                wide = x.astype(np.float64)
                wide = (wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + 1e-6)
                with self.subTest(space=space, scale=scale):
                    np.testing.assert_allclose(got, wide * gain + bias, rtol=1e-4, atol=1e-5)


class ValidationTest(unittest.TestCase):
    """Every schedule is silent under the validation layer; sizes known only at run time take them all."""

    @unittest.skipUnless(HAS_LAVAPIPE, "needs lavapipe")
    def test_schedules(self):
        yields = "[#fused.reduction<max dims [DIM]>], [#fused.store, #fused.reduction<sum dims [DIM]>], [#fused.store]"
        stages = [stage.replace("T", "f32") for stage in SOFTMAX]
        for dim, spaces in ((1, ((6, 64), (5, 67), (3, 4096), (2, 20001))), (0, ((50, 16), (50, 7)))):
            text = nest((2, 2), [((2, 2), "f32", ["d0", "d1"])], stages, "3", yields.replace("DIM", str(dim)),
                        [((2, 2), "f32")], dynamic=True)
            with tempfile.TemporaryDirectory() as folder:
                host = gpu_host.Host(*gpu_host.translate(text, folder, "--no-fusion"), validation=True)
                for space in spaces:
                    x = values("f32", space)
                    e = np.exp(x.astype(np.float64) - x.max(dim, keepdims=True))
                    np.testing.assert_allclose(host.run([x])[0], e / e.sum(dim, keepdims=True), rtol=1e-5, atol=1e-7)
                self.assertEqual(host.lib.rm_validation_messages(None), 0)
                host.close()

    @unittest.skipUnless(HAS_LAVAPIPE, "needs lavapipe")
    def test_parameters_beyond_push_constants(self):
        """A device with few push constants gets sizes and strides in a buffer of words."""
        count, space = 6, (3, 2, 5, 4, 2)
        orders = ("31042", "20314", "13240", "02143", "43210", "14032")
        maps = [[f"d{d}" for d in order] for order in orders]
        sizes = [[space[int(d[1:])] for d in m] for m in maps]
        body = "\n".join(f"  %s{i} = array.add {'%a0' if i == 1 else f'%s{i - 1}'}, %a{i} : f32, f32"
                         for i in range(1, count))
        stage = "^bb0(" + ", ".join(f"%a{i}: f32" for i in range(count)) + f"):\n{body}\n  fused.yield %s5 : f32"
        text = nest(space, [(s, "f32", m) for s, m in zip(sizes, maps)], [stage], "0", "[#fused.store]",
                    [(space, "f32")], dynamic=True)
        arrays = [values("f32", s, i) for i, s in enumerate(sizes)]
        expected = sum(np.transpose(a, [m.index(f"d{d}") for d in range(5)]).astype(np.float64)
                       for a, m in zip(arrays, maps))
        with tempfile.TemporaryDirectory() as folder:
            devices = json.loads(subprocess.run([cli.RUNMAT, "devices", "--json"], check=True, capture_output=True).stdout)
            device = next(d for d in devices if "llvmpipe" in d["name"])
            device["limits"]["max_push_constants_size"] = 16
            profile = os.path.join(folder, "device.json")
            with open(profile, "w", encoding="utf-8") as file:
                json.dump(device, file)
            spirv, description = gpu_host.translate(text, folder, "--no-fusion", "--profile", profile)
            host = gpu_host.Host(spirv, description, validation=True)
            np.testing.assert_allclose(host.run(arrays)[0], expected, rtol=1e-5, atol=1e-6)
            self.assertTrue(any(launch["parameters"] for variant in host.json["units"][0]["variants"]
                                for step in variant["steps"] for launch in step["launches"]))
            self.assertEqual(host.lib.rm_validation_messages(None), 0)
            host.close()


if __name__ == "__main__":
    unittest.main()

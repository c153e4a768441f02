"""Nests on the software Vulkan device against the same nests on the CPU: dtypes, layouts, schedules, sizes."""
import glob
import itertools
import os
import unittest

import numpy as np

import cli

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
    environment = {"XDG_CACHE_HOME": "/nonexistent"}

    def on(self, device, program, arrays, results):
        inputs = []
        for i, array in enumerate(arrays):
            np.save(self.path(f"x{i}.npy"), array)
            inputs += ["-i", f"x{i}.npy"]
        outputs = [f"{device[:3]}{i}.npy" for i in range(results)]
        run = self.tool("run", program, "--device", device, *inputs, *sum((["-o", o] for o in outputs), []))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotIn("stays on the CPU", run.stderr)
        return [np.load(self.path(o)) for o in outputs]

    def check(self, text, arrays, results, tolerance):
        program = self.write("p.mlir", text)
        gpu = self.on("gpu=llvmpipe", program, arrays, results)
        cpu = self.on("cpu", program, arrays, results)
        for g, c in zip(gpu, cpu):
            self.assertEqual((g.dtype, g.shape), (c.dtype, c.shape))
            if g.dtype.kind == "f":
                np.testing.assert_allclose(g, c, rtol=tolerance, atol=tolerance)
            else:
                np.testing.assert_array_equal(g, c)


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


if __name__ == "__main__":
    unittest.main()

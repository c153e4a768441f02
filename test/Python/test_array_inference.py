"""Types that the array dialect infers against NumPy's shapes, on random programs."""

import os
import random
import re
import subprocess
import unittest

import numpy as np

RUNMAT_OPT = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat-opt")
CASES = 400  # of each property


def text(shape, element="f32"):
    return "tensor<" + "".join(f"{size}x" for size in shape) + element + ">"


def random_shape(rng, most=4):
    return [rng.choice([0, 1, 1, 2, 3, 5]) for _ in range(rng.randint(0, most))]


def loosen(rng, shape):
    """The shape with some sizes unknown; a 1 stays, since `?` would not stretch."""
    return ["?" if size != 1 and rng.random() < 0.4 else size for size in shape]


def broadcast_open(*shapes):
    """Broadcast of shapes with `?` that agree: a known size other than 1 wins, then `?`, then 1."""
    rank = max(map(len, shapes))
    result = []
    for sizes in zip(*[[1] * (rank - len(shape)) + list(shape) for shape in shapes]):
        known = [size for size in sizes if size not in (1, "?")]
        result.append(known[0] if known else "?" if "?" in sizes else 1)
    return result


def opt(source, *arguments):
    return subprocess.run([RUNMAT_OPT, *arguments, "-"], input=source, capture_output=True, text=True, timeout=120)


def function(index, operation, operands):
    arguments = ", ".join(f"%a{i}: {operand}" for i, operand in enumerate(operands))
    return f"func.func @f{index}({arguments}) {{\n  %r = {operation}\n  return\n}}\n"


class ArrayInference(unittest.TestCase):
    def setUp(self):
        self.rng = random.Random(20240531)
        self.valid, self.invalid = [], []

    def add(self, operation, operands, expected):
        """`expected`: a type, or None where the operation must be refused."""
        (self.valid if expected is not None else self.invalid).append((operation, operands, expected))

    def tearDown(self):
        source = "".join(function(i, operation, operands) for i, (operation, operands, _) in enumerate(self.valid))
        run = opt(source, "--mlir-print-op-generic")
        self.assertEqual(run.returncode, 0, run.stderr)
        inferred = re.findall(r'= "array\.\w+"\(.* -> (\S+)$', run.stdout, flags=re.M)
        self.assertEqual(len(inferred), len(self.valid))
        for (operation, _, expected), got in zip(self.valid, inferred):
            self.assertEqual(got, expected, operation)
        marked = [function(0, operation, operands).replace("  %r", "  // expected-error @+1 {{'array.}}\n  %r")
                  for operation, operands, _ in self.invalid]
        run = opt("// -----\n".join(marked), "--split-input-file", "--verify-diagnostics")
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_broadcast(self):
        for _ in range(CASES):
            shapes = [random_shape(self.rng) for _ in range(self.rng.choice([2, 2, 3]))]
            operands = ["tensor<" + "".join(f"{s}x" for s in shape) + "f32>" for shape in shapes]
            name = "add" if len(shapes) == 2 else "clamp"
            operation = f"array.{name} " + ", ".join(f"%a{i}" for i in range(len(shapes))) + " : " + ", ".join(operands)
            try:
                expected = text(np.broadcast_shapes(*map(tuple, shapes)))
            except ValueError:
                expected = None
            self.add(operation, operands, expected)
        self.assertTrue(self.valid and self.invalid)

    def test_broadcast_with_unknown_sizes(self):
        for _ in range(CASES):
            result = random_shape(self.rng)
            shapes = []
            for _ in range(2):
                kept = result[self.rng.randint(0, len(result)):]
                shapes.append(loosen(self.rng, [1 if self.rng.random() < 0.3 else size for size in kept]))
            operation = f"array.mul %a0, %a1 : {text(shapes[0])}, {text(shapes[1])}"
            self.add(operation, [text(shape) for shape in shapes], text(broadcast_open(*shapes)))

    def test_reductions(self):
        for _ in range(CASES):
            shape = random_shape(self.rng)
            dims = [self.rng.randint(-1, len(shape)) for _ in range(self.rng.randint(0, 2))] \
                if self.rng.random() < 0.3 else self.rng.sample(range(len(shape)), self.rng.randint(0, len(shape)))
            keep = self.rng.random() < 0.5
            name, element = self.rng.choice([("sum", "f32"), ("prod", "i64"), ("reduce_max", "f32"), ("argmax", "i64")])
            source = "i8" if name == "prod" else "f32"
            operand = text(shape, source)
            operation = f"array.{name} %a0 dims {dims}{' keep' if keep else ''} : {operand}"
            # NumPy counts negative axes from the end, array programs have none.
            good = len(set(dims)) == len(dims) and all(0 <= dim < len(shape) for dim in dims)
            if good and name == "argmax":
                good = all(shape[dim] > 0 for dim in dims)
            expected = text(np.sum(np.zeros(shape), axis=tuple(dims), keepdims=keep).shape, element) if good else None
            self.add(operation, [operand], expected)

    def test_matmul(self):
        for _ in range(CASES):
            k = self.rng.choice([0, 1, 2, 3])
            a = random_shape(self.rng, 2) + [2, k]
            b = random_shape(self.rng, 2) + [k if self.rng.random() < 0.8 else k + 1, 3]
            operation = f"array.matmul %a0, %a1 : {text(a)}, {text(b)}"
            try:
                expected = text((np.zeros(a) @ np.zeros(b)).shape)
            except ValueError:
                expected = None
            self.add(operation, [text(a), text(b)], expected)

    def test_moves(self):
        for _ in range(CASES):
            shape = random_shape(self.rng)
            rank = len(shape)
            x = np.zeros(shape)
            perm = self.rng.sample(range(rank), rank)
            self.add(f"array.transpose %a0 perm {perm} : {text(shape)}", [text(shape)], text(np.transpose(x, perm).shape))

            offsets = [self.rng.randint(0, size) for size in shape]
            strides = [self.rng.randint(1, 3) for _ in shape]
            sizes = [self.rng.randint(0, 3) for _ in shape]
            part = [slice(o, o + max(n * s - s + 1, 0), s) for o, n, s in zip(offsets, sizes, strides)]
            inside = list(x[tuple(part)].shape) == sizes  # NumPy clips, array programs do not
            self.add(f"array.slice %a0 offsets {offsets} sizes {sizes} strides {strides} : {text(shape)}",
                     [text(shape)], text(sizes) if inside else None)

            low, high = ([self.rng.randint(0, 2) for _ in shape] for _ in range(2))
            self.add(f"array.pad %a0, %a1 low {low} high {high} : {text(shape)}, f32", [text(shape), "f32"],
                     text(np.pad(x, list(zip(low, high))).shape if rank else ()))

            if rank:
                dim = self.rng.randrange(rank)
                other = [size if d != dim and self.rng.random() < 0.9 else size + 1 for d, size in enumerate(shape)]
                try:
                    expected = text(np.concatenate([x, np.zeros(other)], axis=dim).shape)
                except ValueError:
                    expected = None
                self.add(f"array.concat %a0, %a1 dim {dim} : {text(shape)}, {text(other)}",
                         [text(shape), text(other)], expected)


if __name__ == "__main__":
    unittest.main()

"""What a case is: one program in the array dialect, its inputs, and the same work in NumPy, JAX and torch."""
import dataclasses
import math
from string import Template

# Largest |result - reference| over the largest |reference|, by element type; i1 and integers must be equal.
TOLERANCE = {"f64": 1e-10, "f32": 1e-4, "f16": 4e-3, "i8": 0.0, "i1": 0.0}
BYTES = {"f64": 8, "f32": 4, "f16": 2, "i8": 1, "i1": 1, "i64": 8}


@dataclasses.dataclass(frozen=True)
class Arg:
    """An input: sizes are numbers or names of Case.sizes."""
    shape: tuple
    make: object = None  # (rng, shape, dtype to draw in) -> array; None: uniform in [0, 1)
    element: str = None  # None: the case's


@dataclasses.dataclass(frozen=True)
class Case:
    """`numpy`, `jax` and `torch` are functions of (module, *arrays, sizes=) written as their users write them; where
    `jax` or `torch` is None the NumPy function runs with jax.numpy or torch in its place. NumPy's with f64 inputs is
    the reference, unless `reference` is given."""
    name: str
    # memory: bound by memory traffic or elementwise work; product: by contractions; small: by the call; compile: long
    # programs of which only the time to compile counts; reported: what was once seen slower than NumPy
    group: str
    mlir: object  # a string.Template over the sizes and `t`, the element type, or sizes -> one; entry @main
    args: tuple
    sizes: dict
    tiny: dict  # sizes for --check
    numpy: object
    jax: object = None
    torch: object = None
    reference: object = None
    element: str = "f32"
    tolerance: float = None
    peer_tolerance: float = None  # where peers draw other random numbers
    traffic: object = None  # sizes -> elements that must move; None: inputs and results once; 0: none to speak of
    torch_compiles_itself: bool = False  # the function calls torch.compile on its step: the loop is Python's
    gpu: dict = None  # sizes for benchmarks/gpu; None: not run there

    def program(self, sizes):
        text = self.mlir(sizes) if callable(self.mlir) else self.mlir
        return Template(text).substitute(sizes, t=self.element)

    def shapes(self, sizes):
        return [tuple(sizes[n] if isinstance(n, str) else n for n in a.shape) for a in self.args]

    def elements(self):
        return [a.element or self.element for a in self.args]

    def variant(self, suffix, element, **changes):
        return dataclasses.replace(self, name=f"{self.name}_{suffix}", element=element, **changes)

    def allowed(self):
        return self.tolerance or TOLERANCE[self.element]


def inputs(case, sizes, np, seed=0):
    """Random and incompressible, the same for every implementation."""
    rng = np.random.default_rng(seed)
    types = {"f64": np.float64, "f32": np.float32, "f16": np.float16, "i1": np.bool_, "i8": np.int8, "i64": np.int64}
    made = []
    for arg, shape, element in zip(case.args, case.shapes(sizes), case.elements()):
        # Drawn in f32 where that is enough: f64 numbers of a large case for a GPU would not be worth their time.
        draw = np.float64 if element == "f64" else np.float32
        array = arg.make(rng, shape, draw) if arg.make else rng.random(shape, dtype=draw)
        made.append(array.astype(types[element], copy=False))
    return made


def moved_bytes(case, sizes, results):
    """Bytes that have to move: what the ratio to a copy is made of. `results` is a list of arrays."""
    if case.traffic:
        return case.traffic(sizes) * BYTES[case.element]
    read = sum(math.prod(s) * BYTES[e] for s, e in zip(case.shapes(sizes), case.elements()))
    return read + sum(r.nbytes for r in results)


def normal(rng, shape, dtype):
    return rng.standard_normal(shape, dtype=dtype)


def between(low, high):
    return lambda rng, shape, dtype: dtype(low) + dtype(high - low) * rng.random(shape, dtype=dtype)

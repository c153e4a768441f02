"""Cases that were reported as slower than NumPy, at the size they were reported with: most are 4 million elements."""
import dataclasses

from . import reductions
from .case import Arg, Case

N, SIDE = 1 << 22, 1 << 11


def bits(probability):
    return lambda rng, shape, dtype: rng.random(shape, dtype) < probability


def one_op(name, line, result, numpy, arguments=("n",), element="f32", make=None, sizes=None, tiny=None, torch=None):
    """`line` computes %r from %x (and %y) of the case's element type."""
    shape = "x".join(f"${{{size}}}" for size in arguments)
    operands = ["%x", "%y"][: 2 if "%y" in line else 1]
    text = f"!x = tensor<{shape}x$t>\n!r = {result}\n"
    text += f"func.func @main({', '.join(o + ': !x' for o in operands)}) -> !r {{\n"
    text += "".join(f"  {part}\n" for part in line.split("; ")) + "  return %r : !r\n}\n"
    return Case("reported_" + name, "reported", text, tuple(Arg(arguments, make) for _ in operands), sizes or {"n": N},
                tiny or {"n": 1003}, numpy, torch=torch, element=element)


def any_or_all(op, make):
    # Every element has to be looked at.
    sizes, tiny = {"m": SIDE, "n": SIDE}, {"m": 37, "n": 45}

    def case(suffix, dims, result, axis):
        return one_op(f"{op}_{suffix}", f"%r = array.{op} %x{dims} : !x", result,
                      lambda np, x, sizes: getattr(np, op)(x, axis), ("m", "n"), "i1", make, sizes, tiny,
                      torch=lambda torch, x, sizes: getattr(torch, op)(x, *(() if axis is None else (axis,))))
    return [case("all_dims", "", "tensor<i1>", None), case("rows", " dims [1]", "tensor<${m}xi1>", 1),
            case("columns", " dims [0]", "tensor<${n}xi1>", 0)]


SAME = "tensor<${n}x$t>"
half = bits(0.5)
angles = lambda rng, shape, dtype: dtype(20) * rng.random(shape, dtype=dtype) - dtype(10)  # noqa: E731
signed_bytes = lambda rng, shape, dtype: rng.integers(-128, 128, shape)  # noqa: E731

CASES = any_or_all("any", bits(0)) + any_or_all("all", bits(2)) + [
    one_op("and_i1", "%r = array.and %x, %y : !x, !x", SAME, lambda np, x, y, sizes: np.logical_and(x, y), element="i1",
           make=half),
    one_op("not_i1", "%r = array.not %x : !x", SAME, lambda np, x, sizes: np.logical_not(x), element="i1", make=half),
    one_op("compare_and", "%c = array.constant dense<0.5> : tensor<$t>; "
           "%a = array.compare gt, %x, %c : !x, tensor<$t>; %b = array.compare lt, %y, %c : !x, tensor<$t>; %r = array.and %a, %b : !r, !r", "tensor<${n}xi1>",
           lambda np, x, y, sizes: (x > 0.5) & (y < 0.5)),
    one_op("i1_to_f32", "%r = array.cast %x : !x to !r", "tensor<${n}xf32>",
           lambda np, x, sizes: x.astype(np.float32), element="i1", make=half,
           torch=lambda torch, x, sizes: x.to(torch.float32)),
    dataclasses.replace(reductions.ARGMAX, name="reported_argmax_columns", group="reported"),
    one_op("argmin_i8", "%r = array.argmin %x : !x", "tensor<i64>", lambda np, x, sizes: x.argmin(), element="i8",
           make=signed_bytes),
    one_op("sin_f32", "%r = array.sin %x : !x", SAME, lambda np, x, sizes: np.sin(x), make=angles),
    one_op("tan_f64", "%r = array.tan %x : !x", SAME, lambda np, x, sizes: np.tan(x), element="f64", make=angles),
    one_op("exp_f64", "%r = array.exp %x : !x", SAME, lambda np, x, sizes: np.exp(x), element="f64", make=angles),
    Case("reported_product_of_vectors", "reported", """
func.func @main(%x: tensor<1x${n}x$t>, %y: tensor<${n}x1x$t>) -> tensor<1x1x$t> {
  %r = array.matmul %x, %y : tensor<1x${n}x$t>, tensor<${n}x1x$t>
  return %r : tensor<1x1x$t>
}
""", (Arg((1, "n")), Arg(("n", 1))), {"n": 1000000}, {"n": 1003}, lambda np, x, y, sizes: x @ y),
]

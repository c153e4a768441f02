"""Reductions: sums, sums of squares, statistics of columns and rows, argmax, any and all."""
from .case import Arg, Case, normal

SUM = Case(
    "sum", "memory", """
!x = tensor<${n}x$t>
func.func @main(%x: !x) -> tensor<$t> {
  %y = array.sum %x : !x
  return %y : tensor<$t>
}
""", (Arg(("n",)),), {"n": 1 << 24}, {"n": 1001}, lambda np, x, sizes: x.sum())

SUM_SQUARES = Case(
    "sum_squares", "memory", """
!x = tensor<${n}x$t>
func.func @main(%x: !x) -> tensor<$t> {
  %s = array.mul %x, %x : !x, !x
  %y = array.sum %s : !x
  return %y : tensor<$t>
}
""", (Arg(("n",)),), {"n": 1 << 24}, {"n": 1001}, lambda np, x, sizes: (x**2).sum(), gpu={"n": 1 << 28})


def sum_squares_along(dim):
    kept = "n" if dim == 0 else "m"
    return Case(
        f"sum_squares_dim{dim}", "memory", f"""
!x = tensor<${{m}}x${{n}}x$t>
func.func @main(%x: !x) -> tensor<${{{kept}}}x$t> {{
  %s = array.mul %x, %x : !x, !x
  %y = array.sum %s dims [{dim}] : !x
  return %y : tensor<${{{kept}}}x$t>
}}
""", (Arg(("m", "n")),), {"m": 8192, "n": 2048}, {"m": 37, "n": 45}, lambda np, x, sizes: (x**2).sum(dim),
        gpu={"m": 65536, "n": 4096})


def statistics(name, dim):
    kept = "n" if dim == 0 else "m"

    def torch_statistics(torch, x, sizes):
        var, mean = torch.var_mean(x, dim, correction=0)
        return mean, var

    return Case(
        name, "memory", f"""
!x = tensor<${{m}}x${{n}}x$t>
!y = tensor<${{{kept}}}x$t>
func.func @main(%x: !x) -> (!y, !y) {{
  %mean = array.mean %x dims [{dim}] : !x
  %var = array.var %x dims [{dim}] : !x
  return %mean, %var : !y, !y
}}
""", (Arg(("m", "n")),), {"m": 8192, "n": 2048}, {"m": 37, "n": 45},
        lambda np, x, sizes: (x.mean(dim), x.var(dim)), torch=torch_statistics)


COLUMNS, ROWS = statistics("column_mean_var", 0), statistics("row_mean_var", 1)

MAX_ABS = Case(
    "max_abs", "memory", """
!x = tensor<${n}x$t>
func.func @main(%x: !x) -> tensor<$t> {
  %a = array.abs %x : !x
  %y = array.reduce_max %a : !x
  return %y : tensor<$t>
}
""", (Arg(("n",), normal),), {"n": 1 << 24}, {"n": 1001}, lambda np, x, sizes: np.abs(x).max())

MSE = Case(
    "mean_squared_difference", "memory", """
!x = tensor<${n}x$t>
func.func @main(%a: !x, %b: !x) -> tensor<$t> {
  %d = array.sub %a, %b : !x, !x
  %s = array.mul %d, %d : !x, !x
  %y = array.mean %s : !x
  return %y : tensor<$t>
}
""", (Arg(("n",)), Arg(("n",))), {"n": 1 << 23}, {"n": 1001}, lambda np, a, b, sizes: ((a - b)**2).mean())

ARGMAX = Case(
    "argmax_columns", "memory", """
!x = tensor<${m}x3x$t>
func.func @main(%x: !x) -> tensor<3xi64> {
  %y = array.argmax %x dims [0] : !x
  return %y : tensor<3xi64>
}
""", (Arg(("m", 3), normal),), {"m": 1000000}, {"m": 101}, lambda np, x, sizes: x.argmax(0))

ARGMAX_ALL = Case(
    "argmax", "memory", """
!x = tensor<${n}x$t>
func.func @main(%x: !x) -> tensor<i64> {
  %y = array.argmax %x : !x
  return %y : tensor<i64>
}
""", (Arg(("n",), normal),), {"n": 1 << 24}, {"n": 1001}, lambda np, x, sizes: x.argmax())

# Every element has to be looked at: none is true, or all are.
ANY = Case(
    "any", "memory", """
!x = tensor<${n}xi1>
func.func @main(%x: !x) -> tensor<i1> {
  %y = array.any %x : !x
  return %y : tensor<i1>
}
""", (Arg(("n",), lambda rng, shape, dtype: rng.random(shape, dtype) < 0, element="i1"),), {"n": 1 << 26}, {"n": 1001},
    lambda np, x, sizes: x.any())

ALL = Case(
    "all_columns", "memory", """
!x = tensor<${m}x${n}xi1>
func.func @main(%x: !x) -> tensor<${n}xi1> {
  %y = array.all %x dims [0] : !x
  return %y : tensor<${n}xi1>
}
""", (Arg(("m", "n"), lambda rng, shape, dtype: rng.random(shape, dtype) >= 0, element="i1"),), {"m": 8192, "n": 4096},
    {"m": 37, "n": 45}, lambda np, x, sizes: x.all(0))

CASES = [
    SUM, SUM.variant("f64", "f64", sizes={"n": 1 << 23}), SUM_SQUARES, sum_squares_along(0), sum_squares_along(1),
    COLUMNS, COLUMNS.variant("f64", "f64", sizes={"m": 8192, "n": 1024}), ROWS,
    ROWS.variant("f64", "f64", sizes={"m": 8192, "n": 1024}), MAX_ABS, MSE, ARGMAX, ARGMAX_ALL, ANY, ALL,
]

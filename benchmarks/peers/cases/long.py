"""Long programs, for the time to compile: repetitions of few distinct units, where time must grow with the program's
length at most."""
from .case import Arg, Case

CONSTANT = "  %{0} = array.constant dense<{1}> : tensor<$t>\n"


def body(arguments, results, lines):
    return f"func.func @main({arguments}) -> {results} {{\n" + "".join(lines) + "}\n"


def chain(sizes):
    lines = [CONSTANT.format("c", "0.75")]
    for i in range(0, sizes["count"], 2):
        value = "%x" if i == 0 else f"%v{i - 1}"
        lines += [f"  %v{i} = array.mul {value}, %c : !x, tensor<$t>\n",
                  f"  %v{i + 1} = array.add %v{i}, %x : !x, !x\n"]
    return "!x = tensor<${n}x$t>\n" + body("%x: !x", "!x", lines + [f"  return %v{sizes['count'] - 1} : !x\n"])


def numpy_chain(np, x, sizes):
    y = x
    for _ in range(0, sizes["count"], 2):
        y = y * 0.75 + x
    return y


def layers(sizes):
    lines = [CONSTANT.format("zero", "0.0")]
    for i in range(sizes["count"]):
        value = "%x" if i == 0 else f"%y{i - 1}"
        lines += [f"  %p{i} = array.matmul {value}, %w : !x, !x\n",
                  f"  %y{i} = array.max %p{i}, %zero nan = propagate : !x, tensor<$t>\n"]
    return "!x = tensor<${n}x${n}x$t>\n" + body("%x: !x, %w: !x", "!x",
                                               lines + [f"  return %y{sizes['count'] - 1} : !x\n"])


def numpy_layers(np, x, w, sizes):
    for _ in range(sizes["count"]):
        x = np.maximum(x @ w, 0)
    return x


def positive_weights(rng, shape, dtype):
    """Rows that sum to about 1, so that no number of layers over- or underflows."""
    return rng.random(shape, dtype=dtype) * dtype(2 / shape[0])


def inserts(sizes):
    lines = []
    for i in range(sizes["count"]):
        value = "%x" if i == 0 else f"%v{i - 1}"
        lines.append(f"  %v{i} = array.insert_slice %s into {value} offsets [{4 * i}] strides [1] : !s, !x\n")
    return "!x = tensor<${n}x$t>\n!s = tensor<8x$t>\n" + body(
        "%x: !x, %s: !s", "!x", lines + [f"  return %v{sizes['count'] - 1} : !x\n"])


def numpy_inserts(np, x, s, sizes):
    x = x.copy()
    for i in range(sizes["count"]):
        x[4 * i:4 * i + 8] = s
    return x


def jax_inserts(jax, x, s, sizes):
    for i in range(sizes["count"]):
        x = x.at[4 * i:4 * i + 8].set(s)
    return x


def parts(sizes):
    lines, names = [], []
    for i in range(sizes["count"]):
        lines += [CONSTANT.format(f"c{i}", f"{i + 1}.0"),
                  f"  %s{i} = array.slice %x offsets [{i}] sizes [$n] strides [1] : !x\n",
                  f"  %p{i} = array.mul %s{i}, %c{i} : !p, tensor<$t>\n"]
        names.append(f"%p{i}")
    lines += [f"  %y = array.concat {', '.join(names)} dim 0 : {', '.join(['!p'] * len(names))}\n", "  return %y : !y\n"]
    return "!x = tensor<${length}x$t>\n!p = tensor<${n}x$t>\n!y = tensor<${total}x$t>\n" + body("%x: !x", "!y", lines)


def numpy_parts(np, x, sizes):
    return np.concatenate([x[i:i + sizes["n"]] * (i + 1) for i in range(sizes["count"])])


def results(sizes):
    count, lines = sizes["count"], []
    for i in range(count):
        lines += [CONSTANT.format(f"c{i}", f"{i + 1}.0"), f"  %y{i} = array.mul %x, %c{i} : !x, tensor<$t>\n"]
    types = ", ".join(["!x"] * count)
    lines.append(f"  return {', '.join(f'%y{i}' for i in range(count))} : {types}\n")
    return "!x = tensor<${n}x$t>\n" + body("%x: !x", f"({types})", lines)


def centers(sizes):
    lines = []
    for i in range(sizes["count"]):
        value = "%x" if i == 0 else f"%d{i - 1}"
        lines += [f"  %m{i} = array.mean {value} dims [1] keep : !x\n",
                  f"  %d{i} = array.sub {value}, %m{i} : !x, !r\n"]
    return "!x = tensor<${n}x${n}x$t>\n!r = tensor<${n}x1x$t>\n" + body(
        "%x: !x", "!x", lines + [f"  return %d{sizes['count'] - 1} : !x\n"])


def numpy_centers(np, x, sizes):
    for _ in range(sizes["count"]):
        x = x - x.mean(axis=1, keepdims=True)
    return x


def case(name, program, args, sizes, tiny, numpy, jax=None):
    return Case(name, "compile", program, args, sizes, tiny, numpy, jax)


CASES = [
    case("elementwise_1000", chain, (Arg(("n",)),), {"count": 1000, "n": 4096}, {"count": 10, "n": 33}, numpy_chain),
    case("layers_128", layers, (Arg(("n", "n")), Arg(("n", "n"), positive_weights)), {"count": 128, "n": 64},
         {"count": 4, "n": 5}, numpy_layers),
    case("insert_slices_1000", inserts, (Arg(("n",)), Arg((8,))), {"count": 1000, "n": 4096}, {"count": 10, "n": 64},
         numpy_inserts, jax_inserts),
    case("parts_64", parts, (Arg(("length",)),), {"count": 64, "n": 1000, "length": 1064, "total": 64000},
         {"count": 4, "n": 5, "length": 9, "total": 20}, numpy_parts),
    case("results_200", results, (Arg(("n",)),), {"count": 200, "n": 4096}, {"count": 5, "n": 33},
         lambda np, x, sizes: tuple(x * (i + 1) for i in range(sizes["count"]))),
    case("mean_subtractions_320", centers, (Arg(("n", "n")),), {"count": 320, "n": 64}, {"count": 4, "n": 9},
         numpy_centers),
]

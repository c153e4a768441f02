# Results of huge, empty and negative sizes that are known at run time only: one error with the operation's
# place, or a result, never a crash and never a loop over nothing.
# usage: sizes.py interpreter|cpu [-O1]
import os
import re
import subprocess
import sys
import tempfile

N33, N40, N58, N62 = 1 << 33, 1 << 40, 1 << 58, 1 << 62
MAX = (1 << 63) - 1
MEMORY = "out of host memory"


def negative(dim, size):
    return f"size of dimension {dim} is negative: {size}"


def large(*sizes, dtype="f32"):
    return "tensor<" + "".join(f"{size}x" for size in sizes) + dtype + "> is too large to address"


# What an operation with sizes %n, %m gives a tensor<?x?xf32>; the same for each of them.
PLAIN = [
    ((-1, 4), negative(0, -1)), ((4, -1), negative(1, -1)), ((-1, -1), negative(0, -1)),
    ((-N62 * 2, 4), negative(0, -N62 * 2)),
    ((N62, 4), large(N62, 4)), ((4, N62), large(4, N62)), ((N33, N33), large(N33, N33)),
    ((N62, N62), large(N62, N62)), ((MAX, 1), large(MAX, 1)),
    # Strides and loops see the other size of an empty array too.
    ((N62, 0), large(N62, 0)), ((0, N62), large(0, N62)),
    ((N58, 0), [N58, 0]), ((0, N58), [0, N58]), ((0, 0), [0, 0]), ((3, 2), [3, 2]),
    ((N40, 3), MEMORY), ((3, N40), MEMORY), ((N58, 1), MEMORY),
]
NAMES = ("n", "m")

# (name, lines before the operation, the operation, its result type, [(values of %n, %m, error or sizes)]).
OPS = [
    ("full", "", "array.full %v sizes(%n, %m) : tensor<f32> to tensor<?x?xf32>", "?x?xf32", PLAIN),
    ("iota", "", "array.iota dim 1 sizes(%n, %m) : tensor<?x?xf32>", "?x?xf32", PLAIN),
    ("rand_uniform", "", "array.rand_uniform key %k offset %k sizes(%n, %m) : tensor<?x?xf32>", "?x?xf32", PLAIN),
    ("rand_normal", "", "array.rand_normal key %k offset %k sizes(%n, %m) : tensor<?x?xf32>", "?x?xf32", PLAIN),
    ("broadcast", "", "array.broadcast %v sizes(%n, %m) : tensor<f32> to tensor<?x?xf32>", "?x?xf32", PLAIN),
    # Three dims, two of them known.
    ("full_static", "", "array.full %v sizes(%n) : tensor<f32> to tensor<4294967296x?x1048576xf32>", "4294967296x?x1048576xf32",
     [((-1, 0), negative(1, -1)), ((0, 0), [1 << 32, 0, 1 << 20]), ((63, 0), MEMORY), ((64, 0), MEMORY),
      ((65, 0), large(1 << 32, 65, 1 << 20)), ((4096, 0), large(1 << 32, 4096, 1 << 20))]),
    ("full_i8", "%c = array.constant dense<1> : tensor<i8>", "array.full %c sizes(%n, %m) : tensor<i8> to tensor<?x?xi8>", "?x?xi8",
     [((1 << 60, 1), MEMORY), (((1 << 60) + 1, 1), large((1 << 60) + 1, 1, dtype="i8")), ((N33, N33), large(N33, N33, dtype="i8")),
      ((1 << 60, 0), [1 << 60, 0])]),
    # A constant of one number is filled in, not stored.
    ("constant", "", "array.constant dense<1.0> : tensor<1099511627776xf32>", "1099511627776xf32", [((0, 0), MEMORY)]),
    # 2^32 * 2^32 wraps to 0, the number of elements of the operand.
    ("reshape", "%a = array.full %v : tensor<f32> to tensor<0xf32>\n  %b = tensor.cast %a : tensor<0xf32> to tensor<?xf32>",
     "array.reshape %b sizes(%n, %m) : tensor<?xf32> to tensor<?x?xf32>", "?x?xf32",
     [((1 << 32, 1 << 32), large(1 << 32, 1 << 32)), ((N62, 4), large(N62, 4)), ((-1, 4), negative(0, -1)), ((5, 0), [5, 0]),
      ((N58, 0), [N58, 0]), ((5, 1), "cannot reshape 0 elements into 5")]),
    ("pad", "%a = array.full %v : tensor<f32> to tensor<2x3xf32>", "array.pad %a, %v low [%n, 0] high [0, %m] : tensor<2x3xf32>, tensor<f32>", "?x?xf32",
     [((-1, 4), "low of dimension 0 is negative: -1"), ((4, -1), "high of dimension 1 is negative: -1"), ((1, 2), [3, 5]),
      ((N62, 0), large(N62 + 2, 3)), ((MAX, 0), large(MAX, 3)), ((MAX, MAX), large(MAX, MAX)), ((0, MAX - 1), large(2, MAX)),
      ((N33, N33), large(N33 + 2, N33 + 3)), ((N40, 0), MEMORY)]),
    ("pad_both", "%a = array.full %v : tensor<f32> to tensor<2xf32>", "array.pad %a, %v low [%n] high [%m] : tensor<2xf32>, tensor<f32>", "?xf32",
     [((MAX, MAX), large(MAX)), ((N62, N62), large(MAX)), ((1, 1), [4])]),
    ("concat", "%a = array.full %v sizes(%n, %m) : tensor<f32> to tensor<?x?xf32>",
     "array.concat " + ", ".join(["%a"] * 9) + " dim 0 : " + ", ".join(["tensor<?x?xf32>"] * 9), "?x?xf32",
     [((2, 3), [18, 3]), ((0, 0), [0, 0]), ((N58, 0), large(9 * N58, 0)), ((0, N58), [0, N58])]),
    ("matmul", "%a = array.full %v sizes(%n) : tensor<f32> to tensor<?x0xf32>\n  %b = array.full %v sizes(%m) : tensor<f32> to tensor<0x?xf32>",
     "array.matmul %a, %b : tensor<?x0xf32>, tensor<0x?xf32>", "?x?xf32",
     [((2, 3), [2, 3]), ((N33, N33), large(N33, N33)), ((N58, N58), large(N58, N58)), ((0, N58), [0, N58]), ((N58, 0), [N58, 0]),
      ((N33, 1024), MEMORY)]),
    # Each operand is small, their common shape is not.
    ("select", "%a = array.full %t sizes(%n) : tensor<i1> to tensor<?x1x1xi1>\n  %b = array.full %t sizes(%n) : tensor<i1> to tensor<?x1xi1>\n"
     "  %c = array.full %t sizes(%m) : tensor<i1> to tensor<?xi1>",
     "array.select %a, %b, %c : tensor<?x1x1xi1>, tensor<?x1xi1>, tensor<?xi1>", "?x?x?xi1",
     [((2, 3), [2, 2, 3]), ((1 << 21, 1 << 21), large(*[1 << 21] * 3, dtype="i1")), ((1 << 20, 1 << 20), MEMORY), ((1 << 20, 0), [1 << 20, 1 << 20, 0])]),
    ("sum", "%a = array.full %v sizes(%n, %m) : tensor<f32> to tensor<?x?xf32>", "array.sum %a dims [1] : tensor<?x?xf32>", "?xf32",
     [((3, 2), [3]), ((3, 0), [3]), ((0, N58), [0]), ((N58, 0), MEMORY)]),
    ("sum_outer", "%a = array.full %v sizes(%n, %m) : tensor<f32> to tensor<?x?xf32>", "array.sum %a dims [0] : tensor<?x?xf32>", "?xf32",
     [((3, 2), [2]), ((N58, 0), [0]), ((0, N58), MEMORY)]),
    # i8 sums are i64: eight times the bytes.
    ("sum_i8", "%c = array.constant dense<1> : tensor<i8>\n  %a = array.full %c sizes(%n, %m) : tensor<i8> to tensor<?x?xi8>",
     "array.sum %a dims [1] keep : tensor<?x?xi8>", "?x1xi64", [((3, 2), [3, 1]), ((1 << 60, 0), large(1 << 60, 1, dtype="i64"))]),
    ("argmin", "%a = array.full %v sizes(%n, %m) : tensor<f32> to tensor<?x?xf32>", "array.argmin %a dims [1] : tensor<?x?xf32>", "?xi64",
     [((3, 2), [3]), ((0, N58), [0]), ((N58, 0), large(N58, dtype="i64")), ((3, 0), "argmin of no elements")]),
    ("cumsum", "%a = array.full %v sizes(%n, %m) : tensor<f32> to tensor<?x?xf32>", "array.cumsum %a dim 0 : tensor<?x?xf32>", "?x?xf32",
     [((3, 2), [3, 2]), ((N58, 0), [N58, 0]), ((0, 5), [0, 5])]),
    ("cumprod", "%a = array.full %v sizes(%n, %m) : tensor<f32> to tensor<?x?xf32>", "array.cumprod %a dim 1 : tensor<?x?xf32>", "?x?xf32",
     [((3, 2), [3, 2]), ((N58, 0), [N58, 0]), ((0, N58), [0, N58])]),
    ("diagonal", "%a = array.full %v sizes(%n) : tensor<f32> to tensor<?xf32>", "array.diagonal %a : tensor<?xf32>", "?x?xf32",
     [((0, 0), [0, 0]), ((2, 0), [2, 2]), ((1 << 20, 0), MEMORY)]),
]

FIXED = ("  %v = array.constant dense<1.0> : tensor<f32>\n  %t = array.constant dense<true> : tensor<i1>\n"
         "  %k = arith.constant 0 : i64\n")


def body(before, op):
    return FIXED + (f"  {before}\n" if before else "") + f"  %r = {op}\n"


def interpreter(folder):
    """Every case a function without arguments that gives the result and its sizes."""
    path = os.path.join(folder, "sizes.mlir")
    with open(path, "w") as file:
        for name, before, op, result, cases in OPS:
            rank = result.count("x")
            types = ", ".join([f"tensor<{result}>"] + ["index"] * rank)
            dims = "".join(f"  %i{d} = arith.constant {d} : index\n  %d{d} = tensor.dim %r, %i{d} : tensor<{result}>\n"
                           for d in range(rank))
            values = ", ".join(["%r"] + [f"%d{d}" for d in range(rank)])
            for number, (sizes, _) in enumerate(cases):
                constants = "".join(f"  %{n} = arith.constant {size} : index\n" for n, size in zip(NAMES, sizes))
                file.write(f"func.func @{name}_{number}() -> ({types}) {{\n{constants}{body(before, op)}{dims}  return {values} : {types}\n}}\n")
    done = subprocess.run(["runmat-interpret", path], capture_output=True, text=True, timeout=300)
    given = {}
    for line in done.stdout.splitlines():
        name, kind, text = re.fullmatch(r"@(\w+): (\S+) (.*)", line).groups()
        if kind == "error:":
            given[name] = "error: " + text
        elif kind == "index":
            given.setdefault(name, []).append(int(text))
    for name, _, _, _, cases in OPS:
        for number in range(len(cases)):
            yield given.get(f"{name}_{number}", f"nothing was printed: {done.stderr[:300]}")


def cpu(folder):
    for name, before, op, result, cases in OPS:
        path, code = os.path.join(folder, name + ".mlir"), os.path.join(folder, name + ".so")
        with open(path, "w") as file:
            file.write(f"func.func @f(%n: index, %m: index) -> tensor<{result}> {{\n{body(before, op)}  return %r : tensor<{result}>\n}}\n")
        subprocess.run(["runmat", "compile", path, "--verify-ir", "-o", code, *sys.argv[2:]], check=True)
        for sizes, _ in cases:
            inputs = [f"--input={size}" for size in sizes]
            done = subprocess.run(["runmat", "run", code, "--device", "cpu", *inputs], capture_output=True, text=True, timeout=300)
            shape = re.match(r"result 0: tensor<((?:\d+x)*)", done.stdout)
            if done.returncode == 0 and shape:
                yield [int(size) for size in shape.group(1).split("x")[:-1]]
            else:
                yield done.stderr.strip() if done.returncode == 1 else f"exit code {done.returncode}: {done.stderr}"


def right(expected, given):
    if isinstance(expected, list) or isinstance(given, list):
        return expected == given
    rest = r":.*" if expected == MEMORY else ""
    # Memory may be lacking for what is in front of the operation.
    column = r"\d+" if expected == MEMORY else "8"
    return re.fullmatch(rf"error: \S+\.mlir:\d+:{column}: {re.escape(expected)}{rest}", given)


def main():
    failures = count = 0
    with tempfile.TemporaryDirectory() as folder:
        cases = [(op, sizes, expected) for _, _, op, _, cases in OPS for sizes, expected in cases]
        for (op, sizes, expected), given in zip(cases, globals()[sys.argv[1]](folder), strict=True):
            count += 1
            if not right(expected, given):
                failures += 1
                print(f"{op} of {sizes}:\n  {given}\n  expected {expected}", flush=True)
    print(f"{count} cases, {failures} failures")
    sys.exit(bool(failures))


main()

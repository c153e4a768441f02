"""Writes ImageNormalize in every form that --fuse-image-normalize accepts and checks each: exactly one
unit with the slots that the program has, nothing left beside it, and the interpreter's numbers.

usage: variants.py [--canonicalize]   with it, --canonicalize and --cse run before the fusion
"""
import itertools
import math
import re
import subprocess
import sys
import tempfile

VALUES = {"eps": 1e-3, "gain": 1.75, "bias": -0.25, "clamp": 0.125, "gamma": 1.5}
# What may stay beside the unit: operations that prepare its scalars.
LEFT = {"array.constant", "array.reshape", "array.cast", "array.neg"}


def type_of(shape, element):
    return "tensor<" + "".join(f"{s}x" for s in shape) + element + ">"


def broadcast(a, b):
    rank = max(len(a), len(b))
    a, b = ["1"] * (rank - len(a)) + list(a), ["1"] * (rank - len(b)) + list(b)
    return [y if x == "1" else x for x, y in zip(a, b)]


class Program:
    """One function. A value is (name, shape, element type)."""

    def __init__(self, name, shape, element, runtime, cast):
        self.name, self.shape, self.lines, self.args = name, shape, [], []
        self.runtime, self.cast, self.hops = runtime, cast, 0
        self.x = self.argument("x", shape, element)

    def argument(self, name, shape, element):
        self.args.append((f"%{name}", shape, element))
        return self.args[-1]

    def op(self, text, shape, element):
        name = f"%v{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name, list(shape), element

    def to(self, value, element):
        if value[2] == element:
            return value
        return self.op(f"array.cast {value[0]} : {type_of(*value[1:])} to {type_of(value[1], element)}",
                       value[1], element)

    def hop(self, value):
        """A place for a cast: cast = (kind, which hop or "all")."""
        kind, where = self.cast
        self.hops += 1
        if kind == "none" or where not in ("all", self.hops):
            return value
        if kind == "identity":
            return self.op(f"array.cast {value[0]} : {type_of(*value[1:])} to {type_of(*value[1:])}", *value[1:])
        wide = self.to(value, "f64")
        return self.to(wide, value[2]) if kind == "there-and-back" else wide

    def binary(self, op, a, b, extra=""):
        element = "f64" if "f64" in (a[2], b[2]) else a[2]
        same = a == b
        a = self.to(a, element)
        b = a if same else self.to(b, element)
        return self.op(f"array.{op} {a[0]}, {b[0]}{extra} : {type_of(*a[1:])}, {type_of(*b[1:])}",
                       broadcast(a[1], b[1]), element)

    def scalar(self, what, element="f32"):
        kind = self.runtime
        shape = {"constant": [], "unit": ["1"] * 3, "splat": self.shape, "rank0": [], "1x1": ["1", "1"]}[kind]
        if kind == "splat" and what == "eps":
            shape = ["1"]
        if kind in ("rank0", "1x1"):
            return self.argument(what, shape, element)
        return self.op(f"array.constant dense<{VALUES[what]}> : {type_of(shape, element)}", shape, element)

    def reduce(self, op, value, dims, keep):
        kept = [s for d, s in enumerate(value[1]) if d not in dims]
        shape = ["1" if d in dims else s for d, s in enumerate(value[1])] if keep else kept
        listed = ", ".join(map(str, dims))
        return self.op(f"array.{op} {value[0]} dims [{listed}]{' keep' if keep else ''} : {type_of(*value[1:])}",
                       shape, value[2])

    def reshape(self, value, shape):
        return self.op(f"array.reshape {value[0]} : {type_of(*value[1:])} to {type_of(shape, value[2])}",
                       shape, value[2])

    def over_planes(self, op, value, how):
        """A statistic over the last two dims that broadcasts against the input, written in one of the ways."""
        h, w = len(self.shape) - 2, len(self.shape) - 1
        unit = list(value[1][:-2]) + ["1", "1"]
        if how == "together":
            return self.reduce(op, value, [h, w], True)
        if how == "swapped":
            return self.reduce(op, value, [w, h], True)
        if how == "nested":
            return self.reduce(op, self.hop(self.reduce(op, value, [w], True)), [h], True)
        if how == "nested-flat":
            rows = self.hop(self.reduce(op, value, [h], False))
            return self.reshape(self.reduce(op, rows, [h], False), unit)
        flat = self.reduce(op, value, [h, w], False)
        if how == "reshape":
            return self.reshape(self.hop(flat), unit)
        wide = self.reshape(flat, unit)  # "broadcast"
        return self.op(f"array.broadcast {wide[0]} : {type_of(*wide[1:])} to {type_of(self.shape, wide[2])}",
                       self.shape, wide[2])

    def normalize(self, square, how, eps_left):
        x = self.to(self.x, "f32") if self.x[2] == "f16" else self.hop(self.x)

        def mean():
            return self.hop(self.over_planes("mean", x, how))

        d = self.hop(self.binary("sub", x, mean()))
        if square == "var":
            var = self.over_planes("var", x, how if how in ("together", "swapped") else "reshape")
        else:
            if square == "pow":
                two = self.op(f"array.constant dense<2.0> : {type_of([], d[2])}", [], d[2])
                squared = self.binary("pow", d, two)
            elif square == "recomputed":
                squared = self.binary("mul", self.hop(self.binary("sub", x, mean())), d)
            elif square == "negated":  # (mean - x) squared is the same
                negated = self.binary("sub", mean(), x)
                squared = self.binary("mul", negated, negated)
            else:
                squared = self.binary("mul", d, d)
            var = self.over_planes("mean", self.hop(squared), how)
        var, eps = self.hop(var), self.scalar("eps")
        shifted = self.hop(self.binary("add", *((eps, var) if eps_left else (var, eps))))
        sigma = self.hop(self.op(f"array.sqrt {shifted[0]} : {type_of(*shifted[1:])}", *shifted[1:]))
        return self.hop(self.binary("div", d, sigma))

    def slots(self, z, gain, bias, clamp, gamma):
        for form in (gain, bias, clamp, gamma):
            if form:
                what, op, side, extra = form
                scalar = self.scalar(what)
                z = self.hop(self.binary(op, *((z, scalar) if side == "left" else (scalar, z)), extra))
        return z

    def text(self, result):
        arguments = ", ".join(f"{n}: {type_of(s, e)}" for n, s, e in self.args)
        body = "\n".join(f"  {line}" for line in self.lines)
        types = [type_of(s, e) for _, s, e in self.args]
        out = type_of(*result[1:])
        calls = [f"  %a{i} = array.constant dense<{data(n[1:], s)}> : {t}"
                 for i, ((n, s, _), t) in enumerate(zip(self.args, types))]
        named = ", ".join(f"%a{i}" for i in range(len(types)))
        return (f"func.func @f_{self.name}({arguments}) -> {out} {{\n{body}\n  return {result[0]} : {out}\n}}\n"
                f"func.func @run_{self.name}() -> {out} {{\n" + "\n".join(calls) +
                f"\n  %r = func.call @f_{self.name}({named}) : ({', '.join(types)}) -> {out}\n"
                f"  return %r : {out}\n}}\n")


def data(what, shape):
    if what != "x":
        return VALUES[what]
    count = iter(range(10**6))

    def nest(dims):
        if not dims:
            return str(math.floor(64 * math.sin(1.7 * next(count) ** 1.3)) / 32)
        return "[" + ", ".join(nest(dims[1:]) for _ in range(int(dims[0]))) + "]"
    return nest(shape)


GAINS = [None, ("gain", "mul", "left", ""), ("gain", "mul", "right", "")]
BIASES = [None, ("bias", "add", "left", ""), ("bias", "add", "right", ""), ("bias", "sub", "left", "")]
CLAMPS = [None, ("clamp", "max", "left", ""), ("clamp", "max", "right", " nan = propagate")]
GAMMAS = [None, ("gamma", "pow", "left", "")]
SQUARES = ["mul", "recomputed", "negated", "pow", "var"]
HOWS = ["together", "swapped", "nested", "nested-flat", "reshape", "broadcast"]
RUNTIME = ["constant", "rank0", "1x1", "unit", "splat"]
SHAPES = [["2", "3", "4"], ["2", "1", "3", "2"]]


def programs():
    """(number, text, slots that the unit must have, hops) for each variant."""
    slots = list(itertools.product(GAINS, BIASES, CLAMPS, GAMMAS))
    number = 0

    def one(slots, square, how, runtime, shape, cast, element="f32"):
        nonlocal number
        number += 1
        program = Program(str(number), shape, element, runtime, cast)
        z = program.normalize(square, how, number % 2 == 0)
        text = program.text(program.slots(z, *slots))
        return number, text, {form[0] for form in slots if form}, program.hops

    # Every combination of slots with every kind of scalar; squares, dims and ranks take turns.
    forms = list(itertools.product(SQUARES, HOWS))
    for n, (s, runtime) in enumerate(itertools.product(slots, RUNTIME)):
        yield one(s, *forms[n % len(forms)], runtime, SHAPES[(n // 7) % 2], ("none", 0))
    # Every square with every form of dims, all slots filled.
    full = (GAINS[1], BIASES[1], CLAMPS[1], GAMMAS[1])
    for form, runtime in itertools.product(forms, ["constant", "rank0"]):
        yield one(full, *form, runtime, SHAPES[0], ("none", 0))
    # A cast of each kind at all hops at once, and at each hop alone.
    for square, how, kind in itertools.product(SQUARES, ["together", "nested", "reshape"],
                                               ["identity", "there-and-back", "widen"]):
        probe = Program("probe", SHAPES[0], "f32", "constant", ("none", 0))
        probe.slots(probe.normalize(square, how, False), *full)
        alone = range(1, probe.hops + 1) if (square, how) in (("mul", "together"), ("pow", "nested")) else ()
        for where in ["all", *alone]:
            yield one(full, square, how, "constant", SHAPES[0], (kind, where))
    # f16 in, f32 inside.
    for s in slots[::3]:
        yield one(s, "mul", "together", "constant", SHAPES[0], ("none", 0), "f16")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr[:4000]}")
    return done.stdout


def numbers(text):
    """@run_i -> its numbers."""
    found = {}
    for line in text.splitlines():
        name, values = re.match(r"@run_(\d+): tensor<\S+> (.*)", line).groups()
        found[int(name)] = [float(v) for v in re.findall(r"-?(?:nan|inf|[\d.]+(?:e[+-]?\d+)?)", values)]
    return found


def close(a, b, tolerance):
    return (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance * max(1.0, abs(a))


def main():
    made = list(programs())
    before = ["--canonicalize", "--cse"] if "--canonicalize" in sys.argv else []
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = f"{folder}/plain.mlir", f"{folder}/fused.mlir"
        with open(plain, "w") as file:
            file.write("\n".join(text for _, text, _, _ in made))
        run("runmat-opt", *before, "--fuse-image-normalize", plain, "-o", fused)
        with open(fused) as file:
            functions = dict(re.findall(r"func\.func @f_(\d+)\((.*?)\n  }\n", file.read(), re.S))
        for number, text, slots, _ in made:
            body = functions[str(number)]
            units = re.findall(r"fused\.image_normalize .*", body)
            outside = set(re.findall(r"array\.\w+", re.sub(r"\n    \^bb0.*?fused\.yield", "", body, flags=re.S)))
            had = {what for what in VALUES if units and f" {what}(" in units[0]} - {"eps"}
            if len(units) != 1 or outside - LEFT or had != slots:
                failures.append(f"{len(units)} units, slots {had} for {slots}, left {outside - LEFT}:\n{text}\n{body}")
        expected, actual = numbers(run("runmat-interpret", plain)), numbers(run("runmat-interpret", fused))
        for number, text, _, _ in made:
            # The interpreter computes in f64 and rounds only in casts to narrower types.
            tolerance = 1e-6 if "f64> to" in text else 1e-12
            if not all(close(a, b, tolerance) for a, b in zip(expected[number], actual[number], strict=True)):
                failures.append(f"expected {expected[number]}\nactual {actual[number]}\n{text}")
    if failures:
        sys.exit(f"{failures[0]}\n{len(failures)} of {len(made)} variants fail")
    print(f"{len(made)} variants, each one unit")


main()

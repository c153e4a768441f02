# Runs the table of table.py through one implementation and compares.
# usage: check.py interpreter|folds|cpu|gpu [--keep FOLDER]
import argparse
import math
import os
import re
import struct
import subprocess
import sys
import tempfile

from table import CASES, FLOATS, WIDTH

# (bits, bits of the exponent, bits of the fraction)
FORMAT = {"f16": (16, 5, 10), "bf16": (16, 8, 7), "f32": (32, 8, 23), "f64": (64, 11, 52)}


def to_bits(value, dtype):
    """The bits of a value rounded to nearest even."""
    bits, exponent_bits, fraction_bits = FORMAT[dtype]
    if dtype == "f64":
        return struct.unpack("<Q", struct.pack("<d", value))[0] if not math.isnan(value) else 0x7FF8000000000000
    bias = (1 << exponent_bits - 1) - 1
    sign = (1 << bits - 1) if math.copysign(1.0, value) < 0 else 0
    infinity = ((1 << exponent_bits) - 1) << fraction_bits
    if math.isnan(value):
        return infinity | 1 << fraction_bits - 1
    if math.isinf(value):
        return sign | infinity
    if value == 0:
        return sign
    exponent = max(math.frexp(value)[1] - 1, 1 - bias)
    units = round(math.ldexp(abs(value), fraction_bits - exponent))  # Python rounds halves to even
    # A carry out of the fraction moves into the exponent by itself.
    return sign | min(units + ((exponent + bias - 1) << fraction_bits), infinity)


def from_bits(pattern, dtype):
    bits, exponent_bits, fraction_bits = FORMAT[dtype]
    sign = -1.0 if pattern >> bits - 1 else 1.0
    exponent = pattern >> fraction_bits & (1 << exponent_bits) - 1
    fraction = pattern & (1 << fraction_bits) - 1
    bias = (1 << exponent_bits - 1) - 1
    if exponent == (1 << exponent_bits) - 1:
        return math.nan if fraction else sign * math.inf
    if exponent == 0:
        return sign * math.ldexp(fraction, 1 - bias - fraction_bits)
    return sign * math.ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits)


def ordered(value, dtype):
    """Consecutive integers for neighbouring values."""
    pattern = to_bits(value, dtype)
    magnitude = pattern & ~(1 << FORMAT[dtype][0] - 1)
    return magnitude if pattern == magnitude else -magnitude


def literal(array):
    if not array.values:
        return f"dense<> : {array.type()}"
    def element(value):
        if array.dtype in FLOATS:
            return "0x%0*X" % (FORMAT[array.dtype][0] // 4, to_bits(value, array.dtype))
        return ("true" if value else "false") if array.dtype == "i1" else str(value)
    def nest(values, shape):
        if not shape:
            return values[0]
        step = len(values) // shape[0]
        return "[" + ", ".join(nest(values[k * step:(k + 1) * step], shape[1:]) for k in range(shape[0])) + "]"
    return f"dense<{nest([element(v) for v in array.values], array.shape)}> : {array.type()}"


def constant_module():
    """One function without arguments for each case."""
    lines = []
    for number, case in enumerate(CASES):
        lines.append(f"func.func @c{number}() -> {case.expected.type()} {{")
        names = []
        for k, operand in enumerate(case.operands):
            names.append(f"%x{k}")
            lines.append(f"  %x{k} = array.constant {literal(operand)}")
        lines.append(f"  %r = {case.operation(names)}")
        lines.append(f"  return %r : {case.expected.type()}\n}}")
    return "\n".join(lines) + "\n"


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr[:2000]}")
    return done.stdout


def interpreter(folder):
    path = os.path.join(folder, "semantics.mlir")
    with open(path, "w") as file:
        file.write(constant_module())
    results = {}
    for line in run(["runmat-interpret", path, "--mode", "declared"]).splitlines():
        name, values = re.fullmatch(r"@c(\d+): tensor<\S+> (.*)", line).groups()
        results[int(name)] = [float(v) if not re.fullmatch(r"-?\d+", v) or v == "-0" else int(v)
                              for v in re.findall(r"[^\[\], ]+", values)]
    return results


def parse_dense(text, dtype, count):
    if dtype in FLOATS:
        def number(v):
            return from_bits(int(v, 16), dtype) if v.startswith("0x") else float(v)
    else:
        def number(v):
            return {"true": 1, "false": 0}.get(v) if v in ("true", "false") else int(v, 0)
    values = [number(v) for v in re.findall(r"[^\[\], ]+", text)]
    return values * count if len(values) == 1 else values


def folds(folder):
    path = os.path.join(folder, "semantics.mlir")
    with open(path, "w") as file:
        file.write(constant_module())
    text = run(["runmat-opt", "--canonicalize", path])
    results = {}
    for name, body in re.findall(r"func\.func @c(\d+)\(\)[^{]*\{(.*?)\n  \}", text, re.S):
        case = CASES[int(name)]
        result = re.search(r"return %(\S+)", body).group(1)
        found = re.search(r"%" + result + r" = array\.constant dense<(.*)> : tensor", body)
        if found:
            results[int(name)] = parse_dense(found.group(1), case.expected.dtype, len(case.expected.values))
        elif case.fold:
            results[int(name)] = "not folded"
    return results


def cpu(folder):
    """Operands are arguments, or the compiler would fold what is tested."""
    import numpy
    numpy_types = {"f16": "<f2", "f32": "<f4", "f64": "<f8", "i1": "?", "i8": "i1", "i16": "<i2", "i32": "<i4", "i64": "<i8", "bf16": "V2"}
    def save(name, array):
        path = os.path.join(folder, name)
        if array.dtype == "bf16":
            data = numpy.array([to_bits(v, "bf16") for v in array.values], "<u2").view("V2")
        elif array.dtype in FLOATS:
            width = FORMAT[array.dtype][0]
            data = numpy.array([to_bits(v, array.dtype) for v in array.values], f"<u{width // 8}").view(numpy_types[array.dtype])
        else:
            data = numpy.array(array.values, numpy_types[array.dtype])
        numpy.save(path, data.reshape(array.shape))
        return path
    def load(path, dtype):
        data = numpy.load(path).ravel()
        if dtype in FLOATS:
            width = FORMAT[dtype][0]
            return [from_bits(int(p), dtype) for p in data.view(f"<u{width // 8}")]
        return [int(v) for v in data]
    def program(name, part):
        """Compiles and runs one function with these cases; why that failed, or nothing."""
        arguments, body, command, outputs = [], [], [], []
        for number, case in part:
            names = []
            for k, operand in enumerate(case.operands):
                arguments.append(f"%a{number}_{k}: {operand.type()}")
                names.append(f"%a{number}_{k}")
                command += ["--input", save(f"a{number}_{k}.npy", operand)]
            body.append(f"  %r{number} = {case.operation(names)}")
            outputs.append((number, os.path.join(folder, f"r{number}.npy")))
        types = ", ".join(case.expected.type() for _, case in part)
        path = os.path.join(folder, name + ".mlir")
        with open(path, "w") as file:
            file.write(f"func.func @f({', '.join(arguments)}) -> ({types}) {{\n" + "\n".join(body) +
                       f"\n  return {', '.join(f'%r{n}' for n, _ in part)} : {types}\n}}\n")
        for _, output in outputs:
            command += ["--output", output]
        done = subprocess.run(["runmat", "run", path, "--verify-ir", "--device", "cpu", *command], capture_output=True, text=True)
        if done.returncode:
            return done.stderr.strip() or f"exit code {done.returncode}"
        for number, output in outputs:
            results[number] = load(output, CASES[number].expected.dtype)
        return None

    # One program tests many cases; where it fails, each of them is tried alone.
    results, batch = {}, 60
    for start in range(0, len(CASES), batch):
        part = list(enumerate(CASES))[start:start + batch]
        if program(f"semantics{start}", part):
            for one in part:
                why = program(f"case{one[0]}", [one])
                if why:
                    results[one[0]] = why
    return results


# What GPU code may leave open: values whose operands or result are subnormal, which devices may flush.
def is_subnormal(value):
    return isinstance(value, float) and 0 < abs(value) < 2.0**-126


def gpu(folder):
    """The elementwise operations on f32, i32 and i1 as regions of fused.image_normalize, on the software device.
    Arrays are f32 there: i32 comes in and goes out as its bits, i1 as 0 or 1."""
    import json
    import numpy
    taken = {"f32", "i32", "i1"}
    cases = [(number, case) for number, case in enumerate(CASES)
             if {case.expected.dtype, *(a.dtype for a in case.operands)} <= taken and case.fold
             and len(case.expected.shape) == 1 and all(a.shape == case.expected.shape for a in case.operands)]

    def bits(operand):
        if operand.dtype == "i1":
            return [to_bits(float(v), "f32") for v in operand.values]
        return [to_bits(v, "f32") if operand.dtype == "f32" else v & 0xFFFFFFFF for v in operand.values]

    results, batch = {}, 10
    for start in range(0, len(cases), batch):
        part = cases[start:start + batch]
        length = -(-sum(case.expected.shape[0] for _, case in part) // 4) * 4
        # Operand k of all cases, one behind the other; each case has a result of its own and reads its rows.
        operands = numpy.zeros((3, length), "<u4")
        body, yields, rows, at = [], [], {}, 0
        for number, case in part:
            names = []
            for k, operand in enumerate(case.operands):
                operands[k, at:at + len(operand.values)] = bits(operand)
                name = f"%e{k}"
                if operand.dtype == "i32":
                    name = f"%i{number}_{k}"
                    body.append(f"    {name} = array.bitcast %e{k} : f32 to i32")
                elif operand.dtype == "i1":
                    name = f"%i{number}_{k}"
                    body.append(f"    {name} = array.cast %e{k} : f32 to i1")
                names.append(name)
            text = case.text.format(*names, types=", ".join(a.dtype for a in case.operands), result=case.expected.dtype)
            body.append(f"    %r{number} = {text}")
            if case.expected.dtype != "f32":
                how = "bitcast" if case.expected.dtype == "i32" else "cast"
                body.append(f"    %o{number} = array.{how} %r{number} : {case.expected.dtype} to f32")
            yields.append(f"%r{number}" if case.expected.dtype == "f32" else f"%o{number}")
            rows[number] = slice(at, at + case.expected.shape[0])
            at += case.expected.shape[0]
        kind, row = f"tensor<1x1x{length}xf32>", f"tensor<{length}xf32>"
        identity, along = "affine_map<(p, i, j) -> (p, i, j)>", "affine_map<(p, i, j) -> (j)>"
        path = os.path.join(folder, f"gpu{start}.mlir")
        with open(path, "w") as file:
            file.write(f"func.func @f(%x: {kind}, %a: {row}, %b: {row}, %c: {kind}) -> ({', '.join([kind] * len(part))}) {{\n"
                       "  %eps = array.constant dense<1.0e-6> : tensor<f32>\n"
                       f"  %r:{len(part)} = fused.image_normalize dims [1, 2] compute f32 ins(%x : {kind}) epsilon(%eps : tensor<f32>)\n"
                       f"      extras(%a, %b, %c : {row}, {row}, {kind}) maps [{along}, {along}, {identity}] {{\n"
                       "  ^bb0(%y: f32, %v: f32, %e0: f32, %e1: f32, %e2: f32):\n" + "\n".join(body) +
                       f"\n    fused.yield {', '.join(yields)} : {', '.join(['f32'] * len(part))}\n  }} -> {', '.join([kind] * len(part))}\n"
                       f"  return {', '.join(f'%r#{k}' for k in range(len(part)))} : {', '.join([kind] * len(part))}\n}}\n")
        command = ["runmat", "run", path, "--verify-ir", "--device", "gpu=lavapipe", "--telemetry", os.path.join(folder, "t.json")]
        arrays = [numpy.arange(length, dtype="f4").reshape(1, 1, length), *operands.view("<f4")]
        arrays[3] = arrays[3].reshape(1, 1, length)
        for k, array in enumerate(arrays):
            numpy.save(os.path.join(folder, f"g{k}.npy"), array)
            command += ["--input", os.path.join(folder, f"g{k}.npy")]
        for number, _ in part:
            command += ["--output", os.path.join(folder, f"r{number}.npy")]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{path}: {done.stderr.strip() or done.returncode}")
        with open(os.path.join(folder, "t.json")) as file:
            if not json.load(file)["kernel_launches_total"]:
                sys.exit(f"{path}: no kernel ran")
        for number, case in part:
            data = numpy.load(os.path.join(folder, f"r{number}.npy")).ravel()[rows[number]]
            dtype = case.expected.dtype
            results[number] = ([int(v) for v in data.view("<i4")] if dtype == "i32" else [int(v) for v in data] if dtype == "i1"
                               else [from_bits(int(p), "f32") for p in data.view("<u4")])
    return results


def difference(case, value, wanted, ulp):
    """Why `value` is not what is wanted, or nothing."""
    dtype = case.expected.dtype
    if dtype not in FLOATS:
        return None if int(value) == wanted else f"{value}, expected {wanted}"
    value, wanted = float(value), from_bits(to_bits(wanted, dtype), dtype)
    if math.isnan(wanted) or math.isnan(value):
        same = math.isnan(wanted) and math.isnan(value)
    elif value == 0 and wanted == 0:
        same = not case.signed_zero or math.copysign(1, value) == math.copysign(1, wanted)
    elif math.isinf(wanted) or math.isinf(value):
        same = value == wanted
    else:
        same = abs(ordered(value, dtype) - ordered(wanted, dtype)) <= ulp
    return None if same else f"{value!r}, expected {wanted!r}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("implementation", choices=["interpreter", "folds", "cpu", "gpu"])
    parser.add_argument("--keep", help="folder for the files, kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.keep:
            os.makedirs(options.keep, exist_ok=True)
        results = globals()[options.implementation](options.keep or folder)
    failures = []
    for number, case in enumerate(CASES):
        if number not in results:
            if options.implementation not in ("folds", "gpu"):
                failures.append(f"c{number}: no result")
            continue
        got, wanted = results[number], case.expected.values
        shown = case.operation(["x", "y", "z"][:len(case.operands)])
        if isinstance(got, str) or len(got) != len(wanted):
            failures.append(f"c{number}: {shown}: {got}")
            continue
        ulp = case.ulp if options.implementation in ("cpu", "gpu") else min(case.ulp, 1)
        # The software device has no fused multiply-add, which large powers live by (docs/numerics.md).
        if options.implementation == "gpu" and " array.pow " in f" {shown}":
            ulp *= 4
        for k, (value, want) in enumerate(zip(got, wanted)):
            why = difference(case, value, want, ulp)
            inputs = [a.values[k] for a in case.operands if len(a.values) == len(wanted)]
            if options.implementation == "gpu" and any(map(is_subnormal, [want, *inputs])):
                continue
            if why:
                operands = [a.values[k] if len(a.values) == len(wanted) else a.values for a in case.operands]
                failures.append(f"c{number}[{k}]: {shown} of {operands}: {why}")
    checked = sum(len(CASES[n].expected.values) for n in results if not isinstance(results[n], str))
    print(f"{options.implementation}: {len(results)} cases, {checked} values, {len(failures)} failures")
    for failure in failures[:200]:
        print("  " + failure)
    sys.exit(bool(failures))


main()

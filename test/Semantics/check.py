# Runs the table of table.py through one implementation and compares.
# usage: check.py interpreter|folds|cpu [--keep FOLDER]
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
        done = subprocess.run(["runmat", "run", path, "--device", "cpu", *command], capture_output=True, text=True)
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
    parser.add_argument("implementation", choices=["interpreter", "folds", "cpu"])
    parser.add_argument("--keep", help="folder for the files, kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.keep:
            os.makedirs(options.keep, exist_ok=True)
        results = globals()[options.implementation](options.keep or folder)
    failures = []
    for number, case in enumerate(CASES):
        if number not in results:
            if options.implementation != "folds":
                failures.append(f"c{number}: no result")
            continue
        got, wanted = results[number], case.expected.values
        shown = case.operation(["x", "y", "z"][:len(case.operands)])
        if isinstance(got, str) or len(got) != len(wanted):
            failures.append(f"c{number}: {shown}: {got}")
            continue
        ulp = case.ulp if options.implementation == "cpu" else min(case.ulp, 1)
        for k, (value, want) in enumerate(zip(got, wanted)):
            why = difference(case, value, want, ulp)
            if why:
                operands = [a.values[k] if len(a.values) == len(wanted) else a.values for a in case.operands]
                failures.append(f"c{number}[{k}]: {shown} of {operands}: {why}")
    checked = sum(len(CASES[n].expected.values) for n in results if not isinstance(results[n], str))
    print(f"{options.implementation}: {len(results)} cases, {checked} values, {len(failures)} failures")
    for failure in failures[:200]:
        print("  " + failure)
    sys.exit(bool(failures))


main()

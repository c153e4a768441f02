"""Interprets a file as it is, fused, and fused then decomposed, and compares the numbers.

usage: same_values.py FILE.mlir [tolerance]   functions without arguments are run
"""
import math
import re
import subprocess
import sys
import tempfile


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def numbers(text):
    """One list of numbers per line of output, with the line's name and type."""
    lines = [re.match(r"(@\w+: \S+) (.*)", line).groups() for line in text.splitlines()]
    return [(name, [float(v) for v in re.findall(r"-?(?:nan|inf|\d[\d.]*(?:e[+-]?\d+)?)", values)])
            for name, values in lines]


def main():
    file, tolerance = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1e-12
    expected = numbers(run("runmat-interpret", file))
    assert expected, "no function without arguments"
    with tempfile.NamedTemporaryFile(suffix=".mlir") as fused:
        for passes in (["--fuse-image-normalize"], ["--fuse-all"], ["--fuse-all", "--decompose-fused"]):
            run("runmat-opt", *passes, file, "-o", fused.name)
            for (name, left), (other, right) in zip(expected, numbers(run("runmat-interpret", fused.name)), strict=True):
                same = all((math.isnan(a) and math.isnan(b)) or a == b or abs(a - b) <= tolerance * max(1.0, abs(a))
                           for a, b in zip(left, right, strict=True))
                if name != other or not same:
                    sys.exit(f"{' '.join(passes)} {name}\nexpected {left}\nactual   {right}")
    print(f"{len(expected)} results agree")


main()

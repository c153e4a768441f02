# Checks that fail at run time: one text in the interpreter and in compiled code, with the operation's place.
# usage: errors.py interpreter|cpu|cpu_constants   With constants, arguments are known when the program is compiled.
import os
import re
import subprocess
import sys
import tempfile

# Arguments (name: value; a list is the sizes of an f32 tensor, all dims `?`), operation, result type, text.
CASES = [
    ({"a": [2], "b": [3]}, "array.add %a, %b : tensor<?xf32>, tensor<?xf32>", "tensor<?xf32>",
     "dimension 0 is 2 so far, but 3 in operand #1"),
    # A `?` that is 1 at run time does not stretch.
    ({"a": [1], "b": [3]}, "array.add %a, %b : tensor<?xf32>, tensor<?xf32>", "tensor<?xf32>",
     "dimension 0 is 1 so far, but 3 in operand #1"),
    ({"a": [2, 3], "b": [4]}, "array.mul %a, %b : tensor<?x?xf32>, tensor<?xf32>", "tensor<?x?xf32>",
     "dimension 1 is 3 so far, but 4 in operand #1"),
    ({"a": [2], "b": [2], "c": [3]}, "array.clamp %a, %b, %c : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>", "tensor<?xf32>",
     "dimension 0 is 2 so far, but 3 in operand #2"),
    ({"a": [2, 3], "b": [4, 5]}, "array.matmul %a, %b : tensor<?x?xf32>, tensor<?x?xf32>", "tensor<?x?xf32>",
     "inner sizes differ: 3 in operand #0, 4 in operand #1"),
    ({"a": [2, 1, 3], "b": [4, 3, 1]}, "array.matmul %a, %b : tensor<?x?x?xf32>, tensor<?x?x?xf32>", "tensor<?x?x?xf32>",
     "dimension 0 is 2 so far, but 4 in operand #1"),
    ({"a": [2], "b": [3]}, "array.dot %a, %b : tensor<?xf32>, tensor<?xf32>", "tensor<f32>",
     "inner sizes differ: 2 in operand #0, 3 in operand #1"),
    ({"n": -2}, "array.full %v sizes(%n) : tensor<f32> to tensor<3x?xf32>", "tensor<3x?xf32>",
     "size of dimension 1 is negative: -2"),
    ({"n": -2}, "array.iota dim 0 sizes(%n) : tensor<?xi32>", "tensor<?xi32>", "size of dimension 0 is negative: -2"),
    ({"n": -2}, "array.rand_normal key %k offset %k sizes(%n) : tensor<?xf32>", "tensor<?xf32>", "size of dimension 0 is negative: -2"),
    ({"a": [6], "n": 2}, "array.reshape %a sizes(%n) : tensor<?xf32> to tensor<?x4xf32>", "tensor<?x4xf32>", "cannot reshape 6 elements into 8"),
    ({"a": [6], "n": -2}, "array.reshape %a sizes(%n) : tensor<?xf32> to tensor<?x4xf32>", "tensor<?x4xf32>", "size of dimension 0 is negative: -2"),
    ({"a": [6], "n": 2}, "array.broadcast %a sizes(%n) : tensor<?xf32> to tensor<4x?xf32>", "tensor<4x?xf32>",
     "dimension 1 of size 6 does not broadcast to 2"),
    ({"a": [6], "n": 2}, "array.slice %a offsets [%n] sizes [3] strides [2] : tensor<?xf32>", "tensor<3xf32>",
     "dimension 0: offset 2, size 3, stride 2 is out of bounds for size 6"),
    ({"a": [6], "n": 7}, "array.slice %a offsets [%n] sizes [0] strides [1] : tensor<?xf32>", "tensor<0xf32>",
     "dimension 0: offset 7, size 0, stride 1 is out of bounds for size 6"),
    ({"a": [6], "n": 0}, "array.slice %a offsets [0] sizes [2] strides [%n] : tensor<?xf32>", "tensor<2xf32>",
     "dimension 0: offset 0, size 2, stride 0 is out of bounds for size 6"),
    ({"a": [6], "n": -1}, "array.slice %a offsets [0] sizes [%n] strides [1] : tensor<?xf32>", "tensor<?xf32>",
     "size of dimension 0 is negative: -1"),
    # No overflow in the check itself.
    ({"a": [6], "n": 4611686018427387904}, "array.slice %a offsets [0] sizes [3] strides [%n] : tensor<?xf32>", "tensor<3xf32>",
     "dimension 0: offset 0, size 3, stride 4611686018427387904 is out of bounds for size 6"),
    ({"a": [6], "n": (1 << 62) + 3}, "array.slice %a offsets [0] sizes [3] strides [%n] : tensor<?xf32>", "tensor<3xf32>",
     "dimension 0: offset 0, size 3, stride 4611686018427387907 is out of bounds for size 6"),
    ({"a": [6], "n": (1 << 63) - 1}, "array.slice %a offsets [0] sizes [2] strides [%n] : tensor<?xf32>", "tensor<2xf32>",
     "dimension 0: offset 0, size 2, stride 9223372036854775807 is out of bounds for size 6"),
    ({"a": [3], "b": [6], "n": (1 << 62) + 3}, "array.insert_slice %a into %b offsets [0] strides [%n] : tensor<?xf32>, tensor<?xf32>", "tensor<?xf32>",
     "dimension 0: offset 0, size 3, stride 4611686018427387907 is out of bounds for size 6"),
    ({"a": [2], "b": [6], "n": -1}, "array.insert_slice %a into %b offsets [%n] strides [1] : tensor<?xf32>, tensor<?xf32>", "tensor<?xf32>",
     "dimension 0: offset -1, size 2, stride 1 is out of bounds for size 6"),
    ({"a": [6], "n": -1}, "array.pad %a, %v low [1] high [%n] : tensor<?xf32>, tensor<f32>", "tensor<?xf32>", "high of dimension 0 is negative: -1"),
    ({"a": [6], "n": -1}, "array.pad %a, %v low [%n] high [0] : tensor<?xf32>, tensor<f32>", "tensor<?xf32>", "low of dimension 0 is negative: -1"),
    ({"a": [1, 2], "b": [1, 3]}, "array.concat %a, %b dim 0 : tensor<?x?xf32>, tensor<?x?xf32>", "tensor<?x?xf32>",
     "dimension 1 is 2 before, but 3 in operand #1"),
    ({"a": [0]}, "array.argmin %a : tensor<?xf32>", "tensor<i64>", "argmin of no elements"),
    ({"a": [2, 0]}, "array.argmax %a dims [1] : tensor<?x?xf32>", "tensor<?xi64>", "argmax of no elements"),
    ({"o": "-1"}, "array.rand_uniform key %k offset %o : tensor<1xf32>", "tensor<1xf32>", "offset is negative: -1"),
    ({"a": [2]}, "tensor.cast %a : tensor<?xf32> to tensor<3xf32>", "tensor<3xf32>", "dimension 0 is 2, but the type says 3"),
    ({"a": [2], "n": 2}, "tensor.extract %a[%n] : tensor<?xf32>", "f32", "index 2 of dimension 0 is out of bounds for size 2"),
    ({"a": [2, 3], "n": 5}, "tensor.dim %a, %n : tensor<?x?xf32>", "index", "dimension 5 of a tensor of rank 2"),
    ({"a": [2, 3], "n": -1}, "tensor.dim %a, %n : tensor<?x?xf32>", "index", "dimension -1 of a tensor of rank 2"),
] + [
    # Upstream leaves these open, and processors trap.
    ({"n": 7, "m": 0}, f"arith.{op} %n, %m : index", "index", "division by zero")
    for op in ("divsi", "divui", "remsi", "remui", "ceildivsi", "ceildivui", "floordivsi")
] + [
    ({"n": -(1 << 63), "m": -1}, f"arith.{op} %n, %m : index", "index", "-9223372036854775808 divided by -1 does not fit")
    for op in ("divsi", "remsi", "ceildivsi", "floordivsi")
] + [
    ({"n": 1, "m": 64}, f"arith.{op} %n, %m : index", "index", "shift by 64 of a value of 64 bits")
    for op in ("shli", "shrsi", "shrui")
] + [
    ({"n": 0, "m": 5}, "scf.for %i = %n to %m step %n iter_args(%s = %v) -> tensor<f32> { %t = array.add %s, %v : tensor<f32>, tensor<f32> "
     "scf.yield %t : tensor<f32> }", "tensor<f32>",
     "step of the loop is 0, below 1"),
]


def type_of(value):
    return "tensor<" + "?x" * len(value) + "f32>" if isinstance(value, list) else "i64" if isinstance(value, str) else "index"


def constant(name, value):
    if not isinstance(value, list):
        return f"  %{name} = arith.constant {value} : {type_of(value)}\n"
    static = "tensor<" + "".join(f"{n}x" for n in value) + "f32>"
    return f"  %{name}s = array.full %v : tensor<f32> to {static}\n  %{name} = tensor.cast %{name}s : {static} to {type_of(value)}\n"


FIXED = "  %v = array.constant dense<1.0> : tensor<f32>\n  %k = arith.constant 0 : i64\n"


def interpreter(folder):
    path = os.path.join(folder, "errors.mlir")
    with open(path, "w") as file:
        for number, (arguments, op, result, _) in enumerate(CASES):
            constants = "".join(constant(*item) for item in arguments.items())
            file.write(f"func.func @c{number}() -> {result} {{\n{FIXED}{constants}  %r = {op}\n  return %r : {result}\n}}\n")
    done = subprocess.run(["runmat-interpret", path], capture_output=True, text=True)
    return [re.search(rf"@c{number}: (.*)", done.stdout).group(1) for number in range(len(CASES))]


def cpu_constants(folder):
    messages = []
    for number, (arguments, op, result, _) in enumerate(CASES):
        path = os.path.join(folder, f"c{number}.mlir")
        with open(path, "w") as file:
            constants = "".join(constant(*item) for item in arguments.items())
            file.write(f"func.func @f() -> {result} {{\n{FIXED}{constants}  %r = {op}\n  return %r : {result}\n}}\n")
        done = subprocess.run(["runmat", "run", path, "--verify-ir", "--device", "cpu"], capture_output=True, text=True)
        messages.append(done.stderr.strip() if done.returncode == 1 else f"exit code {done.returncode}: {done.stderr}")
    return messages


def cpu(folder):
    import numpy
    messages = []
    for number, (arguments, op, result, _) in enumerate(CASES):
        path = os.path.join(folder, f"c{number}.mlir")
        inputs = []
        for name, value in arguments.items():
            data = numpy.ones(value, "f4") if isinstance(value, list) else numpy.array(int(value), "i8")
            numpy.save(os.path.join(folder, name), data)
            inputs += ["--input", os.path.join(folder, name + ".npy")]
        with open(path, "w") as file:
            signature = ", ".join(f"%{name}: {type_of(value)}" for name, value in arguments.items())
            file.write(f"func.func @f({signature}) -> {result} {{\n{FIXED}  %r = {op}\n  return %r : {result}\n}}\n")
        done = subprocess.run(["runmat", "run", path, "--verify-ir", "--device", "cpu", *inputs], capture_output=True, text=True)
        messages.append(done.stderr.strip() if done.returncode == 1 else f"exit code {done.returncode}: {done.stderr}")
    return messages


def main():
    with tempfile.TemporaryDirectory() as folder:
        messages = globals()[sys.argv[1]](folder)
    failures = 0
    for (arguments, op, _, text), message in zip(CASES, messages):
        if not re.fullmatch(r"error: \S+\.mlir:\d+:8: " + re.escape(text), message):
            failures += 1
            print(f"{op} of {arguments}:\n  {message}\n  expected {text}")
    print(f"{len(CASES)} cases, {failures} failures")
    sys.exit(bool(failures))


main()

# Every elementwise, reduction and scan operation of the dialect, each with an element type that it does not take: one
# error that names the operation and the operand's type.   usage: wrong_types.py SOURCE
import re
import subprocess
import sys
import tempfile

source = sys.argv[1]
FLOAT_ONLY = """sqrt rsqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh
atanh erf floor ceil round round_even trunc is_nan is_inf is_finite""".split()
NUMBERS = "neg abs sign".split()
BINARY = "add sub mul div pow mod rem atan2 hypot min max and or xor shl shr_arith shr_logical".split()
REDUCTIONS = "sum prod mean reduce_min reduce_max any all var std argmin argmax".split()

cases = [(op, f"array.{op} %a : tensor<4xi32>", "i32") for op in FLOAT_ONLY]
cases += [(op, f"array.{op} %b : tensor<4xi1>", "i1") for op in NUMBERS]
cases += [("not", "array.not %f : tensor<4xf32>", "f32")]
cases += [(op, f"array.{op} %f, %a : tensor<4xf32>, tensor<4xi32>", "i32") for op in BINARY]
wrong = {"and": "f32", "or": "f32", "xor": "f32", "shl": "f32", "shr_arith": "f32", "shr_logical": "f32"}
cases += [(op, f"array.{op} %f, %f : tensor<4xf32>, tensor<4xf32>", "f32") for op in wrong]
cases += [(op, f"array.{op} %a, %a : tensor<4xi32>, tensor<4xi32>", "i32") for op in ("atan2", "hypot")]
cases += [(op, f"array.{op} %b, %b : tensor<4xi1>, tensor<4xi1>", "i1")
          for op in BINARY if op not in ("and", "or", "xor")]
cases += [("compare", "array.compare lt, %f, %a : tensor<4xf32>, tensor<4xi32>", "i32"),
          ("select", "array.select %a, %f, %f : tensor<4xi32>, tensor<4xf32>, tensor<4xf32>", "i32"),
          ("select", "array.select %b, %f, %a : tensor<4xi1>, tensor<4xf32>, tensor<4xi32>", "i32"),
          ("clamp", "array.clamp %f, %f, %a : tensor<4xf32>, tensor<4xf32>, tensor<4xi32>", "i32"),
          ("clamp", "array.clamp %b, %b, %b : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>", "i1")]
cases += [(op, f"array.{op} %{'f' if op in ('any', 'all') else 'b'} : tensor<4x{'f32' if op in ('any', 'all') else 'i1'}>",
           "f32" if op in ("any", "all") else "i1") for op in REDUCTIONS]
cases += [(op, f"array.{op} %a : tensor<4xi32>", "i32") for op in ("mean", "var", "std")]
cases += [(op, f"array.{op} %b dim 0 : tensor<4xi1>", "i1") for op in ("cumsum", "cumprod")]
cases += [("matmul", "array.matmul %m, %n : tensor<2x2xf32>, tensor<2x2xf64>", "f64"),
          ("dot", "array.dot %f, %a : tensor<4xf32>, tensor<4xi32>", "i32")]

declared = set()
for group in ("Unary", "Binary", "Reduction"):
    with open(f"{source}/dialects/Array/{group}Ops.td", encoding="utf-8") as file:
        declared |= set(re.findall(r'^def Array_\w+ : \w+<"(\w+)"', file.read(), re.MULTILINE))
assert len(declared) > 60, declared
failures = [f"array.{op} has no case here" for op in sorted(declared - {op for op, _, _ in cases} - {"cast", "bitcast"})]
with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
    for op, text, _ in cases:
        file.write("func.func @f(%f: tensor<4xf32>, %a: tensor<4xi32>, %b: tensor<4xi1>, %m: tensor<2x2xf32>, %n: tensor<2x2xf64>) {\n"
                   f"  %r = {text}\n  return\n}}\n// -----\n")
    file.flush()
    done = subprocess.run(["runmat-opt", "--split-input-file", file.name], capture_output=True, text=True)
errors = re.findall(r"mlir:(\d+):(\d+): error: (.*)", done.stderr)
if len(errors) != len(cases):
    failures.append(f"{len(errors)} errors for {len(cases)} cases")
for number, (op, text, wrong) in enumerate(cases):
    message = next((m for line, _, m in errors if int(line) == 5 * number + 2), None)
    if not message or f"'array.{op}' op" not in message or wrong not in message:
        failures.append(f"{text}: {message}")
print("\n".join(failures) or f"{len(cases)} cases")
sys.exit(bool(failures))

"""usage: limits.py KIND COUNT   a program that would be one unit but for a limit: `tensors` adds COUNT arguments,
`body` takes sin COUNT times, `chain` negates COUNT times, `rows` subtracts COUNT means one after the other"""
import sys

kind, count = sys.argv[1], int(sys.argv[2])
tensor = "tensor<64xf32>"
args = ", ".join(f"%a{i}: {tensor}" for i in range(count if kind == "tensors" else 1))
print(f"func.func @main({args}) -> {tensor} {{\n  %v0 = array.neg %a0 : {tensor}")
for i in range(1, count):
    if kind == "tensors":
        print(f"  %v{i} = array.add %v{i - 1}, %a{i} : {tensor}, {tensor}")
    elif kind == "rows":
        print(f"  %m{i} = array.mean %v{i - 1} keep : {tensor}")
        print(f"  %v{i} = array.sub %v{i - 1}, %m{i} : {tensor}, tensor<1xf32>")
    else:
        print(f"  %v{i} = array.{'sin' if kind == 'body' else 'neg'} %v{i - 1} : {tensor}")
print(f"  return %v{count - 1} : {tensor}\n}}")

# Writes a program of N functions, each called by the next, the last by main.
# usage: deep_calls.py N
import sys

n = int(sys.argv[1])
print("func.func private @f0(%x: i64) -> i64 {\n  return %x : i64\n}")
for i in range(1, n):
    print(f"func.func private @f{i}(%x: i64) -> i64 {{\n  %y = call @f{i - 1}(%x) : (i64) -> i64\n  return %y : i64\n}}")
print(f"func.func @main() -> i64 {{\n  %x = arith.constant 7 : i64\n  %y = call @f{n - 1}(%x) : (i64) -> i64\n"
      "  return %y : i64\n}")

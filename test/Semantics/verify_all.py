# Runs every public function of a file, which take no arguments, compiled for the CPU at -O0 and -O3, against the
# interpreter. A function with `// FAILS: text` in front must fail with this text in both.
# usage: verify_all.py FILE.mlir
import re
import subprocess
import sys

path = sys.argv[1]
with open(path, encoding="utf-8") as file:
    functions = re.findall(r"(?:^// FAILS: (.*)\n)?^func\.func @(\w+)\(\)", file.read(), re.MULTILINE)
failures = 0
for text, name in functions:
    for level in "03":
        command = ["runmat", "run", path, "--verify-ir", "--entry", name, "--device", "cpu", "-O", level]
        done = subprocess.run(command + ([] if text else ["--verify"]), capture_output=True, text=True)
        good = done.returncode == 1 and text in done.stderr if text else done.returncode == 0
        if text and good:
            reference = subprocess.run(["runmat-interpret", path, "--entry", name], capture_output=True, text=True)
            good = text in reference.stdout + reference.stderr
            done = reference if not good else done
        if not good:
            failures += 1
            print(f"@{name} -O{level}: {done.stdout}{done.stderr}")
print(f"{len(functions)} functions, {failures} failures")
sys.exit(bool(failures) or not functions)

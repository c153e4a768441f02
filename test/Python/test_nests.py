"""Random fused.nest programs on the CPU against the reference interpreter. `python3 test_nests.py FIRST COUNT NESTS`
runs other seeds by hand."""
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nest_programs  # noqa: E402

RUNMAT = os.path.join(os.environ["RUNMAT_BUILD_DIR"], "bin", "runmat")
DTYPES = {"f64": np.float64, "f32": np.float32, "f16": np.float16, "i8": np.int8, "i16": np.int16, "i32": np.int32,
          "i64": np.int64, "i1": np.bool_}


def data(rng, element, sizes):
    if element == "i1":
        return rng.random(sizes) < rng.choice([0.02, 0.5, 0.98])
    if element.startswith("i"):
        return rng.integers(-5, 6, sizes).astype(DTYPES[element])
    values = np.asarray(np.round(rng.standard_normal(sizes) * 64) / 64)
    if rng.random() < 0.15 and values.size:
        values.flat[rng.integers(0, values.size, max(1, values.size // 50))] = np.nan
    if element == "bf16":
        # NumPy has no bf16: the bits, as the runtime writes them.
        return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.dtype("V2"))
    return values.astype(DTYPES[element])


def run(seed, nests, folder):
    program = nest_programs.make(seed, nests)
    path = os.path.join(folder, "p.mlir")
    with open(path, "w") as out:
        out.write(program.text())
    rng = np.random.default_rng(seed)
    command = [RUNMAT, "run", path, "--verify-ir", "--device", "cpu", "--verify"]
    for k, (element, sizes, _) in enumerate(program.inputs):
        name = os.path.join(folder, f"{k}.npy")
        np.save(name, np.asarray(data(rng, element, sizes)))
        command += ["-i", name]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr, program.text()


def main():
    first, count, nests = (int(a) for a in sys.argv[1:4]) if len(sys.argv) > 3 else (0, 300, 1)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            code, output, text = run(seed, nests, folder)
            if code:
                failed += 1
                lines = [line for line in output.splitlines() if "ok" not in line][:4]
                print(f"seed {seed} with {nests} nests fails:\n" + "\n".join(lines))
                if os.environ.get("RUNMAT_KEEP"):
                    with open(os.path.join(os.environ["RUNMAT_KEEP"], f"seed{seed}.mlir"), "w") as out:
                        out.write(text)
    print(f"{count} programs, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

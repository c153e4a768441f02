"""usage: reasons.py SOURCE   fails where a reason is not in its page under docs/ or in no test of its stage."""
import glob
import re
import sys

source = sys.argv[1]
read = lambda path: open(path, encoding="utf-8").read()


def missing(macro, list_file, page, *tests):
    reasons = re.findall(rf'(?m)^{macro}\(\w+,\s*"([^"]+)"', read(f"{source}/include/runmat/{list_file}"))
    docs = read(f"{source}/docs/{page}")
    shown = "".join(line for folder in tests
                    for kind in ("mlir", "test") for path in glob.glob(f"{source}/test/{folder}/*.{kind}")
                    for line in open(path, encoding="utf-8")
                    if "REMARK" in line or "expected-remark" in line or "grep -c" in line)
    return [r for r in reasons if f"`{r}`" not in docs or r not in shown] if reasons else [list_file]


bad = (missing("RUNMAT_REJECTION", "Dialect/Fused/Rejections.def", "fusion.md", "Fusion")
       + missing("RUNMAT_CPU_DETOUR", "Conversion/CPUDetours.def", "cpu-refusals.md", "Conversion/LinalgToVector")
       + missing("RUNMAT_GPU_REFUSAL", "Conversion/GPURefusals.def", "gpu-refusals.md", "Conversion/FusedToGPU"))
sys.exit(f"not documented or not tested: {bad}" if bad else 0)

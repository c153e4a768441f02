"""usage: reasons.py SOURCE   fails where a reason is not in docs/fusion.md or in no test under test/Fusion."""
import glob
import re
import sys

source = sys.argv[1]
read = lambda path: open(path, encoding="utf-8").read()
reasons = re.findall(r'(?m)^RUNMAT_REJECTION\(\w+,\s*"([^"]+)"', read(f"{source}/include/runmat/Dialect/Fused/Rejections.def"))
docs = read(f"{source}/docs/fusion.md")
tests = "".join(line for path in glob.glob(f"{source}/test/Fusion/*.mlir") for line in open(path, encoding="utf-8")
                if "REMARK" in line)
missing = [r for r in reasons if f"`{r}`" not in docs or r not in tests]
sys.exit(f"not documented or not tested: {missing}" if missing or not reasons else 0)

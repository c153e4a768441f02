"""The errors of docs/numerics.md hold: each function is measured again on fewer points."""
import os
import re
import sys
import unittest

SOURCE = os.environ["RUNMAT_SOURCE_DIR"]
sys.path.insert(0, os.path.join(SOURCE, "tools", "dev"))
import measure_numerics  # noqa: E402


class Numerics(unittest.TestCase):
    def test_no_function_is_worse_than_stated(self):
        with open(os.path.join(SOURCE, "docs", "numerics.md")) as file:
            page = file.read()
        stated = {}
        for line in page.splitlines():
            cells = [c.strip() for c in line.strip("|").split("|")]
            if len(cells) == 5 and re.fullmatch(r"[\d.]+", cells[1]):
                stated[cells[0]] = dict(zip(("f32", "f64", "f16", "bf16"), cells[1:]))
        for result in measure_numerics.measure(os.environ["RUNMAT_BUILD_DIR"], quick=True):
            name, type_ = result["function"], result["type"]
            with self.subTest(function=name, type=type_, x=result["x"], y=result["y"]):
                # Other points than the page's are rounded a little worse.
                self.assertLessEqual(result["ulp"], float(stated[name][type_]) + 0.25)
                self.assertLessEqual(result["ulp"], 4)


if __name__ == "__main__":
    unittest.main()

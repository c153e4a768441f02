"""Prints the totals of a test run: ctest's own tests, with the one named `lit` replaced by lit's.

A test that was left out for want of something that tools/dev/bootstrap installs (a Vulkan device, a tool of ours) has
failed. Skipped are only cases that a type does not have.

usage: test_totals.py CTEST_JUNIT_XML LIT_JSON
"""
import json
import os
import re
import sys
import xml.etree.ElementTree as xml


def main(junit, lit):
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for case in xml.parse(junit).getroot().iter("testcase"):
        status = case.get("status")
        if case.get("name") == "lit" and os.path.exists(lit):
            continue
        key = {"run": "passed", "fail": "failed"}.get(status, "skipped")
        # GoogleTest's GTEST_SKIP is a passed process with this text in its output.
        out = case.findtext("system-out") or ""
        if key == "passed" and "[  SKIPPED ]" in out:
            key = "skipped"
        if re.search(r"is not installed|^OK \(skipped=", out, re.MULTILINE):
            print(f"{case.get('name')}: not run, something is not installed")
            key = "failed"
        total[key] += 1
    if os.path.exists(lit):
        with open(lit) as file:
            for test in json.load(file)["tests"]:
                code = test["code"]
                if code in ("PASS", "FLAKYPASS", "XFAIL"):
                    total["passed"] += 1
                elif code in ("SKIPPED", "EXCLUDED"):
                    total["skipped"] += 1
                else:
                    if code == "UNSUPPORTED":
                        print(f"{test['name']}: not run, a feature that it requires is missing")
                    total["failed"] += 1
    line = f"{total['passed']} passed, {total['failed']} failed"
    if total["skipped"]:
        line += f", {total['skipped']} skipped"
    print(line)
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

"""Makes the reference pages from the definitions: docs/dialects/NAME.md and docs/passes.md.

usage: pages.py [--check]   --check writes nothing and prints the pages that are stale.
The pages are in the repository so that they can be read without a build; `ninja docs` runs this.
"""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PASSES_HEAD = """# Passes

Every pass of the compiler, as `runmat-opt --NAME`, or in a stock `mlir-opt-22` with the plugin as
`--pass-pipeline='builtin.module(NAME)'`. Upstream's passes are in `runmat-opt` too.
Made from the passes' definitions by `ninja docs`.
"""


def tblgen(td, *arguments):
    command = ["mlir-tblgen-22", *arguments, td, "-I.", "-Iinclude", "-I/usr/lib/llvm-22/include"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout.replace("[TOC]\n\n", "")


def dialect_pages():
    for td in sorted(glob.glob("dialects/*/*Ops.td", root_dir=ROOT)):
        folder, file = td.split("/")[1:]
        if file == f"{folder}Ops.td":
            text = tblgen(td, "-gen-dialect-doc", f"-dialect={folder.lower()}")
            yield f"docs/dialects/{folder.lower()}.md", text


def passes_page():
    sections = []
    for td in sorted(glob.glob("include/runmat/**/*Passes.td", root_dir=ROOT, recursive=True)
                     + glob.glob("lib/**/*Passes.td", root_dir=ROOT, recursive=True)):
        text = tblgen(td, "-gen-pass-doc")
        text = re.sub(r"<!--.*?-->\n", "", text)
        text = re.sub(r"^### `-", "### `--", text, flags=re.M)
        # include/runmat/Conversion/Passes.td documents the stage Conversion.
        stage = os.path.dirname(td).removeprefix("include/runmat/").removeprefix("lib/")
        sections.append(f"\n## {stage}\n\n{text.strip()}\n")
    return [("docs/passes.md", PASSES_HEAD + "".join(sections) + rejections())] if sections else []


def rejections():
    """The reasons of Rejections.def: one row for each RUNMAT_REJECTION(Name, "text", "why", "hint")."""
    path = os.path.join(ROOT, "include", "runmat", "Dialect", "Fused", "Rejections.def")
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        found = re.findall(r'RUNMAT_REJECTION\((\w+),((?:\s*"[^"]*"\s*,?)+)\)',
                           re.sub(r"^//.*", "", file.read(), flags=re.M))
    rows = ""
    for _, strings in found:
        # Adjacent literals are one string, as in C.
        parts = [re.sub(r'"\s*"', "", p.strip()).strip('"') for p in re.split(r'(?<="),', strings)]
        rows += f"| `{parts[0]}` | {parts[1]} | {parts[2] if len(parts) > 2 else ''} |\n"
    return ("\n## Why something was not fused\n\nReasons of the missed remarks "
            "(`--remarks-filter-missed=.*`), from Rejections.def.\n\n"
            "| reason | why | what would make it match |\n|---|---|---|\n" + rows)


def main():
    check, stale = "--check" in sys.argv[1:], False
    for name, text in [*dialect_pages(), *passes_page()]:
        path = os.path.join(ROOT, name)
        old = open(path).read() if os.path.exists(path) else None
        if old == text:
            continue
        stale = True
        print(f"{name}: " + ("stale" if check else "written"))
        if not check:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())

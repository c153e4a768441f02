#!/usr/bin/env python3
"""The table of cases (benchmarks/peers/cases) on this machine's CPU: RunMat beside NumPy, JAX and torch.compile.

Each implementation of each case runs in a process of its own, with the same random inputs in memory and the same
number of threads; its result is checked against NumPy in f64 before it is timed. `ahead` is the best peer's median
over ours (above 1: RunMat is ahead), `x copy` our time over that of a plain copy of as many bytes as the case has to
move. The time to compile is from the program's text to loaded code for us, trace and compilation for JAX;
in the group `compile` it is all that counts, and `ahead` is of it. `reported` is what was once seen slower than NumPy
(--group reported --peers numpy).

usage: benchmarks/peers/run_cases.py [--group memory,product,small,compile,reported] [--case softmax,chain] [--json FILE]
       benchmarks/peers/run_cases.py --check      small sizes, NumPy alone, no times: a test
       benchmarks/peers/run_cases.py --show FILE  prints the tables of an earlier --json (--markdown: for documents)
--keep-memory: peers otherwise pay page faults for each new large result, since glibc gives freed ones back.
With --json, cases that an earlier run put into FILE stay there, so that a long run can be done in parts.
"""
import argparse
import json
import math
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile

from cases import CASES
from peers import ROOT, make_environment

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ["numpy", "jax", "torch.compile"]
GROUPS = ["memory", "product", "small", "compile", "reported"]
NPY = {"f64": "<f8", "f32": "<f4", "f16": "<f2", "i1": "|b1", "i8": "|i1", "i64": "<i8"}


class Failure(Exception):
    pass


def environment(options):
    """Nothing of this machine's settings may slow a peer down."""
    dropped = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    kept = {k: v for k, v in os.environ.items() if k not in dropped}
    if options.keep_memory:
        # glibc then takes large arrays from its heap, and gives nothing back to the system.
        kept.update(MALLOC_MMAP_MAX_="0", MALLOC_TRIM_THRESHOLD_=str(1 << 62))
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "RUNMAT_NUM_THREADS": str(options.threads)}


def run(command, options):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=options.limit, env=environment(options))
    except subprocess.TimeoutExpired:
        raise Failure(f"not finished after {options.limit:.0f} s")
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()
        raise Failure(next((line for line in lines if "error:" in line), lines[-1])[:300])
    return done.stdout


def one(python, case, implementation, folder, options):
    command = [python, os.path.join(HERE, "one_case.py"), case, implementation, "--folder", folder, "--threads",
               str(options.threads), "--seconds", str(options.seconds), "--runtime",
               os.path.join(options.build, "lib", "libRunMatRuntime.so")]
    text = run(command + (["--tiny"] if options.check else []), options)
    return json.loads(text.splitlines()[-1]) if text.strip() else {}


def compile_ours(case, folder, options):
    program = os.path.join(folder, "case.mlir")
    with open(program, "w") as file:
        file.write(case.program(case.tiny if options.check else case.sizes))
    run([os.path.join(options.build, "bin", "runmat"), "compile", program, "--device", "cpu", "-o",
         os.path.join(folder, "case.so")] + (["--verify-ir"] if options.check else []), options)
    return program


def zeros(path, element, shape):
    """A .npy file of zeros that takes no room on the disk."""
    sizes = "(" + "".join(f"{n}," for n in shape) + ")"
    header = f"{{'descr': '{NPY[element]}', 'fortran_order': False, 'shape': {sizes}}}".ljust(117) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.truncate(file.tell() + int(NPY[element][2]) * math.prod(shape))


def our_compile_ms(case, program, folder, options):
    """Median over three processes (where one takes seconds, one) of the time from text to loaded code; what runs after it is not used."""
    command = [os.path.join(options.build, "bin", "runmat"), "run", program, "--device", "cpu", "--time=1"]
    for index, (element, shape) in enumerate(zip(case.elements(), case.shapes(case.sizes))):
        path = os.path.join(folder, f"zeros{index}.npy")
        zeros(path, element, shape)
        command += ["--input", path]
    times = []
    while len(times) < 3 and max(times, default=0) < 2000:
        found = re.search(r"^compile: ([0-9.]+) ms", run(command, options), re.MULTILINE)
        if not found:
            raise Failure("runmat run --time prints no time to compile")
        times.append(float(found[1]))
    return statistics.median(times)


def measure(case, python, options):
    row = {"case": case.name, "group": case.group}
    with tempfile.TemporaryDirectory() as folder:
        one(python, case.name, "reference", folder, options)
        peers = [] if options.check else options.peers.split(",")
        if case.group == "compile":
            peers = [p for p in peers if p == "jax"]
        for name in ["runmat"] + peers:
            try:
                program = compile_ours(case, folder, options) if name == "runmat" else None
                report = one(python, case.name, name, folder, options)
                allowed = case.allowed() if name == "runmat" or not case.peer_tolerance else case.peer_tolerance
                report["wrong"] = not report["error"] <= allowed
                if name == "runmat" and report["wrong"]:
                    raise Failure(f"wrong result: error {report['error']:.1e}, allowed {allowed:.0e}")
                if program and not options.check:
                    report["compile_ms"] = our_compile_ms(case, program, folder, options)
                row[name] = report
            except Failure as failure:
                row[name] = {"failed": str(failure)}
    return row


def best_peer(row):
    """Peers whose result is wrong do not count."""
    return min((r["median_ms"] for name, r in row.items()
                if name in PEERS + ["torch"] and "median_ms" in r and not r["wrong"]), default=None)


def ahead(row):
    ours = row["runmat"]
    if row["group"] == "compile":
        best, own = row.get("jax", {}).get("compile_ms"), ours.get("compile_ms")
    else:
        best, own = best_peer(row), ours.get("median_ms")
    return best / own if best and own else None


def of_copy(row):
    ours = row["runmat"]
    if not ours.get("median_ms") or not ours["bytes"] or row["group"] != "memory":
        return None
    return ours["median_ms"] / (ours["bytes"] / row["copy_gb_per_s"] * 1e-6)


def number(value, suffix=""):
    if value is None:
        return "-"
    digits = max(0, 2 - math.floor(math.log10(value)))  # three that count
    return f"{value:.{digits}f}{suffix}"


def titles(group, peers):
    if group == "compile":
        return ["", "RunMat ms", "JAX ms", "ahead"]
    return ["", "RunMat ms", "10 - 90 %", *[p + " ms" for p in peers], "ahead", "x copy", "compile ms", "JAX's"]


def cells(row, peers):
    if row["group"] == "compile":
        mine, theirs = row["runmat"], row.get("jax", {})
        return [row["case"], *["failed" if "failed" in r else number(r.get("compile_ms")) for r in (mine, theirs)],
                number(ahead(row))]
    times = []
    for name in ["runmat"] + peers:
        r = row.get(name, {})
        times.append("failed" if "failed" in r else number(r.get("median_ms"), " wrong" if r.get("wrong") else ""))
    ours = row["runmat"]
    spread = f"{number(ours['low_ms'])} - {number(ours['high_ms'])}" if "low_ms" in ours else "-"
    jax = row.get("jax", {}).get("compile_ms")
    return [row["case"], times[0], spread, *times[1:], number(ahead(row)), number(of_copy(row)),
            number(ours.get("compile_ms")), number(jax)]


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def summary(rows):
    lines = []
    for group in GROUPS[:3] + ["all", "reported"]:
        own = [r for r in rows if r["group"] == group or (group == "all" and r["group"] in GROUPS[:3])]
        values = [v for v in map(ahead, own) if v]
        if not values:
            continue
        below = sum(v < 1 for v in values)
        lines.append(f"{group}: {len(values)} of {len(own)} cases, ahead of the best peer {geometric_mean(values):.2f} "
                     f"times in geometric mean, least {min(values):.2f}, below 1 in {below}")
    speeds = [r["copy_gb_per_s"] for r in rows]
    lines.append(f"a copy moved {min(speeds):.0f} to {max(speeds):.0f} GB/s (read + write)")
    both = [(r["runmat"]["compile_ms"], r["jax"]["compile_ms"]) for r in rows
            if r["runmat"].get("compile_ms") and r.get("jax", {}).get("compile_ms")]
    if both:
        ratio = geometric_mean([theirs / ours for ours, theirs in both])
        lines.append(f"compile: JAX's time over ours {ratio:.2f} in geometric mean, ours longer in "
                     f"{sum(ours > theirs for ours, theirs in both)} of {len(both)}")
    return lines


def show(report, markdown=False):
    rows = [report["cases"][c.name] for c in CASES if c.name in report["cases"]]
    peers = report["peers"]
    for group in GROUPS:
        table = [titles(group, peers)] + [cells(r, peers) for r in rows if r["group"] == group]
        if len(table) == 1:
            continue
        print(f"\n{group}:\n")
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        for index, line in enumerate(table):
            if markdown:
                print("| " + " | ".join(line) + " |")
                if index == 0:
                    print("|---" * len(line) + "|")
            else:
                print("  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(line, widths))))
    print()
    for line in summary(rows):
        print(("- " if markdown else "") + line)
    for row in rows:
        for name, r in row.items():
            if isinstance(r, dict) and "failed" in r:
                print(f"{'- ' if markdown else ''}{row['case']}, {name}: {r['failed']}")


def selected(options):
    wanted = options.case.split(",") if options.case else None
    for name in wanted or []:
        if name not in {c.name for c in CASES}:
            raise SystemExit(f"error: no case is named {name}")
    groups = options.group.split(",")
    for name in groups:
        if name not in GROUPS:
            raise SystemExit(f"error: no group is named {name}, expected some of {','.join(GROUPS)}")
    return [c for c in CASES if c.group in groups and (wanted is None or c.name in wanted)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--group", default=",".join(GROUPS), help="some of " + ",".join(GROUPS))
    parser.add_argument("--case", help="names, separated by commas (default: all)")
    parser.add_argument("--peers", default=",".join(PEERS), help="some of " + ",".join(PEERS + ["torch"]))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.5, help="time spent on each measurement")
    parser.add_argument("--limit", type=float, default=120, help="seconds for one implementation of one case")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--venv", default=os.path.join(ROOT, "build", "peers-venv"))
    parser.add_argument("--keep-memory", action="store_true",
                        help="freed memory stays with the process: peers then pay no page faults for new results")
    parser.add_argument("--json", help="figures go there, to those of cases that are there already")
    parser.add_argument("--show", metavar="FILE")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--list", action="store_true", help="names and groups of the cases")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.list:
        for case in CASES:
            print(f"{case.name:32} {case.group}")
        return 0
    if options.show:
        with open(options.show) as file:
            show(json.load(file), options.markdown)
        return 0
    chosen = selected(options)
    python = sys.executable if options.check else make_environment(options.venv)
    report = {"threads": options.threads, "peers": options.peers.split(","), "cases": {}}
    if options.json and os.path.exists(options.json):
        with open(options.json) as file:
            report["cases"] = json.load(file)["cases"]
    speed = None
    if not options.check:
        copy = one(python, "-", "copy", ".", options)
        speed = copy["bytes"] / copy["median_ms"] * 1e-6
        print(f"copy, {options.threads} threads: {speed:.1f} GB/s (read + write)", flush=True)
    failed = 0
    for case in chosen:
        try:
            row = measure(case, python, options)
        except Failure as failure:
            row = {"case": case.name, "group": case.group, "runmat": {"failed": f"reference: {failure}"}}
        row["copy_gb_per_s"] = speed  # of the same sitting
        report["cases"][case.name] = row
        ours = row["runmat"]
        failed += "failed" in ours
        if options.check:
            print(f"{case.name}: {ours.get('failed') or 'error %.1e' % ours['error']}", flush=True)
            continue
        print("  ".join(cells(row, report["peers"])), flush=True)
        if options.json:
            with open(options.json + ".new", "w") as file:
                json.dump(report, file, indent=1)
            shutil.move(options.json + ".new", options.json)
    if options.check:
        print(f"{len(chosen)} cases, {failed} failed")
    else:
        show({**report, "cases": {c.name: report["cases"][c.name] for c in chosen}}, options.markdown)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

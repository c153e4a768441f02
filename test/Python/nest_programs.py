"""Programs of random fused.nest operations: every dtype, kind of reduction, layout of inputs and schedule of the CPU
sweep (maps, rows, columns, several stages, static and open sizes, tails, empty dims)."""
import random

FLOATS = ["f64", "f32", "f16", "bf16"]
INTEGERS = ["i8", "i16", "i32", "i64"]
ALL = FLOATS + INTEGERS + ["i1"]


class Program:
    """One function: `text`, and `inputs` as (dtype, sizes)."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.inputs, self.lines, self.results = [], [], []
        self.sizes = {}

    def argument(self, element, sizes, static):
        name = f"%a{len(self.inputs)}"
        shape = "".join(("?" if s is None else str(s)) + "x" for s in static)
        self.inputs.append((element, list(sizes), f"{name}: tensor<{shape}{element}>"))
        return name, f"tensor<{shape}{element}>"

    def text(self):
        arguments = ", ".join(text for _, _, text in self.inputs)
        types = ", ".join(t for _, t in self.results)
        values = ", ".join(v for v, _ in self.results)
        return (f"func.func @main({arguments}) -> ({types}) {{\n" + "\n".join(self.lines)
                + f"\n  return {values} : {types}\n}}\n")


def sizes_of(r, rank, rows):
    """Sizes around vectors and steps of lanes; long rows where `rows` says so."""
    pool = [1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 129, 200]
    sizes = [r.choice(pool) for _ in range(rank)]
    while len(sizes) > 1 and _product(sizes) > 30000:
        sizes[r.randrange(rank)] = r.choice([1, 2, 3, 4])
    if rows == "long" and rank:
        sizes = [r.choice([1, 2, 3]) for _ in range(rank)]
        sizes[r.randrange(rank)] = r.choice([4096, 5000, 9001, 20000])
    if r.random() < 0.04 and rank:
        sizes[r.randrange(rank)] = 0
    return sizes


def _product(sizes):
    total = 1
    for s in sizes:
        total *= s
    return total


def add_nest(p, element, shape_class, stages_kind):
    r = p.random
    rank = r.choice([0, 1, 1, 2, 2, 2, 3, 3, 4])
    if stages_kind in ("softmax", "norm") and rank == 0:
        rank = 1
    sizes = sizes_of(r, rank, shape_class)
    openness = r.choice(["static", "static", "open", "mixed"])
    static = [s if openness == "static" or (openness == "mixed" and r.random() < 0.5) else None for s in sizes]
    number = len(p.lines)
    dims = [f"d{i}" for i in range(rank)]
    # The first input spans the space, in this or another order of dims.
    inputs, maps, operands = [], [], []

    def read(order, kept_constant=()):
        name, kind = p.argument(element, [1 if d in kept_constant else sizes[d] for d in order],
                                [1 if d in kept_constant else static[d] for d in order])
        operands.append(name)
        inputs.append(kind)
        exprs = ", ".join("0" if d in kept_constant else dims[d] for d in order)
        maps.append(f"affine_map<({', '.join(dims)}) -> ({exprs})>")

    order = list(range(rank))
    if r.random() < 0.2:
        r.shuffle(order)
    read(order)
    # What 16-bit floats round on the way would be magnified by statistics: one input there.
    rounds = element in ("f16", "bf16") and stages_kind in ("softmax", "norm")
    for _ in range(0 if rounds else r.choice([0, 0, 1, 2])):
        some = [d for d in range(rank) if r.random() < 0.6]
        if r.random() < 0.3:
            r.shuffle(some)
        read(some, [d for d in some if r.random() < 0.2])
    count = len(operands)
    is_float, is_bool = element in FLOATS, element == "i1"
    arguments = [f"%e{i}" for i in range(count)]

    lines = []

    def combine(values):
        total = values[0]
        for i, other in enumerate(values[1:]):
            op = "xor" if is_bool else r.choice(["add", "sub", "max", "mul"] if not is_float else ["add", "sub", "max"])
            lines.append(f"    %c{i} = array.{op} {total}, {other} : {element}, {element}")
            total = f"%c{i}"
        return total

    reduced = sorted(d for d in range(rank) if r.random() < 0.5)
    if not reduced and rank and r.random() < 0.8:
        reduced = [r.randrange(rank)]
    keep = r.random() < 0.3

    def result_type(dims_reduced, kind, kept):
        shape = ""
        for d in range(rank):
            if d in dims_reduced:
                shape += "1x" if kept else ""
            else:
                shape += ("?" if static[d] is None else str(static[d])) + "x"
        return f"tensor<{shape}{kind}>"

    def reduction(kind, over, kept, extra=""):
        return (f"#fused.reduction<{kind} dims [{', '.join(map(str, over))}]{' keep' if kept else ''}{extra}>")

    yields, types, results, stages = [], [], [], []
    if stages_kind == "map":
        total = combine(arguments)
        if r.random() < 0.3 and rank and not is_bool:
            lines += [f"    %i = fused.index {r.randrange(rank)}", f"    %ic = array.cast %i : i64 to {element}",
                      f"    %it = array.add {total}, %ic : {element}, {element}"]
            total = "%it" if element not in ("i8",) else total
        outs = [(total, element)]
        if r.random() < 0.2 and is_float and rank:
            normal = "normal" if r.random() < 0.5 else ""
            lines += [f"    %key = array.constant {r.randrange(1 << 40)} : i64",
                      f"    %off = array.constant {r.randrange(1 << 20)} : i64",
                      f"    %u = fused.random {normal} key %key offset %off : {element}"]
            outs.append(("%u", element))
        if r.random() < 0.4 and not is_bool:
            lines.append(f"    %less = array.compare lt, {arguments[0]}, {total} : {element}, {element}")
            outs.append(("%less", "i1"))
        if r.random() < 0.2 and is_float:
            lines.append(f"    %s = array.abs {total} : {element}")
            lines.append(f"    %q = array.sqrt %s : {element}")
            outs.append(("%q", element))
        yields = ["#fused.store"] * len(outs)
        types = [result_type([], kind, False) for _, kind in outs]
        lines.append(f"    fused.yield {', '.join(v for v, _ in outs)} : {', '.join(k for _, k in outs)}")
        stages.append((arguments, [element] * count, lines))
        yield_text = f"[[{', '.join(yields)}]]"
        numbers = range(len(outs))
    elif stages_kind == "reduce":
        if is_bool:
            kinds = ["any", "all"]
        elif is_float:
            kinds = ["sum", "mean", "min", "max", "var", "std", "argmin", "argmax"]
        else:
            kinds = ["sum", "prod", "min", "max", "argmin", "argmax"]
        empty = any(sizes[d] == 0 for d in range(rank))
        if empty:
            kinds = [k for k in kinds if not k.startswith("arg")]
        total = combine(arguments)
        # The first runs over the row dims, others over these or more.
        row = reduced
        values, kinds_of = [], []
        for n in range(r.choice([1, 1, 2, 3])):
            kind = r.choice(kinds)
            over = row if n == 0 or r.random() < 0.6 else sorted(
                set(row) | {d for d in range(rank) if r.random() < 0.5})
            extra = ""
            if kind in ("min", "max", "argmin", "argmax") and is_float and r.random() < 0.5:
                extra += " nan = propagate"
            if kind in ("sum", "mean", "var", "std") and is_float and r.random() < 0.4:
                extra += " omit_nan = true"
            if kind in ("var", "std") and r.random() < 0.4:
                extra += " ddof = 1"
            kept = keep
            yields.append(reduction(kind, over, kept, extra))
            value_type = element
            if kind in ("sum", "prod"):
                value_type = element if is_float else "i64"
            if kind.startswith("arg"):
                value_type = "i64"
            types.append(result_type(over, value_type, kept))
            values.append(total)
            kinds_of.append(element)
        if r.random() < 0.3:
            yields.append("#fused.store")
            types.append(result_type([], element, False))
            values.append(total)
            kinds_of.append(element)
        lines.append(f"    fused.yield {', '.join(values)} : {', '.join(kinds_of)}")
        stages.append((arguments, [element] * count, lines))
        yield_text = f"[[{', '.join(yields)}]]"
        numbers = range(len(yields))
    else:
        row = reduced or [rank - 1]
        row_text = ", ".join(map(str, row))
        total = combine(arguments)
        first = lines + [f"    fused.yield {total} : {element}"]
        stages.append((arguments, [element] * count, first))
        if stages_kind == "softmax":
            second = lines + [f"    %d = array.sub {total}, %max : {element}, {element}",
                              f"    %p = array.exp %d : {element}", f"    fused.yield %p, %p : {element}, {element}"]
            third = [f"    %q = array.div %p, %sum : {element}, {element}", f"    fused.yield %q : {element}"]
            stages.append((arguments + ["%max"], [element] * (count + 1), second))
            stages.append((arguments + ["%max", "%p", "%sum"], [element] * (count + 3), third))
            stored = r.random() < 0.3
            yield_text = (f"[[{reduction('max', row, False)}], [#fused.store, {reduction('sum', row, False)}], "
                          "[#fused.store]]")
            numbers = [1, 3] if stored else [3]
            types = [result_type([], element, False)] * len(numbers)
        else:
            wide = "f64" if element == "f64" else "f32"
            # Moments are of f32 and f64: others are cast.
            cast = [] if wide == element else [f"    %w = array.cast {total} : {element} to {wide}"]
            value = total if wide == element else "%w"
            stages[0] = (arguments, [element] * count, lines + cast + [f"    fused.yield {value} : {wide}"])
            eps = f"    %eps = array.constant 0.01 : {wide}"
            second = lines + cast + [
                eps, f"    %d = array.sub {value}, %mean : {wide}, {wide}",
                f"    %d2 = array.sub %d, %low : {wide}, {wide}",
                f"    %dl = array.mul %d2, %lift : {wide}, {wide}",
                f"    %v = array.add %var, %eps : {wide}, {wide}", f"    %s = array.sqrt %v : {wide}",
                f"    %y = array.div %dl, %s : {wide}, {wide}", f"    %y2 = array.mul %y, %y : {wide}, {wide}"]
            more = sorted(set(row) | {d for d in range(rank) if r.random() < 0.5})
            second.append(f"    fused.yield %y, %y2 : {wide}, {wide}")
            stages.append((arguments + ["%mean", "%low", "%var", "%lift"], [element] * count + [wide] * 4, second))
            yield_text = f"[[#fused.moments<dims [{row_text}]>], [#fused.store, {reduction('mean', more, False)}]]"
            numbers = [1, 2]
            types = [result_type([], wide, False), result_type(more, wide, False)]
    regions = []
    for arguments, kinds, body in stages:
        header = ", ".join(f"{a}: {k}" for a, k in zip(arguments, kinds))
        regions.append("{\n  ^bb0(" + header + "):\n" + "\n".join(body) + "\n  }")
    space = ", ".join("?" if s is None else str(s) for s in static)
    name = f"%r{number}"
    p.lines.append(f"  {name}:{len(types)} = fused.nest [{space}] ins({', '.join(operands)} : {', '.join(inputs)}) "
                   f"maps [{', '.join(maps)}] yields {yield_text} results [{', '.join(map(str, numbers))}] "
                   + ", ".join(regions) + f" -> {', '.join(types)}")
    p.results += [(f"{name}#{i}", t) for i, t in enumerate(types)]


def make(seed, nests):
    p = Program(seed)
    for n in range(nests):
        kind = p.random.choice(["map", "map", "reduce", "reduce", "reduce", "softmax", "norm"])
        elements = FLOATS if kind in ("softmax", "norm") else ALL
        add_nest(p, p.random.choice(elements), p.random.choice(["", "", "long"]), kind)
    return p

"""The table of cases: every implementation does the same work on the same inputs."""
import dataclasses

from . import elementwise, layout, long, loops, products, reductions, reported, rows
from .case import Case, inputs, moved_bytes  # noqa: F401


def small(case, **sizes):
    """The same program on so little data that a call's overhead is most of it."""
    return dataclasses.replace(case, name="small_" + case.name, group="small", sizes=sizes, gpu=None)


CASES = (elementwise.CASES + reductions.CASES + rows.CASES + layout.CASES + loops.CASES + products.CASES + [
    small(elementwise.CHAIN, n=1000),
    small(elementwise.AFFINE, n=1000),
    small(reductions.SUM, n=1000),
    small(rows.SOFTMAX, m=10, n=100),
    small(products.MATMUL, n=32),
] + long.CASES + reported.CASES)

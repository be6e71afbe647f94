"""How shapes go together: the shape of the result and the loops of csrc/elementwise.pyx."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from pyseq.core.errors import invalid

CHUNK = 16384  # elements of a part, as in csrc/elementwise.pyx
MAX_RANK = 8
INT64_MAX = 2**63 - 1


def broadcast_shapes(*shapes: tuple, who: str = "broadcast") -> tuple:
    """The shape that several shapes are broadcast to.

    Raises:
        ValueError: they do not go together.
    """
    rank = max(map(len, shapes))
    result = []
    for extents in zip(*[(1,) * (rank - len(shape)) + shape for shape in shapes], strict=True):
        wide = {n for n in extents if n != 1}
        if len(wide) > 1:
            received = ", ".join(map(str, shapes[:-1]))
            raise invalid(
                f"{who}: operands must have shapes that broadcast together. Received: {received} and {shapes[-1]}."
            )
        result.append(wide.pop() if wide else 1)
    return tuple(result)


def _strides(shape: tuple, rank: int) -> list[int]:
    """Element strides of a contiguous array, 0 along axes that are repeated, for a result of this rank."""
    strides, step = [], 1
    for extent in reversed(shape):
        strides.append(0 if extent == 1 else step)
        step *= extent
    return [0] * (rank - len(shape)) + strides[::-1]


def _merged_axes(who: str, shapes: tuple, shape: tuple) -> list[tuple]:
    """(extent, stride of each operand) of each axis; neighbours that are one run for all are one axis."""
    axes: list[tuple] = []
    for axis in zip(shape, *[_strides(s, len(shape)) for s in shapes], strict=True):
        if axis[0] == 1:
            continue
        if axes and all(outer == axis[0] * inner for outer, inner in zip(axes[-1][1:], axis[1:], strict=True)):
            axis = (axes.pop()[0] * axis[0], *axis[1:])
        axes.append(axis)
    if len(axes) > MAX_RANK:
        raise invalid(
            f"{who}: operands must have at most {MAX_RANK} axes that do not merge. Received: {' and '.join(map(str, shapes))}."
        )
    return axes


@lru_cache(maxsize=8192)
def broadcast(who: str, op: int, *shapes: tuple) -> tuple[tuple, tuple, int, int]:
    """What a kernel of csrc/elementwise.pyx is told to broadcast `shapes`.

    Args:
        who: for the message. op: the first dim.
    Returns:
        Shape of the result, dims, parts, number of elements.
    Raises:
        ValueError: the shapes do not go together.
    """
    shape = broadcast_shapes(*shapes, who=who)
    axes = _merged_axes(who, shapes, shape)
    n, *steps = axes.pop() if axes else (1,) * (len(shapes) + 1)
    rows = prod(axis[0] for axis in axes)
    rows_a_part = max(1, CHUNK // max(n, 1))
    dims = [op, n, rows, rows_a_part, len(axes), *[axis[0] for axis in axes]]
    for k, step in enumerate(steps, 1):
        dims += [step, *[axis[k] for axis in axes]]
    parts = -(-n // CHUNK) if rows == 1 else -(-rows // rows_a_part)
    return shape, tuple(dims), parts, prod(shape)

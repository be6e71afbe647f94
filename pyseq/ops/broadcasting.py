"""How two shapes go together: the shape of the result and the loops of csrc/elementwise.pyx."""

from __future__ import annotations

from functools import lru_cache
from math import prod

CHUNK = 16384  # elements of a part, as in csrc/elementwise.pyx
MAX_RANK = 8


class Broadcast:
    """Two shapes broadcast to one.

    Attributes:
        shape: of the result.
        dims: what the kernel is told after the op code: n, steps, rows, rows a part, outer rank, extents, strides.
        parts: how many the work is cut into. size: elements of the result.
    """

    __slots__ = ("shape", "dims", "parts", "size")

    def __init__(self, a: tuple, b: tuple):
        self.shape = broadcast_shapes(a, b)
        self.size = prod(self.shape)
        axes = _merged_axes(a, b, self.shape)
        n, step_a, step_b = axes.pop() if axes else (1, 1, 1)
        rows = prod(extent for extent, _, _ in axes)
        rows_a_part = max(1, CHUNK // max(n, 1))
        self.parts = -(-n // CHUNK) if rows == 1 else -(-rows // rows_a_part)
        extents, strides_a, strides_b = ([axis[k] for axis in axes] for k in range(3))
        self.dims = (n, step_a, step_b, rows, rows_a_part, len(axes), *extents, *strides_a, *strides_b)


def broadcast_shapes(a: tuple, b: tuple) -> tuple:
    """The shape that NumPy broadcasts two shapes to.

    Raises:
        ValueError: they do not go together.
    """
    rank = max(len(a), len(b))
    long_a, long_b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    for m, n in zip(long_a, long_b, strict=True):
        if m != n and m != 1 and n != 1:
            raise ValueError(f"operands must have shapes that broadcast together. Received: {a} and {b}.")
    return tuple(n if m == 1 else m for m, n in zip(long_a, long_b, strict=True))


def _strides(shape: tuple, rank: int) -> list[int]:
    """Element strides of a contiguous array, 0 along axes that are repeated, for a result of this rank."""
    strides, step = [], 1
    for extent in reversed(shape):
        strides.append(0 if extent == 1 else step)
        step *= extent
    return [0] * (rank - len(shape)) + strides[::-1]


def _merged_axes(a: tuple, b: tuple, shape: tuple) -> list[tuple[int, int, int]]:
    """(extent, stride of a, stride of b) of each axis; neighbours that are one run for both are one axis."""
    axes: list[tuple[int, int, int]] = []
    for axis in zip(shape, _strides(a, len(shape)), _strides(b, len(shape)), strict=True):
        if axis[0] == 1:
            continue
        if axes and axes[-1][1] == axis[0] * axis[1] and axes[-1][2] == axis[0] * axis[2]:
            axis = (axes.pop()[0] * axis[0], axis[1], axis[2])
        axes.append(axis)
    if axes and (axes[-1][1] > 1 or axes[-1][2] > 1):
        axes.append((1, 1, 1))  # the last axis is a run of one element
    if len(axes) > MAX_RANK:
        raise ValueError(f"operands must have at most {MAX_RANK} axes that do not merge. Received: {a} and {b}.")
    return axes


@lru_cache(maxsize=4096)
def broadcast(a: tuple, b: tuple) -> Broadcast:
    """The Broadcast of two shapes."""
    return Broadcast(a, b)

"""Margins of images: zeros put around them, or pixels cut off. csrc/pool_edges.pyx has the kernel."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from pyseq.core import as_tensor, emit, kernels, record
from pyseq.core.errors import invalid

MOVE_EDGES = kernels("move_edges")


def move_edges(x, around, first_axis=1):
    """x with each edge moved out (zeros), or in if the number is negative.

    Args:
        x: any rank and dtype. around: (before, after) for each of up to three neighbouring axes. first_axis: the first of them.
    Returns:
        y.  vjp: the edges moved back.
    Raises:
        ValueError: more axes than x has; more cut off than is there.
    """
    x = as_tensor(x)
    around = tuple((int(a), int(b)) for a, b in around)
    if not 1 <= len(around) <= 3 or first_axis + len(around) > len(x.shape):
        raise invalid(
            f"move_edges: `around` must be for one to three axes of x, from axis {first_axis} on. "
            f"Received: around={around}, x.shape={x.shape}."
        )
    to, dims, rows, size = _geometry(x.shape, around, first_axis, x.dtype.itemsize)
    y = emit(MOVE_EDGES, (x,), ((to, x.dtype),), dims, (), rows, size)
    back = tuple((-a, -b) for a, b in around)
    return record(y, (x,), lambda dy, needs: move_edges(dy, back, first_axis))


@lru_cache(maxsize=4096)
def _geometry(x_shape, around, first_axis, itemsize):
    """(shape of y, dims, rows, elements)."""
    end = first_axis + len(around)
    image = x_shape[first_axis:end]
    moved = tuple(extent + a + b for extent, (a, b) in zip(image, around, strict=True))
    if any(extent < 0 for extent in moved):
        raise invalid(
            f"move_edges: `around` must not cut off more than there is. Received: around={around}, x.shape={x_shape}."
        )
    more = 3 - len(around)
    to = (*x_shape[:first_axis], *moved, *x_shape[end:])
    whole = ((1,) * more + image, (1,) * more + moved, (0,) * more + tuple(a for a, _ in around))
    rows = prod(x_shape[:first_axis]) * prod(whole[1][:2])
    return to, (*whole[0], *whole[1], *whole[2], prod(x_shape[end:]) * itemsize), rows, prod(to)

"""Pixels picked by row and column: windows at places that a plan knows only when it runs, and nearest neighbours. csrc/image.pyx."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor, emit, float32, float64, int32, kernels, record, wrap
from pyseq.ops import elementwise as e

PICK, PUT = kernels("pick_pixels", "put_pixels")


def window(x, starts, size, first_axis=1):
    """x cut to a window along two neighbouring axes.

    Args:
        x: any rank and dtype. starts: (tensor, tensor), scalars of int32, where it begins; one that does not fit is moved inside.
        size: (extent, extent), at most x's. first_axis: the first of the two axes.
    Returns:
        y.  vjp: dy -> dx, zero outside.
    """
    images = x.shape[first_axis : first_axis + 2]
    places = [_places(start, count, n) for start, count, n in zip(starts, size, images, strict=True)]
    return pick_pixels(x, *places, first_axis)


def _places(start, count, n):
    """start, start + 1, ...: int32 (count,), in [0, n)."""
    start = e.minimum(e.maximum(e.cast(as_tensor(start), int32), 0), n - count)
    return e.add(start, wrap(np.arange(count, dtype="int32")))


def pick_pixels(x, rows, columns, first_axis=1):
    """y[..., i, j, ...] = x[..., rows[i], columns[j], ...].

    Args:
        x: any rank and dtype. rows, columns: int32 (OH,), (OW,), in range: it is not checked.
        first_axis: of the two neighbouring axes.
    Returns:
        y.  vjp: dy -> dx; a pixel picked twice gets the sum.
    """
    h, w = x.shape[first_axis : first_axis + 2]
    oh, ow = rows.shape[0], columns.shape[0]
    outer, pixel = math.prod(x.shape[:first_axis]), math.prod(x.shape[first_axis + 2 :])
    to = (*x.shape[:first_axis], oh, ow, *x.shape[first_axis + 2 :])
    dims = (h, w, oh, ow, pixel * x.dtype.itemsize)
    y = emit(PICK, (x, rows, columns), ((to, x.dtype),), dims, (), outer * oh, math.prod(to))
    return record(y, (x,), lambda dy, needs: put_pixels(dy, rows, columns, x.shape, first_axis))


def put_pixels(dy, rows, columns, shape, first_axis=1):
    """The gradient of pick_pixels: zeros of this shape, and dy's pixels added where they were picked."""
    if dy.dtype is not float32 and dy.dtype is not float64:
        return e.cast(put_pixels(e.cast(dy, float32), rows, columns, shape, first_axis), dy.dtype)
    outer, pixel = math.prod(shape[:first_axis]), math.prod(shape[first_axis + 2 :])
    dims = (*shape[first_axis : first_axis + 2], rows.shape[0], columns.shape[0], pixel)
    dx = emit(PUT, (dy, rows, columns), ((tuple(shape), dy.dtype),), dims, (), outer, dy.size)
    return record(dx, (dy,), lambda ddx, needs: pick_pixels(ddx, rows, columns, first_axis))

"""Pixels picked by row and column: windows at places that a plan knows only when it runs, and nearest neighbours. csrc/image.pyx."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor, emit, float32, float64, int32, kernels, record, wrap
from pyseq.ops import elementwise as e
from pyseq.ops import shape

PICK, PUT, MOVE = kernels("pick_pixels", "put_pixels", "transpose")


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


def put_pixels(dy, rows, columns, to, first_axis=1):
    """The gradient of pick_pixels: zeros of this shape, and dy's pixels added where they were picked."""
    if dy.dtype is not float32 and dy.dtype is not float64:
        return e.cast(put_pixels(e.cast(dy, float32), rows, columns, to, first_axis), dy.dtype)
    outer, pixel = math.prod(to[:first_axis]), math.prod(to[first_axis + 2 :])
    dims = (*to[first_axis : first_axis + 2], rows.shape[0], columns.shape[0], pixel)
    dx = emit(PUT, (dy, rows, columns), ((tuple(to), dy.dtype),), dims, (), outer, dy.size)
    return record(dx, (dy,), lambda ddx, needs: pick_pixels(ddx, rows, columns, first_axis))


def windows(x, size, strides, rates):
    """Windows of images side by side: y[n, i, j, k, l] = x[n, i strides[0] + k rates[0], j strides[1] + l rates[1]].

    Args:
        x: (N, H, W, C), any dtype. size, strides, rates: (rows, columns), pixels: of a window, between windows, between its pixels.
    Returns:
        (N, rows of windows, columns of windows, *size, C): those that are inside of x.  vjp: dy -> dx.
    """
    n, h, w, c = x.shape
    (kh, kw), (sh, sw), (rh, rw) = size, strides, rates
    oh, ow = (max(0, (e - (k - 1) * r - 1) // s + 1) for e, k, s, r in zip((h, w), size, strides, rates, strict=True))
    # The kernel that transposes reads along any strides: windows may overlap.
    outer, steps, row = [n, oh, ow, kh], [h * w * c, sh * w * c, sw * c, rh * w * c], kw * c
    if rw > 1:
        outer, steps, row = [*outer, kw], [*steps, rw * c], c
    rows = math.prod(outer)
    group = max(1, 4096 // max(row, 1))
    dims = (x.dtype.itemsize, len(outer) + 1, row, rows, *outer, *steps, 1, group)
    to = (n, oh, ow, kh, kw, c)
    y = emit(MOVE, (x,), ((to, x.dtype),), dims, (), -(-rows // group), math.prod(to))

    def vjp(dy, needs):
        places = [
            wrap((np.arange(o)[:, None] * s + np.arange(k) * r).reshape(-1).astype("int32"))
            for o, k, s, r in zip((oh, ow), size, strides, rates, strict=True)
        ]
        apart = shape.reshape(shape.transpose(dy, (0, 1, 3, 2, 4, 5)), (n, oh * kh, ow * kw, c))
        return put_pixels(apart, *places, x.shape)

    return record(y, (x,), vjp)

"""Images of another size. The axes go one after the other, each new pixel a weighted sum of a few.

ops/resize_taps.py says which, csrc/image.pyx sums.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pyseq.core import as_dtype, as_tensor, emit, float32, float64, kernels, record, uint8, wrap
from pyseq.core.errors import invalid
from pyseq.ops import edges, pick, resize_taps
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s
from pyseq.ops.resize_taps import METHODS

WEIGH, RESIZE = kernels("weigh_pixels", "resize_pixels")
ROW = 8192  # elements of the buffer for a row, as in csrc/image.pyx


def resize(x, size, method="bilinear", antialias=False):
    """Images scaled to `size`.

    Args:
        x: (N, H, W, C) or (H, W, C). size: (height, width). method: one of METHODS.
        antialias: let every pixel count when an image shrinks? Without effect on "nearest" and "area".
    Returns:
        (N, height, width, C): of x's dtype for "nearest", else floating point (integers become float32).  vjp: dy -> dx.
    Raises:
        ValueError: the rank; an extent below 1; an image without pixels; an unknown method.
    Source: tf.image.resize.
    """
    x = as_tensor(x)
    if len(x.shape) == 3:
        return s.squeeze(resize(s.expand_dims(x, 0), size, method, antialias), 0)
    if len(x.shape) != 4:
        raise invalid(f"resize: `x` must be (N, H, W, C) or (H, W, C). Received: x.shape={x.shape}.")
    if method not in METHODS:
        raise invalid(f"resize: `method` must be one of {METHODS}. Received: method={method!r}.")
    height, width = checked_size("resize", size)
    if 0 in x.shape[1:3]:
        raise invalid(f"resize: `x` must have pixels. Received: x.shape={x.shape}.")
    if method == "nearest":
        rows, columns = (resize_taps.nearest(n, to) for n, to in zip(x.shape[1:3], (height, width), strict=True))
        return x if x.shape[1:3] == (height, width) else pick.pick_pixels(x, wrap(rows), wrap(columns))
    if not x.dtype.is_floating and x.dtype is not uint8:
        x = e.cast(x, float32)
    if x.dtype.is_floating and x.dtype is not float32 and x.dtype is not float64:
        return e.cast(resize(e.cast(x, float32), size, method, antialias), x.dtype)
    how, name = (method, bool(antialias)), "float64" if x.dtype is float64 else "float32"
    rows, columns = (_maps(*how, n, to, name) for n, to in zip(x.shape[1:3], (height, width), strict=True))
    table = rows and columns and _tables(*how, x.shape[2], width, name, x.shape[3])
    if table:
        return _resized(x, rows, table)
    x = e.cast(x, float32) if x.dtype is uint8 else x
    x = _weighed(x, 1, *rows) if rows else x
    return _weighed(x, 2, *columns) if columns else x


def smart_resize(x, size, method="bilinear"):
    """Images brought to a size without distortion: cut to its proportions around the middle, then resized.

    Arguments and what comes out as of `resize`.
    Source: tf.keras.preprocessing.image.smart_resize.
    """
    x = as_tensor(x)
    height, width = checked_size("smart_resize", size)
    if len(x.shape) not in (3, 4):
        raise invalid(
            f"smart_resize: `x` must have the shape (height, width, channels) or (N, height, width, channels). "
            f"Received: shape {x.shape}."
        )
    old_height, old_width = x.shape[-3:-1]
    h = min(old_height, int(np.float32(old_width * height) / np.float32(width)))
    w = min(old_width, int(np.float32(old_height * width) / np.float32(height)))
    return resize(middle(x, h, w), (height, width), method)


def middle(x, h, w):
    """The middle of images (..., H, W, C), h pixels by w."""
    top, left = (x.shape[-3] - h) // 2, (x.shape[-2] - w) // 2
    around = ((-top, h + top - x.shape[-3]), (-left, w + left - x.shape[-2]))
    return x if (h, w) == x.shape[-3:-1] else edges.move_edges(x, around, len(x.shape) - 3)


def checked_size(who, size):
    """(height, width), positive integers.

    Raises:
        ValueError: they are not.
    """
    size = s.checked_shape(who, size, "size")
    if len(size) != 2 or min(size) < 1:
        raise invalid(f"{who}: `size` must be two positive integers, height and width. Received: size={size}.")
    return size


@lru_cache(maxsize=256)
def _maps(method, antialias, old, new, dtype):
    """(pixels, weights) forwards, and backwards; None if an axis stays as it is."""
    if old == new and method not in resize_taps.SMOOTHING:
        return None
    return _both_ways(*resize_taps.taps(method, antialias, old, new), old, as_dtype(dtype))


@lru_cache(maxsize=256)
def _tables(method, antialias, old, new, dtype, c):
    """What the kernel is told of the columns, forwards and backwards; None if a row's buffer is too small for it."""
    maps = _maps(method, antialias, old, new, dtype)
    tables = tuple(resize_taps.columns(*m, c, ROW) for m in maps)
    return tables if all(tables) else None


def _resized(x, rows, columns):
    """Both axes in one go. rows: (pixels, weights), columns: those and pieces, both forwards and backwards."""
    (n, h, w, c), down, (index, weight, pieces) = x.shape, rows[0], columns[0]
    (oh, t), u, ow = down[0].shape, index.shape[0 if c <= resize_taps.FEW else 1], int(pieces[-1, :2].sum())
    inputs = (x, *[wrap(a) for a in (*down, index, weight, pieces)])
    dtype = float32 if x.dtype is uint8 else x.dtype
    work = n * oh * c * (w * t + ow * u)
    dims = (h, w, c, oh, ow, t, u, len(pieces))
    y = emit(RESIZE, inputs, (((n, oh, ow, c), dtype),), dims, (), n * oh, work)
    if x.dtype is uint8:
        return y
    return record(y, (x,), lambda dy, needs: _resized(dy, rows[::-1], columns[::-1]))


def weighed(x, axis, pixels, weights):
    """y[..., o, ...] = sum_t weights[o, t] * x[..., pixels[o, t], ...] along an axis.

    Args:
        x: float32 or float64. pixels: array of integers (O, T), in range. weights: array (O, T).
    Returns:
        y.  vjp: dy -> dx.
    """
    return _weighed(x, axis, *_both_ways(pixels, weights, x.shape[axis], x.dtype))


def weighed_images(x, rows, columns):
    """Images weighed down and right in one go.

    Args:
        x: (N, H, W, C), float32 or float64. rows, columns: (pixels, weights) of each axis, as of `weighed`.
    Returns:
        y: (N, OH, OW, C).  vjp: dy -> dx.
    """
    rows, columns = (_both_ways(*m, n, x.dtype) for m, n in zip((rows, columns), x.shape[1:3], strict=True))
    tables = tuple(resize_taps.columns(*m, x.shape[3], ROW) for m in columns)
    if all(tables):
        return _resized(x, rows, tables)
    return _weighed(_weighed(x, 1, *rows), 2, *columns)


def _both_ways(pixels, weights, n, dtype):
    """(pixels, weights) forwards and backwards, as the kernels take them; n: old pixels."""
    forwards = np.ascontiguousarray(pixels, "int32"), np.asarray(weights, "float64")
    both = [resize_taps.halved(*m) for m in (forwards, resize_taps.turned(*forwards, n))]
    return tuple((np.ascontiguousarray(p, "int32"), w.astype(dtype.numpy)) for p, w in both)


def _weighed(x, axis, forwards, backwards):
    pixels, weights = forwards
    new, taps = pixels.shape
    outer, inner = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :])
    to = (*x.shape[:axis], new, *x.shape[axis + 1 :])
    y = emit(
        WEIGH, (x, wrap(pixels), wrap(weights)), ((to, x.dtype),), (x.shape[axis], inner, new, taps), (), outer * new,
        math.prod(to) * taps,
    )  # fmt: skip
    return record(y, (x,), lambda dy, needs: _weighed(dy, axis, backwards, forwards))

"""Pooling: the largest or the mean of windows over images of one, two or three axes. csrc/pool.h has the formulas."""

from __future__ import annotations

from functools import lru_cache
from math import prod

import numpy as np

from pyseq.core import (
    Tensor,
    as_tensor,
    bool_,
    emit,
    float32,
    float64,
    int32,
    int64,
    kernels,
    record,
    recording,
    uint8,
    uint64,
)
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s

MAX_POOL, MAX_POOL_INFER, MAX_POOL_PICK = kernels("max_pool", "max_pool_infer", "max_pool_pick")
MAX_POOL_BACKWARD, AVG_POOL, AVG_POOL_BACKWARD = kernels("max_pool_backward", "avg_pool", "avg_pool_backward")
MOVED = 4  # the work of an element that is read or written, as a copy counts it
FEW = 16  # channels under which an element takes twice as long
BYTE = 256  # pixels of a window whose places fit in a byte


def max_pool(x, window, strides=None, padding="valid", data_format="channels_last"):
    """The largest of each window of each channel.

    Args:
        x: (N, ..., C) with one, two or three axes between; (N, C, ...) for "channels_first". Numbers, up to 32 bits if integers.
        window, strides: pixels, one number for each of these axes; strides default to the window.
        padding: "valid", windows inside x; "same", ceil(extent / stride) of them, padding never wins; or pairs (before, after).
    Returns:
        y: (N, ..., C).  vjp: dy -> dx; of equal pixels the first, row by row, gets it.
    Raises:
        ValueError: the rank is not 3 to 5; a window that fits nowhere; window or stride below 1. TypeError: dtype.
    Source: tf.nn.max_pool.
    """
    x = _numbers("max_pool", x)
    if x.dtype is not float32 and x.dtype is not float64:
        wide = float64 if x.dtype.is_integer else float32
        return e.cast(max_pool(e.cast(x, wide), window, strides, padding, data_format), x.dtype)
    return _pooled("max_pool", _max, x, window, strides, padding, data_format)


def avg_pool(x, window, strides=None, padding="valid", data_format="channels_last"):
    """The mean of each window of each channel, over the pixels that are inside x. Arguments as of max_pool, x floating point."""
    x = _numbers("avg_pool", x)
    if not x.dtype.is_floating:
        raise invalid_type(
            f"avg_pool: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    if x.dtype is not float32 and x.dtype is not float64:
        return e.cast(avg_pool(e.cast(x, float32), window, strides, padding, data_format), x.dtype)
    return _pooled("avg_pool", _mean, x, window, strides, padding, data_format)


def max_pool_with_argmax(x, window, strides=None, padding="valid", with_batch=False):
    """The largest of each window of each channel of images, and where they are.

    Args:
        x: (N, H, W, C). Other arguments as of max_pool.
        with_batch: do positions count from the first image's first element, not from their own image's?
    Returns:
        y: (N, OH, OW, C), argmax: int64, (h * W + w) * C + c.  vjp: dy -> dx; argmax has none.
    Source: tf.nn.max_pool_with_argmax.
    """
    who = "max_pool_with_argmax"
    x = _numbers(who, x)
    if len(x.shape) != 4:
        raise invalid(f"{who}: `input` must be (batch, height, width, channels). Received: shape {tuple(x.shape)}.")
    if x.dtype is not float32 and x.dtype is not float64:
        wide = float64 if x.dtype.is_integer else float32
        y, argmax = max_pool_with_argmax(e.cast(x, wide), window, strides, padding, with_batch)
        return e.cast(y, x.dtype), argmax
    window = _each(who, "window", window, 2)
    strides = window if strides is None else _each(who, "strides", strides, 2)
    g = _geometry(who, x.shape, window, strides, padding)
    y, at = _max_and_place(x, g)
    return y, _positions(e.cast(at, int64), g, with_batch)


def _positions(at, g, with_batch):
    """The positions in x of the maxima whose places in their windows are known."""
    n, h, w, c = g.x_shape
    _, oh, ow, _ = g.y_shape
    (kw,), (sh, sw), (top, left) = g.dims[9:10], g.dims[11:13], g.dims[14:16]
    rows, columns = np.arange(oh)[:, None, None] * sh - top, np.arange(ow)[:, None] * sw - left
    corners = (rows * w + columns) * c + np.arange(c)
    if with_batch:
        corners = corners + (np.arange(n) * (h * w * c))[:, None, None, None]
    inside = e.add(e.multiply(e.floor_divide(at, kw), (w - kw) * c), e.multiply(at, c))  # (kh * w + kw) * c
    return e.add(inside, as_tensor(corners.astype("int64")))


def _numbers(who, x):
    x = x if type(x) is Tensor else as_tensor(x)
    if x.dtype in (bool_, int64, uint64):
        raise invalid_type(
            f"{who}: `x` must be floating point or integers of up to 32 bits. Received: dtype={x.dtype.name}."
        )
    return x


def _pooled(who, function, x, window, strides, padding, data_format):
    rank = len(x.shape)
    if not 3 <= rank <= 5:
        raise invalid(
            f"{who}: `x` must have 3 to 5 axes (batch, one to three of an image, channels). Received: x.shape={x.shape}."
        )
    if data_format not in ("channels_last", "channels_first"):
        raise invalid(
            f'{who}: `data_format` must be "channels_last" or "channels_first". Received: data_format={data_format!r}.'
        )
    window = _each(who, "window", window, rank - 2)
    strides = window if strides is None else _each(who, "strides", strides, rank - 2)
    if not isinstance(padding, str):
        padding = tuple(tuple(int(p) for p in pair) for pair in padding)
    first = data_format == "channels_first"
    if first:
        x = s.moveaxis(x, 1, -1)
    y = function(x, _geometry(who, x.shape, window, strides, padding))
    return s.moveaxis(y, -1, 1) if first else y


def _each(who, name, value, n):
    """One positive integer for each axis of the image."""
    value = (value,) * n if hasattr(value, "__index__") else tuple(value)
    if len(value) != n or any(isinstance(v, bool) or not hasattr(v, "__index__") or int(v) < 1 for v in value):
        raise invalid(
            f"{who}: `{name}` must be a positive integer, or {n} of them for x with {n} axes of an image. "
            f"Received: {name}={value}."
        )
    return tuple(int(v) for v in value)


def window_axis(who, extent, window, stride, padding, axis):
    """(number of windows, pixels of padding before the first) along one axis.

    Raises:
        ValueError: "valid" windows that are larger than x; an unknown padding; padding as wide as the window.
    """
    if padding in ("same", "SAME"):
        n = -(-extent // stride)
        return n, max(0, (n - 1) * stride + window - extent) // 2
    if padding in ("valid", "VALID"):
        before = after = 0
    elif isinstance(padding, tuple) and len(padding[axis]) == 2:
        before, after = padding[axis]
    else:
        raise invalid(f'{who}: `padding` must be "valid", "same" or pairs of integers. Received: padding={padding!r}.')
    if not 0 <= before < window or not 0 <= after < window:
        raise invalid(
            f"{who}: `padding` must be less than the window of {window} pixels. Received: padding={padding!r}."
        )
    if not extent or extent + before + after < window:
        raise invalid(
            f"{who}: `window` must not be larger than x, {extent} pixels along axis {axis + 1}. Received: window={window}. "
            'Use padding="same", or larger images.'
        )
    return (extent + before + after - window) // stride + 1, before


class _Geometry:
    """What a call of a kernel needs to know."""

    __slots__ = ("x_shape", "y_shape", "dims", "rows", "slopes", "work", "at")

    def __init__(self, x_shape, y_shape, images, windows, window, strides, pads, undivided=False):
        n, c = x_shape[0], x_shape[-1]
        self.x_shape, self.y_shape = x_shape, y_shape
        self.dims = (*images, c, *windows, *window, *strides, *pads, int(undivided), n)
        self.rows = n * windows[0] * windows[1]
        self.slopes = n * images[0] * images[1]
        work = MOVED * (prod(x_shape) + prod(y_shape)) + prod(y_shape) * prod(window)
        self.work = work if c >= FEW else 2 * work
        self.at = uint8 if prod(window) <= BYTE else int32


@lru_cache(maxsize=4096)
def _geometry(who, x_shape, window, strides, padding):
    n, *image, c = x_shape
    found = [
        window_axis(who, i, k, stride, padding, a)
        for a, (i, k, stride) in enumerate(zip(image, window, strides, strict=True))
    ]
    windows, pads = zip(*found, strict=True)
    ones, zeros = (1,) * (3 - len(image)), (0,) * (3 - len(image))
    return _Geometry(
        x_shape,
        (n, *windows, c),
        (*ones, *image),
        (*ones, *windows),
        (*ones, *window),
        (*ones, *strides),
        (*zeros, *pads),
    )


def _max(x, g):
    if not recording():
        return emit(MAX_POOL_INFER, (x,), ((g.y_shape, x.dtype),), g.dims, (), g.rows, g.work)
    return _max_and_place(x, g)[0]


def _max_and_place(x, g):
    y, at = emit(MAX_POOL, (x,), ((g.y_shape, x.dtype), (g.y_shape, g.at)), g.dims, (), g.rows, g.work)
    return record(y, (x,), lambda dy, needs: _max_backward(dy, at, g)), at


def _max_backward(dy, at, g):
    dx = emit(MAX_POOL_BACKWARD, (dy, at), ((g.x_shape, dy.dtype),), g.dims, (), g.slopes, g.work)
    return record(dx, (dy,), lambda ddx, needs: _pick(ddx, at, g))


def _pick(x, at, g):
    y = emit(MAX_POOL_PICK, (x, at), ((g.y_shape, x.dtype),), g.dims, (), g.rows, g.work)
    return record(y, (x,), lambda dy, needs: _max_backward(dy, at, g))


def _mean(x, g):
    y = emit(AVG_POOL, (x,), ((g.y_shape, x.dtype),), g.dims, (), g.rows, g.work)
    return record(y, (x,), lambda dy, needs: _mean_backward(dy, g))


def _mean_backward(dy, g):
    dx = emit(AVG_POOL_BACKWARD, (dy,), ((g.x_shape, dy.dtype),), g.dims, (), g.slopes, g.work)
    return record(dx, (dy,), lambda ddx, needs: _mean(ddx, g))


def repeat_pixels(x, factors, data_format="channels_last"):
    """Each pixel `factors` times along each axis of the image.

    Args:
        x: float32 or float64, (N, ..., C) or (N, C, ...). factors: a positive integer for each axis between.
    Returns:
        y.  vjp: dy -> dx, sums over the repeated pixels.
    """
    x = as_tensor(x)
    factors = _each("repeat_pixels", "factors", factors, len(x.shape) - 2)
    first = data_format == "channels_first"
    if first:
        x = s.moveaxis(x, 1, -1)
    y = _mean_backward(x, _enlarged(x.shape, factors))  # the gradient of the windows' sums
    return s.moveaxis(y, -1, 1) if first else y


@lru_cache(maxsize=4096)
def _enlarged(small, factors):
    """The geometry of windows that lie side by side in the larger images."""
    n, *image, c = small
    large = (n, *(extent * k for extent, k in zip(image, factors, strict=True)), c)
    ones = (1,) * (3 - len(image))
    window = (*ones, *factors)
    return _Geometry(large, small, (*ones, *large[1:-1]), (*ones, *image), window, window, (0, 0, 0), undivided=True)

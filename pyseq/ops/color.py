"""Colours of images: contrast, hue, saturation. csrc/color.pyx.

The kernels go forwards; gradients are those of the same formulas, made of other ops (`_composed_...`).
"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor, emit, float32, float64, kernels
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e
from pyseq.ops import linalg, reduce, shape
from pyseq.ops.composed import with_gradient_of

RGB_TO_HSV, HSV_TO_RGB, SHIFT_COLORS, CONTRAST = kernels("rgb_to_hsv", "hsv_to_rgb", "shift_colors", "adjust_contrast")
PART = 4096  # pixels of a part, as in csrc/color.pyx
RUN = 512  # channels that the kernel for contrast takes, as in csrc/color.pyx
WORK = 32  # multiply-adds that a pixel costs, about


def adjust_contrast(x, factor, low=-math.inf, high=math.inf):
    """(x - mean) * factor + mean, of the mean of each image's channel, cut off at low and high.

    Args:
        x: (..., H, W, C), floating point. factor: number or scalar tensor.
    Returns:
        y.  vjp: dy -> dx, dfactor.
    """
    h, w, c = x.shape[-3:]
    factor = e.cast(as_tensor(factor, like=x), x.dtype)

    def composed(x, factor):
        y = _composed_contrast(x, factor)
        return y if low == -math.inf and high == math.inf else e.clip(y, low, high)

    if x.dtype is not float32 and x.dtype is not float64 or not 0 < c <= RUN or factor.shape:
        return composed(x, factor)
    n = math.prod(x.shape[:-3])
    y = emit(CONTRAST, (x, factor), ((x.shape, x.dtype),), (h * w, c), (low, high), n, 4 * x.size)
    return with_gradient_of(y, composed, x, factor)


def _composed_contrast(x, factor):
    w, c = x.shape[-2:]
    rows = shape.reshape(x, (*x.shape[:-2], w * c))
    # Rows are as long as they can be: going over a few channels at a time is twenty times slower.
    mean = reduce.mean(shape.reshape(reduce.mean(rows, -2), (*x.shape[:-3], w, c)), -2, keepdims=True)
    mean = shape.reshape(shape.broadcast_to(mean, (*x.shape[:-3], w, c)), (*x.shape[:-3], 1, w * c))
    return shape.reshape(e.add(e.multiply(e.subtract(rows, mean), factor), mean), x.shape)


def mixed(x, rows):
    """Channels that are sums of channels: x (..., 3) times a matrix of 3 rows."""
    return linalg.matmul(x, as_tensor(np.asarray(rows, x.dtype.numpy)))


def rgb_to_hsv(x):
    """Hue, saturation, value, all in [0, 1], of red, green, blue in [0, 1]: (..., 3), floating point.  vjp: dy -> dx."""
    return _of_pixels(RGB_TO_HSV, _composed_rgb_to_hsv, as_tensor(x))


def hsv_to_rgb(x):
    """The inverse of rgb_to_hsv.  vjp: dy -> dx."""
    return _of_pixels(HSV_TO_RGB, _composed_hsv_to_rgb, as_tensor(x))


def adjust_hue(x, delta):
    """Colours turned by a fraction of the colour circle.

    Args:
        x: (..., 3), floating point. delta: number or scalar tensor.
    Returns:
        y.  vjp: dy -> dx, ddelta.
    """
    return _shifted(as_tensor(x), delta, 1.0)


def adjust_saturation(x, factor):
    """Colours stronger or weaker: the saturation times a factor, at most 1.

    Args:
        x: (..., 3), floating point. factor: number or scalar tensor.
    Returns:
        y.  vjp: dy -> dx, dfactor.
    """
    return _shifted(as_tensor(x), 0.0, factor)


def _shifted(x, delta, factor):
    dtype = float64 if x.dtype is float64 else float32
    return _of_pixels(SHIFT_COLORS, _composed_shift, x, *[e.cast(as_tensor(v, like=x), dtype) for v in (delta, factor)])


def _of_pixels(kernel, composed, x, *scalars):
    """The kernel's y, whose gradient is that of `composed(x, *scalars)`."""
    if not x.shape or x.shape[-1] != 3:
        raise invalid(f"color: the last axis of `x` must have 3 channels. Received: x.shape={x.shape}.")
    if x.dtype is not float32 and x.dtype is not float64:
        return e.cast(_of_pixels(kernel, composed, e.cast(x, float32), *scalars), x.dtype)
    n = math.prod(x.shape[:-1])
    y = emit(kernel, (x, *scalars), ((x.shape, x.dtype),), (n,), (), -(-n // PART), n * WORK)
    return with_gradient_of(y, composed, x, *scalars)


def _composed_rgb_to_hsv(x):
    red, green, blue = shape.unstack(x, axis=-1)
    value, least = (f(f(red, green), blue) for f in (e.maximum, e.minimum))
    span = e.subtract(value, least)
    saturation = e.where(e.greater(value, 0.0), e.divide_no_nan(span, value), 0.0)
    # A sixth of the circle for each pair of channels; where they are equal there is no hue.
    of_red = e.divide_no_nan(e.subtract(green, blue), span)
    of_green = e.add(e.divide_no_nan(e.subtract(blue, red), span), 2.0)
    of_blue = e.add(e.divide_no_nan(e.subtract(red, green), span), 4.0)
    hue = e.where(e.equal(red, value), of_red, e.where(e.equal(green, value), of_green, of_blue))
    hue = e.multiply(e.where(e.greater(span, 0.0), hue, 0.0), 1 / 6)
    hue = e.where(e.less(hue, 0.0), e.add(hue, 1.0), hue)
    return shape.stack([hue, saturation, value], -1)


def _composed_hsv_to_rgb(x):
    hue, saturation, value = shape.unstack(x, axis=-1)
    sixths = e.multiply(hue, 6.0)
    pure = (
        e.subtract(e.absolute(e.subtract(sixths, 3.0)), 1.0),
        e.subtract(2.0, e.absolute(e.subtract(sixths, 2.0))),
        e.subtract(2.0, e.absolute(e.subtract(sixths, 4.0))),
    )
    left = e.subtract(1.0, saturation)
    channels = [e.multiply(e.add(e.multiply(saturation, e.clip(c, 0.0, 1.0)), left), value) for c in pure]
    return shape.stack(channels, -1)


def _composed_shift(x, delta, factor):
    hue, saturation, value = shape.unstack(_composed_rgb_to_hsv(x), axis=-1)
    hue = e.add(hue, delta)
    hue = e.subtract(hue, e.floor(hue))
    return _composed_hsv_to_rgb(shape.stack([hue, e.clip(e.multiply(saturation, factor), 0.0, 1.0), value], -1))

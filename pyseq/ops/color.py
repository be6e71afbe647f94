"""Colours of images: brightness, contrast, hue, saturation. Made of other ops, so that they have gradients."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor
from pyseq.ops import elementwise as e
from pyseq.ops import linalg, reduce, shape


def adjust_contrast(x, factor):
    """(x - mean) * factor + mean, of the mean of each image's channel.

    Args:
        x: (..., H, W, C), floating point. factor: number or tensor of its dtype.
    """
    mean = reduce.mean(x, (-3, -2), keepdims=True)
    return e.add(e.multiply(e.subtract(x, mean), factor), mean)


def mixed(x, rows):
    """Channels that are sums of channels: x (..., 3) times a matrix of 3 rows."""
    return linalg.matmul(x, as_tensor(np.asarray(rows, x.dtype.numpy)))


def rgb_to_hsv(x):
    """Hue, saturation, value, all in [0, 1], of red, green, blue in [0, 1]: (..., 3), floating point."""
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


def hsv_to_rgb(x):
    """The inverse of rgb_to_hsv."""
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


def adjust_hue(x, delta):
    """Colours turned by a fraction of the colour circle.

    Args:
        x: (..., 3), floating point. delta: number or tensor of its dtype, in [-1, 1].
    """
    hue, saturation, value = shape.unstack(rgb_to_hsv(x), axis=-1)
    hue = e.add(hue, delta)
    hue = e.subtract(hue, e.floor(hue))
    return hsv_to_rgb(shape.stack([hue, saturation, value], -1))


def adjust_saturation(x, factor):
    """Colours stronger or weaker: the saturation times a factor, at most 1.

    Args:
        x: (..., 3), floating point. factor: number or tensor of its dtype.
    """
    hue, saturation, value = shape.unstack(rgb_to_hsv(x), axis=-1)
    return hsv_to_rgb(shape.stack([hue, e.clip(e.multiply(saturation, factor), 0.0, 1.0), value], -1))

"""Images of another size: nearest and bilinear, with the centres of pixels at halves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pyseq.core import as_tensor, float32, float64
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s

METHODS = ("nearest", "bilinear")


def resize(x, size, method="bilinear"):
    """Images scaled to `size`.

    Args:
        x: (N, H, W, C) or (H, W, C). size: (height, width). method: "nearest" or "bilinear" (without antialiasing).
    Returns:
        (N, height, width, C): of x's dtype for "nearest", else floating point (integers become float32).  vjp: dy -> dx.
    Raises:
        ValueError: the rank; an extent below 1; an image without pixels; an unknown method.
    Source: tf.image.resize.
    """
    x = as_tensor(x)
    if len(x.shape) == 3:
        return s.squeeze(resize(s.expand_dims(x, 0), size, method), 0)
    if len(x.shape) != 4:
        raise ValueError(f"resize: `x` must be (N, H, W, C) or (H, W, C). Received: x.shape={x.shape}.")
    if method not in METHODS:
        raise ValueError(f"resize: `method` must be one of {METHODS}. Received: method={method!r}.")
    size = tuple(int(extent) for extent in size)
    if len(size) != 2 or min(size) < 1:
        raise ValueError(f"resize: `size` must be two positive integers, height and width. Received: size={size}.")
    if 0 in x.shape[1:3]:
        raise ValueError(f"resize: `x` must have pixels. Received: x.shape={x.shape}.")
    if method == "nearest":
        return _nearest(_nearest(x, 2, size[1]), 1, size[0])
    if not x.dtype.is_floating:
        x = e.cast(x, float32)
    if x.dtype is not float32 and x.dtype is not float64:
        return e.cast(resize(e.cast(x, float32), size, method), x.dtype)
    return _between(_between(x, 2, size[1]), 1, size[0])


def _nearest(x, axis, extent):
    if x.shape[axis] == extent:
        return x
    if extent % x.shape[axis] == 0:
        return s.repeat(x, extent // x.shape[axis], axis)
    at = np.floor((np.arange(extent, dtype="float32") + 0.5) * np.float32(x.shape[axis] / extent))
    return s.take(x, as_tensor(np.minimum(at, x.shape[axis] - 1).astype("int32")), axis)


def _between(x, axis, extent):
    """Each pixel from the two on either side of its centre."""
    if x.shape[axis] == extent:
        return x
    low, high, share = _neighbours(x.shape[axis], extent)
    share = as_tensor(share.astype(x.dtype.numpy).reshape((-1,) + (1,) * (len(x.shape) - 1 - axis)))
    below, above = s.take(x, as_tensor(low), axis), s.take(x, as_tensor(high), axis)
    return e.add(below, e.multiply(e.subtract(above, below), share))


@lru_cache(maxsize=256)
def _neighbours(old, new):
    """(pixel below, pixel above, share of the one above) of each new pixel's centre; float32 as TensorFlow counts."""
    at = (np.arange(new, dtype="float32") + np.float32(0.5)) * np.float32(old / new) - np.float32(0.5)
    below = np.floor(at)
    low = np.clip(below, 0, old - 1).astype("int32")
    high = np.minimum(np.ceil(at), old - 1).clip(0).astype("int32")
    return low, high, at - below

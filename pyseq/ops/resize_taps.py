"""Methods of resizing: which pixels each new pixel is made of along one axis, and with which weights. NumPy alone.

The centres of pixels are at halves. A method is a function of the distance between centres, in pixels, that is zero from a radius
on; `antialias` stretches it when an image shrinks, so that every pixel counts.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
FEW = 2  # channels up to which csrc/image.h looks columns up element by element
SMOOTHING = ("gaussian", "mitchellcubic")  # what these make of an image of the same size is another


@lru_cache(maxsize=256)
def nearest(n_in, n_out):
    """int32 (n_out,): the pixel whose area the new pixel's centre is in; float32 as TensorFlow counts."""
    scale = np.float32(n_in) / np.float32(n_out)
    centres = (np.arange(n_out, dtype="float32") + np.float32(0.5)) * scale
    return np.minimum(np.floor(centres).astype("int32"), n_in - 1)


@lru_cache(maxsize=256)  # a data set's images mostly have few sizes
def taps(method, antialias, n_in, n_out):
    """Pixels int32 (n_out, t) and weights float64 (n_out, t); a weight of 0 says that its pixel does not count."""
    if method == "area":
        return _area(n_in, n_out)
    kernel = _KERNELS[method][1]
    if antialias or method not in ("bilinear", "bicubic"):
        return _sampled(kernel, _KERNELS[method][0], n_in, n_out, antialias)
    radius = _KERNELS[method][0]
    centres = (np.arange(n_out) + 0.5) * (n_in / n_out) - 0.5
    pixels = np.floor(centres).astype("int64")[:, None] - radius + 1 + np.arange(2 * radius)
    if method == "bilinear":  # pixels outside are those on the border
        return np.clip(pixels, 0, n_in - 1).astype("int32"), kernel(np.abs(pixels - centres[:, None]))
    # TensorFlow looks these weights up in a table of 1024 steps
    centres = np.floor(centres) + np.rint((centres - np.floor(centres)) * 1024) / 1024
    return _of_inside(pixels, kernel(np.abs(pixels - centres[:, None])), n_in)


def _of_inside(pixels, weights, n_in):
    """Pixels outside of the image don't count; the others share their weight."""
    weights = np.where((pixels < 0) | (pixels >= n_in), 0.0, weights)
    return np.clip(pixels, 0, n_in - 1).astype("int32"), weights / weights.sum(1, keepdims=True)


def _sampled(kernel, radius, n_in, n_out, antialias):
    scale = n_in / n_out
    stretch = max(scale, 1.0) if antialias else 1.0
    centres = (np.arange(n_out) + 0.5) * scale - 0.5
    first = np.ceil(centres - radius * stretch).astype("int64")
    pixels = first[:, None] + np.arange(int(np.ceil(2 * radius * stretch)) + 1)
    return _of_inside(pixels, kernel(np.abs(pixels - centres[:, None]) / stretch), n_in)


def _area(n_in, n_out):
    """The mean over the new pixel's area; border pixels by the part of them that is in it."""
    scale = n_in / n_out
    start, end = np.arange(n_out) * scale, (np.arange(n_out) + 1) * scale
    most = int(np.ceil(scale)) + 1
    pixels = np.floor(start).astype("int64")[:, None] + np.arange(most)
    weights = np.minimum(pixels + 1, end[:, None]) - np.maximum(pixels, start[:, None])
    return np.clip(pixels, 0, n_in - 1).astype("int32"), np.maximum(weights, 0) / scale


def turned(pixels, weights, n_in):
    """The taps of the transposed map, n_in of them, of as many new pixels as there are taps: its gradient."""
    n_out, t = pixels.shape
    counts = weights != 0
    source, target = pixels[counts], np.repeat(np.arange(n_out), t)[counts.reshape(-1)]
    order = np.argsort(source, kind="stable")
    source, target, weight = source[order], target[order], weights[counts][order]
    many = np.bincount(source, minlength=n_in)
    place = np.arange(len(source)) - np.repeat(np.cumsum(many) - many, many)
    to = np.zeros((n_in, max(1, many.max(initial=0))), "int32"), np.zeros((n_in, max(1, many.max(initial=0))))
    to[0][source, place], to[1][source, place] = target, weight
    return to


def halved(pixels, weights):
    """The same sums where of two taps none is 0, or both are: a pixel that is alone is taken twice, by halves."""
    if pixels.shape[1] != 2:
        return pixels, weights
    alone = (weights != 0).sum(1, keepdims=True) == 1
    one = np.where(weights[:, :1] != 0, pixels[:, :1], pixels[:, 1:])
    return np.where(alone, one, pixels), np.where(alone, weights.sum(1, keepdims=True) / 2, weights)


def columns(pixels, weights, c, room):
    """What csrc/image.pyx is told of the columns of images with c channels: (pixels, weights, pieces).

    Args:
        pixels, weights: (n_out, t), as of `taps`. room: elements of a row that are at hand at once.
    Returns:
        Tables (n_out, t), t at least 2, or of up to FEW channels (t, n_out * c), of single elements; and int32 (P, 4): of each
        piece its first new pixel, how many, the first old pixel, how many. None if a single new pixel needs more than `room`.
    """
    if pixels.shape[1] == 1:
        pixels, weights = np.repeat(pixels, 2, 1), np.repeat(weights / 2, 2, 1)
    some = np.where(weights != 0, pixels, -1).max(1, keepdims=True)  # what does not count must be at hand, too
    pixels = np.where(weights != 0, pixels, np.maximum(np.maximum.accumulate(some), 0)).astype("int32")
    pieces = _pieces(pixels.min(1), pixels.max(1) + 1, room // max(c, 1))
    if pieces is None:
        return None
    if c <= FEW:
        pixels = (pixels[:, None] * c + np.arange(c)[:, None]).reshape(-1, pixels.shape[1]).T
        weights = np.repeat(weights, c, 0).T
    return np.ascontiguousarray(pixels, "int32"), np.ascontiguousarray(weights), pieces


def _pieces(low, high, room):
    """int32 (P, 4): runs of new pixels that need at most `room` old ones, each from `low` up to `high`."""
    found, first, start, end = [], 0, low[0], high[0]
    for o in range(len(low)):
        if max(end, high[o]) - min(start, low[o]) > room:
            found.append((first, o - first, start, end - start))
            first, start, end = o, low[o], high[o]
        start, end = min(start, low[o]), max(end, high[o])
        if end - start > room:
            return None
    return np.array([*found, (first, len(low) - first, start, end - start)], "int32")


# ------------------------------------------------------------------------------------------ kernels, of |distance| in pixels


def _triangle(d):
    return np.maximum(1 - d, 0)


def _cubic(a, b):
    """Mitchell and Netravali's family: (a, b) = (0, 1/2) is Keys' cubic, (1/3, 1/3) Mitchell's."""

    def kernel(d):
        near = ((12 - 9 * a - 6 * b) * d**3 + (-18 + 12 * a + 6 * b) * d**2 + (6 - 2 * a)) / 6
        far = ((-a - 6 * b) * d**3 + (6 * a + 30 * b) * d**2 + (-12 * a - 48 * b) * d + (8 * a + 24 * b)) / 6
        return np.where(d < 1, near, np.where(d < 2, far, 0.0))

    return kernel


def _lanczos(radius):
    return lambda d: np.where(d < radius, np.sinc(d) * np.sinc(d / radius), 0.0)


def _gaussian(d):
    return np.where(d < 1.5, np.exp(-(d**2) / (2 * 0.5**2)), 0.0)


_KERNELS = {  # radius in pixels, kernel
    "bilinear": (1, _triangle),
    "bicubic": (2, _cubic(0.0, 0.5)),
    "lanczos3": (3, _lanczos(3)),
    "lanczos5": (5, _lanczos(5)),
    "gaussian": (1.5, _gaussian),
    "mitchellcubic": (2, _cubic(1 / 3, 1 / 3)),
}

"""Resizing of images, with the methods of tf.image.resize and its rules (half-pixel centres, no antialiasing).

Along each axis an output pixel is a weighted sum of a few input pixels; a method is these pixels and weights.
"""

from __future__ import annotations

import functools

import numpy as np


def resize(images, size, method="bilinear"):
    """Images of another size.

    Args:
        images: (..., height, width, channels).
        size: (height, width) of the result.
        method: one of METHODS.
    Returns:
        Array (..., *size, channels), float32; the dtype of `images` for "nearest".
    """
    check_method("resize", method)
    height, width = images.shape[-3:-1]
    if 0 in (height, width):
        raise ValueError(f"resize: `images` must have pixels. Received: shape {images.shape}.")
    if method == "nearest":
        rows, columns = _nearest(height, size[0]), _nearest(width, size[1])
        return images[..., rows[:, None], columns[None, :], :]
    x = _along_rows(images.astype("float32"), *_taps(method, height, int(size[0])))
    return np.swapaxes(_along_rows(np.swapaxes(x, -3, -2), *_taps(method, width, int(size[1]))), -3, -2)


def check_method(who, method):
    """The method's name in lower case.

    Raises:
        NotImplementedError: there is none of this name.
    """
    if str(method).lower() not in METHODS:
        raise NotImplementedError(
            f"{who}: `interpolation` must be one of {METHODS}. Received: interpolation={method!r}."
        )
    return method.lower()


def _along_rows(x, pixels, weights):
    """sum_t weights[:, t] * x[..., pixels[:, t], :, :]"""
    total = 0.0
    for t in range(pixels.shape[1]):
        total = total + x[..., pixels[:, t], :, :] * weights[:, t, None, None]
    return total


def _nearest(n_in, n_out):
    scale = np.float32(n_in) / np.float32(n_out)
    centres = (np.arange(n_out, dtype="float32") + np.float32(0.5)) * scale
    return np.minimum(np.floor(centres).astype("int64"), n_in - 1)


@functools.lru_cache(256)  # a data set's images mostly have few sizes
def _taps(method, n_in, n_out):
    """For each output pixel: the input pixels (n_out, t) and their weights, float32 (n_out, t)."""
    scale = n_in / n_out
    if method == "area":
        return _area(n_in, n_out, scale)
    radius, kernel, border = _KERNELS[method]
    centres = (np.arange(n_out) + 0.5) * scale - 0.5
    first = np.floor(centres).astype("int64") - radius + 1
    pixels = first[:, None] + np.arange(2 * radius)
    if method == "bicubic":  # TensorFlow looks its weights up in a table of 1024 steps
        centres = np.floor(centres) + np.rint((centres - np.floor(centres)) * 1024) / 1024
    weights = kernel(np.abs(pixels - centres[:, None]))
    if border == "drop":  # pixels outside the image don't count; the others share their weight
        weights = np.where((pixels < 0) | (pixels >= n_in), 0.0, weights)
        weights /= weights.sum(1, keepdims=True)
    return np.clip(pixels, 0, n_in - 1), weights.astype("float32")


def _area(n_in, n_out, scale):
    """The mean over the output pixel's area; border pixels by the part of them that is in it."""
    start, end = np.arange(n_out) * scale, (np.arange(n_out) + 1) * scale
    most = int(np.ceil(scale)) + 1
    pixels = np.floor(start).astype("int64")[:, None] + np.arange(most)
    weights = np.minimum(pixels + 1, end[:, None]) - np.maximum(pixels, start[:, None])
    return np.clip(pixels, 0, n_in - 1), (np.maximum(weights, 0) / scale).astype("float32")


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


_KERNELS = {  # radius in pixels, kernel, what becomes of pixels outside of the image
    "bilinear": (1, _triangle, "repeat"),
    "bicubic": (2, _cubic(0.0, 0.5), "drop"),
    "lanczos3": (3, _lanczos(3), "drop"),
    "lanczos5": (5, _lanczos(5), "drop"),
    "gaussian": (2, _gaussian, "drop"),
    "mitchellcubic": (2, _cubic(1 / 3, 1 / 3), "drop"),
}
METHODS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")

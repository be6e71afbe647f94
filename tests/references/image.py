"""Slow references for images, float64: csrc/image.pyx, csrc/affine.pyx."""

import numpy as np


def weigh_pixels(x, pixels, weights, axis):
    """y[..., o, ...] = sum_t weights[o, t] * x[..., pixels[o, t], ...] along an axis."""
    x = np.moveaxis(np.asarray(x, "float64"), axis, 0)
    y = np.zeros((len(pixels), *x.shape[1:]))
    for o, (places, shares) in enumerate(zip(pixels, weights, strict=True)):
        for p, w in zip(places, shares, strict=True):
            if w != 0:
                y[o] += w * x[p]
    return np.moveaxis(y, 0, axis)


def _inside(at, n, mode):
    """A place outside [0, n - 1] brought inside, or as it is."""
    if mode == "constant" or 0 <= at <= n - 1:
        return at
    if mode == "nearest" or n == 1:
        return min(max(at, 0), n - 1)
    if mode == "reflect":
        at = (at + 0.5) % (2 * n)  # mirrored at the edges of border pixels
        return min(max((at if at < n else 2 * n - at) - 0.5, 0), n - 1)
    # wrap: one step from the last pixel to the first, in which the border is held; TensorFlow counts periods by n - 1
    at = at + n * (int(-at / (n - 1)) + 1) if at < 0 else at - n * int(at / (n - 1))
    return min(max(at, 0), n - 1)


def affine(x, transforms, size, fill_mode, interpolation, fill_value):
    """Pixel by pixel."""
    n, h, w, c = x.shape
    y = np.zeros((n, *size, c))

    def pixel(k, row, column):
        return x[k, row, column] if 0 <= row < h and 0 <= column < w else np.full(c, fill_value)

    for k, i, j in np.ndindex(n, *size):
        m = transforms[k if len(transforms) > 1 else 0].astype("float64")
        scale = m[6] * j + m[7] * i + 1
        if scale == 0:
            y[k, i, j] = fill_value
            continue
        column = _inside((m[0] * j + m[1] * i + m[2]) / scale, w, fill_mode)
        row = _inside((m[3] * j + m[4] * i + m[5]) / scale, h, fill_mode)
        if interpolation == "nearest":
            y[k, i, j] = pixel(k, int(np.floor(row + 0.5)), int(np.floor(column + 0.5)))
            continue
        top, left = int(np.floor(row)), int(np.floor(column))
        down, right = row - top, column - left
        y[k, i, j] = (1 - down) * ((1 - right) * pixel(k, top, left) + right * pixel(k, top, left + 1)) + down * (
            (1 - right) * pixel(k, top + 1, left) + right * pixel(k, top + 1, left + 1)
        )
    return y

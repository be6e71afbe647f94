"""tf.image: how alike images are, and how they change from pixel to pixel."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, float32, float64
from pyseq.ops import elementwise as e
from pyseq.ops import pool, reduce, resize, slicing
from pyseq.ops import shape as s
from pyseq.tf._given import tensor_of
from pyseq.tf.image_color import convert_image_dtype
from pyseq.tf.image_resizing import images_of

__all__ = ["image_gradients", "psnr", "sobel_edges", "ssim", "ssim_multiscale", "total_variation"]


def total_variation(images, name=None):
    """Sum of the absolute differences between neighbours, of each image: (N,), or () for one image."""
    x = images_of("total_variation", images)
    down, right = _differences(x)
    axes = (-3, -2, -1)
    return e.add(reduce.sum(e.absolute(down), axes), reduce.sum(e.absolute(right), axes))


def _differences(x):
    """(rows, columns): of each pixel's neighbour and itself, but for the last."""
    down = e.subtract(x[..., 1:, :, :], x[..., :-1, :, :])
    return down, e.subtract(x[..., 1:, :], x[..., :-1, :])


def image_gradients(image):
    """(dy, dx): what the next row, or column, has more; 0 in the last. (N, H, W, C) each."""
    x = tensor_of(image)
    if len(x.shape) != 4:
        raise ValueError(f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {x.shape}.")
    down, right = _differences(x)
    return tuple(
        slicing.pad(d, w)
        for d, w in ((down, ((0, 0), (0, 1), (0, 0), (0, 0))), (right, ((0, 0), (0, 0), (0, 1), (0, 0))))
    )


def sobel_edges(image):
    """(N, H, W, C, 2): Sobel's derivatives by row and column; images are mirrored at their borders."""
    x = tensor_of(image)
    x = x if x.dtype.is_floating else e.cast(x, float32)
    if len(x.shape) != 4:
        raise ValueError(f"sobel_edges: `image` must be (N, H, W, C). Received: shape {x.shape}.")
    if min(x.shape[1:3]) < 2:
        raise ValueError(f"sobel_edges: `image` must have 2 rows and columns or more. Received: shape {x.shape}.")
    given, x = x, x if x.dtype is float32 or x.dtype is float64 else e.cast(x, float32)
    slopes, means = ([(_mirrored(n), np.tile(w, (n, 1))) for n in x.shape[1:3]] for w in ((-1.0, 0, 1), (1.0, 2, 1)))
    both = resize.weighed_images(x, slopes[0], means[1]), resize.weighed_images(x, means[0], slopes[1])
    return e.cast(s.stack(both, -1), given.dtype)


def _mirrored(n):
    """(n, 3): each pixel of an axis with its neighbours; those of the first and the last are on their other side."""
    at = np.arange(n)[:, None] + np.arange(-1, 2)
    return n - 1 - np.abs(n - 1 - np.abs(at))


def _pair(who, a, b):
    """Both as float32 in the same scale.

    Raises:
        ValueError: fewer than three axes, or shapes that do not go together.
    """
    a, b = tensor_of(a), tensor_of(b)
    if min(len(a.shape), len(b.shape)) < 3 or a.shape[-3:] != b.shape[-3:]:
        raise ValueError(f"{who}: images must be (..., H, W, C) of one size. Received: shapes {a.shape} and {b.shape}.")
    return convert_image_dtype(a, float32), convert_image_dtype(b, float32)


def _largest(max_val, a):
    """max_val, of the images' own type, in the scale of floats."""
    dtype = tensor_of(a).dtype
    return convert_image_dtype(e.cast(as_tensor(max_val), dtype), float32)


def psnr(a, b, max_val, name=None):
    """Peak signal to noise ratio of images, decibels; max_val: the range of their values."""
    largest = _largest(max_val, a)
    a, b = _pair("psnr", a, b)
    error = reduce.mean(e.squared_difference(a, b), (-3, -2, -1))
    decibels = 10 / np.log(10)
    return e.subtract(e.multiply(e.log(largest), 2 * decibels), e.multiply(e.log(error), decibels))


def ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, return_index_map=False):
    """Structural similarity of images, at most 1, for those that are equal.

    Args:
        img1, img2: (..., H, W, C). max_val: the range of their values.
        filter_size, filter_sigma: of the Gaussian window. k1, k2: constants against small denominators.
        return_index_map: of each window, rather than the mean?
    Source: Wang et al., 2004, "Image quality assessment: from error visibility to structural similarity".
    """
    largest = _largest(max_val, img1)
    a, b = _pair("ssim", img1, img2)
    both, _ = _ssim_map("ssim", a, b, largest, filter_size, filter_sigma, k1, k2)
    return reduce.mean(both, -1 if return_index_map else (-3, -2, -1))


def _ssim_map(who, a, b, largest, filter_size, filter_sigma, k1, k2):
    """(similarity, contrast and structure alone) of each window and channel."""
    if min(a.shape[-3:-1]) < filter_size:
        raise ValueError(
            f"{who}: images must not be smaller than `filter_size`. Received: filter_size={filter_size}, shape {a.shape}."
        )
    blur = _gaussian_blur(filter_size, filter_sigma)
    c1, c2 = (e.square(e.multiply(largest, float(k))) for k in (k1, k2))
    mean_a, mean_b = blur(a), blur(b)
    product = e.multiply(e.multiply(mean_a, mean_b), 2.0)
    squares = e.add(e.square(mean_a), e.square(mean_b))
    luminance = e.divide(e.add(product, c1), e.add(squares, c1))
    joint = e.subtract(e.multiply(blur(e.multiply(a, b)), 2.0), product)
    spread = e.subtract(blur(e.add(e.square(a), e.square(b))), squares)
    contrast = e.divide(e.add(joint, c2), e.add(spread, c2))
    return e.multiply(luminance, contrast), contrast


def _gaussian_blur(size, sigma):
    """A function that blurs (..., H, W, C), windows inside: along one axis, then the other."""
    at = np.arange(size) - (size - 1) / 2
    line = np.exp(-(at**2) / (2 * sigma**2))
    line /= line.sum()

    def blur(x):
        windows = [np.arange(n - size + 1)[:, None] + np.arange(size) for n in x.shape[-3:-1]]
        y = resize.weighed_images(
            s.reshape(x, (-1, *x.shape[-3:])), *[(pixels, np.broadcast_to(line, pixels.shape)) for pixels in windows]
        )
        return s.reshape(y, (*x.shape[:-3], *y.shape[1:]))

    return blur


def ssim_multiscale(
    img1, img2, max_val, power_factors=(0.0448, 0.2856, 0.3001, 0.2363, 0.1333), filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03
):  # fmt: skip
    """Structural similarity at several scales, each half of the one before, with their weights `power_factors`.

    Arguments as of `ssim`.
    Source: Wang, Simoncelli, Bovik, 2003, "Multiscale structural similarity for image quality assessment".
    """
    largest = _largest(max_val, img1)
    a, b = _pair("ssim_multiscale", img1, img2)
    factors = []
    for k, power in enumerate(power_factors):
        if k:
            a, b = _halved(a), _halved(b)
        maps = _ssim_map("ssim_multiscale", a, b, largest, filter_size, filter_sigma, k1, k2)
        of_scale = reduce.mean(maps[0 if k == len(power_factors) - 1 else 1], (-3, -2))
        factors.append(e.power(e.maximum(of_scale, 0.0), float(power)))
    product = factors[0]
    for factor in factors[1:]:
        product = e.multiply(product, factor)
    return reduce.mean(product, -1)


def _halved(x):
    """Means of 2 by 2 pixels; the last row or column of an odd number is repeated."""
    flat = s.reshape(x, (-1, *x.shape[-3:]))
    flat = slicing.pad(flat, ((0, 0), (0, flat.shape[1] % 2), (0, flat.shape[2] % 2), (0, 0)), "symmetric")
    y = pool.avg_pool(flat, (2, 2))
    return s.reshape(y, (*x.shape[:-3], *y.shape[1:]))

"""tf.image: images of another size."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, float32, uint8
from pyseq.ops import edges, elementwise
from pyseq.ops import resize as ops
from pyseq.tf._given import extents_of, tensor_of

__all__ = ["ResizeMethod", "resize", "resize_with_crop_or_pad", "resize_with_pad"]


class ResizeMethod:
    """The names of `resize`'s methods."""

    AREA, BICUBIC, BILINEAR, GAUSSIAN = "area", "bicubic", "bilinear", "gaussian"
    LANCZOS3, LANCZOS5, MITCHELLCUBIC, NEAREST_NEIGHBOR = "lanczos3", "lanczos5", "mitchellcubic", "nearest"


def images_of(who, images):
    """The tensor of one image (H, W, C) or of a batch of them.

    Raises:
        ValueError: it has another rank.
    """
    x = tensor_of(images)
    if len(x.shape) not in (3, 4):
        raise ValueError(
            f"{who}: 'images' must have either 3 or 4 dimensions: (N, height, width, channels) or (height, width, channels). "
            f"Received: shape {x.shape}."
        )
    return x


def _size(who, size):
    if not isinstance(size, Tensor) and np.ndim(size) != 1:
        raise ValueError(
            f"{who}: 'size' must be a 1-D Tensor of 2 elements: new_height, new_width. Received: {size!r}."
        )
    try:
        return ops.checked_size(who, extents_of(size))
    except AttributeError:
        raise ValueError(f"{who}: 'size' must be a 1-D int32 Tensor. Received: {size!r}.") from None


def resize(images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False, name=None):
    """Images of another size: float32, but of their own type for method "nearest".

    Args:
        images: (N, H, W, C) or (H, W, C). size: (height, width).
        method: one of ResizeMethod: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic".
        preserve_aspect_ratio: is `size` the largest they may have, in their own proportions?
        antialias: let every pixel count when images shrink?
    """
    x = images_of("resize", images)
    height, width = _size("resize", size)
    if method not in ops.METHODS:
        raise ValueError(f"Resize method is not implemented: {method}. Known are: {', '.join(ops.METHODS)}.")
    if preserve_aspect_ratio:
        height, width = _within(x.shape[-3:-1], height, width)
    x = x if method == "nearest" or x.dtype is uint8 else elementwise.cast(x, float32)
    return ops.resize(x, (height, width), method, antialias)


def _within(old, height, width):
    """The largest (height, width) of old proportions that fits; counted in float32, as TensorFlow does."""
    scale = min(np.float32(height) / np.float32(old[0]), np.float32(width) / np.float32(old[1]))
    return tuple(max(1, int(np.round(np.float32(scale) * np.float32(n)))) for n in old)


def resize_with_pad(image, target_height, target_width, method="bilinear", antialias=False):
    """Images scaled in their own proportions, with zeros around them for what is missing."""
    x = images_of("resize_with_pad", image)
    height, width = _size("resize_with_pad", (target_height, target_width))
    rows, columns = x.shape[-3:-1]
    wanted, old = np.float32([height, width]), np.float32([rows, columns])
    exact = old / np.max(old / wanted)  # in float32, as in TensorFlow: 6.9999995 columns of 7 are 6
    size = [max(1, int(n)) for n in exact]
    margins = [max(0, int(m)) for m in np.floor((wanted - exact) / 2)]
    y = resize(x, size, method, antialias=antialias)
    around = [(m, want - m - n) for m, want, n in zip(margins, (height, width), size, strict=True)]
    return edges.move_edges(y, around, len(x.shape) - 3)


def resize_with_crop_or_pad(image, target_height, target_width):
    """The middle of images, zeros around them for what is missing: no pixel is scaled."""
    x = images_of("resize_with_crop_or_pad", image)
    size = _size("resize_with_crop_or_pad", (target_height, target_width))
    around = []
    for old, new in zip(x.shape[-3:-1], size, strict=True):
        before = (new - old) // 2 if new > old else -((old - new) // 2)
        around.append((before, new - old - before))
    return edges.move_edges(x, around, len(x.shape) - 3)

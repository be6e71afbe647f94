"""Resizing of arrays of images, with the methods of tf.image.resize and its rules (half-pixel centres, no antialiasing)."""

from __future__ import annotations

import numpy as np

from pyseq.core import tracing
from pyseq.ops import resize as ops
from pyseq.ops.resize_taps import METHODS


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
    images = np.asarray(images)
    if images.dtype.kind == "f" and method != "nearest":
        images = images.astype("float32", copy=False)
    with tracing(None):
        return ops.resize(images, size, method).numpy()


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

"""Boxes of images brought to one size. csrc/crop.pyx goes forwards; the gradient is that of the formula in other ops."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, emit, int32, kernels
from pyseq.ops import elementwise as e
from pyseq.ops import gather
from pyseq.ops import shape as s
from pyseq.ops.composed import with_gradient_of

CROP = kernels("crop_boxes")


def crop_boxes(x, boxes, which, size, method="bilinear", fill_value=0.0):
    """What is in boxes, each resized to one size; the corners of a box are the centres of corner pixels.

    Args:
        x: (N, H, W, C), float32. boxes: (M, 4), float32: y1, x1, y2, x2; 0 is the first pixel, 1 the last.
        which: int32 (M,), the image of each, in [0, N): else fill_value is read. size: (height, width).
        method: "bilinear" or "nearest". fill_value: of what is outside of the image.
    Returns:
        (M, height, width, C).  vjp: to x, and for "bilinear" to boxes.
    """

    def formula(x, boxes):
        return _composed(x, boxes, which, size, method, fill_value)

    m, (height, width), c = boxes.shape[0], size, x.shape[3]
    dims = (*x.shape, height, width, method == "bilinear")
    to = (m, height, width, c)
    y = emit(CROP, (x, boxes, which), ((to, x.dtype),), dims, (fill_value,), m * height, m * height * width * (c + 8))
    return with_gradient_of(y, formula, x, boxes)


def _composed(x, boxes, which, size, method, fill_value):
    rows = _places(boxes[:, 0], boxes[:, 2], x.shape[1], size[0])
    columns = _places(boxes[:, 1], boxes[:, 3], x.shape[2], size[1])
    y = _read(x, which, _corners(rows, x.shape[1], method), _corners(columns, x.shape[2], method))
    inside = e.logical_and(s.expand_dims(_inside(rows, x.shape[1]), 2), s.expand_dims(_inside(columns, x.shape[2]), 1))
    return e.where(s.expand_dims(inside, 3), y, fill_value)


def _places(low, high, n, count):
    """(M, count): where in an axis of n pixels the crops' pixels are; -1, outside, where that is no number or infinite."""
    if count == 1:
        return _known(s.expand_dims(e.multiply(e.add(low, high), 0.5 * (n - 1)), 1))
    step = e.multiply(e.subtract(high, low), (n - 1) / (count - 1))
    numbers = as_tensor(np.arange(count, dtype="float32"))
    return _known(e.add(s.expand_dims(e.multiply(low, float(n - 1)), 1), e.multiply(s.expand_dims(step, 1), numbers)))


def _known(places):
    return e.where(e.less(e.absolute(places), 2.0**31), places, -1.0)  # NaN is not less


def _inside(places, n):
    return e.logical_and(e.greater_equal(places, 0.0), e.less_equal(places, float(n - 1)))


def _corners(places, n, method):
    """[(pixel (M, count), its share or None), ...]: the nearest, or the two on either side."""
    if method == "nearest":
        return [(_pixel(e.floor(e.add(places, 0.5)), n), None)]
    below = e.floor(places)
    share = e.subtract(places, below)
    return [(_pixel(below, n), e.subtract(1.0, share)), (_pixel(e.ceil(places), n), share)]


def _pixel(at, n):
    return e.cast(e.clip(at, 0.0, float(n - 1)), int32)


def _read(x, which, rows, columns):
    """The sum of the pixels of all corners, weighed."""
    n, h, w, c = x.shape
    flat, total = s.reshape(x, (n * h * w, c)), None
    first = s.reshape(e.multiply(which, h), (-1, 1, 1))
    for row, share_down in rows:
        for column, share_right in columns:
            numbers = e.add(e.multiply(e.add(first, s.expand_dims(row, 2)), w), s.expand_dims(column, 1))
            pixels = gather.gather(flat, numbers)
            if share_down is not None:
                share = e.multiply(s.expand_dims(share_down, 2), s.expand_dims(share_right, 1))
                pixels = e.multiply(pixels, s.expand_dims(share, 3))
            total = pixels if total is None else e.add(total, pixels)
    return total

"""tf.nn's dilation and erosion of images: the largest sum, or least difference, of a window's pixels and a filter."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s
from pyseq.ops import slicing
from pyseq.tf._given import tensor_of
from pyseq.tf._windows import of_image

__all__ = ["dilation2d", "erosion2d"]


def dilation2d(input, filters, strides, padding, data_format, dilations, name=None):  # noqa: A002
    """max over kh, kw of input[n, oh * sh + kh * dh, ow * sw + kw * dw, c] + filters[kh, kw, c], of what is inside the image.

    As many operations as the filter has pixels. Of equal sums the first, row by row, gets the gradient; NaN never wins. Where
    nothing does, the result is the type's lowest number.

    Args:
        input: (N, H, W, C), numbers. filters: (KH, KW, C), of the same type.
        strides, dilations: (1, down, right, 1), pixels. padding: "VALID" or "SAME". data_format: "NHWC".
    Source: tf.nn.dilation2d.
    """
    return _dilation("dilation2d", tensor_of(input), filters, strides, padding, data_format, dilations)


def erosion2d(value, filters, strides, padding, data_format, dilations, name=None):
    """min over kh, kw of value[n, oh * sh + kh * dh, ow * sw + kw * dw, c] - filters[kh, kw, c]: a dilation upside down.

    Arguments as of `dilation2d`. Source: tf.nn.erosion2d.
    """
    value = tensor_of(value)
    turned = s.flip(e.cast(tensor_of(filters), value.dtype), (0, 1))
    return e.negative(_dilation("erosion2d", e.negative(value), turned, strides, padding, data_format, dilations))


def _dilation(who, x, filters, strides, padding, data_format, dilations):
    filters = e.cast(tensor_of(filters), x.dtype)
    if data_format != "NHWC":
        raise ValueError(f"{who}: `data_format` must be 'NHWC'. Received: data_format={data_format!r}.")
    if len(x.shape) != 4 or len(filters.shape) != 3 or x.shape[3] != filters.shape[2] or not filters.size:
        raise invalid(
            f"{who}: images must be (N, H, W, C) and `filters` (rows, columns, C), not empty. Received: shapes {tuple(x.shape)} and "
            f"{tuple(filters.shape)}."
        )
    steps, apart = (
        of_image(who, n, v, 2, "channels_last") for n, v in (("strides", strides), ("dilations", dilations))
    )
    if min(*steps, *apart) < 1:
        raise invalid(
            f"{who}: `strides` and `dilations` must be positive. Received: strides={strides}, dilations={dilations}."
        )
    size = x.shape[1:3]
    axes = [_windows(who, *of_axis, padding) for of_axis in zip(size, filters.shape, steps, apart, strict=False)]
    (oh, top, bottom), (ow, left, right) = axes
    padded = slicing.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    y = as_tensor(np.full((1, 1, 1, 1), _lowest(x.dtype), x.dtype.numpy))
    for kh in range(filters.shape[0]):
        rows = np.arange(oh) * steps[0] + kh * apart[0]
        for kw in range(filters.shape[1]):
            columns = np.arange(ow) * steps[1] + kw * apart[1]
            here = tuple(slice(int(k[0]), int(k[-1]) + 1, d) for k, d in zip((rows, columns), steps, strict=True))
            sums = e.add(slicing.getitem(padded, (slice(None), *here)), slicing.getitem(filters, (kh, kw)))
            inside = _inside(rows - top, size[0])[:, None] & _inside(columns - left, size[1])
            larger = e.greater(sums, y)
            if not inside.all():
                larger = e.logical_and(larger, as_tensor(inside[:, :, None]))
            y = e.where(larger, sums, y)
    return y


def _windows(who, extent, window, stride, apart, padding):
    """(number of windows, pixels of padding before and after) along one axis."""
    reach = (window - 1) * apart + 1
    if padding in ("SAME", "same"):
        n = -(-extent // stride)
        more = max(0, (n - 1) * stride + reach - extent)
        return n, more // 2, more - more // 2
    if padding not in ("VALID", "valid"):
        raise ValueError(f"{who}: `padding` must be 'VALID' or 'SAME'. Received: padding={padding!r}.")
    if extent < reach:
        raise invalid(
            f"{who}: the filter must not be larger than the images, {extent} pixels along an axis. Received: {window} pixels, "
            f"{apart} apart. Use padding='SAME', or larger images."
        )
    return (extent - reach) // stride + 1, 0, 0


def _inside(positions, extent):
    return (positions >= 0) & (positions < extent)


def _lowest(dtype):
    return (np.finfo if dtype.is_floating else np.iinfo)(dtype.numpy).min

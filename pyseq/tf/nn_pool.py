"""tf.nn's pooling."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from pyseq.core import as_dtype, as_tensor
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import pool as ops
from pyseq.ops import shape as s
from pyseq.ops import slicing
from pyseq.tf._windows import format_of, of_image, paddings

__all__ = [
    "avg_pool", "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool", "max_pool1d", "max_pool2d", "max_pool3d",
    "max_pool_with_argmax", "pool",
]  # fmt: skip


def _pooled(who, op, x, ksize, strides, padding, data_format, rank=None):
    rank = len(x.shape) - 2 if rank is None else rank
    if not 1 <= rank <= 3 or len(x.shape) != rank + 2:
        raise invalid(
            f"{who}: `input` must have {'3, 4 or 5' if not 1 <= rank <= 3 else rank + 2} axes. Received: shape {tuple(x.shape)}."
        )
    form = format_of(who, data_format, rank)
    window, steps = (of_image(who, n, v, rank, form) for n, v in (("ksize", ksize), ("strides", strides)))
    return op(x, window, steps, paddings(who, padding, rank, form), form)


def max_pool(input, ksize, strides, padding, data_format=None, name=None):  # noqa: A002
    """The largest of each window."""
    return _pooled("max_pool", ops.max_pool, as_tensor(input), ksize, strides, padding, data_format)


def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):  # noqa: A002
    """max_pool of (N, W, C)."""
    return _pooled("max_pool1d", ops.max_pool, as_tensor(input), ksize, strides, padding, data_format, 1)


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):  # noqa: A002
    """max_pool of (N, H, W, C)."""
    return _pooled("max_pool2d", ops.max_pool, as_tensor(input), ksize, strides, padding, data_format, 2)


def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):  # noqa: A002
    """max_pool of (N, D, H, W, C)."""
    return _pooled("max_pool3d", ops.max_pool, as_tensor(input), ksize, strides, padding, data_format, 3)


def avg_pool(input, ksize, strides, padding, data_format=None, name=None):  # noqa: A002
    """The mean of each window, over what is inside."""
    return _pooled("avg_pool", ops.avg_pool, as_tensor(input), ksize, strides, padding, data_format)


def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):  # noqa: A002
    """avg_pool of (N, W, C)."""
    return _pooled("avg_pool1d", ops.avg_pool, as_tensor(input), ksize, strides, padding, data_format, 1)


def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):  # noqa: A002
    """avg_pool of (N, H, W, C)."""
    return _pooled("avg_pool2d", ops.avg_pool, as_tensor(input), ksize, strides, padding, data_format, 2)


def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):  # noqa: A002
    """avg_pool of (N, D, H, W, C)."""
    return _pooled("avg_pool3d", ops.avg_pool, as_tensor(input), ksize, strides, padding, data_format, 3)


class MaxPoolWithArgmax(NamedTuple):
    """What max_pool_with_argmax gives."""

    output: object
    argmax: object


def max_pool_with_argmax(
    input, ksize, strides, padding, data_format="NHWC", output_dtype="int64", include_batch_in_index=False, name=None  # noqa: A002
):  # fmt: skip
    """(output, argmax): the largest of each window, and its position (h * W + w) * C + c in its image.

    Args:
        input: (N, H, W, C). padding: "VALID" or "SAME".
        output_dtype: of argmax, int32 or int64.
        include_batch_in_index: do positions count from the first image's first element?
    """
    who, x, dtype = "max_pool_with_argmax", as_tensor(input), as_dtype(output_dtype)
    _only_nhwc(who, data_format)
    if dtype not in ("int32", "int64"):
        raise invalid(f"{who}: `output_dtype` must be int32 or int64. Received: output_dtype={dtype.name}.")
    if not isinstance(padding, str):
        raise invalid_type(f"{who}: `padding` must be 'VALID' or 'SAME'. Received: padding={padding!r}.")
    window, steps = (of_image(who, n, v, 2, "channels_last") for n, v in (("ksize", ksize), ("strides", strides)))
    padding = paddings(who, padding, 2, "channels_last")
    y, argmax = ops.max_pool_with_argmax(x, window, steps, padding, bool(include_batch_in_index))
    return MaxPoolWithArgmax(y, e.cast(argmax, dtype))


def _only_nhwc(who, data_format):
    if data_format != "NHWC":
        raise ValueError(f"{who}: `data_format` must be 'NHWC'. Received: data_format={data_format!r}.")


def pool(
    input, window_shape, pooling_type, strides=None, padding="VALID", data_format=None, dilations=None, name=None  # noqa: A002
):  # fmt: skip
    """Pooling of the type "MAX" or "AVG".

    Args:
        dilations: pixels from one of a window to the next. Above 1 they need strides of 1 and padding "VALID" or pairs, whose
            pixels then are zeros like any others.
    """
    who, x = "pool", as_tensor(input)
    op = {"MAX": ops.max_pool, "AVG": ops.avg_pool}.get(pooling_type)
    if op is None:
        raise ValueError(f"pool: `pooling_type` must be 'MAX' or 'AVG'. Received: pooling_type={pooling_type!r}.")
    strides = 1 if strides is None else strides
    rank = len(x.shape) - 2
    if dilations is None or not 1 <= rank <= 3:
        return _pooled(who, op, x, window_shape, strides, padding, data_format)
    form = format_of(who, data_format, rank)
    apart = of_image(who, "dilations", dilations, rank, form)
    if min(apart) < 1:
        raise ValueError(f"pool: `dilations` must be positive. Received: dilations={dilations}.")
    if max(apart) == 1:
        return _pooled(who, op, x, window_shape, strides, padding, data_format)
    if set(of_image(who, "strides", strides, rank, form)) != {1}:
        raise ValueError(
            f"pool: `strides` must be 1 where `dilations` are above 1. Received: strides={strides}, dilations={dilations}."
        )
    window = of_image(who, "window_shape", window_shape, rank, form)
    padding = paddings(who, padding, rank, form)
    if form == "channels_last":
        return _dilated(op, x, window, apart, padding)
    return s.moveaxis(_dilated(op, s.moveaxis(x, 1, -1), window, apart, padding), -1, 1)


def _dilated(op, x, window, apart, padding):
    """Pooling with windows of pixels that lie `apart`: each phase of x, pixels k, k + apart, ..., is an image of its own."""
    if padding not in ("valid", "VALID"):
        if isinstance(padding, str):
            raise ValueError(
                "pool: `padding` must be 'VALID' or pairs where `dilations` are above 1. "
                f"Received: padding={padding!r}, dilations={apart}."
            )
        x = slicing.pad(x, ((0, 0), *padding, (0, 0)))
    n, *image, c = x.shape
    windows = [i - (k - 1) * d for i, k, d in zip(image, window, apart, strict=True)]
    if min(windows) < 1:
        raise invalid(
            "pool: a window must not be larger than the images. "
            f"Received: shape {tuple(x.shape)}, window_shape={window}, dilations={apart}."
        )
    x = slicing.pad(x, ((0, 0), *((0, -i % d) for i, d in zip(image, apart, strict=True)), (0, 0)))
    x = s.reshape(x, (n, *(m for i, d in zip(image, apart, strict=True) for m in (-(-i // d), d)), c))
    pixels, phases = range(1, 2 * len(image), 2), range(2, 2 * len(image) + 1, 2)
    x = s.transpose(x, (*phases, 0, *pixels, 2 * len(image) + 1))
    y = op(s.reshape(x, (prod(apart) * n, *(x.shape[len(image) + 1 :]))), window, 1, "valid")
    y = s.reshape(y, (*apart, n, *y.shape[1:]))
    places = (len(image), *(k for a in range(len(image)) for k in (len(image) + 1 + a, a)), 2 * len(image) + 1)
    y = s.transpose(y, places)
    y = s.reshape(y, (n, *(y.shape[2 * a + 1] * d for a, d in enumerate(apart)), c))
    return slicing.getitem(y, (slice(None), *(slice(0, m) for m in windows)))

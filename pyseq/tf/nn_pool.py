"""tf.nn's pooling."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.core.errors import invalid
from pyseq.ops import pool as ops
from pyseq.tf._windows import format_of, of_image, paddings

__all__ = [
    "avg_pool", "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool", "max_pool1d", "max_pool2d", "max_pool3d", "pool",
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


def pool(
    input, window_shape, pooling_type, strides=None, padding="VALID", data_format=None, dilations=None, name=None  # noqa: A002
):  # fmt: skip
    """Pooling of the type "MAX" or "AVG"; the windows' pixels side by side (`dilations` 1)."""
    op = {"MAX": ops.max_pool, "AVG": ops.avg_pool}.get(pooling_type)
    if op is None:
        raise ValueError(f"pool: `pooling_type` must be 'MAX' or 'AVG'. Received: pooling_type={pooling_type!r}.")
    if dilations is not None and any(
        int(d) != 1 for d in ([dilations] if hasattr(dilations, "__index__") else dilations)
    ):
        raise NotImplementedError(f"pool: `dilations` above 1 are not supported. Received: dilations={dilations}.")
    return _pooled("pool", op, as_tensor(input), window_shape, 1 if strides is None else strides, padding, data_format)

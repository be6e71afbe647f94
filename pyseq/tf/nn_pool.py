"""tf.nn's pooling."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.ops import pool as ops
from pyseq.ops.check import is_integer

__all__ = [
    "avg_pool", "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool", "max_pool1d", "max_pool2d", "max_pool3d", "pool",
]  # fmt: skip
FORMATS = {
    **dict.fromkeys(("NWC", "NHWC", "NDHWC"), "channels_last"),
    **dict.fromkeys(("NCW", "NCHW", "NCDHW"), "channels_first"),
}


def channels_of(who, data_format, rank):
    """pyseq's word for TensorFlow's."""
    if data_format is None:
        return "channels_last"
    if FORMATS.get(data_format) is None or len(data_format) != rank + 2:
        known = [f for f in FORMATS if len(f) == rank + 2]
        raise ValueError(
            f"{who}: `data_format` must be one of {known} for images of {rank} axes. Received: data_format={data_format!r}."
        )
    return FORMATS[data_format]


def _image(who, name, value, rank, form):
    """One number for each axis of the image, of one number, of so many, or of those with batch and channels (1, 1)."""
    if is_integer(value):
        return (int(value),) * rank
    value = tuple(value) if hasattr(value, "__len__") else (value,)
    if not all(map(is_integer, value)):
        raise TypeError(f"{who}: `{name}` must be integers. Received: {name}={value!r}.")
    value = tuple(map(int, value))
    if len(value) == rank + 2:
        outer = (value[0], value[-1]) if form == "channels_last" else value[:2]
        if outer != (1, 1):
            raise ValueError(f"{who}: `{name}` must be 1 along batch and channels. Received: {name}={list(value)}.")
        return value[1:-1] if form == "channels_last" else value[2:]
    if len(value) not in (1, rank):
        raise ValueError(f"{who}: `{name}` must have 1, {rank} or {rank + 2} elements. Received: {name}={list(value)}.")
    return value * rank if len(value) == 1 else value


def _pairs(who, padding, rank, form):
    """padding as the op takes it: a word, or pairs for the axes of the image."""
    if isinstance(padding, str):
        return padding.lower() if padding in ("VALID", "SAME", "valid", "same") else padding
    pairs = tuple(tuple(int(p) for p in pair) for pair in padding)
    if len(pairs) != rank + 2 or any(map(any, (pairs[0], pairs[-1 if form == "channels_last" else 1]))):
        raise ValueError(
            f"{who}: `padding` must be 'VALID', 'SAME' or {rank + 2} pairs, (0, 0) for batch and channels. "
            f"Received: padding={padding}."
        )
    return pairs[1:-1] if form == "channels_last" else pairs[2:]


def _pooled(who, op, x, ksize, strides, padding, data_format, rank=None):
    rank = len(x.shape) - 2 if rank is None else rank
    if not 1 <= rank <= 3 or len(x.shape) != rank + 2:
        raise ValueError(
            f"{who}: `input` must have {'3, 4 or 5' if not 1 <= rank <= 3 else rank + 2} axes. Received: shape {tuple(x.shape)}."
        )
    form = channels_of(who, data_format, rank)
    window, steps = (_image(who, n, v, rank, form) for n, v in (("ksize", ksize), ("strides", strides)))
    return op(x, window, steps, _pairs(who, padding, rank, form), form)


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

"""tf.compat.v1.nn: tf.nn, and what TensorFlow 1 had besides, or with other arguments."""

from __future__ import annotations

from pyseq import tf
from pyseq._faces import missing as _missing
from pyseq.core import dispatch
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import norm, reduce
from pyseq.tf._given import tensor_of

__all__ = [
    "batch_norm_with_global_normalization",
    "dilation2d",
    "erosion2d",
    "fused_batch_norm",
    "max_pool_with_argmax",
]

_RANKS = {"NHWC": 4, "NCHW": 4, "NDHWC": 5, "NCDHW": 5}


def fused_batch_norm(
    x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format="NHWC", is_training=True, name=None,
    exponential_avg_factor=1.0,
):  # fmt: skip
    """(y, mean, variance): x normalized, and the moments that averages are to have then, in float32.

    Args:
        x: float16 or float32, of four axes, or of five with "NDHWC" and "NCDHW". scale, offset: one number a channel.
        mean, variance: those of inference; in training the averages so far, needed if `exponential_avg_factor` is not 1.
        is_training: take the batch's moments? The variance that is given back has n - 1 for n.
        exponential_avg_factor: of the batch's moments in the averages.
    Source: tf.compat.v1.nn.fused_batch_norm.
    """
    x = tensor_of(x)
    factor = float(exponential_avg_factor)
    if _RANKS.get(data_format) != x.ndim:
        known = [f for f, rank in _RANKS.items() if rank == x.ndim]
        raise invalid(
            f"fused_batch_norm: x must have 4 or 5 axes, `data_format` be {known or list(_RANKS)}. "
            f"Received: x.shape={tuple(x.shape)}, data_format={data_format!r}."
        )
    if x.dtype not in ("float16", "float32"):
        raise invalid_type(f"fused_batch_norm: x must be float16 or float32. Received: dtype={x.dtype.name}.")
    if (not is_training or factor != 1.0) and (mean is None or variance is None):
        raise ValueError(
            "fused_batch_norm: `mean` and `variance` must be given unless `is_training` with `exponential_avg_factor` 1. "
            f"Received: mean={mean!r}, variance={variance!r}."
        )
    axis = 1 if data_format.startswith("NC") else x.ndim - 1
    given = [None if m is None else e.cast(tensor_of(m), "float32") for m in (mean, variance)]
    scale, offset = (e.cast(tensor_of(p), "float32") for p in (scale, offset))
    if not is_training:
        return (norm.batch_norm_inference(x, *given, scale, offset, axis, epsilon), *given)
    y = norm.batch_norm(x, scale, offset, None, axis, epsilon)
    return (y, *_averages(x, axis, given, factor))


def _averages(x, axis, before, factor):
    """The moments of x beside those before it; they have no gradient."""
    x = tf.stop_gradient(e.cast(x, "float32"))
    others = tuple(k for k in range(x.ndim) if k != axis)
    n = x.size // max(x.shape[axis], 1)
    now = reduce.mean(x, others), e.multiply(reduce.var(x, others), n / max(n - 1, 1))
    if factor == 1.0:
        return now
    return tuple(e.add(e.multiply(a, 1.0 - factor), e.multiply(b, factor)) for a, b in zip(before, now, strict=True))


def batch_norm_with_global_normalization(
    t=None, m=None, v=None, beta=None, gamma=None, variance_epsilon=None, scale_after_normalization=None, name=None,
    input=None, mean=None, variance=None,  # noqa: A002
):  # fmt: skip
    """As tf.nn's; `t`, `m` and `v` are older names of input, mean and variance."""
    who = "batch_norm_with_global_normalization"
    x, mean, variance = (
        _one(who, *p) for p in (("input", input, "t", t), ("mean", mean, "m", m), ("variance", variance, "v", v))
    )
    return tf.nn.batch_norm_with_global_normalization(
        x, mean, variance, beta, gamma, variance_epsilon, scale_after_normalization
    )


def dilation2d(
    input, filter=None, strides=None, rates=None, padding=None, name=None, filters=None, dilations=None  # noqa: A002
):  # fmt: skip
    """As tf.nn's; `rates` are the dilations."""
    filters = _one("dilation2d", "filters", filters, "filter", filter)
    dilations = _one("dilation2d", "dilations", dilations, "rates", rates)
    return tf.nn.dilation2d(input, filters, strides, padding, "NHWC", dilations)


def erosion2d(value, kernel, strides, rates, padding, name=None):
    """As tf.nn's; `rates` are the dilations."""
    return tf.nn.erosion2d(value, kernel, strides, padding, "NHWC", rates)


def max_pool_with_argmax(
    input, ksize, strides, padding, data_format="NHWC", Targmax=None, name=None, output_dtype=None,  # noqa: A002, N803
    include_batch_in_index=False,
):  # fmt: skip
    """As tf.nn's; `Targmax` is the older name of `output_dtype`."""
    dtype = output_dtype or Targmax or "int64"
    return tf.nn.max_pool_with_argmax(input, ksize, strides, padding, data_format, dtype, include_batch_in_index)


def _one(who, name, value, old_name, old):
    """The one that was given, of a name and the one before it."""
    if value is not None and old is not None:
        raise ValueError(f"{who}: `{name}` and `{old_name}` are the same: give one.")
    return old if value is None else value


dispatch.face(globals(), "compat.v1.nn")
_nothing_more = _missing(__name__, lambda: [*__all__, *tf.nn.__all__])


def __getattr__(name):
    if not name.startswith("__") and hasattr(tf.nn, name):
        return getattr(tf.nn, name)
    return _nothing_more(name)


def __dir__():
    return sorted({*__all__, *tf.nn.__all__})

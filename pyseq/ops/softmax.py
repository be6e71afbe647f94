"""Softmax and the crossentropies of logits: csrc/softmax.h has the formulas."""

from __future__ import annotations

from functools import lru_cache
from math import prod

from pyseq.core import as_tensor, emit, float32, float64, int64, kernels, record
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import activation, reduce, shape
from pyseq.ops import elementwise as e
from pyseq.ops.axes import normalized_axis
from pyseq.ops.broadcasting import CHUNK, broadcast_shapes
from pyseq.ops.check import refuse_integers

SOFTMAX, SOFTMAX_BACKWARD, LOG_SOFTMAX = kernels("softmax", "softmax_backward", "log_softmax")
CROSSENTROPY, CROSSENTROPY_BACKWARD = kernels("crossentropy", "crossentropy_backward")
SPARSE, SPARSE_BACKWARD = kernels("sparse_crossentropy", "sparse_crossentropy_backward")
SIGMOID, SIGMOID_BACKWARD = kernels("sigmoid_crossentropy", "sigmoid_crossentropy_backward")
ROWS = 64  # rows of a part, as in csrc/softmax.pyx
WORK = 12  # multiply-adds that an element costs, about: exp
LOWEST = -(2**63)  # what NaN becomes as int64


@lru_cache(maxsize=4096)
def _rows(shape):
    """(dims, parts, work) of the rows of a tensor of this shape."""
    *outer, n = shape
    rows = prod(outer)
    return (rows, n), -(-rows // ROWS), rows * n * WORK


def _along_last(who, function, x, axis):
    """function(x) with the axis moved to the end and back."""
    x = as_tensor(x)
    if axis == -1 and type(axis) is int and x.shape and (x.dtype is float32 or x.dtype is float64):
        return function(x)
    if not x.dtype.is_floating:
        raise invalid_type(
            f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    if not x.shape:
        raise invalid(f"{who}: `x` must have an axis. Received: a scalar.")
    axis = normalized_axis(who, axis, len(x.shape))
    if x.dtype is not float32 and x.dtype is not float64:
        return e.cast(_along_last(who, function, e.cast(x, float32), axis), x.dtype)
    if axis == len(x.shape) - 1:
        return function(x)
    return shape.moveaxis(function(shape.moveaxis(x, axis, -1)), -1, axis)


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along an axis. The output remembers x as `keras_logits` when the axis is the last."""
    y = _along_last("softmax", _softmax, x, axis)
    if axis in (-1, len(y.shape) - 1):
        y.keras_logits = as_tensor(x)
    return y


def _softmax(x):
    dims, parts, work = _rows(x.shape)
    y = emit(SOFTMAX, (x,), ((x.shape, x.dtype),), dims, (), parts, work)
    return record(y, (x,), lambda dy, needs: softmax_backward(dy, y))


def softmax_backward(dy, y):
    """(dy - sum(dy y)) y along the last axis, differentiable."""
    dims, parts, work = _rows(y.shape)
    dx = emit(SOFTMAX_BACKWARD, (dy, y), ((y.shape, y.dtype),), dims, (), parts, work // 4)

    def vjp(ddx, needs):
        weighted = e.multiply(ddx, y)
        total = reduce.sum(weighted, -1, True)
        if needs[1]:
            dot = reduce.sum(e.multiply(dy, y), -1, True)
            toward_y = e.subtract(e.multiply(ddx, e.subtract(dy, dot)), e.multiply(dy, total))
        return (
            e.subtract(weighted, e.multiply(y, total)) if needs[0] else None,
            toward_y if needs[1] else None,
        )

    return record(dx, (dy, y), vjp)


def log_softmax(x, axis=-1):
    """log(softmax(x)) along an axis."""
    return _along_last("log_softmax", _log_softmax, x, axis)


def _log_softmax(x):
    dims, parts, work = _rows(x.shape)
    y = emit(LOG_SOFTMAX, (x,), ((x.shape, x.dtype),), dims, (), parts, work)

    def vjp(dy, needs):
        return e.subtract(dy, e.multiply(e.exp(y), reduce.sum(dy, -1, True)))

    return record(y, (x,), vjp)


def _probabilities_and_logits(who, labels, logits):
    """Both of one floating point type, broadcast to one shape."""
    labels, logits = e.operands(who, labels, logits)
    if not logits.dtype.is_floating:
        raise invalid_type(f"{who}: `labels` and `logits` must be floating point. Received: dtype={logits.dtype.name}.")
    if labels.shape != logits.shape:
        to = broadcast_shapes(labels.shape, logits.shape, who=who)
        labels, logits = shape.broadcast_to(labels, to), shape.broadcast_to(logits, to)
    return labels, logits


def softmax_crossentropy(labels, logits):
    """-sum(labels log(softmax(logits))) of each row.

    Args:
        labels: (..., n) probabilities that sum to 1, which the gradient relies on; logits: (..., n), the same dtype; shapes
            broadcast.
    Returns:
        (...)  A label of 0 counts as nothing, even where the logit is -inf.  vjp: p - labels; -log p to the labels.
    Source: tf.nn.softmax_cross_entropy_with_logits.
    """
    labels, logits = _probabilities_and_logits("softmax_crossentropy", labels, logits)
    if not logits.shape:
        raise invalid("softmax_crossentropy: `logits` must have an axis. Received: a scalar.")
    if logits.dtype is not float32 and logits.dtype is not float64:
        return e.cast(softmax_crossentropy(e.cast(labels, float32), e.cast(logits, float32)), logits.dtype)
    dims, parts, work = _rows(logits.shape)
    outputs = ((logits.shape[:-1], logits.dtype), (logits.shape, logits.dtype))
    loss, p = emit(CROSSENTROPY, (labels, logits), outputs, dims, (), parts, work)

    def vjp(dys, needs):
        dloss, dp = dys
        dlogits = dlabels = None
        if needs[1]:
            dlogits = None if dloss is None else _crossentropy_backward(dloss, labels, p, dims, parts)
            dlogits = _with_probabilities(dlogits, dp, p)
        if needs[0] and dloss is not None:
            dlabels = e.negative(e.multiply(shape.expand_dims(dloss, -1), log_softmax(logits)))
        return dlabels, dlogits

    return record((loss, p), (labels, logits), vjp)[0]


def _with_probabilities(dlogits, dp, p):
    """What a cotangent of the probabilities adds (only second derivatives have one)."""
    if dp is None:
        return dlogits
    more = softmax_backward(dp, p)
    return more if dlogits is None else e.add(dlogits, more)


def _crossentropy_backward(dloss, labels, p, dims, parts):
    dx = emit(CROSSENTROPY_BACKWARD, (dloss, labels, p), ((p.shape, p.dtype),), dims, (), parts, 2 * p.size)

    def vjp(ddx, needs):
        scaled = e.multiply(ddx, shape.expand_dims(dloss, -1))
        return (
            reduce.sum(e.multiply(ddx, e.subtract(p, labels)), -1) if needs[0] else None,
            e.negative(scaled) if needs[1] else None,
            scaled if needs[2] else None,
        )

    return record(dx, (dloss, labels, p), vjp)


def _check_labels(labels, n_classes):
    def error(found):
        if found == LOWEST:
            return invalid(f"Received a label that is NaN or infinite, outside the valid range of [0, {n_classes}).")
        return invalid(
            f"Received a label value of {found} which is outside the valid range of [0, {n_classes}). "
            "Is the last layer as wide as there are classes?"
        )

    refuse_integers(labels, 0, n_classes, error)


def sparse_softmax_crossentropy(labels, logits):
    """-log(softmax(logits)[label]) of each row.

    Args:
        labels: (...) class numbers, integers. logits: (..., n).
    Returns:
        (...)
    Raises:
        ValueError: a label is outside [0, n).
    Source: tf.nn.sparse_softmax_cross_entropy_with_logits.
    """
    labels, logits = as_tensor(labels), as_tensor(logits)
    if not labels.dtype.is_integer or not logits.dtype.is_floating:
        raise invalid_type(
            "sparse_softmax_crossentropy: `labels` must be integers and `logits` floating point. "
            f"Received: {labels.dtype.name} and {logits.dtype.name}."
        )
    if not logits.shape or labels.shape != logits.shape[:-1]:
        raise invalid(
            "sparse_softmax_crossentropy: `labels` must have the shape of `logits` without its last axis. "
            f"Received: labels.shape={labels.shape}, logits.shape={logits.shape}."
        )
    if logits.dtype is not float32 and logits.dtype is not float64:
        return e.cast(sparse_softmax_crossentropy(labels, e.cast(logits, float32)), logits.dtype)
    classes = e.cast(labels, int64)
    _check_labels(classes, logits.shape[-1])
    dims, parts, work = _rows(logits.shape)
    outputs = ((logits.shape[:-1], logits.dtype), (logits.shape, logits.dtype))
    loss, p = emit(SPARSE, (classes, logits), outputs, dims, (), parts, work, logits.dtype)

    def vjp(dys, needs):
        dloss, dp = dys
        dlogits = None if dloss is None else _sparse_backward(dloss, classes, p, dims, parts)
        return None, _with_probabilities(dlogits, dp, p)

    return record((loss, p), (classes, logits), vjp)[0]


def _sparse_backward(dloss, classes, p, dims, parts):
    dx = emit(SPARSE_BACKWARD, (dloss, classes, p), ((p.shape, p.dtype),), dims, (), parts, 2 * p.size)

    def vjp(ddx, needs):
        wide = shape.expand_dims(dloss, -1)
        labels = shape.one_hot(classes, p.shape[-1], dtype=p.dtype)
        return (
            reduce.sum(e.multiply(ddx, e.subtract(p, labels)), -1) if needs[0] else None,
            None,
            e.multiply(ddx, wide) if needs[2] else None,
        )

    return record(dx, (dloss, classes, p), vjp)


def sigmoid_crossentropy(labels, logits):
    """-labels log(s) - (1 - labels) log(1 - s) with s = sigmoid(logits), elementwise, without overflow.

    Args:
        labels: probabilities; logits: the same dtype; shapes broadcast.
    Returns:
        The shape and dtype of both.
    Source: tf.nn.sigmoid_cross_entropy_with_logits.
    """
    labels, logits = _probabilities_and_logits("sigmoid_crossentropy", labels, logits)
    if logits.dtype is not float32 and logits.dtype is not float64:
        return e.cast(sigmoid_crossentropy(e.cast(labels, float32), e.cast(logits, float32)), logits.dtype)
    n = logits.size
    outputs = ((logits.shape, logits.dtype),)
    loss = emit(SIGMOID, (labels, logits), outputs, (n,), (), -(-n // CHUNK), n * 2 * WORK)

    def vjp(dloss, needs):
        return (
            e.negative(e.multiply(dloss, logits)) if needs[0] else None,
            _sigmoid_backward(dloss, labels, logits) if needs[1] else None,
        )

    return record(loss, (labels, logits), vjp)


def _sigmoid_backward(dloss, labels, logits):
    n = logits.size
    outputs = ((logits.shape, logits.dtype),)
    dx = emit(SIGMOID_BACKWARD, (dloss, labels, logits), outputs, (n,), (), -(-n // CHUNK), n * WORK)

    def vjp(ddx, needs):
        toward_logits = None
        if needs[2]:
            s = activation.sigmoid(logits)
            toward_logits = e.multiply(e.multiply(ddx, dloss), e.multiply(s, e.subtract(1.0, s)))
        return (
            _sigmoid_backward(ddx, labels, logits) if needs[0] else None,
            e.negative(e.multiply(ddx, dloss)) if needs[1] else None,
            toward_logits,
        )

    return record(dx, (dloss, labels, logits), vjp)

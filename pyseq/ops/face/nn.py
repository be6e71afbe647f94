"""keras.ops: activations, losses of single elements, normalisation."""

from __future__ import annotations

import importlib

from pyseq.core import as_tensor, bool_, dispatch
from pyseq.core.errors import invalid
from pyseq.ops import activation, elementwise, loss, reduce
from pyseq.ops import shape as s
from pyseq.ops.face.promotion import floats

rows = importlib.import_module("pyseq.ops.softmax")  # as an attribute of pyseq.ops it can be called, too


def relu(x):
    """max(x, 0)."""
    return activation.relu(x)


def relu6(x):
    """min(max(x, 0), 6)."""
    return activation.relu6(*floats(x))


def leaky_relu(x, negative_slope=0.2):
    """x where positive, else negative_slope * x."""
    return activation.leaky_relu(*floats(x), negative_slope)


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    return activation.sigmoid(*floats(x))


def log_sigmoid(x):
    """log(sigmoid(x)), without the underflow."""
    return activation.log_sigmoid(*floats(x))


def softplus(x):
    """log(1 + exp(x))."""
    return activation.softplus(*floats(x))


def softsign(x):
    """x / (1 + |x|)."""
    return activation.softsign(*floats(x))


def silu(x):
    """x * sigmoid(x)."""
    return activation.swish(*floats(x))


def swish(x):
    """x * sigmoid(x)."""
    return silu(x)


def elu(x, alpha=1.0):
    """x where positive, else alpha * (exp(x) - 1)."""
    return activation.elu(*floats(x), alpha)


def celu(x, alpha=1.0):
    """max(x, 0) + min(alpha (exp(x / alpha) - 1), 0)."""
    (x,) = floats(x)
    low = elementwise.multiply(
        elementwise.expm1(elementwise.divide(elementwise.minimum(x, 0.0), float(alpha))), float(alpha)
    )
    return elementwise.add(elementwise.maximum(x, 0.0), low)


def selu(x):
    """The scaled elu that keeps mean 0 and variance 1."""
    return activation.selu(*floats(x))


def gelu(x, approximate=True):
    """x times the normal distribution function of x; `approximate`: by its tanh formula."""
    return activation.gelu(*floats(x), approximate)


def mish(x):
    """x * tanh(softplus(x))."""
    return activation.mish(*floats(x))


def hard_sigmoid(x):
    """relu6(x + 3) / 6, as Keras 3 has it (tf.keras 2: 0.2 x + 0.5 between 0 and 1)."""
    (x,) = floats(x)
    return elementwise.divide(activation.relu6(elementwise.add(x, 3.0)), 6.0)


def hard_silu(x):
    """x * hard_sigmoid(x)."""
    (x,) = floats(x)
    return elementwise.multiply(x, hard_sigmoid(x))


def hard_swish(x):
    """x * hard_sigmoid(x)."""
    return hard_silu(x)


def hard_tanh(x):
    """x between -1 and 1."""
    return elementwise.clip(*floats(x), -1.0, 1.0)


def hard_shrink(x, threshold=0.5):
    """x where |x| > threshold, else 0."""
    (x,) = floats(x)
    return elementwise.where(elementwise.greater(elementwise.absolute(x), threshold), x, 0.0)


def soft_shrink(x, threshold=0.5):
    """x moved towards 0 by `threshold`, not beyond it."""
    (x,) = floats(x)
    return elementwise.subtract(x, elementwise.clip(x, -float(threshold), float(threshold)))


def tanh_shrink(x):
    """x - tanh(x)."""
    (x,) = floats(x)
    return elementwise.subtract(x, elementwise.tanh(x))


def threshold(x, threshold, default_value):
    """x where it is above `threshold`, else `default_value`."""
    (x,) = floats(x)
    return elementwise.where(elementwise.greater(x, float(threshold)), x, float(default_value))


def squareplus(x, b=4):
    """(x + sqrt(x ** 2 + b)) / 2."""
    (x,) = floats(x)
    root = elementwise.sqrt(elementwise.add(elementwise.square(x), float(b)))
    return elementwise.multiply(elementwise.add(x, root), 0.5)


def glu(x, axis=-1):
    """The first half along an axis times the sigmoid of the second."""
    (x,) = floats(x)
    if x.shape[axis] % 2:
        raise invalid(f"glu: `x` must have an even extent along the axis. Received: x.shape={x.shape}, axis={axis}.")
    first, second = s.split(x, 2, axis)
    return elementwise.multiply(first, activation.sigmoid(second))


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along an axis, or several."""
    return _along(rows.softmax, x, axis)


def log_softmax(x, axis=-1):
    """log(softmax(x)), without the overflow."""
    return _along(rows.log_softmax, x, axis)


def _along(op, x, axis):
    (x,) = floats(x)
    if hasattr(axis, "__index__"):
        return op(x, axis)
    axes = range(len(x.shape)) if axis is None else [k % len(x.shape) for k in axis]
    order = (*[k for k in range(len(x.shape)) if k not in axes], *axes)
    turned = s.transpose(x, order)
    y = op(s.reshape(turned, (*turned.shape[: len(order) - len(axes)], -1)), -1)
    return s.transpose(s.reshape(y, turned.shape), [order.index(k) for k in range(len(order))])


def normalize(x, axis=-1, order=2, epsilon=None):
    """x divided by its norm of this order along `axis`, which counts as `epsilon` at least (1e-7)."""
    from pyseq.core.config import epsilon as process_epsilon
    from pyseq.ops.face.products import norm

    (x,) = floats(x)
    small = process_epsilon() if epsilon is None else float(epsilon)
    if order == 2 and hasattr(axis, "__index__"):
        squares = reduce.sum(elementwise.square(x), axis, True)
        return elementwise.multiply(x, elementwise.rsqrt(elementwise.maximum(squares, small**2)))
    return elementwise.divide(x, elementwise.maximum(norm(x, order, axis, True), small))


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    """x normalised by its mean and variance along the axes; then gamma and beta. epsilon: 1e-7."""
    from pyseq.core.config import epsilon as process_epsilon

    (x,) = floats(x)
    mean, var = reduce.mean(x, axis, True), reduce.var(x, axis, True)
    small = process_epsilon() if epsilon is None else float(epsilon)
    y = elementwise.multiply(elementwise.subtract(x, mean), elementwise.rsqrt(elementwise.add(var, small)))
    y = y if gamma is None else elementwise.multiply(y, as_tensor(gamma, like=x))
    return y if beta is None else elementwise.add(y, as_tensor(beta, like=x))


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """x divided by the root of its mean square along the axes. epsilon: 1e-7."""
    from pyseq.core.config import epsilon as process_epsilon

    (x,) = floats(x)
    small = process_epsilon() if epsilon is None else float(epsilon)
    squares = reduce.mean(elementwise.square(x), axis, True)
    y = elementwise.multiply(x, elementwise.rsqrt(elementwise.add(squares, small)))
    return y if scale is None else elementwise.multiply(y, as_tensor(scale, like=x))


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, vectors along `axis`."""
    (x,) = floats(x)
    extents = [-1 if k == axis % len(x.shape) else 1 for k in range(len(x.shape))]
    parts = [None if t is None else s.reshape(as_tensor(t, like=x), extents) for t in (mean, variance, offset, scale)]
    mean, variance, offset, scale = parts
    factor = elementwise.rsqrt(elementwise.add(variance, float(epsilon)))
    factor = factor if scale is None else elementwise.multiply(factor, scale)
    y = elementwise.multiply(elementwise.subtract(x, mean), factor)
    return y if offset is None else elementwise.add(y, offset)


def binary_crossentropy(target, output, from_logits=False):
    """The loss of each element."""
    target, output = floats(target, output)
    return loss.binary_crossentropy(target, output, from_logits=from_logits)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The loss of each sample."""
    target, output = floats(target, output)
    return loss.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The loss of each sample."""
    return loss.sparse_categorical_crossentropy(as_tensor(target), *floats(output), from_logits=from_logits, axis=axis)


def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """softmax(query key^T scale + bias) value, for each head.

    Args:
        query: (N, T, heads, d). key, value: (N, S, heads or a divisor of them, d).
        bias: added to the logits (N, heads, T, S). mask: where the logits count. is_causal: none of later steps.
        scale: 1 / sqrt(d) by default. flash_attention: None or False. attn_logits_soft_cap: None.
    """
    if flash_attention or attn_logits_soft_cap is not None:
        raise NotImplementedError(
            "dot_product_attention: `flash_attention` and `attn_logits_soft_cap` are not supported."
        )
    query, key, value = floats(query, key, value)
    heads = query.shape[2]
    key, value = (s.repeat(t, heads // t.shape[2], 2) if t.shape[2] != heads else t for t in (key, value))
    q, k, v = (s.transpose(t, (0, 2, 1, 3)) for t in (query, key, value))
    from pyseq.ops import linalg

    logits = elementwise.multiply(linalg.matmul(q, k, False, True), float(scale or q.shape[-1] ** -0.5))
    logits = logits if bias is None else elementwise.add(logits, as_tensor(bias, like=logits))
    least = -0.7 * 3.4e38 if logits.dtype.itemsize > 2 else -4e4
    if is_causal:
        import numpy as np

        steps = as_tensor(np.tri(q.shape[2], k.shape[2]).astype(bool))
        mask = steps if mask is None else elementwise.logical_and(elementwise.cast(as_tensor(mask), bool_), steps)
    if mask is not None:
        logits = elementwise.where(elementwise.cast(as_tensor(mask), bool_), logits, least)
    return s.transpose(linalg.matmul(rows.softmax(logits, -1), v), (0, 2, 1, 3))


dispatch.face(globals(), "keras.ops")

"""tf.nn."""

from __future__ import annotations

from pyseq import random
from pyseq._faces import missing as _missing
from pyseq.core import as_tensor, dispatch
from pyseq.ops import activation, elementwise, reduce
from pyseq.ops import random as random_ops
from pyseq.ops import shape as shape_ops
from pyseq.ops import softmax as softmax_ops
from pyseq.tf.math import sigmoid, softplus, tanh

__all__ = [
    "dropout", "elu", "gelu", "l2_loss", "l2_normalize", "leaky_relu", "log_softmax", "relu", "relu6", "selu", "sigmoid",
    "sigmoid_cross_entropy_with_logits", "silu", "softmax", "softmax_cross_entropy_with_logits", "softplus", "softsign",
    "sparse_softmax_cross_entropy_with_logits", "swish", "tanh",
]  # fmt: skip


def relu(features, name=None):
    """max(features, 0)."""
    return activation.relu(features)


def relu6(features, name=None):
    """min(max(features, 0), 6)."""
    return activation.relu6(features)


def leaky_relu(features, alpha=0.2, name=None):
    """features where positive, else alpha * features."""
    return activation.leaky_relu(features, alpha)


def elu(features, name=None):
    """features where positive, else exp(features) - 1."""
    return activation.elu(features)


def selu(features, name=None):
    """The scaled elu that keeps mean 0 and variance 1."""
    return activation.selu(features)


def gelu(features, approximate=False, name=None):
    """features times the normal distribution function of features; `approximate`: by its tanh formula."""
    return activation.gelu(features, approximate)


def silu(features, beta=1.0):
    """features * sigmoid(beta * features)."""
    features = as_tensor(features)
    return elementwise.multiply(features, activation.sigmoid(elementwise.multiply(features, beta)))


swish = silu


def softsign(features, name=None):
    """features / (1 + |features|)."""
    return activation.softsign(features)


def softmax(logits, axis=None, name=None):
    """exp(logits) / sum(exp(logits)) along `axis`, the last by default."""
    return softmax_ops.softmax(as_tensor(logits), -1 if axis is None else axis)


def log_softmax(logits, axis=None, name=None):
    """log(softmax(logits)), without the overflow."""
    return softmax_ops.log_softmax(as_tensor(logits), -1 if axis is None else axis)


def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """-sum(labels * log_softmax(logits)) along `axis`. `labels`: probabilities, shape of `logits`; both get gradients."""
    logits = as_tensor(logits)
    labels = elementwise.cast(as_tensor(labels), logits.dtype)
    if axis not in (-1, logits.ndim - 1):
        labels, logits = shape_ops.moveaxis(labels, axis, -1), shape_ops.moveaxis(logits, axis, -1)
    return softmax_ops.softmax_crossentropy(labels, logits)


def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """-log_softmax(logits)[label] along the last axis. `labels`: class numbers, shape of `logits` without its last axis."""
    return softmax_ops.sparse_softmax_crossentropy(as_tensor(labels), as_tensor(logits))


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """-labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits)), elementwise, without the overflow."""
    logits = as_tensor(logits)
    return softmax_ops.sigmoid_crossentropy(elementwise.cast(as_tensor(labels), logits.dtype), logits)


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """x with a random fraction `rate` set to zero and the rest divided by 1 - rate."""
    return random_ops.dropout(as_tensor(x), rate, random.op_state(seed), noise_shape)


def l2_loss(t, name=None):
    """sum(t * t) / 2."""
    return elementwise.multiply(reduce.sum(elementwise.square(t)), 0.5)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    """x / sqrt(max(sum(x * x), epsilon)) along `axis`."""
    x = as_tensor(x)
    squares = reduce.sum(elementwise.square(x), axis=axis, keepdims=True)
    return elementwise.multiply(x, elementwise.rsqrt(elementwise.maximum(squares, epsilon)))


dispatch.face(globals(), "nn")
__getattr__ = _missing(__name__, lambda: list(globals()))

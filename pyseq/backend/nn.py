"""keras.backend: activations, losses of single elements, normalisation."""

from __future__ import annotations

from pyseq import activations, losses, random
from pyseq.core import as_tensor
from pyseq.core.config import image_data_format
from pyseq.ops import activation, elementwise, loss, reduce
from pyseq.ops import shape as shape_ops


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """x above `threshold`, at most `max_value`; below it alpha * (x - threshold)."""
    return activation.relu(x, alpha, max_value, threshold)


def elu(x, alpha=1.0):
    """x where positive, else alpha * (exp(x) - 1)."""
    return activation.elu(x, alpha)


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    return activations.sigmoid(x)


def hard_sigmoid(x):
    """0.2 x + 0.5 between 0 and 1."""
    return activation.hard_sigmoid(as_tensor(x))


def tanh(x):
    """The hyperbolic tangent."""
    return activation.tanh(x)


def softplus(x):
    """log(1 + exp(x))."""
    return activation.softplus(x)


def softsign(x):
    """x / (1 + |x|)."""
    return activation.softsign(x)


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along `axis`."""
    return activations.softmax(x, axis)


def dropout(x, level, noise_shape=None, seed=None):
    """x with a random fraction `level` set to zero and the rest divided by 1 - level."""
    return random.dropout(x, level, noise_shape, seed)


def bias_add(x, bias, data_format=None):
    """x + bias along the channels. `bias`: (channels,), or x's shape without the batch."""
    x, bias = elementwise.operands("bias_add", x, bias)
    if len(bias.shape) != 1 and len(bias.shape) != len(x.shape) - 1:
        raise ValueError(f"bias_add: `bias` must have 1 axis or {len(x.shape) - 1}. Received: bias.shape={bias.shape}.")
    if channels_first("bias_add", data_format) and len(x.shape) > 2:
        ones = (1,) * (len(x.shape) - 2)
        bias = shape_ops.reshape(bias, (1, bias.shape[0], *ones)) if len(bias.shape) == 1 else bias
        bias = bias if len(bias.shape) == len(x.shape) else shape_ops.moveaxis(bias, -1, 0)
    return elementwise.add(x, bias)


def channels_first(who, data_format):
    """Is that the data format? None: the process's."""
    data_format = data_format or image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            f"{who}: `data_format` must be 'channels_first' or 'channels_last'. Received: {data_format!r}."
        )
    return data_format == "channels_first"


# ---------------------------------------------------------------------------------------------------------------- losses


def binary_crossentropy(target, output, from_logits=False):
    """The loss of each element."""
    return loss.binary_crossentropy(target, as_tensor(output), from_logits=from_logits)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The loss of each sample."""
    return losses.categorical_crossentropy(target, output, from_logits, axis=axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None):
    """The loss of each sample."""
    return losses.sparse_categorical_crossentropy(target, output, from_logits, axis, ignore_class)


def categorical_focal_crossentropy(target, output, alpha=0.25, gamma=2.0, from_logits=False, axis=-1):
    """The loss of each sample, less where it is easy."""
    return losses.categorical_focal_crossentropy(target, output, alpha, gamma, from_logits, axis=axis)


def binary_focal_crossentropy(target, output, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False):
    """The loss of each element, less where it is easy."""
    each = [shape_ops.expand_dims(as_tensor(x), -1) for x in (target, output)]
    return losses.binary_focal_crossentropy(*each, apply_class_balancing, alpha, gamma, from_logits)


# ---------------------------------------------------------------------------------------------------------- normalisation


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """(x - mean) / sqrt(var + epsilon) gamma + beta, all of them along `axis`; beta and gamma may be None."""
    x = as_tensor(x)
    parts = [None if t is None else _along(as_tensor(t, like=x), axis, x) for t in (mean, var, beta, gamma)]
    return _normalized(x, *parts, epsilon)


def _along(t, axis, x):
    """A vector so that it broadcasts along an axis of x; anything else broadcasts as it is."""
    if len(t.shape) != 1:
        return t
    return shape_ops.reshape(t, [t.size if k == axis % len(x.shape) else 1 for k in range(len(x.shape))])


def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """(x normalised by its own mean and variance over the axes, mean, variance)."""
    x, axes = as_tensor(x), list(reduction_axes)
    mean, var = reduce.mean(x, axes), reduce.var(x, axes)
    extents = [1 if k in [a % len(x.shape) for a in axes] else d for k, d in enumerate(x.shape)]
    parts = [None if t is None else shape_ops.reshape(as_tensor(t, like=x), extents) for t in (mean, var, beta, gamma)]
    return _normalized(x, *parts, epsilon), mean, var


def _normalized(x, mean, var, beta, gamma, epsilon):
    scale = elementwise.rsqrt(elementwise.add(var, float(epsilon)))
    scale = scale if gamma is None else elementwise.multiply(scale, gamma)
    y = elementwise.multiply(elementwise.subtract(x, mean), scale)
    return y if beta is None else elementwise.add(y, beta)

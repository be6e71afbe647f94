"""tf.nn: activations, losses of logits, statistics and normalization."""

from __future__ import annotations

import math

from pyseq import random
from pyseq._faces import missing as _missing
from pyseq.core import dispatch
from pyseq.core.errors import invalid
from pyseq.ops import activation, gather, reduce
from pyseq.ops import ctc as ctc_ops
from pyseq.ops import elementwise as e
from pyseq.ops import random as random_ops
from pyseq.ops import shape as s
from pyseq.ops import softmax as softmax_ops
from pyseq.tf._given import axes_of, extents_of, tensor_of
from pyseq.tf.clipping import clip_by_norm
from pyseq.tf.linalg import l2_normalize
from pyseq.tf.math import log_softmax, sigmoid, softmax, softplus, softsign, tanh
from pyseq.tf.nn_conv import (
    atrous_conv2d,
    atrous_conv2d_transpose,
    conv1d,
    conv1d_transpose,
    conv2d,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
    conv_transpose,
    convolution,
    depthwise_conv2d,
    separable_conv2d,
)
from pyseq.tf.nn_local import local_response_normalization, lrn
from pyseq.tf.nn_morphology import dilation2d, erosion2d
from pyseq.tf.nn_pool import (
    avg_pool,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_pool_with_argmax,
    pool,
)
from pyseq.tf.picking import top_k
from pyseq.tf.reductions import zero_fraction
from pyseq.tf.segments import in_top_k

__all__ = [
    "atrous_conv2d", "atrous_conv2d_transpose", "conv1d", "conv1d_transpose", "conv2d", "conv2d_transpose", "conv3d",
    "conv3d_transpose", "conv_transpose", "convolution", "depthwise_conv2d", "local_response_normalization", "lrn",
    "separable_conv2d", "avg_pool", "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool", "max_pool1d", "max_pool2d",
    "max_pool3d", "max_pool_with_argmax", "pool", "dilation2d", "erosion2d", "batch_norm_with_global_normalization",
    "batch_normalization", "bias_add", "compute_average_loss", "crelu", "ctc_loss", "depth_to_space", "dropout",
    "elu", "embedding_lookup", "gelu", "in_top_k", "l2_loss", "l2_normalize", "leaky_relu", "log_poisson_loss",
    "log_softmax", "moments", "normalize_moments", "relu", "relu6", "scale_regularization_loss", "selu", "sigmoid",
    "sigmoid_cross_entropy_with_logits", "silu", "softmax", "softmax_cross_entropy_with_logits", "softplus",
    "softsign", "space_to_depth", "sparse_softmax_cross_entropy_with_logits", "sufficient_statistics", "swish",
    "tanh", "top_k", "weighted_cross_entropy_with_logits", "weighted_moments", "zero_fraction",
]  # fmt: skip


# ------------------------------------------------------------------------------------------------ activations


def relu(features, name=None):
    """max(features, 0)."""
    return activation.relu(tensor_of(features))


def relu6(features, name=None):
    """min(max(features, 0), 6)."""
    return activation.relu6(tensor_of(features))


def crelu(features, axis=-1, name=None):
    """relu(features) and relu(-features), one after the other along an axis."""
    x = tensor_of(features)
    return activation.relu(s.concatenate([x, e.negative(x)], axis))


def leaky_relu(features, alpha=0.2, name=None):
    """features where positive, else alpha * features. Integers become float32."""
    x = tensor_of(features)
    return activation.leaky_relu(e.cast(x, "float32") if x.dtype.is_integer else x, alpha)


def elu(features, name=None):
    """features where positive, else exp(features) - 1."""
    return activation.elu(tensor_of(features))


def selu(features, name=None):
    """The scaled elu that keeps mean 0 and variance 1."""
    return activation.selu(tensor_of(features))


def gelu(features, approximate=False, name=None):
    """features times the normal distribution function of features; `approximate`: by its tanh formula."""
    return activation.gelu(tensor_of(features), approximate)


def silu(features, beta=1.0):
    """features * sigmoid(beta * features)."""
    x = tensor_of(features)
    return e.multiply(x, activation.sigmoid(e.multiply(x, beta)))


def swish(features, beta=1.0):
    """features * sigmoid(beta * features)."""
    return silu(features, beta)


# ------------------------------------------------------------------------------------------------ losses


def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """-sum(labels * log_softmax(logits)) along `axis`. `labels`: probabilities, shape of `logits`; both get gradients."""
    logits = tensor_of(logits)
    labels = e.cast(tensor_of(labels), logits.dtype)
    if axis not in (-1, logits.ndim - 1):
        labels, logits = s.moveaxis(labels, axis, -1), s.moveaxis(logits, axis, -1)
    return softmax_ops.softmax_crossentropy(labels, logits)


def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """-log_softmax(logits)[label] along the last axis. `labels`: class numbers, shape of `logits` without its last axis."""
    return softmax_ops.sparse_softmax_crossentropy(tensor_of(labels), tensor_of(logits))


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """-labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits)), elementwise, without the overflow."""
    if labels is None or logits is None:
        raise ValueError(
            "tf.nn.sigmoid_cross_entropy_with_logits: `labels` and `logits` must be given. "
            f"Received: labels={labels!r}, logits={logits!r}."
        )
    logits = tensor_of(logits)
    return softmax_ops.sigmoid_crossentropy(e.cast(tensor_of(labels), logits.dtype), logits)


def weighted_cross_entropy_with_logits(labels=None, logits=None, pos_weight=None, name=None):
    """The sigmoid crossentropy with the part of the labels, not that of 1 - labels, times `pos_weight`."""
    logits = tensor_of(logits)
    labels = e.cast(tensor_of(labels), logits.dtype)
    if labels.shape != logits.shape:
        raise ValueError(
            "tf.nn.weighted_cross_entropy_with_logits: `labels` and `logits` must be of one shape. "
            f"Received: {labels.shape} and {logits.shape}."
        )
    weight = e.add(e.multiply(labels, e.subtract(e.operands("weighted", logits, pos_weight)[1], 1.0)), 1.0)
    inverse = activation.relu(e.negative(logits))
    tail = e.add(e.log1p(e.exp(e.negative(e.absolute(logits)))), inverse)
    return e.add(e.multiply(e.subtract(1.0, labels), logits), e.multiply(weight, tail))


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """exp(log_input) - log_input * targets; `compute_full_loss`: with Stirling's approximation of log(targets!)."""
    log_input = tensor_of(log_input)
    targets = e.cast(tensor_of(targets), log_input.dtype)
    if targets.shape != log_input.shape:
        raise ValueError(
            "tf.nn.log_poisson_loss: `targets` and `log_input` must be of one shape. "
            f"Received: {targets.shape} and {log_input.shape}."
        )
    loss = e.subtract(e.exp(log_input), e.multiply(log_input, targets))
    if not compute_full_loss:
        return loss
    few = e.logical_and(e.greater_equal(targets, 0.0), e.less_equal(targets, 1.0))
    safe = e.where(few, 1.0, targets)
    stirling = e.subtract(e.multiply(safe, e.log(safe)), safe)
    stirling = e.add(stirling, e.multiply(e.log(e.multiply(safe, 2 * math.pi)), 0.5))
    return e.add(loss, e.where(few, 0.0, stirling))


def l2_loss(t, name=None):
    """sum(t * t) / 2."""
    return e.multiply(reduce.sum(e.square(tensor_of(t))), 0.5)


def ctc_loss(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None, blank_index=None, name=None
):  # fmt: skip
    """-log of the probability that a path of the logits spells the labels, for each sample.

    Args:
        labels: (N, M) integers. logits: (T, N, C), or (N, T, C) with `logits_time_major=False`.
        blank_index: the class that is no symbol, 0 by default; below 0 from the end. unique: must be None.
    """
    if unique is not None:
        raise NotImplementedError("tf.nn.ctc_loss: `unique` must be None: it only saves time elsewhere.")
    logits = tensor_of(logits)
    if logits_time_major:
        logits = s.transpose(logits, (1, 0, 2))
    return ctc_ops.ctc_loss(labels, logits, label_length, logit_length, 0 if blank_index is None else blank_index)


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The sum of the losses, times their weights, by the number of samples (`global_batch_size`: of all replicas together)."""
    loss = tensor_of(per_example_loss)
    if not loss.ndim:
        raise ValueError("tf.nn.compute_average_loss: `per_example_loss` must have an axis. Received: a scalar.")
    n = loss.shape[0] if global_batch_size is None else int(global_batch_size)
    if n < 1:
        raise ValueError(f"tf.nn.compute_average_loss: `global_batch_size` must be positive. Received: {n}.")
    if sample_weight is not None:
        weight = e.cast(tensor_of(sample_weight), loss.dtype)
        weight = s.reshape(weight, (*weight.shape, *(1,) * (loss.ndim - weight.ndim))) if weight.ndim else weight
        loss = e.multiply(loss, weight)
    return e.divide(reduce.sum(loss), float(n))


def scale_regularization_loss(regularization_loss):
    """The sum of the losses. (By the number of replicas, of which there is one.)"""
    return reduce.sum(tensor_of(regularization_loss))


# ------------------------------------------------------------------------------------------------ statistics


def moments(x, axes, shift=None, keepdims=False, name=None):
    """(mean, variance) along the axes. (`shift` is not used, as in TensorFlow 2: the mean is subtracted first.)"""
    x, axes = tensor_of(x), axes_of(axes)
    wide = e.cast(x, "float32") if x.dtype == "float16" else x
    mean, variance = reduce.mean(wide, axes, True), reduce.var(wide, axes, True)
    if not keepdims:
        mean, variance = (s.squeeze(y, _places(axes, x.ndim)) for y in (mean, variance))
    return e.cast(mean, x.dtype), e.cast(variance, x.dtype)


def _places(axes, rank):
    """The axes as a tuple."""
    if axes is None:
        return tuple(range(rank))
    return axes if isinstance(axes, tuple) else (axes,)


def weighted_moments(x, axes, frequency_weights, keepdims=False, name=None):
    """(mean, variance) along the axes, each element counted so often; the weights broadcast to x."""
    x, axes = tensor_of(x), axes_of(axes)
    weights = e.cast(tensor_of(frequency_weights), x.dtype)
    weights = s.broadcast_to(weights, e.broadcast_shapes(weights.shape, x.shape, who="weighted_moments"))
    x = s.broadcast_to(x, weights.shape)
    total = reduce.sum(weights, axes, True)
    mean = e.divide(reduce.sum(e.multiply(x, weights), axes, True), total)
    variance = e.divide(reduce.sum(e.multiply(e.squared_difference(x, mean), weights), axes, True), total)
    if keepdims:
        return mean, variance
    return tuple(s.squeeze(y, _places(axes, x.ndim)) for y in (mean, variance))


def sufficient_statistics(x, axes, shift=None, keepdims=False, name=None):
    """(count, sum, sum of squares, shift) along the axes, of x - shift if there is a shift."""
    x, axes = tensor_of(x), axes_of(axes)
    count = math.prod(x.shape[k] for k in _places(axes, x.ndim))
    centered = x if shift is None else e.subtract(x, shift)
    squares = e.square(x) if shift is None else e.squared_difference(x, shift)
    sums = [reduce.sum(y, axes, bool(keepdims)) for y in (centered, squares)]
    return (tensor_of(count, x.dtype), *sums, None if shift is None else tensor_of(shift))


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """(mean, variance) of what `sufficient_statistics` gives."""
    inverse = e.reciprocal(tensor_of(counts))
    shifted = e.multiply(mean_ss, inverse)
    mean = shifted if shift is None else e.add(shifted, shift)
    return mean, e.subtract(e.multiply(variance_ss, inverse), e.square(shifted))


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """(x - mean) / sqrt(variance + variance_epsilon) * scale + offset; `scale` and `offset` may be None. All broadcast."""
    x = tensor_of(x)
    factor = e.rsqrt(e.add(e.operands("batch_normalization", x, variance)[1], variance_epsilon))
    if scale is not None:
        factor = e.multiply(factor, scale)
    shift = e.multiply(e.negative(e.operands("batch_normalization", x, mean)[1]), factor)
    if offset is not None:
        shift = e.add(shift, offset)
    return e.add(e.multiply(x, factor), shift)


def batch_norm_with_global_normalization(
    input, mean, variance, beta, gamma, variance_epsilon, scale_after_normalization, name=None  # noqa: A002
):  # fmt: skip
    """batch_normalization of (N, H, W, C) by one number a channel; without gamma unless `scale_after_normalization`."""
    gamma = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, gamma, variance_epsilon)


# ------------------------------------------------------------------------------------------------ the rest


def _channels_first(who, data_format):
    known = ("N...C", "NHWC", "NWC", "NDHWC", "NC...", "NCHW", "NCW", "NCDHW")
    if data_format is not None and data_format not in known:
        raise ValueError(f"tf.nn.{who}: `data_format` must be one of {known}. Received: data_format={data_format!r}.")
    return data_format is not None and data_format.startswith("NC")


def bias_add(value, bias, data_format=None, name=None):
    """The value plus a number for each channel: along the last axis, or the second with "NC...", "NCHW"."""
    value = tensor_of(value)
    bias = e.operands("bias_add", value, bias)[1]
    axis = 1 if _channels_first("bias_add", data_format) else value.ndim - 1
    if value.ndim < 2 or bias.shape != (value.shape[axis],):
        raise invalid(
            f"tf.nn.bias_add: `bias` must have a number for each channel. Received: value.shape={value.shape}, "
            f"bias.shape={bias.shape}, data_format={data_format!r}."
        )
    return e.add(value, s.reshape(bias, (*bias.shape, *(1,) * (value.ndim - 1 - axis))))


def embedding_lookup(params, ids, max_norm=None, name=None):
    """Rows of a matrix by number; of several matrices, as if they stood one after another.

    Args:
        max_norm: rows with a larger Euclidean norm are made that long.
    """
    if isinstance(params, (list, tuple)):
        params = s.concatenate([tensor_of(p) for p in params], 0)
    ids = tensor_of(ids)
    rows = gather.gather(tensor_of(params), ids, 0)
    return rows if max_norm is None else clip_by_norm(rows, max_norm, tuple(range(ids.ndim, rows.ndim)))


def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """x with a random fraction `rate` set to zero and the rest divided by 1 - rate."""
    noise_shape = None if noise_shape is None else extents_of(noise_shape)
    return random_ops.dropout(tensor_of(x), rate, random.op_state(seed), noise_shape)


def depth_to_space(input, block_size, data_format="NHWC", name=None):
    """Blocks of block_size by block_size pixels, made of as many channels of one."""
    x, first, size = _images("depth_to_space", input, data_format, block_size)
    n, h, w, c = x.shape
    if c % (size * size):
        raise invalid(f"tf.nn.depth_to_space: channels must divide by {size * size}. Received: {c} channels.")
    y = s.transpose(s.reshape(x, (n, h, w, size, size, c // size**2)), (0, 1, 3, 2, 4, 5))
    return _back(s.reshape(y, (n, h * size, w * size, c // size**2)), first)


def space_to_depth(input, block_size, data_format="NHWC", name=None):
    """Channels of one pixel, made of blocks of block_size by block_size pixels."""
    x, first, size = _images("space_to_depth", input, data_format, block_size)
    n, h, w, c = x.shape
    if h % size or w % size:
        raise invalid(f"tf.nn.space_to_depth: height and width must divide by {size}. Received: {h} and {w}.")
    y = s.transpose(s.reshape(x, (n, h // size, size, w // size, size, c)), (0, 1, 3, 2, 4, 5))
    return _back(s.reshape(y, (n, h // size, w // size, c * size**2)), first)


def _images(who, x, data_format, size):
    """(x with channels last, were they first?, block size)."""
    x, first, size = tensor_of(x), _channels_first(who, data_format), int(size)
    if x.ndim != 4 or size < 2:
        raise ValueError(
            f"tf.nn.{who}: `input` must have 4 axes, `block_size` be at least 2. Received: {x.shape}, {size}."
        )
    return (s.transpose(x, (0, 2, 3, 1)) if first else x), first, size


def _back(x, first):
    return s.transpose(x, (0, 3, 1, 2)) if first else x


dispatch.face(globals(), "nn")
__getattr__ = _missing(__name__, lambda: __all__)

"""Crossentropies of probabilities or logits, as tf.keras.backend 2.15 computes them.

Probabilities that come straight from a softmax or sigmoid remember its input (`keras_logits`), and that is used instead.
"""

from __future__ import annotations

import warnings
from math import prod

from pyseq.core import as_tensor, config, int64
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import reduce, shape
from pyseq.ops.axes import normalized_axis
from pyseq.ops.softmax import sigmoid_crossentropy, softmax_crossentropy, sparse_softmax_crossentropy


def _logits(who, output, from_logits):
    """(output or the logits it came from, are these logits?)"""
    if output.keras_logits is None:
        return output, from_logits
    if from_logits:
        warnings.warn(
            f"`{who}` received `from_logits=True`, but the `output` argument was produced by a softmax or sigmoid activation "
            "and thus does not represent logits. Was this intended? The logits from before the activation are used.",
            stacklevel=3,
        )
    return output.keras_logits, True


def _floating(who, output):
    output = as_tensor(output)
    if not output.dtype.is_floating:
        raise invalid_type(
            f"{who}: `output` must be floating point. Received: dtype={output.dtype.name}. Use cast(output, 'float32')."
        )
    return output


def _clipped(output):
    """Probabilities moved into [epsilon, 1 - epsilon], so that the logarithm is finite."""
    return e.clip(output, config.epsilon(), 1.0 - config.epsilon())


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-sum(target log(p)) along an axis, where p is `output` scaled to sum 1.

    Args:
        target: (..., n) probabilities. output: (..., n) probabilities, or logits with `from_logits`.
    Raises:
        ValueError: the shapes differ.
    """
    output = _floating("categorical_crossentropy", output)
    target = e.cast(as_tensor(target, like=output), output.dtype)
    if target.shape != output.shape:
        raise invalid(
            f"categorical_crossentropy: `target` and `output` must have one shape. Received: {target.shape} and {output.shape}. "
            "For class numbers use sparse_categorical_crossentropy."
        )
    output, from_logits = _logits("categorical_crossentropy", output, from_logits)
    if from_logits:
        if normalized_axis("categorical_crossentropy", axis, len(output.shape)) != len(output.shape) - 1:
            target, output = shape.moveaxis(target, axis, -1), shape.moveaxis(output, axis, -1)
        return softmax_crossentropy(target, output)
    output = e.divide(output, reduce.sum(output, axis, True))
    return e.negative(reduce.sum(e.multiply(target, e.log(_clipped(output))), axis))


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None):
    """-log(p[target]) along an axis: class numbers instead of one-hot rows.

    Args:
        target: (...) or (..., 1) class numbers, any dtype. output: (..., n) probabilities, or logits.
        ignore_class: a class whose samples have loss 0; None: none. The losses' `_keras_mask` says which were not ignored.
    Raises:
        ValueError: a class number is outside [0, n); there are more or fewer of them than rows.
    """
    output = _floating("sparse_categorical_crossentropy", output)
    output, from_logits = _logits("sparse_categorical_crossentropy", output, from_logits)
    if not from_logits:
        output = e.log(_clipped(output))
    given, axis = output.shape, normalized_axis("sparse_categorical_crossentropy", axis, len(output.shape))
    if axis != len(output.shape) - 1:
        output = shape.moveaxis(output, axis, -1)
    target = e.cast(target, int64)
    if target.shape != output.shape[:-1]:
        if target.size != prod(output.shape[:-1]):
            raise invalid(
                "sparse_categorical_crossentropy: `target` must have the shape of `output` without the axis of the classes. "
                f"Received: target.shape={target.shape}, output.shape={given}, axis={axis}."
                + (" For one-hot labels use categorical_crossentropy." if target.shape == given else "")
            )
        target = shape.reshape(target, output.shape[:-1])
    if ignore_class is None:
        return sparse_softmax_crossentropy(target, output)
    kept = e.not_equal(target, int(ignore_class))
    output = e.where(shape.expand_dims(kept, -1), output, 0.0)  # nothing comes from an ignored row, be it NaN
    loss = sparse_softmax_crossentropy(e.where(kept, target, e.zeros_like(target)), output)
    loss = e.where(kept, loss, e.zeros_like(loss))
    loss._keras_mask = kept
    return loss


def binary_crossentropy(target, output, from_logits=False):
    """-target log(p) - (1 - target) log(1 - p), elementwise."""
    output = _floating("binary_crossentropy", output)
    target = e.cast(as_tensor(target, like=output), output.dtype)
    output, from_logits = _logits("binary_crossentropy", output, from_logits)
    if from_logits:
        return sigmoid_crossentropy(target, output)
    p, small = _clipped(output), config.epsilon()
    hit = e.multiply(target, e.log(e.add(p, small)))
    miss = e.multiply(e.subtract(1.0, target), e.log(e.add(e.subtract(1.0, p), small)))
    return e.negative(e.add(hit, miss))

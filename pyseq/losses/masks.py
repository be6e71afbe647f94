"""Masks: which steps of predictions count. A layer such as Masking leaves them on its output as `_keras_mask`, a bool tensor."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.losses.shapes import is_tensor, weights_like
from pyseq.ops import elementwise, reduce


def mask_of(x):
    """The mask on a tensor, or None."""
    return getattr(x, "_keras_mask", None)


def both_masks(a, b):
    """What both masks let count; None stands for everything."""
    if a is None or b is None:
        return b if a is None else a
    return elementwise.logical_and(as_tensor(a), as_tensor(b))


def masked_weights(values, sample_weight, mask, share=False):
    """Sample weights with zeros where the mask does not count.

    Args:
        values: tensor whose dtype the weights get.
        sample_weight: None, a number or weights; a last axis of one element more or less than in the mask is allowed.
        mask: None, or a bool tensor.
        share: multiply by size / (number that count), so that the mean of all is the mean of what counts?
    """
    if mask is None:
        return sample_weight
    mask = elementwise.cast(as_tensor(mask), values.dtype)
    if share:
        n_counting = elementwise.maximum(reduce.sum(mask), 1.0)
        mask = elementwise.multiply(mask, elementwise.divide(float(mask.size), n_counting))
    if sample_weight is None:
        return mask
    if not is_tensor(sample_weight):
        sample_weight = as_tensor(sample_weight, like=values)
    return elementwise.multiply(weights_like(elementwise.cast(sample_weight, values.dtype), mask), mask)

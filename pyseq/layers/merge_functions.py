"""The merging layers as functions of their inputs: `add([x, y])` is `Add()([x, y])`."""

from __future__ import annotations

from pyseq.layers.concatenation import Concatenate
from pyseq.layers.dot_product import Dot
from pyseq.layers.merge import Add, Average, Maximum, Minimum, Multiply, Subtract


def add(inputs, **kwargs):
    """The sum of a list of tensors; `kwargs` are those of a layer."""
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """The first of two tensors minus the second; `kwargs` are those of a layer."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """The product of a list of tensors, element by element; `kwargs` are those of a layer."""
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """The mean of a list of tensors, element by element; `kwargs` are those of a layer."""
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """The largest of a list of tensors, element by element; `kwargs` are those of a layer."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """The smallest of a list of tensors, element by element; `kwargs` are those of a layer."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """A list of tensors one after another along an axis; `kwargs` are those of a layer."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes, normalize=False, **kwargs):
    """Products of two tensors, sample by sample, summed over an axis of each: see `Dot`; `kwargs` are those of a layer."""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)

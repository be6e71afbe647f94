"""Layers that make one tensor of several, element by element: sums, products, means, extremes."""

from __future__ import annotations

from functools import reduce

from pyseq.core.structure import is_shape
from pyseq.layers.base import Layer
from pyseq.layers.masks import as_bool
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


class Merge(Layer):
    """What the merging layers share: inputs broadcast beyond the batch axis, those of fewer axes get axes of 1 after it.

    Subclasses say in `_merge(tensors)` what they compute.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        shapes = shapes_of("A merge layer", input_shape)
        batches = {s[0] for s in shapes if s and s[0] is not None}
        if len(batches) > 1:
            raise ValueError(
                f'Layer "{self.name}": Cannot merge tensors with different batch sizes. Received tensors with shapes {shapes}'
            )
        self._merged_shape(shapes)
        super().build(input_shape)

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(
                f'Layer "{self.name}": A merge layer should be called on a list of inputs. '
                f"Received: inputs={inputs} (not a list of tensors)"
            )
        rank = max(len(x.shape) for x in inputs)
        return self._merge([_of_rank(x, rank) for x in inputs])

    def _merge(self, tensors):
        raise NotImplementedError(f'Layer "{self.name}": {type(self).__name__} must define `_merge(self, tensors)`.')

    def compute_output_shape(self, input_shape):
        return self._merged_shape(shapes_of("A merge layer", input_shape))

    def _merged_shape(self, shapes):
        batches = {s[0] for s in shapes} - {None}
        batch = batches.pop() if len(batches) == 1 else None
        return (batch, *reduce(self._broadcast, [tuple(s[1:]) for s in shapes]))

    def _broadcast(self, a, b):
        """The shape that two shapes broadcast to; None where unknown."""
        if len(a) < len(b):
            a, b = b, a
        merged = list(a[: len(a) - len(b)])
        for i, j in zip(a[len(a) - len(b) :], b, strict=True):
            if i not in (1, j, None) and j not in (1, None):
                raise ValueError(f'Layer "{self.name}": Inputs have incompatible shapes. Received shapes {a} and {b}')
            merged.append(j if i == 1 else i if j == 1 else None if None in (i, j) else i)
        return tuple(merged)

    def compute_mask(self, inputs, mask=None):
        masks = masks_to_merge(inputs, mask)
        given = [as_bool(m) for m in masks or () if m is not None]
        return reduce(elementwise.logical_and, given) if given else None


def shapes_of(who, input_shape, least=1):
    """The list of shapes in what `build` was given.

    Raises:
        ValueError: it is one shape, or an empty list.
    """
    if not isinstance(input_shape, (list, tuple)) or is_shape(input_shape) and len(input_shape):
        raise ValueError(
            f"{who} should be called on a list of inputs. Received: input_shape={input_shape} (not a list of shapes)"
        )
    if len(input_shape) < least:
        raise ValueError(
            f"{who} should be called on a list of at least {least} input{'s' * (least > 1)}. "
            f"Received {len(input_shape)} inputs. Full input_shape received: {input_shape}"
        )
    return [tuple(s) for s in input_shape]


def masks_to_merge(inputs, mask):
    """The masks, one or None for each input; None if there are none.

    Raises:
        ValueError: `inputs` or `mask` is no list, or they differ in length.
    """
    if mask is None:
        return None
    for name, given in (("mask", mask), ("inputs", inputs)):
        if not isinstance(given, (list, tuple)):
            raise ValueError(f"`{name}` should be a list. Received: {name}={given}")
    if len(mask) != len(inputs):
        raise ValueError(
            f"The lists `inputs` and `mask` should have the same length. Received: inputs={inputs} of length {len(inputs)}, "
            f"and mask={mask} of length {len(mask)}"
        )
    return None if all(m is None for m in mask) else list(mask)


def _of_rank(x, rank):
    missing = rank - len(x.shape)
    return shape_ops.reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])) if missing and x.shape else x


class Add(Merge):
    """The sum of its inputs.

    Input shape:
        List of (N, ...) that broadcast beyond the batch axis.
    Output shape:
        (N, ...).
    """

    def _merge(self, tensors):
        return reduce(elementwise.add, tensors)


class Subtract(Merge):
    """The first of two inputs minus the second.

    Input shape, output shape:
        As of Add.
    """

    def build(self, input_shape):
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ValueError(
                f"A `Subtract` layer should be called on exactly 2 inputs. Received: input_shape={input_shape}"
            )

    def _merge(self, tensors):
        if len(tensors) != 2:
            raise ValueError(f"A `Subtract` layer should be called on exactly 2 inputs. Received: inputs={tensors}")
        return elementwise.subtract(*tensors)


class Multiply(Merge):
    """The product of its inputs, element by element.

    Input shape, output shape:
        As of Add.
    """

    def _merge(self, tensors):
        return reduce(elementwise.multiply, tensors)


class Average(Merge):
    """The mean of its inputs.

    Input shape, output shape:
        As of Add.
    """

    def _merge(self, tensors):
        return elementwise.divide(reduce(elementwise.add, tensors), len(tensors))


class Maximum(Merge):
    """The largest of its inputs, element by element.

    Input shape, output shape:
        As of Add.
    """

    def _merge(self, tensors):
        return reduce(elementwise.maximum, tensors)


class Minimum(Merge):
    """The smallest of its inputs, element by element.

    Input shape, output shape:
        As of Add.
    """

    def _merge(self, tensors):
        return reduce(elementwise.minimum, tensors)

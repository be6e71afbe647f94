"""Concatenate: tensors one after another along an axis."""

from __future__ import annotations

from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.masks import as_bool
from pyseq.layers.merge import masks_to_merge, shapes_of
from pyseq.ops import elementwise, reduce
from pyseq.ops import shape as shape_ops


class Concatenate(Layer):
    """Its inputs one after another along an axis.

    Args:
        axis: the axis; negative ones count from the last.
    Input shape:
        List of (N, ...) that agree but for the axis.
    Output shape:
        (N, ...), with the sum of the extents along the axis.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.supports_masking = True

    def build(self, input_shape):
        self._joined(input_shape)
        super().build(input_shape)

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(
                f'Layer "{self.name}": A `Concatenate` layer should be called on a list of inputs. Received: inputs={inputs}'
            )
        return shape_ops.concatenate(inputs, self.axis)

    def compute_output_shape(self, input_shape):
        return self._joined(input_shape)

    def _joined(self, input_shape):
        shapes = shapes_of("A `Concatenate` layer", input_shape)
        rank = len(shapes[0])
        if not -rank <= self.axis < rank:
            raise ValueError(
                f'Layer "{self.name}": `axis` must be an axis of the inputs. '
                f"Received: axis={self.axis}, input_shape={shapes}"
            )
        axis = self.axis % rank
        joined = list(shapes[0])
        for shape in shapes[1:]:
            fits = len(shape) == rank and all(
                k == axis or a is None or b is None or a == b
                for k, (a, b) in enumerate(zip(joined, shape, strict=False))
            )
            if not fits:
                raise ValueError(
                    "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. "
                    f"Received: input_shape={shapes}"
                )
            total = None if None in (joined[axis], shape[axis]) else joined[axis] + shape[axis]
            joined = [b if a is None else a for a, b in zip(joined, shape, strict=True)]
            joined[axis] = total
        return TensorShape(joined)

    def compute_mask(self, inputs, mask=None):
        masks = masks_to_merge(inputs, mask)
        if masks is None:
            return None
        wide = [_of_elements(x, m) for x, m in zip(inputs, masks, strict=True)]
        return reduce.all(shape_ops.concatenate(wide, self.axis), axis=-1)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


def _of_elements(x, mask):
    """The mask for each element of x."""
    if mask is None:
        return elementwise.cast(elementwise.ones_like(x), "bool")
    mask = as_bool(mask)
    missing = len(x.shape) - len(mask.shape)
    return shape_ops.broadcast_to(shape_ops.reshape(mask, (*mask.shape, *(1,) * missing)), x.shape)

"""UnitNormalization: samples of length 1."""

from __future__ import annotations

from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.ops.batch_dot import unit_length


class UnitNormalization(Layer):
    """x divided by its length along an axis; lengths under 1e-6 count as that.

    Args:
        axis: the axis, or a list of axes that are one vector.
    Input shape, output shape:
        Any; the same.
    """

    _takes_one_tensor = True

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        axes = axis if isinstance(axis, (list, tuple)) else [axis]
        if not all(isinstance(k, int) and not isinstance(k, bool) for k in axes):
            raise TypeError(
                f"Invalid value for `axis` argument: expected an int or a list/tuple of ints. Received: axis={axis}"
            )
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.supports_masking = True

    def build(self, input_shape):
        rank = len(input_shape)
        if any(not -rank <= k < rank for k in self._axes()):
            raise ValueError(
                f"Invalid value for `axis` argument. Expected 0 <= axis < inputs.rank (with inputs.rank={rank}). "
                f"Received: axis={self._axes()}"
            )
        self.axis = [k % rank for k in self._axes()]
        super().build(input_shape)

    def _axes(self):
        return tuple(self.axis) if isinstance(self.axis, list) else (self.axis,)

    def call(self, inputs):
        return unit_length(inputs, self._axes())

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}

"""Masking: steps that hold a fill value do not count."""

from __future__ import annotations

from pyseq.core.dispatch import is_symbolic, op_layer
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.ops import elementwise, reduce


class Masking(Layer):
    """Sets steps whose features all equal `mask_value` to zero, and masks them for what follows.

    Args:
        mask_value: number, or one for each feature.
    Input shape, output shape:
        (N, steps, features); the same. The mask is (N, steps).
    """

    _takes_one_tensor = True

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.supports_masking = True

    def call(self, inputs):
        counts = self._counting(inputs, keepdims=True)
        return elementwise.multiply(inputs, elementwise.cast(counts, inputs.dtype))

    def compute_mask(self, inputs, mask=None):
        if is_symbolic(inputs):
            return op_layer(
                "math.reduce_any", (op_layer("math.not_equal", (inputs, self.mask_value), {}),), {"axis": -1}
            )
        return self._counting(inputs)

    def _counting(self, inputs, keepdims=False):
        return reduce.any(elementwise.not_equal(inputs, self.mask_value), axis=-1, keepdims=keepdims)

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

    def get_config(self):
        return {**super().get_config(), "mask_value": self.mask_value}

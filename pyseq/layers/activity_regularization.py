"""ActivityRegularization: a penalty on what goes through."""

from __future__ import annotations

from pyseq import regularizers
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer


class ActivityRegularization(Layer):
    """Passes its input through and adds a penalty on it to the loss, divided by the batch size.

    Args:
        l1: factor of the sum of absolute values. l2: factor of the sum of squares.
    Input shape, output shape:
        Any; the same.
    """

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.supports_masking = True
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

    def get_config(self):
        return {**super().get_config(), "l1": self.l1, "l2": self.l2}

"""Identity: nothing is done."""

from __future__ import annotations

from pyseq.core.structure import map_structure
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.masks import without_mask


class Identity(Layer):
    """Passes its input through.

    Input shape, output shape:
        Any; the same.
    """

    def call(self, inputs):
        return map_structure(without_mask, inputs)

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

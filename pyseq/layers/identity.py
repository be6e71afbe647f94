"""Identity: nothing is done."""

from __future__ import annotations

from pyseq.layers.base import Layer


class Identity(Layer):
    """Passes its input through.

    Input shape, output shape:
        Any; the same.
    """

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

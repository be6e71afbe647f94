"""Activation: an activation function as a layer of its own."""

from __future__ import annotations

from pyseq import activations
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer


class Activation(Layer):
    """Applies an activation function.

    Args:
        activation: name or function, as of `pyseq.activations`.
    Input shape:
        Any.
    Output shape:
        That of the input.
    """

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.supports_masking = True

    def call(self, inputs):
        return self.activation(inputs)

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

    def get_config(self):
        return {**super().get_config(), "activation": activations.serialize(self.activation)}

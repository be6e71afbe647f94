"""Rescaling: a fixed scale and offset."""

from __future__ import annotations

import numpy as np

from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.ops import elementwise


class Rescaling(Layer):
    """`x * scale + offset`, in the layer's dtype: `Rescaling(1 / 255)` brings images to [0, 1].

    Args:
        scale, offset: numbers, or arrays that broadcast to the input.
    Input shape, output shape:
        Any; the same.
    """

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("scale", scale), ("offset", offset)):
            if np.asarray(value).dtype.kind not in "fiub":
                raise TypeError(
                    f'Layer "{self.name}": `{name}` must be a number or an array. Received: {name}={value!r}.'
                )
        self.scale = scale
        self.offset = offset

    def call(self, inputs):
        scale, offset = (np.asarray(v, self._dtype.numpy) for v in (self.scale, self.offset))
        return elementwise.add(elementwise.multiply(elementwise.cast(inputs, self._dtype), scale), offset)

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}

"""Layers that change the shape and nothing else."""

from __future__ import annotations

import math

from pyseq.core import config
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.masks import without_mask
from pyseq.ops import shape as shape_ops


class Flatten(Layer):
    """One axis of all features.

    Args:
        data_format: "channels_last" or "channels_first" (the channels move to the end first); `image_data_format()` by default.
    Input shape:
        (N, ...).
    Output shape:
        (N, product of the rest); (N, 1) for (N,).
    """

    _takes_one_tensor = True

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_format or config.image_data_format()
        if self.data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                f'The `data_format` argument must be one of "channels_first", "channels_last". Received: {data_format}'
            )
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        if self.data_format == "channels_first" and len(inputs.shape) > 2:
            axes = (0, *range(2, len(inputs.shape)), 1)
            inputs = shape_ops.transpose(inputs, axes)
        return without_mask(shape_ops.reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:]))))

    def compute_output_shape(self, input_shape):
        rest = input_shape[1:]
        return TensorShape((input_shape[0], None if None in rest else math.prod(rest)))

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """The same elements under another shape.

    Args:
        target_shape: of one sample; one entry may be -1, which is found from the others.
    Input shape:
        (N, ...).
    Output shape:
        (N, *target_shape).
    """

    _takes_one_tensor = True

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(target_shape, (tuple, list)) or not all(hasattr(d, "__index__") for d in target_shape):
            raise TypeError(
                f'Layer "{self.name}": `target_shape` must be a tuple of integers. Received: target_shape={target_shape}.'
            )
        self.target_shape = tuple(int(d) for d in target_shape)
        if sum(d == -1 for d in self.target_shape) > 1 or any(d < -1 for d in self.target_shape):
            raise ValueError(
                f'Layer "{self.name}": `target_shape` must have positive entries and at most one -1. Received: {target_shape}.'
            )

    def call(self, inputs):
        return without_mask(shape_ops.reshape(inputs, (inputs.shape[0], *self._resolved(inputs.shape[1:]))))

    def _resolved(self, shape):
        """`target_shape` with -1 replaced, for a sample of this shape."""
        known, total = math.prod(d for d in self.target_shape if d != -1), math.prod(shape)
        if -1 not in self.target_shape:
            fits = known == total
        else:
            fits = known != 0 and total % known == 0
        if not fits:
            raise ValueError(
                f'Layer "{self.name}": total size of new array must be unchanged, input_shape={tuple(shape)}, '
                f"output_shape={self.target_shape}"
            )
        return tuple(total // known if d == -1 else d for d in self.target_shape)

    def compute_output_shape(self, input_shape):
        if None in input_shape[1:]:
            return TensorShape((input_shape[0], *(None if d == -1 else d for d in self.target_shape)))
        return TensorShape((input_shape[0], *self._resolved(input_shape[1:])))

    def get_config(self):
        return {**super().get_config(), "target_shape": self.target_shape}

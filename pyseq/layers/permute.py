"""Permute and RepeatVector: axes in another order, and a vector for each step."""

from __future__ import annotations

from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.masks import without_mask
from pyseq.ops import shape as shape_ops


class Permute(Layer):
    """The axes of a sample in another order.

    Args:
        dims: for each axis of the output, beyond the batch axis, which of the input's it is; they count from 1.
    Input shape:
        (N, ...), with an axis for each entry of `dims`.
    Output shape:
        (N, ...), permuted.
    """

    _takes_one_tensor = True

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                "Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be consecutive and "
                f"start from 1. Received dims={dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        return without_mask(shape_ops.transpose(inputs, (0, *self.dims)))

    def compute_output_shape(self, input_shape):
        return TensorShape((input_shape[0], *(input_shape[d] for d in self.dims)))

    def get_config(self):
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """Each sample's vector n times, as steps.

    Args:
        n: how often.
    Input shape:
        (N, features).
    Output shape:
        (N, n, features).
    """

    _takes_one_tensor = True

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if isinstance(n, bool) or not hasattr(n, "__index__"):
            raise TypeError(f"Expected an integer value for `n`, got {type(n)}.")
        if n < 0:
            raise ValueError(f'Layer "{self.name}": `n` must not be negative. Received: n={n}.')
        self.n = int(n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        n, features = inputs.shape
        return shape_ops.broadcast_to(shape_ops.reshape(inputs, (n, 1, features)), (n, self.n, features))

    def compute_output_shape(self, input_shape):
        return TensorShape((input_shape[0], self.n, input_shape[1]))

    def get_config(self):
        return {**super().get_config(), "n": self.n}

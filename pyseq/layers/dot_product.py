"""Dot: products of two tensors, sample by sample."""

from __future__ import annotations

from pyseq.core.structure import is_shape
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.ops import batch_dot as ops


class Dot(Layer):
    """The products of two tensors, summed over an axis of each, sample by sample.

    Args:
        axes: the axis of both; or a tuple, that of the first and that of the second.
        normalize: bring both to unit length along their axes, so that vectors give the cosine of their angle?
    Input shape:
        List of two, (N, ...) with the same extent along `axes`.
    Output shape:
        (N, other axes of the first, other axes of the second); (N, 1) if there are none.
    """

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(axes, int) or isinstance(axes, bool):
            if not isinstance(axes, (list, tuple)):
                raise TypeError(
                    f"Invalid type for argument `axes`: it should be a list or an int. Received: axes={axes}"
                )
            if len(axes) != 2:
                raise ValueError(
                    f"Invalid format for argument `axes`: it should contain two elements. Received: axes={axes}"
                )
            if not all(isinstance(k, int) for k in axes):
                raise ValueError(
                    f"Invalid format for argument `axes`: list elements should be integers. Received: axes={axes}"
                )
        self.axes = axes
        self.normalize = normalize
        self.supports_masking = True

    def build(self, input_shape):
        if is_shape(input_shape) or len(input_shape) != 2:
            raise ValueError(
                f"A `Dot` layer should be called on a list of 2 inputs. Received: input_shape={input_shape}"
            )
        a, b = input_shape
        for k, shape in zip(self._pair(), input_shape, strict=True):
            if not -len(shape) <= k < len(shape):
                raise ValueError(
                    f'Layer "{self.name}": `axes` must be axes of the inputs. '
                    f"Received: axes={self.axes}, input_shape={input_shape}"
                )
        i, j = self._pair()
        if a[i] != b[j] and None not in (a[i], b[j]):
            raise ValueError(
                f"Incompatible input shapes: axis values {a[i]} (at axis {i}) != {b[j]} (at axis {j}). "
                f"Full input shapes: {a}, {b}"
            )
        super().build(input_shape)

    def _pair(self):
        return (self.axes, self.axes) if isinstance(self.axes, int) else tuple(self.axes)

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
            raise ValueError(f"A `Dot` layer should be called on a list of 2 inputs. Received: inputs={inputs}")
        x, y = inputs
        if self.normalize:
            x, y = (ops.unit_length(t, k) for t, k in zip((x, y), self._pair(), strict=True))
        return ops.batch_dot(x, y, self._pair())

    def compute_output_shape(self, input_shape):
        if is_shape(input_shape) or len(input_shape) != 2:
            raise ValueError(
                f"A `Dot` layer should be called on a list of 2 inputs. Received: input_shape={input_shape}"
            )
        i, j = (k % len(s) for k, s in zip(self._pair(), input_shape, strict=True))
        rest = [d for s, axis in zip(input_shape, (i, j), strict=True) for k, d in enumerate(s) if k not in (0, axis)]
        return TensorShape((input_shape[0][0], *rest) if rest else (input_shape[0][0], 1))

    def compute_mask(self, inputs, mask=None):
        return None

    def get_config(self):
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}

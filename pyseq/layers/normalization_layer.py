"""Layer normalisation."""

from __future__ import annotations

from pyseq.layers.normalization_axes import given_axes, validated_axes
from pyseq.layers.normalization_parts import ScaledAndShifted
from pyseq.ops import elementwise, norm


class LayerNormalization(ScaledAndShifted):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, the moments taken of each sample over `axis`.

    Args:
        axis: what is normalised over, an integer or several; gamma and beta have these extents.
        epsilon: added to the variance. center, scale: is there a beta, a gamma?
        beta_initializer, gamma_initializer: name, object, function. beta_regularizer, gamma_regularizer: penalty on the weights.
        beta_constraint, gamma_constraint: applied after updates.
    Input shape, output shape:
        Any; the same.
    Source: Ba, Kiros and Hinton, 2016.
    """

    def __init__(
        self, axis=-1, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones",
        beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.axis = given_axes(axis)
        self._keep_parts(
            epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
            gamma_constraint,
        )  # fmt: skip

    def build(self, input_shape):
        self.axis = validated_axes(self.axis, input_shape)
        size = tuple(input_shape[k] for k in self.axis)
        if None in size:
            raise ValueError(
                f'Layer "{self.name}": the extents of axis={self.axis} must be known. Received: '
                f"input_shape={tuple(input_shape)}."
            )
        self._add_parts(size)
        super().build(input_shape)

    def call(self, inputs):
        inputs = elementwise.cast(inputs, self._dtype)
        return norm.layer_norm(inputs, self.gamma, self.beta, self.axis, self.epsilon)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}

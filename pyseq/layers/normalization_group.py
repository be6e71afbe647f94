"""Group normalisation."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.normalization_axes import validated_axes
from pyseq.layers.normalization_parts import ScaledAndShifted
from pyseq.ops import elementwise, norm


class GroupNormalization(ScaledAndShifted):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, the moments taken of each sample's groups of channels.

    Args:
        groups: how many; it divides the channels. -1: each channel is one (instance normalisation).
        axis: of the channels. epsilon: added to the variance. center, scale: is there a beta, a gamma?
        beta_initializer, gamma_initializer: name, object, function. beta_regularizer, gamma_regularizer: penalty on the weights.
        beta_constraint, gamma_constraint: applied after updates.
    Call arguments:
        mask: broadcasts to the input: the weight of each position in the moments.
    Input shape, output shape:
        (N, ...), any; the same.
    Source: Wu and He, 2018.
    """

    def __init__(
        self, groups=32, axis=-1, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones",
        beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        if isinstance(groups, bool) or not hasattr(groups, "__index__") or (int(groups) < 1 and int(groups) != -1):
            raise ValueError(
                f"GroupNormalization: `groups` must be a positive integer, or -1. Received: groups={groups}."
            )
        self.groups = int(groups)
        self.axis = axis
        self._keep_parts(
            epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
            gamma_constraint,
        )  # fmt: skip

    def build(self, input_shape):
        validated_axes(self.axis, input_shape)
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(
                f"Axis {self.axis} of input tensor should have a defined dimension but the layer received an input with "
                f"shape {tuple(input_shape)}."
            )
        if self.groups == -1:
            self.groups = channels
        if channels < self.groups:
            raise ValueError(
                f"Number of groups ({self.groups}) cannot be more than the number of channels ({channels})."
            )
        if channels % self.groups:
            raise ValueError(
                f"Number of groups ({self.groups}) must be a multiple of the number of channels ({channels})."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self._add_parts((channels,))
        super().build(input_shape)

    def call(self, inputs, mask=None):
        inputs = elementwise.cast(inputs, self._dtype)
        weights = None if mask is None else as_tensor(mask)
        return norm.group_norm(inputs, self.groups, self.gamma, self.beta, self.axis, self.epsilon, weights)

    def get_config(self):
        return {**super().get_config(), "groups": self.groups, "axis": self.axis}

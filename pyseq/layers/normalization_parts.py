"""What normalisation layers have in common: beta and gamma."""

from __future__ import annotations

from pyseq import constraints, initializers, regularizers
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer


class ScaledAndShifted(Layer):
    """A layer that multiplies by gamma and adds beta, if it does: the arguments, the weights, the configuration."""

    _takes_one_tensor = True

    def _keep_parts(
        self, epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint,
        gamma_constraint,
    ):  # fmt: skip
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.supports_masking = True
        self.gamma = self.beta = None

    def _add_parts(self, size, dtype=None):
        """Make gamma and beta of this shape."""
        if self.scale:
            self.gamma = self.add_weight(
                "gamma", size, dtype, self.gamma_initializer, self.gamma_regularizer, True, self.gamma_constraint
            )
        if self.center:
            self.beta = self.add_weight(
                "beta", size, dtype, self.beta_initializer, self.beta_regularizer, True, self.beta_constraint
            )

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }

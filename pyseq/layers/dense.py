"""The fully connected layer."""

from __future__ import annotations

from pyseq import activations, constraints, initializers, regularizers
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.input_spec import InputSpec
from pyseq.ops import elementwise, linalg
from pyseq.ops.check import is_integer


class Dense(Layer):
    """`activation(x @ kernel + bias)`.

    Args:
        units: size of the output, positive.
        activation: name or function; none by default.
        use_bias: add a bias?
        kernel_initializer, bias_initializer: name, object or function.
        kernel_regularizer, bias_regularizer: penalty on the weights, added to the loss.
        activity_regularizer: penalty on the output, divided by the batch size.
        kernel_constraint, bias_constraint: applied to the weights after each update.
    Input shape:
        (N, ..., features), floating point; integers are cast.
    Output shape:
        (N, ..., units).
    Example:
        >>> layer = Dense(3, activation="relu")
        >>> layer([[1.0, 2.0]]).shape
        (1, 3)
    """

    _takes_one_tensor = True

    def __init__(
        self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, **kwargs,
    ):  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        units = int(units) if isinstance(units, float) and units.is_integer() else units  # 32 * 0.5
        if isinstance(units, bool) or not is_integer(units) or int(units) <= 0:
            raise ValueError(
                f"Received an invalid value for `units`, expected a positive integer. Received: units={units}"
            )
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True
        self.kernel = self.bias = None

    def build(self, input_shape):
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                "The last dimension of the inputs to a Dense layer should be defined. Found None. "
                f"Full input shape received: {input_shape}"
            )
        self.kernel = self.add_weight(
            "kernel", (features, self.units), initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (self.units,), initializer=self.bias_initializer, regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )  # fmt: skip
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})
        super().build(input_shape)

    def call(self, inputs):
        if inputs.dtype is not self._dtype:
            inputs = elementwise.cast(inputs, self._dtype)
        fused = activations.fused_name(self.activation)
        y = linalg.dense(inputs, self.kernel, self.bias, activation=fused or "linear")
        return y if fused is not None else self.activation(y)

    def compute_output_shape(self, input_shape):
        return TensorShape((*input_shape[:-1], self.units))

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }

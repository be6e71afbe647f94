"""The rectifiers and softmax as layers of their own."""

from __future__ import annotations

import numpy as np

from pyseq import constraints, initializers, regularizers
from pyseq.core import config
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.masks import as_bool
from pyseq.ops import activation, elementwise, reduce, softmax


class OfElements(Layer):
    """A layer whose output has the shape of its input and whose steps stay where they are."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)


def _in_floatx(x):
    """A number as `floatx()` has it: tf.keras rounds these arguments so, and keeps them rounded in configurations."""
    return float(np.asarray(x, config.floatx()))


class ReLU(OfElements):
    """x from `threshold` on, at most `max_value`; below, `negative_slope * (x - threshold)`.

    Args:
        max_value: at least 0; None is no limit.
        negative_slope, threshold: at least 0.
    Input shape, output shape:
        Any; the same.
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        if max_value is not None and max_value < 0.0:
            raise ValueError(f"max_value of a ReLU layer cannot be a negative value. Received: {max_value}")
        for name, value in (("negative_slope", negative_slope), ("threshold", threshold)):
            if value is None or value < 0.0:
                raise ValueError(f"{name} of a ReLU layer cannot be a negative value. Received: {value}")
        self.max_value = None if max_value is None else _in_floatx(max_value)
        self.negative_slope = _in_floatx(negative_slope)
        self.threshold = _in_floatx(threshold)

    def call(self, inputs):
        return activation.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self):
        return {
            **super().get_config(), "max_value": self.max_value, "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }  # fmt: skip


class LeakyReLU(OfElements):
    """x above 0, `alpha * x` below.

    Args:
        alpha: slope below 0; Keras 3 calls it `negative_slope`.
    Input shape, output shape:
        Any; the same.
    Source: Maas et al., 2013, "Rectifier nonlinearities improve neural network acoustic models".
    """

    def __init__(self, alpha=0.3, **kwargs):
        alpha = kwargs.pop("negative_slope", alpha)
        super().__init__(**kwargs)
        if alpha is None:
            raise ValueError(
                f"The alpha value of a Leaky ReLU layer cannot be None, Expecting a float. Received: {alpha}"
            )
        self.alpha = _in_floatx(alpha)

    def call(self, inputs):
        return activation.leaky_relu(inputs, self.alpha)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


class PReLU(OfElements):
    """x above 0, `alpha * x` below, where alpha is learned for each element of a sample.

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: name, object or function.
        shared_axes: axes, counted from 1, along which one alpha serves all: [1, 2] for images of any size.
    Input shape, output shape:
        (N, ...), known but for the shared axes; the same.
    Source: He et al., 2015, "Delving deep into rectifiers".
    """

    _takes_one_tensor = True

    def __init__(
        self, alpha_initializer="zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)
        self.alpha = None

    def build(self, input_shape):
        shape, rank = list(input_shape[1:]), len(input_shape)
        for axis in self.shared_axes or ():
            if not 0 < axis < rank:
                raise ValueError(
                    f'Layer "{self.name}": `shared_axes` must be axes of the input, counted from 1. '
                    f"Received: shared_axes={self.shared_axes}, input_shape={tuple(input_shape)}."
                )
            shape[axis - 1] = 1
        if None in shape:
            raise ValueError(
                f'Layer "{self.name}": the input must have known axes but for the first and the shared ones. '
                f"Received: input_shape={tuple(input_shape)}, shared_axes={self.shared_axes}."
            )
        self.alpha = self.add_weight(
            "alpha", shape, initializer=self.alpha_initializer, regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )  # fmt: skip
        fixed = {k: d for k, d in enumerate(input_shape) if k and shape[k - 1] != 1}
        self.input_spec = InputSpec(ndim=rank, axes=fixed)
        super().build(input_shape)

    def call(self, inputs):
        below = elementwise.multiply(self.alpha, activation.relu(elementwise.negative(inputs)))
        return elementwise.subtract(activation.relu(inputs), below)

    def get_config(self):
        return {
            **super().get_config(),
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }


class ELU(OfElements):
    """x above 0, `alpha * (exp(x) - 1)` below.

    Args:
        alpha: scale below 0.
    Input shape, output shape:
        Any; the same.
    Source: Clevert et al., 2016, "Fast and accurate deep network learning by exponential linear units".
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        if alpha is None:
            raise ValueError(f"Alpha of an ELU layer cannot be None, expecting a float. Received: {alpha}")
        self.alpha = _in_floatx(alpha)

    def call(self, inputs):
        return activation.elu(inputs, self.alpha)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


class ThresholdedReLU(OfElements):
    """x above `theta`, 0 elsewhere.

    Args:
        theta: at least 0.
    Input shape, output shape:
        Any; the same.
    Source: Konda et al., 2015, "Zero-bias autoencoders and the benefits of co-adapting features".
    """

    def __init__(self, theta=1.0, **kwargs):
        super().__init__(**kwargs)
        if theta is None:
            raise ValueError(f"Theta of a Thresholded ReLU layer cannot be None, expecting a float. Received: {theta}")
        if theta < 0:
            raise ValueError(f"The theta value of a Thresholded ReLU layer should be >=0. Received: {theta}")
        self.theta = _in_floatx(theta)

    def call(self, inputs):
        above = elementwise.greater(inputs, self.theta)
        return elementwise.multiply(inputs, elementwise.cast(above, inputs.dtype))

    def get_config(self):
        return {**super().get_config(), "theta": self.theta}


class Softmax(OfElements):
    """exp(x), divided by its sum along an axis.

    Args:
        axis: the axis, or a list of axes that share one sum.
    Call arguments:
        mask: bool, broadcast to the input; where False, the result is 0 (if anything else is left along the axis).
    Input shape, output shape:
        Any; the same.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs, mask=None):
        if mask is not None:
            hidden = elementwise.subtract(1.0, elementwise.cast(as_bool(mask), inputs.dtype))
            least = float(inputs.dtype.min) if inputs.dtype.name == "float16" else -1e9
            inputs = elementwise.add(inputs, elementwise.multiply(hidden, least))
        if not isinstance(self.axis, (list, tuple)):
            return softmax.softmax(inputs, self.axis)
        if len(self.axis) == 1:
            return softmax.softmax(inputs, self.axis[0])
        total = reduce.logsumexp(inputs, axis=tuple(self.axis), keepdims=True)
        return elementwise.exp(elementwise.subtract(inputs, total))

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}

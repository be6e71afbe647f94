"""The constraints of tf.keras. Each is a function of a weight's value that returns the value put in its place."""

from __future__ import annotations

import numpy as np

from pyseq.core import config
from pyseq.ops import elementwise, reduce
from pyseq.ops import shape as shape_ops
from pyseq.registry import Registry

_registry = Registry("constraint", "keras.constraints")


class Constraint:
    """A function of a weight that returns its allowed value. Subclasses define `__call__(w)`."""

    def __call__(self, w):
        return w

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _norms(w, axis):
    """Length of the weight vectors along `axis`, kept as an axis of extent 1."""
    return elementwise.sqrt(reduce.sum(elementwise.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Scales weight vectors down that are longer than `max_value`.

    Args:
        max_value: largest length.
        axis: along which a vector's elements lie; 0 for a Dense kernel.
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        return w * (elementwise.clip(norms, 0.0, float(self.max_value)) / (norms + config.epsilon()))

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Sets negative weights to zero."""

    def __call__(self, w):
        return elementwise.multiply(w, elementwise.cast(elementwise.greater_equal(w, 0.0), w.dtype))


class UnitNorm(Constraint):
    """Scales weight vectors to length 1 along `axis`."""

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        return w / (_norms(w, self.axis) + config.epsilon())

    def get_config(self):
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Moves the length of weight vectors into [min_value, max_value].

    Args:
        rate: in (0, 1], how much of the way at each step.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        clipped = elementwise.clip(norms, float(self.min_value), float(self.max_value))
        desired = clipped * self.rate + norms * (1 - self.rate)
        return w * (desired / (norms + config.epsilon()))

    def get_config(self):
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


class RadialConstraint(Constraint):
    """Makes the windows of a convolution's kernel, (rows, columns, in, out), constant on each square ring around their middle.

    The values come from the diagonal: the middle's from the place before it, the next rings' from the places after that.
    """

    def __call__(self, w):
        shape = tuple(w.shape)
        if len(shape) != 4:
            raise ValueError(f"The weight tensor must have rank 4. Received weight tensor with shape: {shape}")
        n = shape[0]
        if shape[1] != n:
            raise ValueError(f"RadialConstraint: the windows must be square. Received: w.shape={shape}.")
        if n == 1:
            return w
        rows = shape_ops.reshape(w, (n * n, shape[2] * shape[3]))
        return shape_ops.reshape(shape_ops.take(rows, (_ring_sources(n) * (n + 1)).ravel()), shape)

    def get_config(self):
        return {}


def _ring_sources(n):
    """For each element of an n by n window, the place on the diagonal that its value comes from."""
    start, odd = n // 2, n % 2
    source = np.full((1, 1) if odd else (2, 2), start - 1)
    for k in range(0 if odd else 1, start):
        source = np.pad(source, 1, constant_values=start + k)
    return source


max_norm, non_neg, unit_norm, min_max_norm, radial_constraint = MaxNorm, NonNeg, UnitNorm, MinMaxNorm, RadialConstraint
for _class, *_aliases in (
    (MaxNorm, "max_norm", "maxnorm"),
    (NonNeg, "non_neg", "nonneg"),
    (UnitNorm, "unit_norm", "unitnorm"),
    (MinMaxNorm, "min_max_norm"),
    (RadialConstraint, "radial_constraint"),
):
    _registry.add(_class, *_aliases)


def get(identifier):
    """Constraint of a name, a config, a class or an object; None stays None."""
    return _registry.get(identifier)


def serialize(constraint, use_legacy_format=False):
    """Config of a constraint."""
    return _registry.serialize(constraint, use_legacy_format)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """Constraint of a config that `serialize` gave, in either form."""
    return _registry.deserialize(config, custom_objects)

"""The regularizers of tf.keras: functions of a weight that return a penalty, a scalar that joins the loss."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor
from pyseq.ops import elementwise, linalg, reduce
from pyseq.registry import Registry

_registry = Registry("regularizer", "keras.regularizers")


class Regularizer:
    """A function of a tensor that returns a scalar. Subclasses define `__call__` and `get_config`."""

    def __call__(self, x):
        return as_tensor(0.0)

    def get_config(self):
        raise NotImplementedError(f"{self} does not implement get_config()")

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _factor(x, default):
    """A penalty's factor as a float."""
    if x is None:
        return default
    if isinstance(x, bool) or not isinstance(x, (int, float, np.number)):
        raise ValueError(f"Value {x} is not a valid regularization penalty number, expected an int or float value.")
    if not math.isfinite(x):
        raise ValueError(
            f"Value {x} is not a valid regularization penalty number, an infinite number or NaN are not valid values."
        )
    return float(x)


def _older(kwargs, value):
    """The older spelling `l=` of `l1=` and `l2=`."""
    value = kwargs.pop("l", value)
    if kwargs:
        raise TypeError(f"Argument(s) not recognized: {kwargs}")
    return value


def _l1(x, factor):
    return reduce.sum(elementwise.absolute(x)) * factor


def _l2(x, factor):
    return reduce.sum(elementwise.square(x)) * factor


class L1(Regularizer):
    """l1 * sum(|x|)."""

    def __init__(self, l1=0.01, **kwargs):
        self.l1 = _factor(_older(kwargs, l1), 0.01)

    def __call__(self, x):
        return _l1(x, self.l1)

    def get_config(self):
        return {"l1": self.l1}


class L2(Regularizer):
    """l2 * sum(x^2)."""

    def __init__(self, l2=0.01, **kwargs):
        self.l2 = _factor(_older(kwargs, l2), 0.01)

    def __call__(self, x):
        return _l2(x, self.l2)

    def get_config(self):
        return {"l2": self.l2}


class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x^2)."""

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _factor(l1, 0.0)
        self.l2 = _factor(l2, 0.0)

    def __call__(self, x):
        if self.l1 and self.l2:
            return _l1(x, self.l1) + _l2(x, self.l2)
        return _l1(x, self.l1) if self.l1 else _l2(x, self.l2)

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """factor times the mean |cosine| between different rows (or columns) of a matrix.

    Args:
        factor: of the penalty.
        mode: "rows" or "columns".
    """

    def __init__(self, factor=0.01, mode="rows"):
        if mode not in ("rows", "columns"):
            raise ValueError(
                f"Invalid value for argument `mode`. Expected one of 'rows', 'columns'. Received: mode={mode}"
            )
        self.factor = _factor(factor, 0.01)
        self.mode = mode

    def __call__(self, x):
        x = as_tensor(x)
        if x.ndim != 2:
            raise ValueError(
                f"Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape={x.shape} of rank {x.ndim}."
            )
        axis = 1 if self.mode == "rows" else 0
        squares = reduce.sum(elementwise.square(x), axis=axis, keepdims=True)
        x = x / elementwise.sqrt(elementwise.maximum(squares, as_tensor(1e-12, like=squares)))
        cosines = linalg.matmul(x, x, transpose_a=axis == 0, transpose_b=axis == 1)
        n = cosines.shape[0]
        others = as_tensor(1 - np.eye(n, dtype=x.dtype.numpy))
        return reduce.sum(elementwise.absolute(cosines * others)) * (self.factor / max(n * (n - 1), 1))

    def get_config(self):
        return {"factor": self.factor, "mode": self.mode}


def l1_l2(l1=0.01, l2=0.01):
    """An L1L2 regularizer, with defaults of 0.01."""
    return L1L2(l1=l1, l2=l2)


l1, l2, orthogonal_regularizer = L1, L2, OrthogonalRegularizer
for _class, _alias in ((L1, "l1"), (L2, "l2"), (OrthogonalRegularizer, "orthogonal_regularizer")):
    _registry.add(_class, _alias)
_registry.add(L1L2)
_registry.add(l1_l2)


def serialize(regularizer, use_legacy_format=False):
    """Config of a regularizer; `use_legacy_format`: its class name and arguments only, as TF 2.4 wrote it."""
    return _registry.serialize(regularizer, use_legacy_format)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """Regularizer of a config that `serialize` gave, in either form."""
    return _registry.deserialize(config, custom_objects)


def get(identifier):
    """Regularizer of a name, a config, a class, an object or a function; None stays None."""
    found = _registry.get(identifier)
    return l1_l2() if found is l1_l2 else found

"""keras.backend: variables and constants, values in and out, updates."""

from __future__ import annotations

import math

import numpy as np

from pyseq import random
from pyseq.core import Tensor, Variable, as_tensor
from pyseq.core.config import floatx
from pyseq.core.keras_tensor import KerasTensor
from pyseq.tf import tensors as tf


def variable(value, dtype=None, name=None, constraint=None):
    """Variable with a value; `floatx()` by default."""
    return Variable(value, dtype=dtype or floatx(), name=name, constraint=constraint)


def constant(value, dtype=None, shape=None, name=None):
    """Tensor of a value; `floatx()` by default."""
    return tf.constant(value, dtype or floatx(), shape)


def placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None, ragged=False):
    """keras.Input with this whole shape, batch included; or with `ndim` unknown extents."""
    from pyseq.layers import Input

    if sparse or ragged:
        raise NotImplementedError("placeholder: tensors are dense. Use sparse=False, ragged=False.")
    if shape is None and ndim is None:
        raise ValueError("placeholder: give `shape` or `ndim`.")
    shape = (None,) * ndim if shape is None else tuple(shape)
    return Input(shape[1:], batch_size=shape[0] if shape else None, dtype=dtype or floatx(), name=name)


def zeros(shape, dtype=None, name=None):
    """Variable of zeros; `floatx()` by default."""
    return variable(np.zeros(_extents(shape)), dtype, name)


def ones(shape, dtype=None, name=None):
    """Variable of ones; `floatx()` by default."""
    return variable(np.ones(_extents(shape)), dtype, name)


def eye(size, dtype=None, name=None):
    """Variable of ones on the diagonal, zeros elsewhere; `size`: a number or (rows, columns)."""
    return variable(np.eye(*_extents(size)), dtype, name)


def zeros_like(x, dtype=None, name=None):
    """Zeros, shape and (by default) element type of x."""
    return tf.zeros_like(x, dtype)


def ones_like(x, dtype=None, name=None):
    """Ones, shape and (by default) element type of x."""
    return tf.ones_like(x, dtype)


def _extents(shape):
    return (int(shape),) if hasattr(shape, "__index__") and not np.ndim(shape) else tuple(int(d) for d in shape)


# ---------------------------------------------------------------------------------------------------------- what it is


def dtype(x):
    """Name of the element type."""
    return as_tensor(x).dtype.name if not hasattr(x, "dtype") else getattr(x.dtype, "name", str(x.dtype))


def shape(x):
    """The extents as a tensor (ndim,)."""
    return tf.shape(x)


def int_shape(x):
    """The extents as a tuple, None where unknown; None if x has no shape."""
    found = getattr(x, "shape", None)
    return None if found is None else tuple(found)


def ndim(x):
    """Number of axes."""
    return len(x.shape)


def count_params(x):
    """Number of elements."""
    return math.prod(x.shape)


def is_keras_tensor(x):
    """Is it a symbolic tensor of a model, made by `Input` or by a layer?

    Raises:
        ValueError: it is no tensor at all.
    """
    if not isinstance(x, (Tensor, Variable, KerasTensor)):
        raise ValueError(f"Unexpectedly found an instance of type `{type(x)}`. Expected a symbolic tensor instance.")
    return isinstance(x, KerasTensor)


def is_sparse(tensor):
    """False: tensors are dense."""
    return False


def to_dense(tensor):
    """The tensor: it is dense."""
    return tensor


# -------------------------------------------------------------------------------------------------------------- values


def eval(x):  # noqa: A001
    """The value as a NumPy array."""
    return get_value(to_dense(x))


def get_value(x):
    """The value of a tensor or variable as a NumPy array; anything else is given back."""
    return x.numpy() if isinstance(x, (Tensor, Variable)) else x


def batch_get_value(tensors):
    """The values of several, as a list."""
    return [get_value(x) for x in tensors]


def set_value(x, value):
    """Assign an array to a variable."""
    x.assign(np.asarray(value, dtype=x.dtype.numpy))


def batch_set_value(tuples):
    """Assign arrays to variables: pairs (variable, array)."""
    for x, value in tuples:
        set_value(x, value)


def update(x, new_x):
    """Assign to a variable; returns it."""
    return x.assign(new_x)


def update_add(x, increment):
    """Add to a variable; returns it."""
    return x.assign_add(increment)


def update_sub(x, decrement):
    """Subtract from a variable; returns it."""
    return x.assign_sub(decrement)


def moving_average_update(x, value, momentum):
    """x = x momentum + value (1 - momentum); returns the variable."""
    value = as_tensor(value, like=x)
    return x.assign_sub((x - value) * (1.0 - float(momentum)))


# -------------------------------------------------------------------------------------------------------- random numbers


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Tensor of normal random numbers."""
    return random.normal(shape, mean, stddev, dtype, seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Tensor of random numbers, uniform in [minval, maxval)."""
    return random.uniform(shape, minval, maxval, dtype, seed)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Tensor of normal random numbers, those more than two standard deviations from the mean drawn again."""
    return random.truncated_normal(shape, mean, stddev, dtype, seed)


def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """Tensor of ones with probability p, else zeros."""
    return random.bernoulli(shape, p, dtype, seed)


def random_binomial(shape, p=0.0, dtype=None, seed=None):
    """As `random_bernoulli`."""
    return random.bernoulli(shape, p, dtype, seed)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """Variable of normal random numbers."""
    return variable(random.normal(shape, mean, scale, dtype, seed), dtype, name)


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """Variable of random numbers, uniform in [low, high)."""
    return variable(random.uniform(shape, low, high, dtype, seed), dtype, name)

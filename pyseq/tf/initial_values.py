"""TensorFlow's own initializers, `tf.zeros_initializer` and the like: those of keras.initializers, float32 unless told otherwise.
Configurations name those of keras.initializers.

`tf.initializers` is `keras.initializers`.
"""

from __future__ import annotations

import numpy as np

from pyseq import initializers
from pyseq.core import as_dtype, float32
from pyseq.tf._given import tensor_of

__all__ = [
    "constant_initializer", "ones_initializer", "random_normal_initializer", "random_uniform_initializer",
    "zeros_initializer",
]  # fmt: skip


class Zeros(initializers.Zeros):
    """Zeros."""

    _saved_as = initializers.Zeros

    def __call__(self, shape, dtype=float32, **kwargs):
        return super().__call__(shape, dtype, **kwargs)


class Ones(initializers.Ones):
    """Ones."""

    _saved_as = initializers.Ones

    def __call__(self, shape, dtype=float32, **kwargs):
        return super().__call__(shape, dtype, **kwargs)


class RandomNormal(initializers.RandomNormal):
    """Normal numbers; arguments as of keras.initializers.RandomNormal."""

    _saved_as = initializers.RandomNormal

    def __call__(self, shape, dtype=float32, **kwargs):
        return super().__call__(shape, dtype, **kwargs)


class RandomUniform(initializers.RandomUniform):
    """Uniform numbers in [minval, maxval); arguments as of keras.initializers.RandomUniform."""

    _saved_as = initializers.RandomUniform

    def __call__(self, shape, dtype=float32, **kwargs):
        return super().__call__(shape, dtype, **kwargs)


class Constant(initializers.Constant):
    """One number everywhere, or the elements of a list or array, as `tf.constant(value, dtype, shape)`.

    Args:
        value: number, nested lists of them, or array; its element type is the default of `dtype`.
        support_partition: of TensorFlow's partitioned variables; must be False.
    """

    _saved_as = initializers.Constant

    def __init__(self, value=0, support_partition=False):
        if support_partition:
            raise NotImplementedError("constant_initializer: partitioned variables are not supported.")
        if not isinstance(value, (int, float, complex, list, tuple, np.ndarray, np.generic)):
            raise TypeError(
                f"Invalid type for initial value: {type(value).__name__}. Expected Python scalar, list or tuple of values, or "
                "numpy.ndarray."
            )
        super().__init__(value)

    def __call__(self, shape, dtype=None, **kwargs):
        return super().__call__(shape, tensor_of(self.value).dtype if dtype is None else as_dtype(dtype), **kwargs)


constant_initializer, ones_initializer, zeros_initializer = Constant, Ones, Zeros
random_normal_initializer, random_uniform_initializer = RandomNormal, RandomUniform

"""tf.random: with an integer `seed`, successive calls go on along one sequence, which `set_seed` begins anew."""

from __future__ import annotations

import numpy as np

from pyseq import random
from pyseq._faces import missing as _missing
from pyseq.core import as_dtype, dispatch
from pyseq.ops import random as ops
from pyseq.random import set_seed

__all__ = ["normal", "set_seed", "shuffle", "truncated_normal", "uniform"]


def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Tensor of normal random numbers."""
    return ops.normal(_shape(shape), mean, stddev, dtype, random.op_state(seed))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Tensor of normal random numbers, those more than two standard deviations from the mean drawn again."""
    return ops.truncated_normal(_shape(shape), mean, stddev, dtype, random.op_state(seed))


def uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    """Tensor of random numbers, uniform in [minval, maxval); `maxval` is 1 by default for floats, integers need it."""
    if as_dtype(dtype).is_integer:
        if maxval is None:
            raise ValueError(f"tf.random.uniform: `maxval` must be given for integers. Received: dtype={dtype!r}.")
        return ops.integers(_shape(shape), minval, maxval, dtype, random.op_state(seed))
    return ops.uniform(_shape(shape), minval, 1.0 if maxval is None else maxval, dtype, random.op_state(seed))


def shuffle(value, seed=None, name=None):
    """The slices of `value` along its first axis in random order."""
    return ops.shuffled(value, 0, random.op_state(seed))


def _shape(shape):
    return tuple(int(n) for n in np.atleast_1d(np.asarray(shape, dtype="int64")))


dispatch.face(globals(), "random")
__getattr__ = _missing(__name__, lambda: list(globals()))

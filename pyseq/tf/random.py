"""tf.random: with an integer `seed`, successive calls go on along one sequence, which `set_seed` begins anew.

The stateless functions give the same numbers for the same seed, whatever was drawn before. The numbers are not TensorFlow's.
"""

from __future__ import annotations

import numpy as np

from pyseq import random
from pyseq._faces import missing as _missing
from pyseq.core import as_dtype, as_tensor, dispatch, float32, int32, int64
from pyseq.ops import distributions, elementwise
from pyseq.ops import random as ops
from pyseq.ops.broadcasting import broadcast_shapes as _broadcast_shapes
from pyseq.random import set_seed
from pyseq.tf import random_generator as _g
from pyseq.tf.random_generator import Generator

__all__ = [
    "Generator", "categorical", "create_rng_state", "fold_in", "gamma", "get_global_generator", "normal", "poisson",
    "set_global_generator", "set_seed", "shuffle", "split", "stateless_binomial", "stateless_categorical", "stateless_gamma",
    "stateless_normal", "stateless_poisson", "stateless_truncated_normal", "stateless_uniform", "truncated_normal",
    "uniform",
]  # fmt: skip


def normal(shape, mean=0.0, stddev=1.0, dtype=float32, seed=None, name=None):
    """Tensor of normal random numbers; `mean` and `stddev` broadcast."""
    return _scaled(ops.normal, shape, mean, stddev, dtype, random.op_state(seed))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=float32, seed=None, name=None):
    """Tensor of normal random numbers, those more than two standard deviations from the mean drawn again."""
    return _scaled(ops.truncated_normal, shape, mean, stddev, dtype, random.op_state(seed))


def _scaled(op, shape, mean, stddev, dtype, state):
    shape = _shape(shape)
    if isinstance(mean, (int, float)) and isinstance(stddev, (int, float)):
        return op(shape, mean, stddev, dtype, state)
    return _g.scaled(op(shape, 0.0, 1.0, dtype, state), mean, stddev)


def uniform(shape, minval=0, maxval=None, dtype=float32, seed=None, name=None):
    """Tensor of random numbers, uniform in [minval, maxval); `maxval` is 1 by default for floats, integers need it."""
    return _g.uniform("tf.random.uniform", _shape(shape), minval, maxval, dtype, random.op_state(seed))


def shuffle(value, seed=None, name=None):
    """The slices of `value` along its first axis in random order."""
    return ops.shuffled(value, 0, random.op_state(seed))


def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """(N, num_samples) class numbers, drawn for each row of logits (N, classes) with probabilities softmax(logits)."""
    return distributions.categorical(logits, num_samples, dtype or int64, random.op_state(seed))


def gamma(shape, alpha, beta=None, dtype=float32, seed=None, name=None):
    """Gamma numbers of shape `alpha` and rate `beta` (1): `shape` of them for each pair of these."""
    return _gamma(shape, alpha, beta, dtype, random.op_state(seed), True)


def _gamma(shape, alpha, beta, dtype, state, outer):
    alpha = as_tensor(alpha, as_dtype(dtype)) if not hasattr(alpha, "is_symbolic") else alpha
    beta = as_tensor(1.0 if beta is None else beta, alpha.dtype) if not hasattr(beta, "is_symbolic") else beta
    to = (*_shape(shape), *_broadcast_shapes(alpha.shape, beta.shape, who="gamma")) if outer else _shape(shape)
    return elementwise.divide(distributions.gamma(to, alpha, alpha.dtype, state), beta)


def poisson(shape, lam, dtype=float32, seed=None, name=None):
    """Poisson counts of mean `lam`: `shape` of them for each element of it."""
    to = (*_shape(shape), *np.shape(lam))
    return distributions.poisson(to, lam, dtype, random.op_state(seed))


# ---------------------------------------------------------------------------------------------------------- stateless


def stateless_normal(shape, seed, mean=0.0, stddev=1.0, dtype=float32, name=None, alg="auto_select"):
    """As `normal`; `seed`: two integers, which the numbers depend on alone."""
    _g.checked_algorithm("stateless_normal", alg)
    return _scaled(ops.normal, shape, mean, stddev, dtype, _g.stateless_state("stateless_normal", seed))


def stateless_truncated_normal(shape, seed, mean=0.0, stddev=1.0, dtype=float32, name=None, alg="auto_select"):
    """As `truncated_normal`, of two integers."""
    _g.checked_algorithm("stateless_truncated_normal", alg)
    state = _g.stateless_state("stateless_truncated_normal", seed)
    return _scaled(ops.truncated_normal, shape, mean, stddev, dtype, state)


def stateless_uniform(shape, seed, minval=0, maxval=None, dtype=float32, name=None, alg="auto_select"):
    """As `uniform`, of two integers; with minval=None and maxval=None integers of the whole range."""
    _g.checked_algorithm("stateless_uniform", alg)
    state = _g.stateless_state("stateless_uniform", seed)
    if minval is None and maxval is None:
        return _g.full_integers(_shape(shape), dtype, state)
    return _g.uniform("tf.random.stateless_uniform", _shape(shape), minval, maxval, dtype, state)


def stateless_categorical(logits, num_samples, seed, dtype=int64, name=None):
    """As `categorical`, of two integers."""
    return distributions.categorical(logits, num_samples, dtype, _g.stateless_state("stateless_categorical", seed))


def stateless_gamma(shape, seed, alpha, beta=None, dtype=float32, name=None):
    """Gamma numbers of two integers; alpha and beta broadcast to `shape`."""
    return _gamma(shape, alpha, beta, dtype, _g.stateless_state("stateless_gamma", seed), False)


def stateless_poisson(shape, seed, lam, dtype=int32, name=None):
    """Poisson counts of two integers; lam broadcasts to `shape`."""
    return distributions.poisson(_shape(shape), lam, dtype, _g.stateless_state("stateless_poisson", seed))


def stateless_binomial(shape, seed, counts, probs, output_dtype=int32, name=None):
    """Successes in `counts` trials, of two integers; counts and probs broadcast to `shape`."""
    return distributions.binomial(
        _shape(shape), counts, probs, output_dtype, _g.stateless_state("stateless_binomial", seed)
    )


def split(seed, num=2, alg="auto_select"):
    """(num, 2) int64: seeds that follow from one of two integers."""
    _g.checked_algorithm("split", alg)
    return as_tensor(_pairs(_g.stateless_state("split", seed), range(int(num))))


def fold_in(seed, data, alg="auto_select"):
    """(2,) int64: the seed that follows from one of two integers and an integer `data`."""
    _g.checked_algorithm("fold_in", alg)
    return as_tensor(_pairs(_g.stateless_state("fold_in", seed), [int(data)])[0])


def _pairs(state, numbers):
    made = [[random.mixed(state, k, which) for which in (1, 2)] for k in numbers]
    return np.array(made, dtype="uint64").view("int64")


def create_rng_state(seed, alg):
    """int64[2]: the state of a Generator of this seed."""
    return Generator.from_seed(seed, alg).state.numpy()


_generator = None


def get_global_generator():
    """The Generator that `set_global_generator` set; one of no particular seed before."""
    global _generator
    if _generator is None:
        _generator = Generator.from_non_deterministic_state()
    return _generator


def set_global_generator(generator):
    """Set what `get_global_generator` gives."""
    global _generator
    _generator = generator


def _shape(shape):
    return tuple(int(n) for n in np.atleast_1d(np.asarray(shape, dtype="int64")))


dispatch.face(globals(), "random")
__getattr__ = _missing(__name__, lambda: list(globals()))

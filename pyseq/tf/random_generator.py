"""tf.random.Generator: random numbers from a state of one's own."""

from __future__ import annotations

import os

import numpy as np

from pyseq.core import Variable, as_dtype, as_tensor, float32, int32, uint64
from pyseq.core.errors import invalid
from pyseq.ops import distributions, elementwise, shape
from pyseq.ops import random as ops
from pyseq.random import mixed

ALGORITHMS = ("philox", 1, "auto_select", 0, None)


def checked_algorithm(who, alg):
    """Philox it must be; ThreeFry and others are not here."""
    alg = getattr(alg, "value", alg)
    if alg not in ALGORITHMS:
        raise NotImplementedError(f"{who}: the algorithm is Philox. Received: alg={alg!r}.")


class Generator:
    """Random numbers from a state of one's own; a plan moves it on.

    Args:
        copy_from: a Generator to begin where it is.
        state: int64[2] or more: seed and counter. alg: "philox".
    """

    def __init__(self, copy_from=None, state=None, alg=None):
        if (copy_from is None) == (state is None):
            raise ValueError("Generator: give either `copy_from` or `state`. Use Generator.from_seed(seed).")
        checked_algorithm("Generator", alg)
        values = copy_from.state if copy_from is not None else state
        self._state = Variable(_two(values), trainable=False, name="StateVar:0")

    @classmethod
    def from_seed(cls, seed, alg=None):
        """A generator of this seed, an integer or several."""
        return cls(state=ops.seed_values(mixed(*_integers(seed))), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        """A generator whose numbers are others each time."""
        return cls.from_seed(int.from_bytes(os.urandom(8), "little"), alg)

    @classmethod
    def from_state(cls, state, alg):
        """A generator that begins at the `state` of another."""
        return cls(state=state, alg=alg)

    @classmethod
    def from_key_counter(cls, key, counter, alg):
        """A generator of a key and a counter, integers or lists of them."""
        return cls(state=np.array([_integers(key)[0], _integers(counter)[0]]), alg=alg)

    @property
    def state(self):
        """Variable int64[2]: seed and counter."""
        return self._state

    @property
    def key(self):
        return self._state.value()[0]

    @property
    def algorithm(self):
        """1: Philox."""
        return 1

    def reset(self, state):
        """Go on from another state."""
        self._state.assign(_two(state))

    def reset_from_seed(self, seed):
        """Begin as `from_seed` would."""
        self._state.assign(ops.seed_values(mixed(*_integers(seed))))

    def reset_from_key_counter(self, key, counter):
        """Begin as `from_key_counter` would."""
        self._state.assign(np.array([_integers(key)[0], _integers(counter)[0]]))

    def skip(self, delta):
        """Move the counter on by delta blocks of 256 bits. Returns the state."""
        self._state.assign_add(np.array([0, int(delta)]))
        return self._state.value()

    def make_seeds(self, count=1):
        """(2, count) int64: seeds for the stateless functions."""
        low = ops.integers((2, count), -(2**63), 2**63 - 1, "int64", self._state)
        return low

    def split(self, count=1):
        """A list of `count` generators whose numbers have nothing to do with each other's."""
        return [type(self).from_seed(pair) for pair in self.make_seeds(count).numpy().T.tolist()]

    def normal(self, shape, mean=0.0, stddev=1.0, dtype=float32, name=None):
        """Normal numbers; `mean` and `stddev` broadcast."""
        return scaled(ops.normal(shape, 0.0, 1.0, dtype, self._state), mean, stddev)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype=float32, name=None):
        """Normal numbers within two standard deviations of the mean."""
        return scaled(ops.truncated_normal(shape, 0.0, 1.0, dtype, self._state), mean, stddev)

    def uniform(self, shape, minval=0, maxval=None, dtype=float32, name=None):
        """Numbers in [minval, maxval); `maxval` is 1 by default for floats, integers need it."""
        return uniform("Generator.uniform", shape, minval, maxval, dtype, self._state)

    def uniform_full_int(self, shape, dtype=uint64, name=None):
        """Integers from the whole range of `dtype`."""
        return full_integers(shape, dtype, self._state)

    def binomial(self, shape, counts, probs, dtype=int32, name=None):
        """How many of `counts` trials succeed with probability `probs`."""
        return distributions.binomial(shape, counts, probs, dtype, self._state)


def _integers(x):
    values = np.asarray(x).reshape(-1).tolist()
    if not values or not all(isinstance(v, int) for v in values):
        raise TypeError(f"Generator: a seed must be an integer or a list of them. Received: {x!r}.")
    return values


def _two(state):
    values = _integers(state)
    if len(values) < 2:
        raise ValueError(f"Generator: `state` must be two integers, seed and counter. Received: {state!r}.")
    return np.array([v & (2**64 - 1) for v in values[:2]], dtype="uint64").view("int64")


def scaled(y, mean, stddev):
    """mean + stddev y, broadcast."""
    plain = all(isinstance(v, (int, float)) for v in (mean, stddev))
    if plain and mean == 0 and stddev == 1:
        return y
    mean, stddev = (as_tensor(v, y.dtype) if not hasattr(v, "is_symbolic") else v for v in (mean, stddev))
    return elementwise.add(elementwise.multiply(y, stddev), mean)


def uniform(who, to, minval, maxval, dtype, state):
    """Numbers in [minval, maxval), integers or floats; bounds may be tensors for floats."""
    dtype = as_dtype(dtype)
    if dtype.is_integer:
        if maxval is None:
            raise ValueError(f"{who}: `maxval` must be given for integers. Received: dtype={dtype.name}.")
        return ops.integers(to, int(minval), int(maxval), dtype, state)
    maxval = 1.0 if maxval is None else maxval
    if not any(np.ndim(v) or hasattr(v, "is_symbolic") for v in (minval, maxval)):
        return ops.uniform(to, float(minval), float(maxval), dtype, state)
    low, high = (elementwise.cast(as_tensor(v), dtype) for v in (minval, maxval))
    return scaled(ops.uniform(to, 0.0, 1.0, dtype, state), low, elementwise.subtract(high, low))


def full_integers(to, dtype, state):
    """Integers from the whole range of an integer dtype."""
    dtype = as_dtype(dtype)
    words = dtype.itemsize // 4
    if not dtype.is_integer or words == 0:
        raise ValueError(f"uniform_full_int: `dtype` must have 32 or 64 bits. Received: dtype={dtype.name}.")
    to = shape.checked_shape("uniform_full_int", to, least=0)
    drawn = elementwise.cast(ops.bits((*to, words), state), "uint64")
    whole = drawn[..., 0] if words == 1 else drawn[..., 0] * as_tensor(np.uint64(2**32)) + drawn[..., 1]
    return elementwise.cast(whole, dtype)


def stateless_state(who, seed):
    """The integer seed that a pair of integers stands for."""
    pair = np.asarray(seed.numpy() if hasattr(seed, "numpy") else seed)
    if pair.shape != (2,) or pair.dtype.kind not in "iu":
        raise invalid(f"{who}: `seed` must be two integers. Received: seed={seed!r}.")
    return mixed(*pair.tolist())

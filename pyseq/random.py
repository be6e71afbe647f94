"""Random numbers: seeds and generators, and `keras.random`'s functions.

Where numbers come from is the `seed` argument of every function:

    None             the global generator, set by `set_seed`; every call goes on where the last one stopped
    a SeedGenerator  a generator of one's own; the same
    an integer       the same numbers every time, whatever was drawn before

The numbers do not depend on the number of threads nor on the processor's instruction set.
"""

from __future__ import annotations

import os

import numpy as np

from pyseq.core import Variable, as_tensor, config, tracing
from pyseq.ops import distributions, elementwise
from pyseq.ops import random as ops

_MASK = 2**64 - 1
_GLOBAL, _CHILD, _EXPLICIT = 1, 2, 3  # kinds of streams: equal seeds of two kinds give unrelated numbers


def mixed(seed: int, *more: int) -> int:
    """A 64-bit key of several integers (splitmix64 after each; Steele, Lea, Flood 2014)."""
    h = 0
    for x in (seed, *more):
        h = (h ^ (int(x) & _MASK)) + 0x9E3779B97F4A7C15 & _MASK
        h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        h = (h ^ h >> 27) * 0x94D049BB133111EB & _MASK
        h ^= h >> 31
    return h


def _checked(seed):
    if isinstance(seed, (bool, np.bool_)) or not hasattr(seed, "__index__"):
        raise TypeError(f"random: `seed` must be an integer. Received: seed={seed!r}.")
    return int(seed)


class SeedGenerator:
    """A generator of random numbers with a state of its own.

    Args:
        seed: integer; by default one that follows from the global seed and the generators made since it was set.
    Attributes:
        state: Variable, int64[2]: key and counter. A plan reads and moves it on.
    """

    def __init__(self, seed=None, name=None, **kwargs):
        if kwargs:
            raise TypeError(f"SeedGenerator: unknown keyword argument. Received: {sorted(kwargs)}.")
        self.seed = seed
        self.name = name or "seed_generator"
        key = _global.child() if seed is None else mixed(_checked(seed), _EXPLICIT)
        with tracing(None):
            self.state = Variable(ops.seed_values(key), trainable=False, name=f"{self.name}/state:0")

    def get_config(self):
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class _GlobalGenerator:
    """The state behind seed=None. One Variable for the life of the process: plans hold on to it."""

    def __init__(self):
        self.state = None
        self.reset(int.from_bytes(os.urandom(8), "little"))

    def reset(self, seed: int):
        self.seed, self.children, self.op_generators = seed, 0, {}
        values = ops.seed_values(mixed(seed, _GLOBAL))
        with tracing(None):
            if self.state is None:
                self.state = Variable(values, trainable=False, name="global_seed_generator/state:0")
            else:
                self.state.assign(values)

    def snapshot(self):
        """All of the state: a dict of integers and arrays."""
        made = [(seed, g.state.numpy()) for seed, g in self.op_generators.items()]
        return {"seed": self.seed, "children": self.children, "state": self.state.numpy(), "op_generators": made}

    def restore(self, snapshot):
        self.seed, self.children = snapshot["seed"], snapshot["children"]
        self.state.assign(snapshot["state"])
        for seed, values in snapshot["op_generators"]:
            state = op_state(seed)
            state.assign(values)

    def child(self) -> int:
        self.children += 1
        return mixed(self.seed, _CHILD, self.children)


_global = _GlobalGenerator()


def set_seed(seed: int) -> None:
    """Set the global seed: what is drawn afterwards without a seed is the same in every run.

    A generator or layer without a seed takes one from the global seed when it is made; those made before keep theirs.
    """
    _global.reset(_checked(seed))


def set_random_seed(seed: int) -> None:
    """Set the seeds of Python's `random`, of NumPy and of pyseq. Source: tf.keras.utils.set_random_seed."""
    if not 0 <= _checked(seed) < 2**32:
        raise ValueError(f"set_random_seed: `seed` must be an integer in [0, 2**32). Received: seed={seed!r}.")
    import random as python_random  # not before: a millisecond

    python_random.seed(seed)
    np.random.seed(seed)
    set_seed(seed)


def global_state() -> Variable:
    """The state of the global generator."""
    return _global.state


def snapshot():
    """The whole state of the global generator, of Python's `random` and of NumPy: for `restore`, later or in another process."""
    import random as python_random

    return {"pyseq": _global.snapshot(), "python": python_random.getstate(), "numpy": np.random.get_state()}


def restore(state) -> None:
    """Go back to a state that `snapshot` gave."""
    import random as python_random

    _global.restore(state["pyseq"])
    python_random.setstate(state["python"])
    np.random.set_state(state["numpy"])


def state_of(seed):
    """What the ops take as `state`: of None, a SeedGenerator, a state Variable, or an integer."""
    if seed is None:
        return _global.state
    if isinstance(seed, SeedGenerator):
        return seed.state
    if isinstance(seed, Variable):
        return seed
    return mixed(_checked(seed), _EXPLICIT)


def op_state(seed):
    """As `state_of`, but with tf.random's rule for integers: the op's seed and the global one together name a sequence.

    Each call draws on from it; `set_seed` begins it anew.
    """
    if seed is None or isinstance(seed, (SeedGenerator, Variable)):
        return state_of(seed)
    seed = _checked(seed)
    if seed not in _global.op_generators:
        generator = SeedGenerator(seed=mixed(_global.seed, _EXPLICIT, seed))
        _global.op_generators[seed] = generator
    return _global.op_generators[seed].state


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Tensor of normal random numbers.

    Args:
        shape: tuple of int. mean, stddev: floats.
        dtype: floating point; `floatx()` by default.
        seed: None, an integer or a SeedGenerator; see the head of this module.
    """
    return ops.normal(shape, mean, stddev, dtype or config.floatx(), state_of(seed))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Tensor of normal random numbers, those more than two standard deviations from the mean drawn again.

    Arguments as of `normal`.
    """
    return ops.truncated_normal(shape, mean, stddev, dtype or config.floatx(), state_of(seed))


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Tensor of random numbers, uniform in [minval, maxval); an integer `dtype` gives integers.

    Other arguments as of `normal`.
    """
    dtype = dtype or config.floatx()
    if str(getattr(dtype, "name", dtype)).lstrip("u").startswith("int"):
        return randint(shape, minval, maxval, dtype, seed)
    return ops.uniform(shape, minval, maxval, dtype, state_of(seed))


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Tensor of random integers in [minval, maxval). Other arguments as of `normal`."""
    return ops.integers(shape, minval, maxval, dtype, state_of(seed))


def shuffle(x, axis=0, seed=None):
    """The slices of x along `axis` in random order. `seed` as of `normal`."""
    return ops.shuffled(x, axis, state_of(seed))


def dropout(inputs, rate, noise_shape=None, seed=None):
    """Inputs with a random fraction `rate` set to zero and the rest divided by 1 - rate. `seed` as of `normal`."""
    return ops.dropout(as_tensor(inputs), rate, state_of(seed), noise_shape)


def alpha_dropout(inputs, rate, noise_shape=None, seed=None):
    """Inputs with a random fraction `rate` set to what selu saturates at, then scaled back to mean 0 and variance 1."""
    return ops.alpha_dropout(as_tensor(inputs), rate, state_of(seed), noise_shape)


def bernoulli(shape, probability=0.5, dtype=None, seed=None):
    """Tensor of ones with this probability, else zeros. Other arguments as of `normal`."""
    return elementwise.cast(ops.bernoulli(shape, probability, state_of(seed)), dtype or config.floatx())


def categorical(logits, num_samples, dtype="int32", seed=None):
    """(N, num_samples) class numbers, drawn for each row of logits (N, classes) with probabilities softmax(logits)."""
    return distributions.categorical(logits, num_samples, dtype, state_of(seed))


def gamma(shape, alpha, dtype=None, seed=None):
    """Tensor of gamma random numbers of shape parameter `alpha`, which broadcasts, and rate 1."""
    return distributions.gamma(shape, alpha, dtype or config.floatx(), state_of(seed))


def beta(shape, alpha, beta, dtype=None, seed=None):
    """Tensor of beta random numbers in [0, 1]; `alpha` and `beta` broadcast."""
    return distributions.beta(shape, alpha, beta, dtype or config.floatx(), state_of(seed))


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """How many of `counts` trials succeed with these `probabilities`; both broadcast."""
    return distributions.binomial(shape, counts, probabilities, dtype or config.floatx(), state_of(seed))


def permutation(n, seed=None):
    """The numbers 0 to n - 1 in random order: NumPy int64 (n,), for indexing on the host. `seed` as of `normal`."""
    return ops.permutation(n, state_of(seed)).numpy()

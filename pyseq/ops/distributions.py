"""Draws of the long tail by NumPy: categorical, gamma, beta, Poisson, binomial. `state` as in ops/random.py.

An instruction seeds NumPy's Philox with the key that the compiled draws take from the same state, so a plan draws anew each
time it runs, and the numbers depend on nothing else.
"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_dtype, as_tensor, emit, float64, int64, numpy_kernel, record
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e
from pyseq.ops import random
from pyseq.ops.broadcasting import broadcast_shapes
from pyseq.ops.shape import checked_shape


def generator_of(key):
    """NumPy's generator of a key: int64[2], seed and counter."""
    seed, counter = np.asarray(key).view("uint64").tolist()
    return np.random.Generator(np.random.Philox(key=seed, counter=counter << 64))


def _draw(who, draw, parameters, shape, dtype, state):
    """draw(generator, shape, *parameters) of NumPy, parameters as float64 tensors that broadcast to `shape`.

    Raises:
        ValueError: they do not.
    """
    dtype, shape = as_dtype(dtype), checked_shape(who, shape, least=0)
    wide = [e.cast(as_tensor(p), float64) for p in parameters]
    if broadcast_shapes(shape, *[p.shape for p in wide], who=who) != shape:
        raise invalid(f"{who}: parameters must broadcast to {shape}. Received: {[tuple(p.shape) for p in wide]}.")

    def fill(inputs, outputs, dims, attrs):
        key, *values = inputs
        with np.errstate(over="ignore"):
            outputs[0][...] = draw(generator_of(key), shape, *values)

    key = random._key(state, math.prod(shape), 64)
    y = emit(numpy_kernel(who, fill), (key, *wide), ((shape, dtype),), (), (), 1, 32 * math.prod(shape), dtype)
    return record(y, tuple(wide), _no_gradient(who)) if dtype.is_floating else y


def _no_gradient(who):
    def vjp(dy, needs):
        raise NotImplementedError(
            f"{who}: draws have no gradient with respect to the distribution's parameters. Use stop_gradient on them, or draw "
            "from `normal` or `uniform` and transform the numbers."
        )

    return vjp


def gamma(shape, alpha, dtype, state):
    """Gamma numbers of shape parameter `alpha` and rate 1."""
    return _draw("gamma", lambda g, shape, a: g.standard_gamma(a, shape), (alpha,), shape, dtype, state)


def beta(shape, alpha, beta, dtype, state):  # noqa: A002
    """Beta numbers in [0, 1]."""
    return _draw("beta", lambda g, shape, a, b: g.beta(a, b, shape), (alpha, beta), shape, dtype, state)


def poisson(shape, rate, dtype, state):
    """Counts of mean `rate`."""
    return _draw("poisson", lambda g, shape, r: g.poisson(r, shape), (rate,), shape, dtype, state)


def binomial(shape, counts, probabilities, dtype, state):
    """How many of `counts` trials succeed, each with its probability."""
    return _draw(
        "binomial", lambda g, shape, n, p: g.binomial(n.astype("int64"), p, shape), (counts, probabilities), shape, dtype,
        state,
    )  # fmt: skip


def categorical(logits, n, dtype, state):
    """For each row of logits, n class numbers drawn with probabilities softmax(logits).

    Args:
        logits: floating point, (N, classes), classes > 0.
    Returns:
        (N, n) of integer type `dtype`.
    """
    logits, dtype, n = as_tensor(logits), as_dtype(dtype), int(n)
    if len(logits.shape) != 2 or not logits.shape[1] or not logits.dtype.is_floating:
        raise invalid(
            "categorical: `logits` must be floating point of shape (batch, classes). "
            f"Received: shape={logits.shape}, dtype={logits.dtype.name}."
        )
    if n < 0 or not dtype.is_integer:
        raise invalid(
            f"categorical: `num_samples` must not be negative, `dtype` an integer type. Received: {n}, {dtype.name}."
        )
    to = (logits.shape[0], n)

    def fill(inputs, outputs, dims, attrs):
        key, rows = inputs
        uniform = generator_of(key).random(to)
        weights = np.exp(rows.astype("float64") - rows.max(1, keepdims=True))
        ends = np.cumsum(weights, 1)
        for row, u, end in zip(outputs[0], uniform, ends, strict=True):
            row[:] = np.searchsorted(end[:-1], u * end[-1], side="right")

    key = random._key(state, math.prod(to), 64)
    return emit(numpy_kernel("categorical", fill), (key, logits), ((to, dtype),), (), (), 1, 32 * logits.size, int64)

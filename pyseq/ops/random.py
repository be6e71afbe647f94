"""Random draws and dropout. Element j of a draw is a function of (seed, counter, j): csrc/random.pyx.

`state` is where a draw's numbers come from: a Variable int64[2] (seed, counter), which the draw moves on, so that a
plan draws anew each time it runs; or an integer seed, which gives the same numbers every time.
"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import (
    Variable,
    as_dtype,
    as_tensor,
    bool_,
    emit,
    float32,
    float64,
    int64,
    kernels,
    numpy_kernel,
    record,
    uint32,
)
from pyseq.core.errors import invalid
from pyseq.ops import elementwise

TAKE_RANDOM, UNIFORM, NORMAL, TRUNCATED_NORMAL = kernels(
    "take_random", "random_uniform", "random_normal", "random_truncated_normal"
)
DROPOUT, BERNOULLI, BITS, INTEGERS, PERMUTATION = kernels(
    "random_dropout", "random_bernoulli", "random_bits", "random_integers", "random_permutation"
)
CHUNK = 4096  # elements of a part, as in csrc/random.pyx
SATURATION = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946  # selu(-infinity)
WORK = 8  # multiply-adds that a random element costs, about


def _parts(n):
    return -(-n // CHUNK)


def _key(state, n, bits=32):
    """The key of a draw of n elements of 32 or 64 random bits; moves the state on by the 16-block groups it uses."""
    if isinstance(state, Variable):
        if state.shape != (2,) or state.dtype is not int64:
            raise invalid(
                "random: `state` must be a Variable of shape (2,) and dtype int64: seed, counter. "
                f"Received: shape={state.shape}, dtype={state.dtype.name}."
            )
        group = 2048 // bits
        return emit(TAKE_RANDOM, (), (((2,), int64),), (16 * -(-n // group),), (), 1, 1, int64, (state,))
    return as_tensor(seed_values(state))


def seed_values(seed):
    """(seed, counter 0) as int64[2], for the initial value of a state."""
    if isinstance(seed, (bool, float)) or not hasattr(seed, "__index__"):
        raise TypeError(f"random: a seed must be an integer. Received: {seed!r}.")
    return np.array([int(seed) & (2**64 - 1), 0], dtype="uint64").view("int64")


def _shape(who, shape):
    shape = (shape,) if hasattr(shape, "__index__") and not np.ndim(shape) else shape
    try:
        shape = tuple(int(d) for d in np.asarray(shape).tolist())
    except (TypeError, ValueError):
        shape = (-1,)
    if any(d < 0 for d in shape):
        raise invalid(f"{who}: `shape` must be a tuple of non-negative integers. Received: shape={shape}.")
    return shape


def _floats(who, kernel, shape, attrs, dtype, state):
    dtype, shape = as_dtype(dtype), _shape(who, shape)
    if not dtype.is_floating:
        raise invalid(f"{who}: `dtype` must be a floating point type. Received: dtype={dtype.name}.")
    drawn = float64 if dtype is float64 else float32
    n = math.prod(shape)
    key = _key(state, n, 64 if drawn is float64 else 32)
    attrs = tuple(float(a) for a in attrs)
    y = emit(kernel, (key,), ((shape, drawn),), (n,), attrs, _parts(n), n * WORK, drawn)
    return y if drawn is dtype else elementwise.cast(y, dtype)


def uniform(shape, low, high, dtype, state):
    """Uniform numbers in [low, high), 24 random bits each (float64: 53)."""
    return _floats("uniform", UNIFORM, shape, (low, high), dtype, state)


def normal(shape, mean, stddev, dtype, state):
    """Normal numbers by Box and Muller's method, at most 6.7 standard deviations away (float64: 9.4)."""
    return _floats("normal", NORMAL, shape, (mean, stddev), dtype, state)


def truncated_normal(shape, mean, stddev, dtype, state):
    """Normal numbers within two standard deviations of the mean: those outside are drawn again."""
    return _floats("truncated_normal", TRUNCATED_NORMAL, shape, (mean, stddev), dtype, state)


def integers(shape, low, high, dtype, state):
    """Integers in [low, high), each as likely as the others to 1 part in 2^64 / (high - low)."""
    dtype, shape = as_dtype(dtype), _shape("integers", shape)
    if not dtype.is_integer:
        raise invalid(f"integers: `dtype` must be an integer type. Received: dtype={dtype.name}.")
    low, high = int(low), int(high)
    if not dtype.min <= low < high <= dtype.max + 1:
        raise invalid(
            f"integers: `low` must be less than `high`, both in the range of {dtype.name}. "
            f"Received: low={low}, high={high}."
        )
    n = math.prod(shape)
    dims = (n, _signed(low), _signed(high - low))
    return emit(INTEGERS, (_key(state, n, 64),), ((shape, dtype),), dims, (), _parts(n), n * WORK, dtype)


def _signed(x):
    """The int64 with the same 64 bits."""
    return (x + 2**63) % 2**64 - 2**63


def bits(shape, state):
    """Words of 32 random bits, uint32: Philox itself."""
    shape = _shape("bits", shape)
    n = math.prod(shape)
    return emit(BITS, (_key(state, n),), ((shape, uint32),), (n,), (), _parts(n), n * WORK, uint32)


def bernoulli(shape, probability, state):
    """Booleans that are True with a probability in [0, 1]."""
    shape, probability = _shape("bernoulli", shape), float(probability)
    if not 0 <= probability <= 1:
        raise invalid(f"bernoulli: `probability` must be in [0, 1]. Received: probability={probability}.")
    n = math.prod(shape)
    return emit(BERNOULLI, (_key(state, n),), ((shape, bool_),), (n,), (probability,), _parts(n), n * WORK, bool_)


def permutation(n, state):
    """The numbers 0 to n - 1 in random order, int64 (n,)."""
    (n,) = _shape("permutation", n)
    return emit(PERMUTATION, (_key(state, n, 64),), (((n,), int64),), (n,), (), 1, n * WORK, int64)


def dropout(x, rate, state, noise_shape=None):
    """x / (1 - rate) where kept, 0 where dropped: each element is dropped with probability `rate`.

    The mask is not stored: the gradient draws it again from the same key.

    Args:
        x: float32 or float64, any shape.
        rate: fraction in [0, 1].
        state: Variable int64[2] or an integer seed.
        noise_shape: shape of the mask, broadcast over x: an extent of 1 drops or keeps a whole axis together; None
            entries are x's extents. By default that of x.
    Returns:
        Tensor like x.
    Source: Srivastava et al. 2014; tf.nn.dropout.
    """
    return _dropped(
        "dropout", x, rate, state, noise_shape, lambda rate: (0.0 if rate == 1 else 1 / (1 - rate), 0.0, 0.0)
    )


def alpha_dropout(x, rate, state, noise_shape=None):
    """a x + b where kept, a alpha' + b where dropped: mean and variance of selu's outputs stay (alpha' is where it saturates).

    Arguments as of `dropout`.
    Source: Klambauer et al. 2017; tf.keras.layers.AlphaDropout of 2.15: a = ((1 - rate) (1 + rate alpha'^2))^-1/2,
    b = -a alpha' rate, alpha' = -1.7580993.
    """

    def affine(rate):
        a = ((1 - rate) * (1 + rate * SATURATION**2)) ** -0.5
        b = -a * SATURATION * rate
        return a, b, a * SATURATION + b

    return _dropped("alpha_dropout", x, rate, state, noise_shape, affine)


def _dropped(who, x, rate, state, noise_shape, affine):
    """scale x + shift where kept, `dropped` elsewhere; affine(rate) gives the three."""
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise invalid(f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}.")
    if isinstance(rate, bool) or not 0 <= rate <= 1:
        raise invalid(f"{who}: `rate` must be a fraction in [0, 1]. Received: rate={rate!r}.")
    if rate == 0:
        return x
    if x.dtype is not float32 and x.dtype is not float64:
        wide = _dropped(who, elementwise.cast(x, float32), rate, state, noise_shape, affine)
        return elementwise.cast(wide, x.dtype)
    rate = float(rate)
    scale, shift, dropped = affine(rate)
    if noise_shape is not None:
        mask_shape = _mask_shape(x.shape, noise_shape)
        if mask_shape != x.shape:
            zeros = as_tensor(np.zeros(mask_shape, x.dtype.numpy))
            kept = elementwise.equal(_drop(zeros, rate, _key(state, zeros.size), (0.0, 1.0, 0.0)), 1.0)
            return elementwise.where(kept, elementwise.add(elementwise.multiply(x, scale), shift), dropped)
    return _drop(x, rate, _key(state, x.size), (scale, shift, dropped))


def _drop(x, rate, key, affine):
    n = x.size
    y = emit(DROPOUT, (x, key), ((x.shape, x.dtype),), (n,), (rate, *affine), _parts(n), n * WORK, x.dtype)
    return record(y, (x,), lambda dy, needs: _drop(dy, rate, key, (affine[0], 0.0, 0.0)))


def _mask_shape(shape, noise_shape):
    mask = tuple(noise_shape)
    if len(mask) == len(shape):
        mask = tuple(d if m is None or m == -1 else int(m) for m, d in zip(mask, shape, strict=True))
    if len(mask) != len(shape) or any(m not in (1, d) for m, d in zip(mask, shape, strict=True)):
        raise invalid(
            "dropout: `noise_shape` must have x's rank, and 1, None or x's extent for each axis. "
            f"Received: noise_shape={tuple(noise_shape)}, x.shape={shape}."
        )
    return mask


def shuffled(x, axis, state):
    """The slices of x along `axis` in random order."""
    x = as_tensor(x)
    if not x.ndim or not -x.ndim <= axis < x.ndim:
        raise invalid(f"shuffle: `axis` must be an axis of x. Received: axis={axis}, x.shape={x.shape}.")
    order = permutation(x.shape[axis], state)
    return _taken(x, order, axis)


def _take(inputs, outputs, dims, attrs):
    x, order = inputs
    np.take(x, order, axis=dims[0], out=outputs[0])


def _untake(inputs, outputs, dims, attrs):
    dy, order = inputs
    np.take(dy, np.argsort(order), axis=dims[0], out=outputs[0])


TAKE, UNTAKE = numpy_kernel("shuffled", _take), numpy_kernel("shuffled_backward", _untake)


def _taken(x, order, axis, kernels=(TAKE, UNTAKE)):
    forward, backward = kernels
    y = emit(forward, (x, order), ((x.shape, x.dtype),), (axis,), (), 1, x.size)
    return record(y, (x,), lambda dy, needs: _taken(dy, order, axis, (backward, forward)))

"""The initializers of tf.keras: functions of a shape that give a weight's first value.

fan_in and fan_out are the numbers of connections to and from one unit: for a kernel of shape (..., in, out) the product of
the leading extents (a convolution's window) times `in` and times `out`.
"""

from __future__ import annotations

import math

import numpy as np

from pyseq import random
from pyseq.core import as_dtype, as_tensor, config
from pyseq.ops import random as random_ops
from pyseq.registry import Registry

_registry = Registry("initializer", "keras.initializers")

# Standard deviation of a standard normal distribution cut off at -2 and 2: scipy.stats.truncnorm.std(-2, 2).
TRUNCATED_STDDEV = 0.87962566103423978


class Initializer:
    """A function of (shape, dtype) that returns a tensor. Subclasses define `__call__`, and `get_config` for arguments."""

    def __call__(self, shape, dtype=None, **kwargs):
        raise NotImplementedError("Initializer subclasses must implement the `__call__()` method.")

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        config.pop("dtype", None)
        return cls(**config)

    def _checked(self, shape, dtype, kwargs, floating=True):
        """The shape as a tuple and the dtype; `layout` and the like say where TensorFlow puts a value, which is here."""
        unknown = set(kwargs) - {"partition_shape", "partition_offset", "layout"}
        if unknown:
            raise TypeError(f"{type(self).__name__}: unknown keyword argument. Received: {sorted(unknown)}.")
        if kwargs.get("partition_shape") is not None or kwargs.get("partition_offset") is not None:
            raise NotImplementedError(f"{type(self).__name__}: partitioned variables are not supported.")
        dtype = as_dtype(dtype or config.floatx())
        if floating and not dtype.is_floating:
            raise ValueError(
                f"{type(self).__name__}: `dtype` must be a floating point type. Received: dtype={dtype.name}."
            )
        shape = (shape,) if isinstance(shape, int) else tuple(int(d) for d in shape)
        return shape, dtype


class Zeros(Initializer):
    """Zeros."""

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs, floating=False)
        return as_tensor(np.zeros(shape, dtype.numpy))


class Ones(Initializer):
    """Ones."""

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs, floating=False)
        return as_tensor(np.ones(shape, dtype.numpy))


class Constant(Initializer):
    """One number everywhere, or the values of an array of the shape asked for."""

    def __init__(self, value=0):
        self.value = value

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs, floating=False)
        value = np.asarray(self.value)
        if value.size not in (1, math.prod(shape)):
            raise ValueError(
                f"Constant: `value` must have one element or the shape {shape}. Received: shape={value.shape}."
            )
        value = value.reshape(()) if value.size == 1 else value.reshape(shape)
        return as_tensor(np.broadcast_to(value, shape).astype(dtype.numpy))

    def get_config(self):
        return {"value": self.value}


class _Random(Initializer):
    """Draws from a distribution: an integer `seed` gives the same values each time, None new ones."""

    def __init__(self, seed=None):
        random.state_of(seed)  # raises if it is no seed
        self.seed = seed

    def get_config(self):
        return {"seed": self.seed}

    def _draw(self, function, shape, first, second, dtype):
        return function(shape, first, second, dtype, random.state_of(self.seed))


class RandomNormal(_Random):
    """Normal numbers.

    Args:
        mean, stddev: of the distribution.
        seed: integer for the same values each time, or None.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs)
        return self._draw(random_ops.normal, shape, self.mean, self.stddev, dtype)

    def get_config(self):
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


class TruncatedNormal(RandomNormal):
    """Normal numbers, those beyond two standard deviations drawn again. Arguments as of RandomNormal."""

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs)
        return self._draw(random_ops.truncated_normal, shape, self.mean, self.stddev, dtype)


class RandomUniform(_Random):
    """Uniform numbers in [minval, maxval); integers for an integer dtype.

    Args:
        minval, maxval: the bounds.
        seed: integer for the same values each time, or None.
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs, floating=False)
        draw = random_ops.integers if dtype.is_integer else random_ops.uniform
        return self._draw(draw, shape, self.minval, self.maxval, dtype)

    def get_config(self):
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


class VarianceScaling(_Random):
    """Numbers around 0 whose variance is scale / fan.

    Args:
        scale: > 0.
        mode: which fan: "fan_in", "fan_out" or "fan_avg", their mean.
        distribution: "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".
        seed: integer for the same values each time, or None.
    Source: tf.keras.initializers.VarianceScaling.
    """

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        if not scale > 0:
            raise ValueError(f"`scale` must be positive float. Received: scale={scale}.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Invalid `mode` argument: {mode}. Please use one of 'fan_in', 'fan_out', 'fan_avg'.")
        name = {"normal": "truncated_normal"}.get(str(distribution).lower(), str(distribution).lower())
        if name not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise ValueError(
                f"Invalid `distribution` argument: {distribution}. "
                "Please use one of 'truncated_normal', 'untruncated_normal', 'uniform'."
            )
        super().__init__(seed)
        self.scale = scale
        self.mode = mode
        self.distribution = name

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs)
        fan_in, fan_out = compute_fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return self._draw(random_ops.uniform, shape, -limit, limit, dtype)
        if self.distribution == "untruncated_normal":
            return self._draw(random_ops.normal, shape, 0.0, math.sqrt(variance), dtype)
        return self._draw(random_ops.truncated_normal, shape, 0.0, math.sqrt(variance) / TRUNCATED_STDDEV, dtype)

    def get_config(self):
        return {"scale": self.scale, "mode": self.mode, "distribution": self.distribution, "seed": self.seed}


def compute_fans(shape):
    """(fan_in, fan_out) of a weight of this shape."""
    if len(shape) < 2:
        fan = shape[0] if shape else 1
        return fan, fan
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


class _Scaled(VarianceScaling):
    """VarianceScaling with everything but the seed settled."""

    SETTLED = ()

    def __init__(self, seed=None):
        super().__init__(*self.SETTLED, seed=seed)

    def get_config(self):
        return {"seed": self.seed}


class GlorotUniform(_Scaled):
    """Uniform in [-limit, limit), limit = sqrt(6 / (fan_in + fan_out)). Source: Glorot and Bengio 2010."""

    SETTLED = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaled):
    """Truncated normal, stddev = sqrt(2 / (fan_in + fan_out)) after the cut. Source: Glorot and Bengio 2010."""

    SETTLED = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Scaled):
    """Uniform in [-limit, limit), limit = sqrt(6 / fan_in). Source: He et al. 2015."""

    SETTLED = (2.0, "fan_in", "uniform")


class HeNormal(_Scaled):
    """Truncated normal, stddev = sqrt(2 / fan_in) after the cut. Source: He et al. 2015."""

    SETTLED = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Scaled):
    """Uniform in [-limit, limit), limit = sqrt(3 / fan_in). Source: Klambauer et al. 2017."""

    SETTLED = (1.0, "fan_in", "uniform")


class LecunNormal(_Scaled):
    """Truncated normal, stddev = sqrt(1 / fan_in) after the cut. Source: Klambauer et al. 2017."""

    SETTLED = (1.0, "fan_in", "truncated_normal")


class Orthogonal(_Random):
    """A matrix with orthonormal rows or columns, whichever there are fewer of, drawn uniformly among them.

    More than two axes: the matrix of all leading axes by the last.

    Args:
        gain: factor on the result.
        seed: integer for the same values each time, or None.
    Source: Saxe et al. 2014; the signs of R's diagonal as in Mezzadri 2007.
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs)
        if len(shape) < 2:
            raise ValueError(
                "The tensor to initialize must be at least two-dimensional. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        a = self._draw(random_ops.normal, (max(rows, columns), min(rows, columns)), 0.0, 1.0, "float64").numpy()
        q, r = np.linalg.qr(a)
        q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
        q = q.T if rows < columns else q
        return as_tensor((self.gain * q).reshape(shape).astype(dtype.numpy))

    def get_config(self):
        return {"gain": self.gain, "seed": self.seed}


class Identity(Initializer):
    """The identity matrix times `gain`; for two axes."""

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None, **kwargs):
        shape, dtype = self._checked(shape, dtype, kwargs)
        if len(shape) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        return as_tensor((self.gain * np.eye(*shape)).astype(dtype.numpy))

    def get_config(self):
        return {"gain": self.gain}


for _class, *_aliases in (
    (Zeros, "zeros", "zero"), (Ones, "ones", "one"), (Constant, "constant"), (RandomNormal, "random_normal", "normal"),
    (RandomUniform, "random_uniform", "uniform"), (TruncatedNormal, "truncated_normal"),
    (VarianceScaling, "variance_scaling"), (GlorotUniform, "glorot_uniform"), (GlorotNormal, "glorot_normal"),
    (HeUniform, "he_uniform"), (HeNormal, "he_normal"), (LecunUniform, "lecun_uniform"), (LecunNormal, "lecun_normal"),
    (Orthogonal, "orthogonal"), (Identity, "identity"),
):  # fmt: skip
    _registry.add(_class, *_aliases)

get = _registry.get


def serialize(initializer, use_legacy_format=False):
    """Config of an initializer; `use_legacy_format`: its class name and arguments only, as TF 2.4 wrote it."""
    return _registry.serialize(initializer, use_legacy_format)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """Initializer of a config that `serialize` gave, in either form."""
    return _registry.deserialize(config, custom_objects)

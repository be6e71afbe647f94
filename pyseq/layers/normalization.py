"""Normalization: features brought to mean 0 and variance 1 by what was seen of the data."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import Tensor, Variable, as_tensor, config, tracing
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.input_spec import InputSpec
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


class Normalization(Layer):
    """`(x - mean) / sqrt(variance)`, of the data given to `adapt`.

    Args:
        axis: the axes that keep a mean and a variance for each place; None: one of each for all.
        mean, variance: both, instead of `adapt`; numbers or arrays that broadcast to the axes kept.
        invert: `x * sqrt(variance) + mean` instead?
    Input shape, output shape:
        (N, ...); the same.
    Example:
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[0.0], [2.0]]))
        >>> layer(np.array([[4.0]])).numpy()
        array([[3.]], dtype=float32)
    """

    _takes_one_tensor = True

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        axis = () if axis is None else axis
        axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
        if not all(hasattr(k, "__index__") for k in axes):
            raise TypeError(
                f'Layer "{self.name}": `axis` must be an integer or a tuple of them. Received: axis={axis}.'
            )
        if 0 in axes:
            raise ValueError("The argument 'axis' may not be 0.")
        if (mean is None) != (variance is None):
            raise ValueError(
                "When setting values directly, both `mean` and `variance` must be set. "
                f"Got mean: {mean} and variance: {variance}"
            )
        self.axis = axes
        self.invert = invert
        self.input_mean = mean
        self.input_variance = variance

    def build(self, input_shape):
        shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
        rank = len(shape)
        if any(not -rank <= k < rank for k in self.axis):
            raise ValueError(
                f"All `axis` values must be in the range [-ndim, ndim). Found ndim: `{rank}`, axis: {self.axis}"
            )
        kept = sorted(k % rank for k in self.axis)
        if any(shape[k] is None for k in kept):
            raise ValueError(
                f"All `axis` values to be kept must have known shape. Got axis: {self.axis}, input shape: {shape}, with "
                f"unknown axis at index: {next(k for k in kept if shape[k] is None)}"
            )
        self._reduced = tuple(k for k in range(rank) if k not in kept)
        self._beside = tuple(shape[k] if k in kept else 1 for k in range(rank))
        of_kept = tuple(shape[k] for k in kept)
        if self.input_mean is None:
            self.adapt_mean = self.add_weight("mean", of_kept, initializer="zeros", trainable=False)
            self.adapt_variance = self.add_weight("variance", of_kept, initializer="ones", trainable=False)
            self.count = self.add_weight("count", (), dtype="int64", initializer="zeros", trainable=False)
        else:
            self._given = [self._as_given(v, of_kept) for v in (self.input_mean, self.input_variance)]
        self.input_spec = InputSpec(
            min_ndim=-min((k - rank for k in kept), default=0), axes={k - rank: shape[k] for k in kept}
        )
        super().build(shape)

    def _as_given(self, value, shape):
        value = np.broadcast_to(np.asarray(value, self._dtype.numpy), shape)
        with tracing(None):
            return as_tensor(np.ascontiguousarray(value).reshape(self._beside))

    @property
    def mean(self):
        """The mean, shaped to broadcast to the input."""
        return self._moment("adapt_mean", 0)

    @property
    def variance(self):
        """The variance, shaped to broadcast to the input."""
        return self._moment("adapt_variance", 1)

    def _moment(self, name, place):
        if not self.built:
            raise AttributeError(f'Layer "{self.name}": mean and variance are known after `adapt` or `build`.')
        if self.input_mean is not None:
            return self._given[place]
        return shape_ops.reshape(getattr(self, name), self._beside)

    # ------------------------------------------------------------------------------------------ what was seen

    def adapt(self, data, batch_size=None, steps=None):
        """Take mean and variance from data, instead of those of an earlier `adapt`.

        Args:
            data: array, or a Dataset or other iterable of batches.
            batch_size: rows of a step, for an array; 32 by default.
            steps: how many batches to look at; all by default.
        """
        self.reset_state()
        if not self.built and _is_array(data) and np.ndim(data) == 1:
            self._build_once((None,))
        for k, batch in enumerate(_batches(data, batch_size, steps)):
            if steps is not None and k >= steps:
                break
            self.update_state(batch)
        self.finalize_state()

    def reset_state(self):
        """Forget what was seen."""
        if self.input_mean is None and self.built:
            self.adapt_mean.assign(np.zeros(self.adapt_mean.shape))
            self.adapt_variance.assign(np.ones(self.adapt_variance.shape))
            self.count.assign(0)

    def update_state(self, data):
        """Let a batch count, too.

        Raises:
            ValueError: the layer was given its mean and variance.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Cannot `adapt` a Normalization layer that is initialized with static `mean` and `variance`, you passed mean "
                f"{self.input_mean} and variance {self.input_variance}."
            )
        if isinstance(data, (tuple, dict)):
            raise ValueError(
                f'Layer "{self.name}": `adapt` must get the inputs alone, without labels. Received: batches of {type(data)}. '
                "Use dataset.map(lambda x, y: x)."
            )
        x = np.asarray(data)
        if not self.built:
            self._build_once(self._shape_of_data(x.shape))
        x = x.astype("float64")
        n = math.prod(x.shape[k] for k in self._reduced)
        if not n:
            return
        seen = int(self.count.numpy())
        old_mean, old_variance = (v.numpy().astype("float64") for v in (self.adapt_mean, self.adapt_variance))
        mean, variance = x.mean(axis=self._reduced), x.var(axis=self._reduced)
        # Chan et al. 1979: variances of two parts, and the distance of their means
        new = n / (seen + n)
        total = old_mean + (mean - old_mean) * new
        spread = (old_variance + (old_mean - total) ** 2) * (1 - new) + (variance + (mean - total) ** 2) * new
        self.adapt_mean.assign(total.astype(self._dtype.numpy))
        self.adapt_variance.assign(spread.astype(self._dtype.numpy))
        self.count.assign(seen + n)

    def _shape_of_data(self, shape):
        """Input shape for data of this shape; the samples' axis is unknown, but in a sample without it."""
        return (None, *shape[1:]) if len(shape) > 1 or not self.axis else tuple(shape)

    def finalize_state(self):
        """Nothing: mean and variance are always those of what was seen."""

    # ------------------------------------------------------------------------------------------ use

    def call(self, inputs):
        inputs = elementwise.cast(inputs, self._dtype)
        scale = elementwise.maximum(elementwise.sqrt(self.variance), config.epsilon())
        if self.invert:
            return elementwise.add(self.mean, elementwise.multiply(inputs, scale))
        return elementwise.divide(elementwise.subtract(inputs, self.mean), scale)

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

    def get_config(self):
        return {
            **super().get_config(), "axis": self.axis, "invert": self.invert, "mean": _listed(self.input_mean),
            "variance": _listed(self.input_variance),
        }  # fmt: skip


def _listed(x):
    return np.asarray(x).tolist() if isinstance(x, (np.ndarray, np.generic, Tensor, Variable)) else x


def _is_array(data):
    return isinstance(data, (list, tuple, Tensor, Variable)) or hasattr(data, "__array__")


def _batches(data, batch_size, steps):
    if not _is_array(data):
        yield from data
        return
    data = np.asarray(data)
    if data.ndim == 0:
        raise ValueError(f"adapt: `data` must have an axis of samples. Received: data={data!r}.")
    # All rows are looked at anyway: the size of a step matters with `steps` alone, large ones are faster and as exact.
    size = batch_size or 32 if steps is not None else max(1, (1 << 22) // max(1, data[:1].size))
    for start in range(0, len(data), size):
        yield data[start : start + size]

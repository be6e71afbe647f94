"""Noise that is added or multiplied while training."""

from __future__ import annotations

import math

from pyseq import random
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.ops import elementwise


class Noise(Layer):
    """What the layers of this file share: they pass their input through when not training, and keep its shape and mask.

    Subclasses say in `_noisy(inputs)` what they do in training, drawing from `seed_generator`.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training=None):
        return self._noisy(inputs) if training else inputs

    def _noisy(self, inputs):
        raise NotImplementedError(f'Layer "{self.name}": {type(self).__name__} must define `_noisy(self, inputs)`.')

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)


class GaussianNoise(Noise):
    """Adds normal noise of mean 0, while training.

    Args:
        stddev: standard deviation of the noise, at least 0.
        seed: integer; the global seed by default.
    Call arguments:
        training: add noise (True) or pass through (False)? By default, as the model is called.
    Input shape, output shape:
        Any; the same.
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if isinstance(stddev, bool) or not isinstance(stddev, (int, float)) or not stddev >= 0:
            raise ValueError(
                f'Layer "{self.name}": `stddev` must be a number of at least 0. Received: stddev={stddev}.'
            )
        self.stddev = stddev

    def _noisy(self, inputs):
        noise = random.normal(inputs.shape, 0.0, self.stddev, inputs.dtype, self.seed_generator)
        return elementwise.add(inputs, noise)

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}


class GaussianDropout(Noise):
    """Multiplies by normal noise of mean 1 and variance rate / (1 - rate), while training.

    Args:
        rate: fraction in [0, 1]: the noise has the variance that Dropout of this rate has. 1 passes the input through, as
            in tf.keras.
        seed: integer; the global seed by default.
    Call arguments:
        training: multiply (True) or pass through (False)? By default, as the model is called.
    Input shape, output shape:
        Any; the same.
    Source: Srivastava et al., 2014, "Dropout: a simple way to prevent neural networks from overfitting".
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ValueError(f"Invalid value {rate} received for `rate`, expected a value between 0 and 1.")
        self.rate = rate

    def _noisy(self, inputs):
        if self.rate in (0, 1):
            return inputs
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        return elementwise.multiply(inputs, random.normal(inputs.shape, 1.0, stddev, inputs.dtype, self.seed_generator))

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}

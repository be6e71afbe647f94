"""Dropout: noise that switches units off while training."""

from __future__ import annotations

import numpy as np

from pyseq import random
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer


class Dropout(Layer):
    """Sets a random fraction of the input to zero and scales the rest by 1 / (1 - rate), while training.

    Args:
        rate: fraction in [0, 1] of the elements that become zero.
        noise_shape: shape of the random mask, broadcast to the input; None or -1 entries: the input's extent.
        seed: integer; the global seed by default.
    Call arguments:
        training: drop (True) or pass through (False)? By default, as the model is called.
    Input shape, output shape:
        Any; the same.
    Source: Srivastava et al., 2014, "Dropout: a simple way to prevent neural networks from overfitting".
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        rate = rate.item() if isinstance(rate, np.number) else rate
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ValueError(f"Invalid value {rate} received for `rate`, expected a value between 0 and 1.")
        self.rate = rate
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training=None):
        if not training or self.rate == 0:
            return inputs
        return self._drop(inputs)

    def _drop(self, inputs):
        return random.dropout(inputs, self.rate, self._mask_shape(inputs.shape), self.seed_generator)

    def _mask_shape(self, shape):
        """The shape of the random mask for an input of this shape; None: the same."""
        return self.noise_shape

    def compute_output_shape(self, input_shape):
        return TensorShape(input_shape)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "noise_shape": self.noise_shape, "seed": self.seed}


class AlphaDropout(Dropout):
    """Dropout that keeps mean and variance of standardised inputs, for layers with selu: dropped units saturate.

    Args, call arguments, shapes:
        As of Dropout. A rate of 1 passes the input through, as in tf.keras.
    Source: Klambauer et al., 2017, "Self-normalizing neural networks".
    """

    def _drop(self, inputs):
        if self.rate == 1:
            return inputs
        return random.alpha_dropout(inputs, self.rate, self._mask_shape(inputs.shape), self.seed_generator)

    def get_config(self):
        return {k: v for k, v in super().get_config().items() if k != "noise_shape" or v is not None}

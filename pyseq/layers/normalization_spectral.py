"""Spectral normalisation: a layer whose kernel is kept at spectral norm 1."""

from __future__ import annotations

from pyseq.core import as_tensor
from pyseq.initializers import TruncatedNormal
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.wrapper import Wrapper
from pyseq.ops import elementwise, linalg, reduce, shape

TINY = 1e-12  # least sum of squares that a direction is divided by, as tf.math.l2_normalize's


class SpectralNormalization(Wrapper):
    """The layer inside, its kernel (or embeddings) divided by its largest singular value in each training step.

    The singular value is estimated by power iteration on `vector_u`, which goes on from step to step.

    Args:
        layer: a layer with a `kernel` or `embeddings`.
        power_iterations: in each step, positive.
    Call arguments:
        training: normalise the kernel first (True) or take it as it is (False, by default)?
    Input shape, output shape:
        As of the layer inside.
    Source: Miyato et al., 2018, "Spectral normalization for generative adversarial networks".
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError(
                f"`power_iterations` should be greater than zero. Received: `power_iterations={power_iterations}`"
            )
        self.power_iterations = power_iterations

    def build(self, input_shape):
        super().build(input_shape)
        self.input_spec = InputSpec(shape=(None, *input_shape[1:]))
        self.kernel = getattr(self.layer, "kernel", None)
        if self.kernel is None:
            self.kernel = getattr(self.layer, "embeddings", None)
        if self.kernel is None:
            raise ValueError(f"{type(self.layer).__name__} object has no attribute 'kernel' nor 'embeddings'")
        self.vector_u = self.add_weight(
            "vector_u", (1, self.kernel.shape[-1]), self.kernel.dtype, TruncatedNormal(stddev=0.02), trainable=False
        )

    def call(self, inputs, training=False):
        if training:
            self.normalize_weights()
        return self.layer(inputs)

    def normalize_weights(self):
        """Divide the kernel by its spectral norm; a kernel of zeros stays as it is."""
        kernel = as_tensor(self.kernel)
        weights = shape.reshape(kernel, (-1, kernel.shape[-1]))
        before = u = as_tensor(self.vector_u)
        for _ in range(self.power_iterations):
            v = _unit(linalg.matmul(u, weights, transpose_b=True))
            u = _unit(linalg.matmul(v, weights))
        sigma = linalg.matmul(linalg.matmul(v, weights), u, transpose_b=True)
        there = reduce.any(elementwise.not_equal(weights, 0.0))
        self.vector_u.assign(elementwise.where(there, u, before))
        self.kernel.assign(elementwise.where(there, elementwise.divide(kernel, shape.reshape(sigma, ())), kernel))

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), "power_iterations": self.power_iterations}


def _unit(x):
    """x over its length."""
    return elementwise.multiply(x, elementwise.rsqrt(elementwise.maximum(reduce.sum(elementwise.square(x)), TINY)))

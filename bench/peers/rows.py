"""The models that are compared, for all contestants: layers, data, first weights. NumPy alone: every contestant imports it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Dense:
    """activation: "relu", "sigmoid", "selu", "softmax" (of the last layer, whose loss is crossentropy). l2: on the kernel."""

    units: int
    activation: str
    l2: float = 0.0


@dataclass(frozen=True)
class AlphaDropout:
    """rate: fraction in [0, 1) that is set to selu's lower limit."""

    rate: float


@dataclass(frozen=True)
class BatchNormalization:
    """Over the batch, tf.keras's defaults."""

    momentum: float = 0.99
    epsilon: float = 1e-3


@dataclass(frozen=True)
class Row:
    """A line of the table: softmax and crossentropy of class numbers at the end, loss and accuracy kept up each step.

    Attributes:
        features: of x. optimizer: "sgd" (rate 0.01) or "adam" (rate 0.001), tf.keras's defaults.
        samples: in an epoch. bars: threads -> {peer: how many times as fast pyseq should be}.
    """

    name: str
    features: int
    layers: tuple
    optimizer: str
    batch: int
    samples: int
    bars: dict

    @property
    def is_random(self):
        """Do two contestants with the same weights compute different losses?"""
        return any(isinstance(layer, AlphaDropout) for layer in self.layers)

    @property
    def loss_varies(self):
        """Do losses part after some steps? Of dropout by chance, of stacked normalisations because each makes roundings larger."""
        return any(isinstance(layer, AlphaDropout | BatchNormalization) for layer in self.layers)


MNIST = 60000
IRIS = (Dense(3, "softmax", l2=0.01),)
ROWS = {
    "mlp-adam": Row(
        "784-128-10 relu, Adam, 32", 784, (Dense(128, "relu"), Dense(10, "softmax")), "adam", 32, MNIST,
        {1: {"tf": 8, "jax": 2.4}, 2: {"tf": 12, "jax": 3}},
    ),
    "mlp-sgd": Row(
        "784-300-100-10 sigmoid, SGD, 32", 784,
        (Dense(300, "sigmoid"), Dense(100, "sigmoid"), Dense(10, "softmax")), "sgd", 32, MNIST,
        {1: {"tf": 4, "jax": 2.2}, 2: {"tf": 7, "jax": 3}},
    ),
    "iris": Row(
        "4-3 softmax l2, SGD, 32", 4, IRIS, "sgd", 32, 30000,
        {1: {"tf": 200, "jax": 20}, 2: {"tf": 200, "jax": 20}},
    ),
    "iris-150": Row("the same, epochs of 150 rows", 4, IRIS, "sgd", 32, 150, {}),
    "selu": Row(
        "784-20x100 selu-AlphaDropout-10, SGD, 32", 784,
        (*(Dense(100, "selu"),) * 20, AlphaDropout(0.1), Dense(10, "softmax")), "sgd", 32, MNIST,
        {1: {"tf": 5, "jax": 2.4}, 2: {"tf": 6, "jax": 2.8}},
    ),
    "batchnorm": Row(
        "784-20x(10 relu, BatchNormalization)-10, SGD, 32", 784,
        (*(Dense(10, "relu"), BatchNormalization()) * 20, Dense(10, "softmax")), "sgd", 32, MNIST,
        {1: {"tf": 35, "torch": 28}, 2: {"tf": 35, "torch": 28}},
    ),
    "wide": Row(
        "784-1024-1024-10 relu, Adam, 128", 784,
        (Dense(1024, "relu"), Dense(1024, "relu"), Dense(10, "softmax")), "adam", 128, MNIST,
        {1: {"tf": 1.8}, 2: {"tf": 1.7, "jax": 1.05}},
    ),
}  # fmt: skip


def data(row, samples=None):
    """(x, y): samples x features float32 in [0, 1), and int32 classes that depend on x."""
    rng = np.random.default_rng(0)
    n = min(samples or row.samples, row.samples)
    x = rng.random((n, row.features), dtype="float32")
    teacher = rng.standard_normal((row.features, row.layers[-1].units), dtype="float32")
    return x, ((x - 0.5) @ teacher).argmax(axis=1).astype("int32")


def weights(row):
    """First weights in the order of tf.keras's `get_weights`: kernel, bias; gamma, beta, moving mean and variance."""
    rng = np.random.default_rng(1)
    found, n = [], row.features
    for layer in row.layers:
        if isinstance(layer, Dense):
            limit = (6 / (n + layer.units)) ** 0.5
            found.append(rng.uniform(-limit, limit, (n, layer.units)).astype("float32"))
            found.append(np.zeros(layer.units, "float32"))
            n = layer.units
        elif isinstance(layer, BatchNormalization):
            found += [np.ones(n, "float32"), np.zeros(n, "float32"), np.zeros(n, "float32"), np.ones(n, "float32")]
    return found

"""The models that are compared, for all contestants: layers, data, first weights. NumPy alone: every contestant imports it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np


@dataclass(frozen=True)
class Dense:
    """activation: "relu", "sigmoid", "selu", "softmax" (of the last layer, whose loss is crossentropy). l2: on the kernel."""

    units: int
    activation: str
    l2: float = 0.0


@dataclass(frozen=True)
class Conv2D:
    """3 x 3 and relu, channels last. padding: "valid" or "same"."""

    filters: int
    padding: str = "valid"


@dataclass(frozen=True)
class MaxPooling2D:
    """2 x 2."""


@dataclass(frozen=True)
class Flatten:
    """Rows, columns, channels, in this order."""


@dataclass(frozen=True)
class Dropout:
    """rate: fraction in [0, 1)."""

    rate: float


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
        shape: of a sample of x. optimizer: "sgd" (rate 0.01) or "adam" (rate 0.001), tf.keras's defaults.
        samples: in an epoch. bars: threads -> {peer: how many times as fast pyseq should be}.
    """

    name: str
    shape: tuple
    layers: tuple
    optimizer: str
    batch: int
    samples: int
    bars: dict

    @property
    def is_random(self):
        """Do two contestants with the same weights compute different losses?"""
        return any(isinstance(layer, AlphaDropout | Dropout) for layer in self.layers)

    @property
    def features(self):
        """Numbers of a sample."""
        return prod(self.shape)

    @property
    def loss_varies(self):
        """Do losses part after some steps? Of dropout by chance, of stacked normalisations because each makes roundings larger."""
        return self.is_random or any(isinstance(layer, BatchNormalization) for layer in self.layers)


MNIST = 60000
IRIS = (Dense(3, "softmax", l2=0.01),)
ROWS = {
    "mlp-adam": Row(
        "784-128-10 relu, Adam, 32", (784,), (Dense(128, "relu"), Dense(10, "softmax")), "adam", 32, MNIST,
        {1: {"tf": 8, "jax": 2.4}, 2: {"tf": 12, "jax": 3}},
    ),
    "mlp-sgd": Row(
        "784-300-100-10 sigmoid, SGD, 32", (784,),
        (Dense(300, "sigmoid"), Dense(100, "sigmoid"), Dense(10, "softmax")), "sgd", 32, MNIST,
        {1: {"tf": 4, "jax": 2.2}, 2: {"tf": 7, "jax": 3}},
    ),
    "iris": Row(
        "4-3 softmax l2, SGD, 32", (4,), IRIS, "sgd", 32, 30000,
        {1: {"tf": 200, "jax": 20}, 2: {"tf": 200, "jax": 20}},
    ),
    "iris-150": Row("the same, epochs of 150 rows", (4,), IRIS, "sgd", 32, 150, {}),
    "selu": Row(
        "784-20x100 selu-AlphaDropout-10, SGD, 32", (784,),
        (*(Dense(100, "selu"),) * 20, AlphaDropout(0.1), Dense(10, "softmax")), "sgd", 32, MNIST,
        {1: {"tf": 5, "jax": 2.4}, 2: {"tf": 6, "jax": 2.8}},
    ),
    "batchnorm": Row(
        "784-20x(10 relu, BatchNormalization)-10, SGD, 32", (784,),
        (*(Dense(10, "relu"), BatchNormalization()) * 20, Dense(10, "softmax")), "sgd", 32, MNIST,
        {1: {"tf": 35, "torch": 28}, 2: {"tf": 35, "torch": 28}},
    ),
    "cnn-mnist": Row(
        "28x28x1 conv 32-pool-conv 64-pool-dropout-10, Adam, 128", (28, 28, 1),
        (Conv2D(32), MaxPooling2D(), Conv2D(64), MaxPooling2D(), Flatten(), Dropout(0.5), Dense(10, "softmax")), "adam", 128,
        8192, {1: {"tf": 1.5, "torch": 1.5}, 2: {"tf": 1.5, "torch": 1.5}},
    ),
    "cnn-cifar": Row(
        "32x32x3 (conv 32)x2-pool-(conv 64)x2-pool-512-10, Adam, 64", (32, 32, 3),
        (*(Conv2D(32, "same"),) * 2, MaxPooling2D(), *(Conv2D(64, "same"),) * 2, MaxPooling2D(), Flatten(), Dense(512, "relu"),
         Dense(10, "softmax")), "adam", 64, 2048, {1: {"tf": 1.2, "torch": 1.2}, 2: {"tf": 1.2, "torch": 1.2}},
    ),
    "wide": Row(
        "784-1024-1024-10 relu, Adam, 128", (784,),
        (Dense(1024, "relu"), Dense(1024, "relu"), Dense(10, "softmax")), "adam", 128, MNIST,
        {1: {"tf": 1.8}, 2: {"tf": 1.7, "jax": 1.05}},
    ),
}  # fmt: skip


def data(row, samples=None):
    """(x, y): samples x features float32 in [0, 1), and int32 classes that depend on x."""
    rng = np.random.default_rng(0)
    n = min(samples or row.samples, row.samples)
    x = rng.random((n, *row.shape), dtype="float32")
    teacher = rng.standard_normal((row.features, row.layers[-1].units), dtype="float32")
    return x, ((x.reshape(n, row.features) - 0.5) @ teacher).argmax(axis=1).astype("int32")


def shapes(row):
    """Of a sample before each layer, and behind the last."""
    found = [row.shape]
    for layer in row.layers:
        *image, n = found[-1]
        if isinstance(layer, Conv2D):
            image, n = [extent - (layer.padding == "valid") * 2 for extent in image], layer.filters
        elif isinstance(layer, MaxPooling2D):
            image = [extent // 2 for extent in image]
        elif isinstance(layer, Flatten):
            image, n = [], prod(found[-1])
        elif isinstance(layer, Dense):
            n = layer.units
        found.append((*image, n))
    return found


def weights(row):
    """First weights in the order of tf.keras's `get_weights`: kernel, bias; gamma, beta, moving mean and variance."""
    rng = np.random.default_rng(1)
    found = []
    for layer, shape in zip(row.layers, shapes(row), strict=False):
        n = shape[-1]
        if isinstance(layer, Dense | Conv2D):
            window, units = ((), layer.units) if isinstance(layer, Dense) else ((3, 3), layer.filters)
            limit = (6 / (prod(window) * (n + units))) ** 0.5
            found.append(rng.uniform(-limit, limit, (*window, n, units)).astype("float32"))
            found.append(np.zeros(units, "float32"))
        elif isinstance(layer, BatchNormalization):
            found += [np.ones(n, "float32"), np.zeros(n, "float32"), np.zeros(n, "float32"), np.ones(n, "float32")]
    return found

"""Whatever follows a convolution, and that: training and predictions of a plan have the bits of eager code."""

from itertools import product

import numpy as np
import pytest

import pyseq
from pyseq import layers as L

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((5, 9, 8, 3)).astype("float32"), rng.standard_normal((5, 2)).astype("float32")
KINDS = {
    "relu": L.ReLU,
    "tanh": lambda: L.Activation("tanh"),
    "normalised": L.BatchNormalization,
    "frozen": lambda: L.BatchNormalization(trainable=False, scale=False),
    "max": lambda: L.MaxPooling2D(3, 2, padding="same"),
    "mean": lambda: L.AveragePooling2D(2),
    "zeros": lambda: L.ZeroPadding2D(((1, 0), (2, 1))),
    "winograd": lambda: L.Conv2D(16, 3, padding="same", activation="elu"),
    "strides": lambda: L.Conv2D(5, 3, strides=2, padding="same", use_bias=False),
    "depthwise": lambda: L.DepthwiseConv2D(3, padding="same", activation="relu"),
    "transposed": lambda: L.Conv2DTranspose(4, 3, strides=2, padding="same"),
    "twice": None,  # what has been made so far is added to what becomes of it
}
SKIPS = {  # a block around which there is a shortcut; its result has the channels of what it reads
    "residual": lambda x: L.Add()([x, L.BatchNormalization()(pointwise(L.ReLU()(pointwise(x))))]),
    "swapped": lambda x: L.Add()([L.BatchNormalization()(pointwise(L.ReLU()(pointwise(x)))), x]),
    "projected": lambda x: L.Add()([L.BatchNormalization()(pointwise(x)), L.BatchNormalization()(spatial(x))]),
    "narrow": lambda x: L.Add()([x, L.BatchNormalization()(L.Conv2D(1, 3, padding="same")(x))]),
    "plain": lambda x: L.Add()([spatial(x), x]),
    "activated": lambda x: L.Add()([x, L.ReLU(6.0)(L.BatchNormalization(trainable=False)(spatial(x)))]),
    "three": lambda x: L.Add()([spatial(x), x, L.BatchNormalization()(pointwise(x))]),
    "doubled": lambda x: (lambda y: L.Add()([y, y]))(spatial(x)),
}
MORE = (
    ("relu", "relu", "relu"),
    ("relu", "relu", "max"),
    ("winograd", "normalised", "relu"),
    ("depthwise", "frozen", "relu"),
    ("normalised", "relu", "tanh", "max"),
)


def pointwise(x):
    return L.Conv2D(x.shape[-1], 1, use_bias=False)(x)


def spatial(x):
    return L.Conv2D(x.shape[-1], 3, padding="same")(x)


def network(kinds):
    pyseq.utils.set_random_seed(1)
    given = x = L.Input(X.shape[1:])
    x = L.Conv2D(16, 3, padding="same")(x)
    for kind in kinds:
        if kind in SKIPS:
            x = SKIPS[kind](x)
        else:
            x = L.Add()([x, L.ReLU()(x)]) if kind == "twice" else KINDS[kind]()(x)
    return pyseq.Model(given, L.Dense(2)(L.Flatten()(x)))


def trained(kinds, eagerly):
    model = network(kinds)
    model.compile(pyseq.optimizers.SGD(0.01, momentum=0.9), "mse", run_eagerly=eagerly)
    before = model.predict(X, verbose=0)
    model.fit(X, Y, batch_size=3, epochs=2, verbose=0, shuffle=False)
    return [before, model.predict(X, verbose=0), *model.get_weights()]


ROWS = [*product(KINDS, KINDS), *product(SKIPS, ("relu", "tanh", "normalised", *SKIPS)), *MORE]


@pytest.mark.parametrize("kinds", ROWS, ids="-".join)
def test_plan_is_eager(kinds):
    for planned, eager in zip(trained(kinds, False), trained(kinds, True), strict=True):
        np.testing.assert_array_equal(planned, eager)

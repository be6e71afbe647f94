"""Models for the tests of this folder, and what "the same" means."""

from __future__ import annotations

import json

import numpy as np

import pyseq as keras
from pyseq import layers


def data(n=24, shape=(6,), classes=3, seed=0):
    """(x, y): float32 (n, *shape), class numbers (n,)."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, *shape)).astype("float32"), rng.integers(0, classes, n)


def dense():
    return keras.Sequential(
        [
            layers.Dense(5, activation="relu", input_shape=(6,), name="first"),
            layers.Dense(4, use_bias=False, kernel_initializer="he_normal", kernel_regularizer="l2", name="second"),
            layers.Dense(3, activation=keras.activations.softmax, bias_constraint="non_neg", activity_regularizer="l1"),
        ],
        name="of_dense",
    )


def every_layer():
    return keras.Sequential(
        [
            keras.Input(shape=(6,), name="entry"),
            layers.Reshape((2, 3)),
            layers.Dense(4, bias_initializer=keras.initializers.Constant(0.5)),
            layers.Activation("selu"),
            layers.AlphaDropout(0.1),
            layers.Flatten(),
            layers.Dropout(0.25, seed=3, noise_shape=(None, 8)),
            layers.Dense(
                3, activation="softmax", kernel_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=1)
            ),
        ]
    )


def nested():
    inner = keras.Sequential([layers.Dense(5, activation="tanh", input_shape=(4,)), layers.Dropout(0.5)], name="inner")
    return keras.Sequential([layers.Dense(4, input_shape=(6,)), inner, layers.Dense(3)])


def float64():
    return keras.Sequential(
        [layers.Dense(5, dtype="float64", input_shape=(6,)), layers.Dropout(0.5, dtype="float64"),
         layers.Dense(3, dtype="float64", activation="softmax")]
    )  # fmt: skip


def frozen():
    model = dense()
    model.layers[1].trainable = False
    return model


def built_by_call():
    model = keras.Sequential([layers.Dense(5), layers.Dense(3)])
    model(np.zeros((2, 6), "float32"))
    return model


def built_by_build():
    model = keras.Sequential([layers.Flatten(), layers.Dense(3)])
    model.build((None, 6))
    return model


MODELS = {f.__name__: f for f in (dense, every_layer, nested, float64, frozen, built_by_call, built_by_build)}


def without_tuples(config):
    return json.loads(json.dumps(config))


def described(model):
    """The model's configuration. The shape of its input is said by the input layer; the first layer may say it, too."""

    def without_shapes(node):
        if isinstance(node, list):
            return [without_shapes(x) for x in node]
        if not isinstance(node, dict):
            return node
        return {k: without_shapes(v) for k, v in node.items() if k != "batch_input_shape" or "sparse" in node}

    return without_shapes(without_tuples(model.get_config()))


def assert_same_weights(a, b):
    a, b = a.get_weights(), b.get_weights()
    assert len(a) == len(b)
    for x, y in zip(a, b, strict=True):
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(x, y)


def assert_same_model(a, b, x):
    """Architecture, names, weights, which of them are trained, predictions: all equal, to the bit."""
    assert type(a) is type(b) and a.name == b.name
    assert described(a) == described(b)
    assert [v.name for v in a.weights] == [v.name for v in b.weights]
    assert [v.name for v in a.trainable_weights] == [v.name for v in b.trainable_weights]
    assert_same_weights(a, b)
    np.testing.assert_array_equal(a.predict(x, verbose=0), b.predict(x, verbose=0))


class Unchanged:
    """Context in which a model keeps its weights."""

    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.before = self.model.get_weights()

    def __exit__(self, *exception):
        for a, b in zip(self.before, self.model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

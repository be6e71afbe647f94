"""Flatten, Reshape, Activation, Dropout, Dense beyond two axes."""

import numpy as np
import pytest

from pyseq import Sequential, layers
from pyseq.layers.call_context import context

X = np.arange(24, dtype="f4").reshape(2, 3, 4)


def test_flatten():
    np.testing.assert_array_equal(layers.Flatten()(X).numpy(), X.reshape(2, 12))
    np.testing.assert_array_equal(
        layers.Flatten(data_format="channels_first")(X).numpy(), X.transpose(0, 2, 1).reshape(2, 12)
    )
    assert layers.Flatten()(np.zeros(3, "f4")).shape == (3, 1)
    assert layers.Flatten().compute_output_shape((None, 3, 4)) == (None, 12)
    assert layers.Flatten().compute_output_shape((None, None, 4)) == (None, None)


@pytest.mark.parametrize("target", [(12,), (4, 3), (-1,), (2, -1, 2), (-1, 3)])
def test_reshape(target):
    layer = layers.Reshape(target)
    expected = X.reshape(2, *target)
    np.testing.assert_array_equal(layer(X).numpy(), expected)
    assert layer.compute_output_shape((None, 3, 4)) == (None, *expected.shape[1:])


def test_reshape_that_does_not_fit():
    with pytest.raises(ValueError, match="unchanged.*shape=.3, 4."):
        layers.Reshape((5,))(X)
    with pytest.raises(ValueError, match="target_shape"):
        layers.Reshape((-1, -1))


def test_dense_over_the_last_axis():
    layer = layers.Dense(5, activation="relu")
    y = layer(X)
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(y.numpy(), np.maximum(X @ kernel + bias, 0), rtol=1e-5, atol=1e-5)
    assert layer.compute_output_shape((None, 7, 4)) == (None, 7, 5)


def test_dense_takes_integers():
    layer = layers.Dense(2)
    np.testing.assert_array_equal(layer(X.astype("i4")).numpy(), layer(X).numpy())


def test_dense_initial_weights():
    layer = layers.Dense(2, input_shape=(3,), weights=[np.ones((3, 2)), np.full(2, 5)])
    np.testing.assert_array_equal(layer(np.ones((1, 3))).numpy(), [[8, 8]])


def test_dropout():
    layer, ones = layers.Dropout(0.25, seed=1), np.ones((1000, 100), "f4")
    np.testing.assert_array_equal(layer(ones).numpy(), ones)
    np.testing.assert_array_equal(layer(ones, training=False).numpy(), ones)
    y = layer(ones, training=True).numpy()
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs((y == 0).mean() - 0.25) < 0.01
    assert (layer(ones, training=True).numpy() != y).any(), "the same mask twice"
    with pytest.raises(ValueError, match="rate"):
        layers.Dropout(1.5)


def test_dropout_noise_shape():
    y = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)(np.ones((50, 8), "f4"), training=True).numpy()
    assert (y == y[:, :1]).all() and 0 < (y[:, 0] == 0).sum() < 50


def test_activation():
    np.testing.assert_array_equal(layers.Activation("relu")(X - 5).numpy(), np.maximum(X - 5, 0))
    assert layers.Activation("softmax").compute_output_shape((None, 3)) == (None, 3)


@pytest.mark.parametrize(
    "layer",
    [layers.Flatten(), layers.Reshape((2, -1)), layers.Activation("tanh"), layers.Dropout(0.3, seed=4),
     layers.Dense(3, "relu", kernel_regularizer="l1", bias_initializer="ones", kernel_constraint="max_norm")],
)  # fmt: skip
def test_config_round_trip(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    described = layers.deserialize(layers.serialize(layer))
    assert type(described) is type(layer) and described.get_config() == layer.get_config()


def test_weights_are_made_once_though_building_failed():
    layer = layers.Dense(3, weights=[np.ones((4, 3)), np.ones(7)])
    for _ in range(2):
        with pytest.raises(ValueError, match="weight shape"):
            layer(np.ones((2, 4), "f4"))
        assert not layer.built
    layer._initial_weights = None
    layer(np.ones((2, 4), "f4"))
    assert [v.shape for v in layer.weights] == [(4, 3), (3,)]


def test_an_error_leaves_the_call():
    class Fails(layers.Layer):
        def call(self, inputs, training=None):
            raise ZeroDivisionError

    before = context.state()
    with pytest.raises(ZeroDivisionError):
        Sequential([layers.Dense(3), Fails()])(np.ones((2, 4), "f4"), training=True)
    assert context.state() == before

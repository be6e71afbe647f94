"""Layers that draw random numbers: what they draw, when, and that a seed repeats it."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import layers

ONES = np.ones((400, 250), "f4")
N = ONES.size


def drawn(layer, x=ONES):
    return layer(x, training=True).numpy()


def test_gaussian_noise():
    y = drawn(layers.GaussianNoise(0.5, seed=1)) - 1
    assert abs(y.mean()) < 5 * 0.5 / N**0.5
    assert abs(y.std() - 0.5) < 0.005
    assert abs((np.abs(y) < 0.5).mean() - 0.6827) < 0.008, "normal"
    np.testing.assert_array_equal(layers.GaussianNoise(0.0)(ONES, training=True).numpy(), ONES)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_gaussian_dropout(rate):
    y = drawn(layers.GaussianDropout(rate, seed=1))
    stddev = (rate / (1 - rate)) ** 0.5
    assert abs(y.mean() - 1) < 5 * stddev / N**0.5
    assert abs(y.std() / stddev - 1) < 0.01


@pytest.mark.parametrize("rate", [0, 1])
def test_gaussian_dropout_passes_through_at_both_ends(rate):
    np.testing.assert_array_equal(drawn(layers.GaussianDropout(rate)), ONES)


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).standard_normal(ONES.shape).astype("f4")
    y = drawn(layers.AlphaDropout(0.3, seed=1), x)
    assert abs(y.mean()) < 0.02 and abs(y.std() - 1) < 0.02


def test_alpha_dropout_noise_shape():
    y = drawn(layers.AlphaDropout(0.5, noise_shape=(None, 1), seed=1))
    assert (y == y[:, :1]).all() and len(np.unique(y)) == 2


SPATIAL = [
    (layers.SpatialDropout1D(0.5, seed=1), (40, 7, 30), (1,)),
    (layers.SpatialDropout2D(0.5, seed=1), (40, 3, 4, 30), (1, 2)),
    (layers.SpatialDropout2D(0.5, data_format="channels_first", seed=1), (40, 30, 3, 4), (2, 3)),
    (layers.SpatialDropout3D(0.5, seed=1), (40, 2, 3, 4, 30), (1, 2, 3)),
    (layers.SpatialDropout3D(0.5, data_format="channels_first", seed=1), (40, 30, 2, 3, 4), (2, 3, 4)),
]


@pytest.mark.parametrize(("layer", "shape", "axes"), SPATIAL)
def test_spatial_dropout_drops_whole_channels(layer, shape, axes):
    y = drawn(layer, np.ones(shape, "f4"))
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y.min(axis=axes) == y.max(axis=axes)).all()
    assert abs((y.mean(axis=axes) == 0).mean() - 0.5) < 0.07


RANDOM = {
    "dropout": lambda **k: layers.Dropout(0.5, **k),
    "gaussian noise": lambda **k: layers.GaussianNoise(0.5, **k),
    "gaussian dropout": lambda **k: layers.GaussianDropout(0.5, **k),
    "alpha dropout": lambda **k: layers.AlphaDropout(0.5, **k),
    "spatial": lambda **k: layers.SpatialDropout1D(0.5, **k),
}


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_repeats_the_sequence(name):
    x = np.ones((10, 5, 4), "f4")
    a, b, other = RANDOM[name](seed=3), RANDOM[name](seed=3), RANDOM[name](seed=4)
    first, second = drawn(a, x), drawn(a, x)
    assert (first != second).any()
    np.testing.assert_array_equal(drawn(b, x), first)
    np.testing.assert_array_equal(drawn(b, x), second)
    assert (drawn(other, x) != first).any()


@pytest.mark.parametrize("name", RANDOM)
def test_the_global_seed_repeats_it(name):
    x, seen = np.ones((10, 5, 4), "f4"), []
    for _ in range(2):
        pyseq.random.set_seed(5)
        seen.append(drawn(RANDOM[name](), x))
    np.testing.assert_array_equal(*seen)


@pytest.mark.parametrize("name", RANDOM)
def test_only_in_training(name):
    x = np.ones((10, 5, 4), "f4")
    layer = RANDOM[name]()
    np.testing.assert_array_equal(layer(x).numpy(), x)
    model = pyseq.Sequential([layers.Input((5, 4)), layer])
    np.testing.assert_array_equal(model.predict(x, verbose=0), x)
    assert (model(x, training=True).numpy() != x).any()


@pytest.mark.parametrize("name", RANDOM)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gradient_has_the_same_noise(name, dtype):
    layer = RANDOM[name](dtype=dtype)
    x = tf.constant(np.full((10, 5, 4), 2.0, dtype))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
    dx = tape.gradient(y, x).numpy()
    assert dx.dtype == y.dtype == dtype
    if "alpha" in name:
        assert len(np.unique(dx)) == 2
    elif name == "gaussian noise":
        np.testing.assert_array_equal(dx, 1)
    else:
        np.testing.assert_allclose(dx * 2, y.numpy(), rtol=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [(lambda: layers.GaussianNoise(-1.0), "stddev.*at least 0.*-1.0"), (lambda: layers.GaussianNoise("much"), "stddev"),
     (lambda: layers.GaussianDropout(1.5), "1.5 received for `rate`"), (lambda: layers.SpatialDropout1D(-0.1), "rate"),
     (lambda: layers.SpatialDropout2D(0.5, data_format="last"), "data_format=last"),
     (lambda: layers.SpatialDropout2D(0.5)(np.ones((2, 3, 4))), 'layer "spatial_dropout2d.*expected ndim=4, found ndim=3'),
     (lambda: layers.Dropout(0.5, noise_shape=(3, 1))(np.ones((2, 4)), training=True), "noise_shape=.3, 1."),
     (lambda: layers.Dropout(0.5)(np.ones((2, 4), "i4"), training=True), "floating point")],
)  # fmt: skip
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()

"""Normalization: what `adapt` learns of arrays and datasets; what it refuses."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import layers

RNG = np.random.default_rng(0)
X = RNG.normal(3.0, 2.0, (1000, 4)) * [1, 10, 0.1, 1000]


def datasets(x):
    return {
        "array": x, "float32": x.astype("f4"), "list": x.tolist(), "tensor": tf.constant(x),
        "dataset": tf.data.Dataset.from_tensor_slices(x).batch(96),
        "generator": (x[k : k + 130] for k in range(0, len(x), 130)),
    }  # fmt: skip


@pytest.mark.parametrize("kind", datasets(X))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_adapt(kind, dtype):
    layer = layers.Normalization(dtype=dtype)
    layer.adapt(datasets(X)[kind])
    rtol = 1e-12 if dtype == "float64" and kind not in ("float32", "list") else 2e-6
    np.testing.assert_allclose(layer.mean.numpy(), X.mean(0, keepdims=True), rtol=rtol)
    np.testing.assert_allclose(layer.variance.numpy(), X.var(0, keepdims=True), rtol=10 * rtol)
    assert layer.count.numpy() == len(X)
    y = layer(X).numpy()
    assert y.dtype == dtype
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(y.std(0), 1, rtol=1e-4)
    back = layers.Normalization(invert=True, dtype=dtype)
    back.adapt(X)
    np.testing.assert_allclose(back(y).numpy(), X, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), None, (-2,), 3, (1, 2, 3)])
def test_axes(axis):
    x = RNG.normal(size=(20, 3, 4, 5))
    layer = layers.Normalization(axis=axis, dtype="float64")
    layer.adapt(x)
    axes = () if axis is None else axis if isinstance(axis, tuple) else (axis,)
    reduced = tuple(k for k in range(4) if k not in [a % 4 for a in axes])
    mean, std = x.mean(reduced, keepdims=True), x.std(reduced, keepdims=True)
    np.testing.assert_allclose(layer(x).numpy(), (x - mean) / std, rtol=1e-9, atol=1e-9)
    assert layer.mean.shape == mean.shape


def test_adapt_again_forgets():
    layer = layers.Normalization(dtype="float64")
    layer.adapt(X)
    layer.adapt(X[:10] + 5)
    np.testing.assert_allclose(layer.mean.numpy()[0], X[:10].mean(0) + 5)
    layer.update_state(X[10:] + 5)
    np.testing.assert_allclose(layer.variance.numpy()[0], X.var(0))


def test_steps():
    layer = layers.Normalization(dtype="float64")
    layer.adapt(X, batch_size=7, steps=3)
    np.testing.assert_allclose(layer.mean.numpy()[0], X[:21].mean(0))
    layer.adapt(tf.data.Dataset.from_tensor_slices(X).batch(10), steps=2)
    np.testing.assert_allclose(layer.mean.numpy()[0], X[:20].mean(0))


def test_a_plan_sees_what_is_adapted_later(tmp_path):
    model = pyseq.Sequential([layers.Input((4,)), layers.Normalization()])
    np.testing.assert_allclose(model.predict(X, verbose=0), X, rtol=1e-6)
    model.layers[0].adapt(X)
    y = model.predict(X, verbose=0)
    np.testing.assert_allclose(y.std(0), 1, rtol=1e-4)
    for ending in (".keras", ".h5"):
        model.save(tmp_path / f"model{ending}")
        again = pyseq.models.load_model(tmp_path / f"model{ending}")
        np.testing.assert_array_equal(again.predict(X, verbose=0), y)


def test_constant_feature_divides_by_epsilon():
    layer = layers.Normalization()
    layer.adapt(np.full((10, 1), 2.0))
    np.testing.assert_allclose(layer([[2.0], [3.0]]).numpy(), [[0.0], [1e7]], rtol=1e-6)


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [(lambda: layers.Normalization(axis=0), ValueError, "axis.*may not be 0"),
     (lambda: layers.Normalization(axis=1.5), TypeError, "axis=1.5"),
     (lambda: layers.Normalization(mean=1.0), ValueError, "both `mean` and `variance`"),
     (lambda: layers.Normalization().adapt(np.ones(5)), ValueError, "must have known shape.*axis: .-1,."),
     (lambda: layers.Normalization(axis=3).adapt(X), ValueError, "ndim: `2`, axis: .3,."),
     (lambda: layers.Normalization(mean=1.0, variance=1.0).adapt(X), ValueError, "static `mean` and `variance`"),
     (lambda: layers.Normalization().adapt(iter([(X, X)])), ValueError, "without labels"),
     (lambda: layers.Normalization().mean, AttributeError, "after `adapt` or `build`"),
     (lambda: pyseq.Sequential([layers.Input((None,)), layers.Normalization()]), ValueError, "unknown axis at index: 1")],
)  # fmt: skip
def test_errors(run, error, message):
    with pytest.raises(error, match=message):
        run()


def test_input_of_other_features():
    layer = layers.Normalization(name="scale")
    layer.adapt(X)
    with pytest.raises(ValueError, match='layer "scale".*axis -1.*value 4.*shape .2, 3.'):
        layer(np.ones((2, 3)))

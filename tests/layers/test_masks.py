"""Masks through whole models: training as tf.keras 2.15 does it, plan and eager alike."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import layers
from pyseq.core.structure import flatten
from tests.layers import mask_cases
from tests.parity.recording import recorded

RECORDED = recorded("masks")["trained"]
X = np.array([[[1.0, 2.0], [0.0, 0.0], [3.0, 0.0]], [[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]], "f4")
MASK = [[True, False, True], [False, False, True]]


@pytest.mark.parametrize("name", mask_cases.MODELS)
def test_trained_as_tf_keras(name):
    wanted, got = RECORDED[name], mask_cases.train(tf, name)
    assert got["mask"] == wanted["mask"]
    for a, b in zip(got["logs"], wanted["logs"], strict=True):
        assert a.keys() == b.keys()
        for k in b:
            np.testing.assert_allclose(a[k], b[k], rtol=2e-5, err_msg=k)
    for a, b in zip(got["weights"], wanted["weights"], strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", mask_cases.MODELS)
def test_plan_gives_the_bits_of_eager(name):
    planned, eager = mask_cases.train(tf, name), mask_cases.train(tf, name, run_eagerly=True)
    assert planned == eager


def test_a_called_model_keeps_the_mask():
    """Also from the third call on, which a plan makes."""
    model = pyseq.Sequential([layers.Masking(input_shape=(3, 2)), layers.Dense(2)])
    for _ in range(5):
        np.testing.assert_array_equal(model(X)._keras_mask.numpy(), MASK)
    np.testing.assert_array_equal(model.compute_mask(X).numpy(), MASK)


def test_mask_said_in_the_call():
    model = pyseq.Sequential([layers.Dense(2, input_shape=(3, 2)), layers.ReLU()])
    x = tf.constant(X)
    for _ in range(4):
        y = model(x, mask=tf.constant(MASK))
        np.testing.assert_array_equal(y._keras_mask.numpy(), MASK)
        assert x._keras_mask is None, "the input is the caller's"
        assert model(x)._keras_mask is None


def test_mask_on_the_input_of_a_model():
    model = pyseq.Sequential([layers.Dense(2, input_shape=(3, 2))])
    x = layers.Masking()(X)
    for _ in range(4):
        assert model(X)._keras_mask is None
        np.testing.assert_array_equal(model(x)._keras_mask.numpy(), MASK)


def test_mask_survives_the_change_of_element_type():
    x = layers.Masking(dtype="float64")(X)
    y = layers.Dense(2)(x)
    assert y.dtype == "float32"
    np.testing.assert_array_equal(y._keras_mask.numpy(), MASK)


def test_layer_that_passes_its_input_through_leaves_the_input_alone():
    class Hide(layers.Layer):
        def call(self, inputs):
            return inputs

        def compute_mask(self, inputs, mask=None):
            return tf.constant([[True, True, False]] * 2)

    x = layers.Masking()(X)
    y = Hide()(x)
    np.testing.assert_array_equal(x._keras_mask.numpy(), MASK)
    np.testing.assert_array_equal(y._keras_mask.numpy(), [[True, True, False]] * 2)


def test_masks_of_dicts_of_outputs():
    class Two(layers.Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True

        def call(self, inputs):
            return {"b": inputs * 2.0, "a": inputs + 1.0}

        def compute_mask(self, inputs, mask=None):
            return {"a": None, "b": mask}

    y = Two()(layers.Masking()(X))
    assert y["a"]._keras_mask is None
    np.testing.assert_array_equal(y["b"]._keras_mask.numpy(), MASK)
    np.testing.assert_array_equal(y["b"].numpy(), X * 2)


def test_in_a_model_of_inputs_and_outputs():
    """Two masked branches, joined; the loss counts what both let count."""
    a, b = layers.Input((3, 2)), layers.Input((3,), dtype="int32")
    joined = layers.Concatenate()([layers.Masking()(a), layers.Embedding(4, 2, mask_zero=True)(b)])
    model = pyseq.Model([a, b], layers.Dense(1)(joined))
    ids = np.array([[1, 2, 0], [3, 0, 1]])
    counts = np.array(MASK) & (ids > 0)
    p = model.predict([X, ids], verbose=0)
    model.compile("sgd", "mse")
    assert model.evaluate([X, ids], np.zeros_like(p), verbose=0) == pytest.approx(
        (p[..., 0][counts] ** 2).mean(), rel=1e-6
    )
    np.testing.assert_array_equal(model([X, ids])._keras_mask.numpy(), counts)


def test_softmax_takes_the_mask_of_attention():
    scores = np.log(np.array([[1.0, 2.0, 5.0]]))
    y = layers.Softmax(dtype="float64")(scores, mask=np.array([[True, True, False]]))
    np.testing.assert_allclose(y.numpy(), [[1 / 3, 2 / 3, 0]], atol=1e-12)


def test_layer_without_support_says_so():
    layer = layers.Flatten()
    assert layer.compute_mask(X) is None
    with pytest.raises(TypeError, match="Layer flatten.* does not support masking"):
        layer.compute_mask(X, mask=tf.constant(MASK))
    assert all(m is None for m in flatten([layer(layers.Masking()(X))._keras_mask]))

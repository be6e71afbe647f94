"""Convolution layers against recordings of tf.keras (fixtures/make_conv.py) and against themselves."""

import json

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.core import GradientTape, as_tensor
from tests.fixtures import make_conv
from tests.references import conv as reference

FACTS = json.loads((make_conv.HERE / "conv.json").read_text())
TOLERANCE = 1e-4  # float32 sums of up to 1352 products of numbers near 1, in another order


@pytest.fixture(scope="module")
def recorded():
    with np.load(make_conv.HERE / "conv.npz") as arrays:
        return dict(arrays)


def built(case):
    cls, arguments, shape = make_conv.CASES[case]
    layer = getattr(layers, cls)(**arguments, name="layer")
    layer(np.zeros(shape, "float32"))
    layer.set_weights(make_conv.weights_for([w.shape for w in layer.weights]))
    return layer, make_conv.arrays(shape)


@pytest.mark.parametrize("case", make_conv.CASES)
def test_matches_keras(case, recorded):
    layer, x = built(case)
    x = as_tensor(x)
    with GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    gradients = tape.gradient(
        y, [x, *layer.trainable_weights], output_gradients=as_tensor(make_conv.arrays(y.shape, 99))
    )
    for j, got in enumerate([y, *gradients]):
        want = recorded[f"{case}/{j}"]
        assert got.shape == want.shape
        np.testing.assert_allclose(got.numpy(), want, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("case", make_conv.CASES)
def test_configuration(case):
    layer, x = built(case)
    facts = FACTS[case]
    assert [[w.name.split("/")[-1], list(w.shape)] for w in layer.weights] == [
        [name.split("/")[-1], shape] for name, shape in facts["weights"]
    ]
    assert list(layer.compute_output_shape((None, *x.shape[1:]))) == facts["output_shape"]
    config = layer.get_config()
    assert set(config) == set(facts["config"])
    plain = {k: v for k, v in facts["config"].items() if not isinstance(v, dict)}
    assert json.loads(json.dumps({k: config[k] for k in plain})) == plain
    for source in (config, facts["config"]):  # ours, and as tf.keras's files have it
        again = type(layer).from_config(source)
        again(x)
        again.set_weights(layer.get_weights())
        np.testing.assert_array_equal(again(x).numpy(), layer(x).numpy())


@pytest.mark.parametrize("case", make_conv.CASES)
def test_channels_first(case):
    layer, x = built(case)
    first = type(layer).from_config({**layer.get_config(), "data_format": "channels_first"})
    turned = np.moveaxis(x, -1, -1 - layer.rank)
    first(turned)
    first.set_weights(layer.get_weights())
    y = np.moveaxis(layer(x).numpy(), -1, -1 - layer.rank)
    np.testing.assert_array_equal(first(turned).numpy(), y)
    assert first.compute_output_shape((None, *turned.shape[1:])) == (None, *y.shape[1:])


@pytest.mark.parametrize("groups", [2, 4])
def test_groups(groups):
    layer, x = layers.Conv2D(8, 3, groups=groups, strides=2), make_conv.arrays((2, 9, 7, 4))
    y = layer(x).numpy()
    kernel = layer.kernel.numpy()
    assert kernel.shape == (3, 3, 4 // groups, 8)
    expected = reference.conv(x, kernel, (2, 2), ((0, 0), (0, 0)), (1, 1), groups)
    np.testing.assert_allclose(y, expected, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("case", ["2d", "1d causal", "2d transpose same", "2d depthwise", "2d separable"])
def test_empty_batch(case):
    layer, x = built(case)
    assert layer(x[:0]).shape == (0, *layer(x).shape[1:])


def test_batch_of_more_axes():
    layer, x = layers.Conv2D(2, 3, activation="relu"), np.ones((4, 7, 28, 28, 3), "f4")
    assert layer(x).shape == (4, 7, 26, 26, 2)


def test_unknown_extents():
    assert layers.Conv2D(4, 7).compute_output_shape((None, None, None, 3)) == (None, None, None, 4)
    assert layers.Conv2DTranspose(4, 3, 2, "same").compute_output_shape((None, None, 5, 3)) == (None, None, 10, 4)


def test_activation_that_is_no_name():
    x = make_conv.arrays((1, 5, 5, 2))
    layer = layers.Conv2D(3, 3, activation=lambda y: y * 2.0)
    doubled = layer(x).numpy()
    layer.activation = keras.activations.linear
    np.testing.assert_allclose(doubled, 2 * layer(x).numpy(), rtol=1e-6)


def test_training_learns():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((256, 10, 10, 1)).astype("float32")
    y = (x[:, :5].sum((1, 2, 3)) > x[:, 5:].sum((1, 2, 3))).astype("int32")
    found = []
    for eagerly in (False, True):
        keras.utils.set_random_seed(3)
        model = keras.Sequential(
            [
                layers.Conv2D(8, 3, activation="relu", input_shape=(10, 10, 1)),
                layers.DepthwiseConv2D(3, strides=2, padding="same"),
                layers.Flatten(),
                layers.Dense(2, activation="softmax"),
            ]
        )
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"], run_eagerly=eagerly)
        history = model.fit(x, y, batch_size=48, epochs=25, verbose=0)
        found.append(model.get_weights())
    assert history.history["accuracy"][-1] > 0.9
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("make", "shape", "message"),
    [
        (lambda: layers.Conv2D(0, 3), None, "filters"),
        (lambda: layers.Conv2D(2.5, 3), None, "filters=2.5"),
        (lambda: layers.Conv2D(4, 0), None, "kernel_size"),
        (lambda: layers.Conv2D(4, (3, 3, 3)), None, "kernel_size"),
        (lambda: layers.Conv2D(4, 3, strides=0), None, "strides"),
        (lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), None, "strides > 1.*dilation_rate > 1"),
        (lambda: layers.Conv2D(4, 3, padding="causal"), None, "padding"),
        (lambda: layers.Conv2D(4, 3, padding="some"), None, "padding"),
        (lambda: layers.Conv2D(4, 3, groups=3), None, "groups=3, filters=4"),
        (lambda: layers.Conv2D(4, 3, groups="2"), None, "groups=2"),
        (lambda: layers.Conv2D(4, 3, groups=2.5), None, "groups=2.5"),
        (lambda: layers.Conv2D(4.5, 3), None, "filters=4.5"),
        (lambda: layers.Conv2D(4, 3, data_format=3), None, "data_format.*3"),
        (lambda: layers.Conv2D(4, 3, data_format="nchw"), None, "data_format"),
        (lambda: layers.Conv2DTranspose(4, 3, output_padding=1), None, "output padding"),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), None, "depth_multiplier"),
        (lambda: layers.Conv2D(4, 3, groups=2), (1, 5, 5, 3), "groups=2.*3 channels"),
        (lambda: layers.Conv2D(4, 3, name="eyes"), (1, 2, 2, 3), 'Layer "eyes".*larger than the image'),
        (lambda: layers.Conv2D(4, 3, name="eyes"), (5, 5, 3), "min_ndim=4, found ndim=3"),
    ],
)
def test_errors(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make()(np.ones(shape, "float32"))


def test_numbers_of_all_kinds():
    layer = layers.Conv2D(32 * 0.5, np.array([3, 2]), strides=np.int64(2))  # widths times alpha are floats
    assert (layer.filters, layer.kernel_size, layer.strides) == (16, (3, 2), (2, 2))
    assert layers.Conv2D(24.0, 3, groups=np.int32(2)).groups == 2
    assert layers.Dense(16.0).units == 16
    assert layers.MaxPooling2D(np.array([2, 3]), np.array([1, 2])).pool_size == (2, 3)
    assert layers.ZeroPadding2D(np.array([[2, 1], [1, 0]])).padding == ((2, 1), (1, 0))


def test_dilation_of_a_transpose_is_in_its_configuration():
    layer = layers.Conv3DTranspose(2, 3, dilation_rate=2)
    x = np.ones((1, 3, 3, 3, 2), "float32")
    assert layer(x).shape == layers.Conv3DTranspose.from_config(layer.get_config())(x).shape == (1, 7, 7, 7, 2)
    assert "dilation_rate" not in layers.Conv3DTranspose(2, 3).get_config()


def test_whole_numbers_and_none_are_taken_as_by_keras():
    assert layers.Conv2D(64 / 2, 3, groups=None)(np.ones((1, 4, 4, 3), "float32")).shape == (1, 2, 2, 32)
    assert layers.Dense(64 / 2)(np.ones((1, 4), "float32")).shape == (1, 32)


@pytest.mark.parametrize("make", [layers.DepthwiseConv2D, lambda *a, **k: layers.SeparableConv2D(2, *a, **k)])
def test_what_sets_a_kernel_that_is_not_there_says_so(make):
    with pytest.warns(UserWarning, match="kernel_regularizer, kernel_initializer without effect"):
        layer = make(3, kernel_initializer="he_normal", kernel_regularizer="l2")
    assert layer(np.ones((1, 4, 4, 3), "float32")).shape[1:3] == (2, 2)
    assert not layer.losses

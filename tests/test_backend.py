"""keras.backend: names, arguments and a few values."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import backend as K
from pyseq import config

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "float32")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (lambda: K.mean(X), 3.5),
        (lambda: K.sum(X, axis=0), [5, 7, 9]),
        (lambda: K.max(X, axis=1, keepdims=True), [[3], [6]]),
        (lambda: K.var(X), np.var(X)),
        (lambda: K.std(X, axis=-1), np.std(X, axis=-1)),
        (lambda: K.argmax(X), [2, 2]),
        (lambda: K.dot(X, X.T), X @ X.T),
        (lambda: K.clip(X, 2, 5), np.clip(X, 2, 5)),
        (lambda: K.pow(X, 2), X**2),
        (lambda: K.abs(-X), X),
        (lambda: K.permute_dimensions(X, (1, 0)), X.T),
        (lambda: K.flatten(X), X.ravel()),
        (lambda: K.batch_flatten(X[..., None]), X),
        (lambda: K.one_hot([1, 0], 2), [[0, 1], [1, 0]]),
        (lambda: K.logsumexp(X), np.log(np.exp(X).sum())),
        (lambda: K.softmax(X), np.exp(X) / np.exp(X).sum(-1, keepdims=True)),
        (lambda: K.relu(X - 3, alpha=0.5), np.where(X > 3, X - 3, (X - 3) / 2)),
        (lambda: K.shape(X), [2, 3]),
        (lambda: K.zeros((2,)), [0, 0]),
        (lambda: K.get_value(K.variable(3)), 3),
        (lambda: K.cast(X, "int32"), X),
        (lambda: K.constant([1, 2]), [1, 2]),
        (lambda: K.sparse_categorical_crossentropy([0], [[0.25, 0.75]]), [np.log(4)]),
        (lambda: K.binary_crossentropy([1.0], [0.5]), [np.log(2)]),
    ],
)
def test_values(value, expected):
    np.testing.assert_allclose(np.asarray(value()), expected, rtol=1e-6)


def test_settings_are_the_process_wide_ones():
    assert (K.floatx(), K.epsilon(), K.image_data_format()) == ("float32", 1e-7, "channels_last")
    K.set_image_data_format("channels_first")
    try:
        assert config.image_data_format() == "channels_first"
    finally:
        K.set_image_data_format("channels_last")
    assert K.cast_to_floatx(np.arange(2)).dtype == "float32" and K.constant(1).dtype == "float32"


def test_shapes_names_and_counters():
    assert K.ndim(X) == 2 and K.int_shape(X) == (2, 3) and K.dtype(X) == "float32"
    v = K.variable([1.0, 2.0], name="v")
    K.set_value(v, [3, 4])
    np.testing.assert_array_equal(K.eval(v), [3, 4])
    K.reset_uids()
    assert [K.get_uid("a"), K.get_uid("a"), K.get_uid("b")] == [1, 2, 1]


def test_clear_session_starts_names_anew():
    from pyseq import layers

    K.clear_session()
    assert [layers.Dense(1).name, layers.Dense(1).name] == ["dense", "dense_1"]
    K.clear_session()
    assert layers.Dense(1).name == "dense"


def test_random():
    assert K.random_normal((3, 2)).shape == (3, 2)
    x = K.random_uniform((100,), 2, 3, seed=1).numpy()
    assert 2 <= x.min() < x.max() < 3
    assert not K.dropout(np.ones(1000, "float32"), 0.5, seed=1).numpy().all()


def test_functions_of_symbolic_tensors():
    x = keras.Input((3,))
    y = keras.layers.Dense(2)(x)
    data = X.copy()
    expected = keras.Model(x, y)(data).numpy()
    for call, made in ((K.function([x], [y])([data])[0], expected), (K.function(x, y)(data), expected)):
        assert isinstance(call, np.ndarray)
        np.testing.assert_array_equal(call, made)
    np.testing.assert_array_equal(K.function([x], {"a": y})([data])["a"], expected)
    with pytest.raises(ValueError, match="`updates` argument is not supported"):
        K.function([x], [y], updates=[1])
    with pytest.raises(RuntimeError, match="Use tf.GradientTape"):
        K.gradients(y, x)


def test_placeholders_are_inputs():
    x = K.placeholder((2, 3))
    assert K.is_keras_tensor(x) and K.int_shape(x) == (2, 3) and K.int_shape(K.placeholder(ndim=2)) == (None, None)
    model = keras.Model(x, K.switch(K.mean(x) > 0, x, -x))
    np.testing.assert_array_equal(model(-X).numpy(), X)
    with pytest.raises(ValueError, match="`shape` or `ndim`"):
        K.placeholder()


class Phase(keras.layers.Layer):
    """1 in training, 0 else, in two ways."""

    def call(self, inputs):
        return inputs * 0.0 + K.in_train_phase(1.0, lambda: 0.0) + 10.0 * K.learning_phase()


def test_phases_inside_layers():
    layer = Phase()
    model = keras.Sequential([layer])
    assert layer(X).numpy()[0, 0] == 0 and model(X, training=True).numpy()[0, 0] == 11
    assert model(X).numpy()[0, 0] == 0 and model.predict(X, verbose=0)[0, 0] == 0
    model.compile("sgd", loss=lambda y, p: K.mean(p, axis=-1))
    assert model.fit(X, X, verbose=0).history["loss"] == [11.0] and model.evaluate(X, X, verbose=0) == 0
    with K.learning_phase_scope(1):
        assert K.in_train_phase(1, 2) == 1 and K.in_test_phase(1, 2) == 2
    K.set_learning_phase(0)
    with pytest.raises(NotImplementedError, match="training=True"):
        K.set_learning_phase(1)


def test_print_tensor_prints_in_every_run(capsys):
    f = keras.function(lambda x: K.print_tensor(x, "x is") * 2.0)
    for k in (1.0, 2.0):
        assert f(np.float32([k])).numpy() == 2 * k
    assert capsys.readouterr().out == "x is [1.]\nx is [2.]\n"
    with keras.GradientTape() as tape:
        x = keras.convert_to_tensor(X)
        tape.watch(x)
        y = K.print_tensor(x)
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), np.ones((2, 3)))
    assert "[[1. 2. 3.]" in capsys.readouterr().out


def test_values_in_and_out():
    a, b = K.variable(1.0), K.variable([1.0, 2.0])
    K.batch_set_value([(a, 5), (b, [3, 4])])
    assert [v.tolist() for v in K.batch_get_value([a, b])] == [5, [3, 4]]
    assert K.random_normal_variable((2,), 0, 1, seed=3).shape == (2,) and not K.is_sparse(a)
    with pytest.raises(ValueError, match="shape"):
        K.set_value(b, [1, 2, 3])


def test_what_is_not_there_says_what_is_near():
    for name, words in {
        "local_conv2d": "conv2d",
        "rnn": "tf.scan",
        "ctc_decode": "ctc_batch_cost",
        "bach_dot": "batch_dot",
    }.items():
        with pytest.raises(AttributeError, match=words):
            getattr(K, name)


IMAGES = np.sin(np.arange(120, dtype="float32")).reshape(2, 5, 4, 3)
VOLUMES = IMAGES[..., None]
WINDOW = np.cos(np.arange(54, dtype="float32")).reshape(3, 3, 3, 2)
TURNED, IN_GROUPS = WINDOW.swapaxes(2, 3), WINDOW[:, :, :1].repeat(3, 3)
ONES = np.ones((1, 1, 6, 4), "float32")


@pytest.mark.parametrize(
    ("function", "make", "x", "kernels"),
    [
        (lambda x, k: K.conv2d(x, k, (2, 2), "same"), lambda L: L.Conv2D(2, 3, 2, "same"), IMAGES, [WINDOW]),
        (
            lambda x, k: K.conv2d(x, k, dilation_rate=2, padding="same"),
            lambda L: L.Conv2D(2, 3, padding="same", dilation_rate=2), IMAGES, [WINDOW],
        ),
        (lambda x, k: K.conv2d(x, k), lambda L: L.Conv2D(6, 3, groups=3), IMAGES, [IN_GROUPS]),
        (lambda x, k: K.conv1d(x, k, padding="causal"), lambda L: L.Conv1D(2, 3, padding="causal"), IMAGES[0], [WINDOW[0]]),
        (lambda x, k: K.conv3d(x, k), lambda L: L.Conv3D(2, 3), VOLUMES, [WINDOW[:, :, :, None]]),
        (
            lambda x, k: K.conv2d_transpose(x, k, (None, 10, 8, 2), (2, 2), "same"),
            lambda L: L.Conv2DTranspose(2, 3, 2, "same"), IMAGES, [TURNED],
        ),
        (lambda x, k: K.depthwise_conv2d(x, k, (2, 2)), lambda L: L.DepthwiseConv2D(3, 2, depth_multiplier=2), IMAGES, [WINDOW]),
        (
            lambda x, k, ones: K.separable_conv2d(x, k, ones),
            lambda L: L.SeparableConv2D(4, 3, depth_multiplier=2), IMAGES, [WINDOW, ONES],
        ),
        (lambda x: K.pool2d(x, (2, 2), pool_mode="avg"), lambda L: L.AveragePooling2D(2, 1), IMAGES, []),
        (lambda x: K.pool3d(x, (2, 2, 1), (2, 2, 1), "same"), lambda L: L.MaxPooling3D((2, 2, 1), padding="same"), VOLUMES, []),
        (
            lambda x: K.resize_images(x, 2, 3, "channels_last", "bilinear"),
            lambda L: L.UpSampling2D((2, 3), interpolation="bilinear"), IMAGES, [],
        ),
        (lambda x: K.resize_volumes(x, 2, 1, 3, "channels_last"), lambda L: L.UpSampling3D((2, 1, 3)), VOLUMES, []),
    ],
)  # fmt: skip
def test_functions_of_images_are_those_of_layers(function, make, x, kernels):
    layer = make(keras.layers)
    layer(x)
    for weight, kernel in zip(layer.weights, kernels, strict=False):  # biases stay zero
        weight.assign(kernel)
    np.testing.assert_allclose(function(x, *kernels).numpy(), layer(x).numpy(), rtol=1e-5, atol=1e-5)


def test_functions_of_images_with_channels_first():
    y = K.conv2d(IMAGES.transpose(0, 3, 1, 2), WINDOW, padding="same", data_format="channels_first")
    np.testing.assert_allclose(
        y.numpy().transpose(0, 2, 3, 1), K.conv2d(IMAGES, WINDOW, padding="same").numpy(), rtol=1e-5
    )
    assert K.resize_images(IMAGES, 2, 1, "channels_first").shape == (2, 5, 8, 3)
    inputs = keras.Input((5, 4, 3))
    assert keras.Model(inputs, K.pool2d(inputs, (2, 2), (2, 2))).predict(IMAGES, verbose=0).shape == (2, 2, 2, 3)
    for call, message in {
        lambda: K.conv2d(IMAGES[0], WINDOW): "`x` must have 4 axes",
        lambda: K.conv2d(IMAGES, WINDOW[0]): "`kernel` must have 4 axes",
        lambda: K.conv2d(IMAGES, WINDOW, data_format="NHWC"): "`data_format` must be",
        lambda: K.pool2d(IMAGES, (2, 2), pool_mode="sum"): "`pool_mode` must be",
        lambda: K.resize_images(IMAGES, 0, 1, "channels_last"): "`height_factor` must be",
        lambda: K.resize_images(IMAGES, 1, 1, "channels_last", "cubic"): "`interpolation` must be",
        lambda: K.conv2d_transpose(IMAGES, TURNED, (2, 5, 4, 9)): "`output_shape` must be",
    }.items():
        with pytest.raises(ValueError, match=message):
            call()

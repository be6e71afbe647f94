"""The convolutions of tf.nn against loops, and what their arguments may look like."""

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from tests.references import conv as reference

RNG = np.random.default_rng(0)
X = RNG.standard_normal((2, 9, 8, 4)).astype("float32")
W = RNG.standard_normal((3, 3, 4, 5)).astype("float32")
NONE = ((0, 0), (0, 0))


def close(y, expected):
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-4, atol=1e-4)


def test_conv2d():
    expected = reference.conv(X, W, (2, 1), NONE, (1, 1))
    for strides in ([1, 2, 1, 1], (2, 1)):
        close(tf.nn.conv2d(X, W, strides, "VALID"), expected)
    close(tf.nn.convolution(X, W, (2, 1)), expected)
    turned = tf.nn.conv2d(X.transpose(0, 3, 1, 2), W, [1, 1, 2, 1], "VALID", data_format="NCHW")
    close(turned, expected.transpose(0, 3, 1, 2))


def test_paddings():
    close(tf.nn.conv2d(X, W, 1, "SAME"), reference.conv(X, W, (1, 1), ((1, 1), (1, 1)), (1, 1)))
    pairs = [[0, 0], [2, 1], [0, 3], [0, 0]]
    close(tf.nn.conv2d(X, W, 1, pairs), reference.conv(X, W, (1, 1), ((2, 1), (0, 3)), (1, 1)))


def test_dilations():
    expected = reference.conv(X, W, (1, 1), NONE, (2, 2))
    close(tf.nn.conv2d(X, W, 1, "VALID", dilations=2), expected)
    close(tf.nn.atrous_conv2d(X, W, 2, "VALID"), expected)


def test_groups():
    w = W[:, :, :2, :4]
    close(tf.nn.conv2d(X, w, 1, "VALID"), reference.conv(X, w, (1, 1), NONE, (1, 1), 2))


def test_one_and_three_axes():
    x, w = X[:, :, 0], W[:, 0]
    close(tf.nn.conv1d(x, w, 2, "VALID"), reference.conv(x, w, (2,), ((0, 0),), (1,)))
    x, w = X[:, :, :, None], W[:, :, None]
    close(tf.nn.conv3d(x, w, [1, 1, 1, 1, 1], "VALID"), reference.conv(x, w, (1,) * 3, ((0, 0),) * 3, (1,) * 3))


def test_depthwise_and_separable():
    w = RNG.standard_normal((3, 3, 4, 2)).astype("float32")
    expected = reference.conv(X, w.reshape(3, 3, 1, 8), (1, 1), NONE, (1, 1), 4)
    close(tf.nn.depthwise_conv2d(X, w, [1, 1, 1, 1], "VALID"), expected)
    mix = RNG.standard_normal((1, 1, 8, 3)).astype("float32")
    close(tf.nn.separable_conv2d(X, w, mix, [1, 1, 1, 1], "VALID"), expected @ mix[0, 0].astype("float64"))


def test_transposes():
    dy = RNG.standard_normal((2, 4, 4, 5)).astype("float32")
    dx, _ = reference.conv_gradients(X, W, dy[:, :4, :3], (2, 2), NONE, (1, 1))
    close(tf.nn.conv2d_transpose(dy[:, :4, :3], W, [2, 9, 8, 4], [1, 2, 2, 1], "VALID"), dx)
    x, w, dy = X[:, :, 0], W[:, 0], dy[:, :, 0]
    dx, _ = reference.conv_gradients(x, w, dy, (2,), ((0, 0),), (1,))
    close(tf.nn.conv1d_transpose(dy, w, [2, 9, 4], 2, "VALID"), dx)
    x, w, dy = X[:, :, :, None], W[:, :, None], RNG.standard_normal((2, 7, 6, 1, 5)).astype("float32")
    dx, _ = reference.conv_gradients(x, w, dy, (1,) * 3, ((0, 0),) * 3, (1,) * 3)
    close(tf.nn.conv3d_transpose(dy, w, [2, 9, 8, 1, 4], 1, "VALID"), dx)


def test_transpose_with_a_batch_that_is_written_down():
    given = keras.Input((4, 3, 5))
    y = keras.layers.Lambda(lambda x: tf.nn.conv2d_transpose(x, W, [2, 9, 7, 4], 2, "VALID"))(given)
    model = keras.Model(given, y)
    assert model.predict(np.ones((2, 4, 3, 5), "float32"), verbose=0).shape == (2, 9, 7, 4)
    with pytest.raises(ValueError, match="must be of 1 images"):
        model(np.ones((1, 4, 3, 5), "float32"))


def test_errors():
    with pytest.raises(ValueError, match="conv2d: `strides` must be 1 for batch"):
        tf.nn.conv2d(X, W, [2, 1, 1, 1], "VALID")
    with pytest.raises(ValueError, match="conv2d: `filters` must have 4 axes"):
        tf.nn.conv2d(X, W[0], 1, "VALID")
    with pytest.raises(ValueError, match="conv2d: `input` must have 4 axes"):
        tf.nn.conv2d(X[0], W, 1, "VALID")
    with pytest.raises(ValueError, match="conv_transpose: `output_shape`"):
        tf.nn.conv2d_transpose(np.ones((2, 4, 3, 5), "float32"), W, [2, 19, 8, 4], 2, "VALID")
    dy = np.ones((2, 4, 3, 5), "float32")
    for shape in ([3, 9, 8, 4], [2, 9, 8, 5], [9, 8, 4]):
        with pytest.raises(ValueError, match="conv2d_transpose: `output_shape` must be of 2 images with 4 channels"):
            tf.nn.conv2d_transpose(dy, W, shape, 2, "VALID")
    with pytest.raises(ValueError, match="conv2d: `data_format` must be one of.*NHWC.*NCHW"):
        tf.nn.conv2d(X, W, 1, "VALID", "NWHC")
    for padding in ([[0, 1], [1, 1], [1, 1], [0, 0]], [[1, 1], [1, 1]]):
        with pytest.raises(ValueError, match="conv2d: `padding` must be"):
            tf.nn.conv2d(X, W, 1, padding)


def test_arrays_take_the_type_of_the_tensor():
    x, w = tf.constant(X), W.astype("float64")
    close(tf.nn.conv2d(x, w, np.array([1, 1, 1, 1]), "VALID"), reference.conv(X, W, (1, 1), NONE, (1, 1)))
    close(tf.nn.conv2d(X, w.tolist(), 1, "VALID"), reference.conv(X, W, (1, 1), NONE, (1, 1)))
    assert tf.nn.depthwise_conv2d(x, np.ones((3, 3, 4, 1)), [1, 1, 1, 1], "SAME").dtype == "float32"
    assert tf.nn.conv2d_transpose(x, np.ones((3, 3, 5, 4)), [2, 18, 16, 5], 2).dtype == "float32"
    with pytest.raises(TypeError, match="one dtype"):
        tf.nn.conv2d(x, tf.constant(w), 1, "VALID")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tf.nn.conv2d(X, W, 1, "SAME", data_format="NWHC"), ValueError, "conv2d: `data_format`.*'NWHC'"),
        (lambda: tf.nn.conv1d(X[0], W[0], 1, "SAME", data_format="NHWC"), ValueError, "conv1d: `data_format`"),
        (lambda: tf.nn.conv2d(X, W, "2", "SAME"), TypeError, "`strides` must be integers.*'2'"),
        (lambda: tf.nn.conv2d(X, W, [1.5, 1], "SAME"), TypeError, "`strides` must be integers"),
        (lambda: tf.nn.conv2d(X, W, 1, [[1, 0], [0, 0], [0, 0], [0, 0]]), ValueError, "batch and channels"),
        (lambda: tf.nn.conv2d(X, W, 1, [[0, 0], [0, 0]] * 3), ValueError, "4 pairs"),
        (lambda: tf.nn.max_pool2d(X, "2", 2, "SAME"), TypeError, "`ksize` must be integers"),
        (lambda: tf.nn.max_pool2d(X, 2, 2, [[0, 0], [0, 0], [0, 0], [0, 1]]), ValueError, "batch and channels"),
        (lambda: tf.nn.conv2d_transpose(X, W.swapaxes(2, 3), [2, 18, 16, 7], 2), ValueError, "2 images with 5 channels"),
        (lambda: tf.nn.conv2d_transpose(X, W.swapaxes(2, 3), [3, 18, 16, 5], 2), ValueError, "2 images with 5 channels"),
        (
            lambda: tf.nn.separable_conv2d(X, W[..., :1], np.ones((2, 2, 4, 3), "float32"), [1, 1, 1, 1], "SAME"),
            ValueError, "pointwise_filter",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_transposes_of_any_number_of_axes_and_of_dilations():
    w, shape = W.swapaxes(2, 3), [2, 18, 16, 5]
    close(tf.nn.conv_transpose(X, w, shape, 2), tf.nn.conv2d_transpose(X, w, shape, 2).numpy())
    close(
        tf.nn.conv_transpose(X[:, 0], w[0], [2, 16, 5], 2), tf.nn.conv1d_transpose(X[:, 0], w[0], [2, 16, 5], 2).numpy()
    )
    dx, _ = reference.conv_gradients(np.ones((2, 13, 12, 5)), w, X, (1, 1), NONE, (2, 2))
    close(tf.nn.atrous_conv2d_transpose(X, w, [2, 13, 12, 5], 2, "VALID"), dx)

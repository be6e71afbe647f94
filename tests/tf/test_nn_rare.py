"""The rarer functions of tf.nn against recordings of TensorFlow (make_nn.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from tests.gradcheck import check_vjp
from tests.tf.make_nn import ARRAYS, EXPRESSIONS, evaluate

RECORDED = json.loads(Path(__file__).with_name("nn.json").read_text())
X, K = (ARRAYS[name].astype("float64") for name in ("x", "k"))
ONES = [1, 1, 1, 1]
# Windows all outside, or all -inf: TensorFlow gives their gradient to a pixel and a filter's element that are not in the result.
NOTHING_WINS = [t for t in EXPRESSIONS if "[1, 9, 9, 1]" in t or "-inf" in t]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_value_and_gradients(text):
    ours, theirs = evaluate(tf, text), RECORDED[text]
    assert_same(ours["values"], theirs["values"])
    if text in NOTHING_WINS:
        return
    assert set(ours["gradients"]) == set(theirs["gradients"])
    assert_same(
        list(ours["gradients"].values()), [theirs["gradients"][name] for name in ours["gradients"]], of_sums=True
    )


def assert_same(ours, theirs, of_sums=False):
    for a, b in zip(ours, theirs, strict=True):
        assert (a["dtype"], a["shape"]) == (b["dtype"], b["shape"])
        # float32: a few roundings, 6e-8 each; gradients are sums of up to 180 products with positions
        most = np.abs([v for v in b["values"] if abs(v) < 1e30] or [0]).max(initial=0) if of_sums else 1
        np.testing.assert_allclose(a["values"], b["values"], rtol=1e-5 if of_sums else 2e-6, atol=2e-6 * most)


def test_second_derivatives():
    check_vjp(lambda x: tf.nn.max_pool_with_argmax(x, 2, 1, "SAME").output, X, second=True)
    check_vjp(lambda x: tf.nn.pool(x, [2, 2], "AVG", dilations=[2, 2]), X, second=True)
    check_vjp(lambda x, k: tf.nn.dilation2d(x, k, ONES, "SAME", "NHWC", [1, 2, 1, 1]), X, K, second=True)
    check_vjp(lambda x, k: tf.nn.erosion2d(x, k, ONES, "VALID", "NHWC", ONES), X, K, second=True)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: tf.nn.max_pool_with_argmax(x, 3, 2, "SAME", include_batch_in_index=True),
        lambda x: tf.nn.pool(x, [2, 2], "MAX", dilations=[2, 3]),
        lambda x: tf.nn.erosion2d(x, ARRAYS["k"], ONES, "SAME", "NHWC", [1, 2, 2, 1]),
        lambda x: tf.compat.v1.nn.fused_batch_norm(x, ARRAYS["scale"], ARRAYS["shift"]),
    ],
)
def test_in_plans_and_models(function):
    x = tf.constant(ARRAYS["x"])
    eager = tf.nest.flatten(function(x))
    for y, planned in zip(eager, tf.nest.flatten(tf.function(function)(x)), strict=True):
        assert y.numpy().tobytes() == planned.numpy().tobytes()
    inputs = keras.Input((5, 6, 3))
    model = keras.Model(inputs, tf.nest.flatten(function(inputs))[0])
    assert model.output_shape == (None, *eager[0].shape[1:])
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_array_equal(again(x), eager[0])


def test_where_nothing_wins_there_is_no_gradient():
    k = tf.constant(ARRAYS["k"])
    with tf.GradientTape() as tape:
        tape.watch(k)
        y = tf.nn.dilation2d(np.full((1, 3, 3, 3), -np.inf, "float32"), k, ONES, "VALID", "NHWC", ONES)
    assert (y.numpy() == np.finfo("float32").min).all()
    assert not tape.gradient(y, k).numpy().any()


def test_unpooled_by_argmax():
    """What argmax is for: maxima back at their places."""
    y, at = tf.nn.max_pool_with_argmax(ARRAYS["x"], 2, 2, "VALID", include_batch_in_index=True)
    back = np.zeros(X.size, "float32")
    back[at.numpy().ravel()] = y.numpy().ravel()
    assert np.count_nonzero(back) == y.size
    np.testing.assert_array_equal(back[back != 0], ARRAYS["x"].ravel()[back != 0])


def test_old_names_are_those_of_tf_nn():
    assert tf.compat.v1.nn.relu is tf.nn.relu
    assert "fused_batch_norm" in dir(tf.compat.v1.nn) and "relu" in dir(tf.compat.v1.nn)
    with pytest.raises(AttributeError, match="fused_batch_norm"):
        tf.compat.v1.nn.fused_batchnorm  # noqa: B018


def dilated(x=X, k=K, strides=ONES, padding="VALID", form="NHWC", dilations=ONES):
    return tf.nn.dilation2d(x, k, strides, padding, form, dilations)


def fused(x=ARRAYS["x"], scale=ARRAYS["scale"], **more):
    return tf.compat.v1.nn.fused_batch_norm(x, scale, ARRAYS["shift"], **more)


@pytest.mark.parametrize("call,error,text", [
    (lambda: tf.nn.max_pool_with_argmax(X, 2, 2, "VALID", "NCHW"), ValueError, "NHWC"),
    (lambda: tf.nn.max_pool_with_argmax(X, 2, 2, [[0, 0]] * 4), TypeError, "`padding`"),
    (lambda: tf.nn.max_pool_with_argmax(X, 2, 2, "VALID", output_dtype="float32"), ValueError, "int32 or int64"),
    (lambda: tf.nn.max_pool_with_argmax(X[0], 2, 2, "VALID"), ValueError, "batch, height, width"),
    (lambda: tf.nn.max_pool_with_argmax(X, 7, 2, "VALID"), ValueError, "larger"),
    (lambda: tf.nn.max_pool_with_argmax(X.astype("int64"), 2, 2, "VALID"), TypeError, "32 bits"),
    (lambda: tf.nn.pool(X, [2, 2], "MAX", dilations=[2, 2], padding="SAME"), ValueError, "VALID"),
    (lambda: tf.nn.pool(X, [2, 2], "MAX", strides=[2, 1], dilations=[2, 2]), ValueError, "`strides`"),
    (lambda: tf.nn.pool(X, [2, 2], "MAX", dilations=[2, 0]), ValueError, "`dilations`"),
    (lambda: tf.nn.pool(X, [2, 2], "MAX", dilations=[6, 1]), ValueError, "larger"),
    (lambda: dilated(form="NCHW"), ValueError, "NHWC"),
    (lambda: dilated(k=K[..., :2]), ValueError, "`filters`"),
    (lambda: dilated(k=K[:0]), ValueError, "`filters`"),
    (lambda: dilated(strides=[2, 1, 1, 1]), ValueError, "batch and channels"),
    (lambda: dilated(strides=[1, 0, 1, 1]), ValueError, "positive"),
    (lambda: dilated(dilations=[1, 5, 1, 1]), ValueError, "larger"),
    (lambda: dilated(padding="FULL"), ValueError, "FULL"),
    (lambda: fused(data_format="NDHWC"), ValueError, "`data_format`"),
    (lambda: fused(X), TypeError, "float32"),
    (lambda: fused(is_training=False), ValueError, "`mean` and `variance`"),
    (lambda: fused(exponential_avg_factor=0.5), ValueError, "`mean` and `variance`"),
    (lambda: tf.compat.v1.nn.dilation2d(X, K, ONES, padding="SAME", filters=K), ValueError, "give one"),
])  # fmt: skip
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()

"""tf.nn.local_response_normalization against its formula."""

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from tests.gradcheck import check_vjp

X = np.random.default_rng(0).standard_normal((2, 3, 4, 7))


def expected(x, radius, bias, alpha, beta):
    sums = [np.square(x[..., max(0, c - radius) : c + radius + 1]).sum(-1) for c in range(x.shape[-1])]
    return x / (bias + alpha * np.stack(sums, -1)) ** beta


@pytest.mark.parametrize("arguments", [(5, 1, 1, 0.5), (2, 2.0, 0.01, 0.75), (0, 1, 1, 1)])
def test_formula(arguments):
    np.testing.assert_allclose(tf.nn.lrn(X, *arguments).numpy(), expected(X, *arguments), rtol=1e-12)
    check_vjp(lambda x: tf.nn.local_response_normalization(x, *arguments), X, second=True)


def test_in_a_model():
    inputs = keras.Input((3, 4, 7))
    model = keras.Model(inputs, tf.nn.local_response_normalization(inputs, 2))
    again = keras.Model.from_config(model.get_config())
    np.testing.assert_allclose(again.predict(X, verbose=0), expected(X, 2, 1, 1, 0.5), rtol=1e-5)


def test_errors():
    for call, message in {
        lambda: tf.nn.lrn(X[0]): r"`input` must be \(N, H, W, C\)",
        lambda: tf.nn.lrn(X.astype("int32")): "floating point",
        lambda: tf.nn.lrn(X, -1): "`depth_radius` must be",
        lambda: tf.nn.lrn(X, 1.5): "`depth_radius` must be",
    }.items():
        with pytest.raises(ValueError, match=message):
            call()

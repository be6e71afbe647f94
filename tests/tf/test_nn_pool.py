"""tf.nn's pooling: TensorFlow's spellings of windows, formats and padding. The numbers are tests/ops/test_pool.py's."""

import numpy as np
import pytest

import pyseq.tf as tf
from pyseq.ops import pool

X = np.random.default_rng(0).standard_normal((2, 6, 4, 3)).astype("float32")


@pytest.mark.parametrize("ksize,strides", [(2, 2), ([2], [2]), ([2, 2], [2, 2]), ([1, 2, 2, 1], [1, 2, 2, 1])])
@pytest.mark.parametrize("padding", ["VALID", "SAME"])
@pytest.mark.parametrize("kind", ["max_pool", "avg_pool"])
def test_windows(kind, ksize, strides, padding):
    wanted = getattr(pool, kind)(X, 2, 2, padding.lower()).numpy()
    for function in (getattr(tf.nn, kind), getattr(tf.nn, f"{kind}2d")):
        np.testing.assert_array_equal(function(X, ksize, strides, padding), wanted)
    first = getattr(tf.nn, kind)(np.moveaxis(X, -1, 1), 2, 2, padding, "NCHW")
    np.testing.assert_array_equal(np.moveaxis(first.numpy(), 1, -1), wanted)
    both = tf.nn.pool(X, [2, 2], kind[:3].upper(), strides=[2, 2], padding=padding)
    np.testing.assert_array_equal(both, wanted)


def test_explicit_padding_and_other_ranks():
    pairs = [[0, 0], [1, 0], [0, 1], [0, 0]]
    wanted = pool.max_pool(X, 2, 2, ((1, 0), (0, 1))).numpy()
    np.testing.assert_array_equal(tf.nn.max_pool2d(X, 2, 2, pairs), wanted)
    assert tf.nn.max_pool1d(X[0], 2, 2, "VALID").shape == (6, 2, 3)
    assert tf.nn.avg_pool3d(X[None], 2, 2, "SAME").shape == (1, 1, 3, 2, 3)


@pytest.mark.parametrize(
    "call,error,text",
    [
        (lambda: tf.nn.max_pool(X, [2, 1, 2, 1], 1, "VALID"), ValueError, "batch and channels"),
        (lambda: tf.nn.max_pool(X, [2, 2, 2], 1, "VALID"), ValueError, "1, 2 or 4 elements"),
        (lambda: tf.nn.max_pool1d(X, 2, 1, "VALID"), ValueError, "3 axes"),
        (lambda: tf.nn.avg_pool(X, 2, 1, "FULL"), ValueError, "FULL"),
        (lambda: tf.nn.avg_pool(X, 2, 1, "VALID", "NWC"), ValueError, "NHWC"),
        (lambda: tf.nn.pool(X, [2, 2], "SUM"), ValueError, "pooling_type"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()

"""keras.backend: names, arguments and a few values."""

import numpy as np
import pytest

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

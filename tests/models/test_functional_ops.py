"""Functions and operators on KerasTensors make layers named as tf.keras 2.15 names them."""

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq import backend as K
from pyseq.core import dispatch
from pyseq.core.keras_tensor import KerasTensor


@pytest.fixture
def x():
    keras.backend.clear_session()
    return keras.Input((4,), name="x")


CASES = {  # function -> layer name, shape, dtype: as tf.keras 2.15.1 gives them
    "add": (lambda x: x + x, "tf.__operators__.add", (None, 4), "float32"),
    "add a tensor first": (lambda x: tf.ones((4,)) + x, "tf.__operators__.add", (None, 4), "float32"),
    "add a variable first": (lambda x: tf.Variable(tf.ones((4,))) + x, "tf.__operators__.add", (None, 4), "float32"),
    "add an array first": (lambda x: np.ones(4, "float32") + x, "tf.__operators__.add", (None, 4), "float32"),
    "subtract from a number": (lambda x: 1 - x, "tf.math.subtract", (None, 4), "float32"),
    "multiply": (lambda x: x * 2, "tf.math.multiply", (None, 4), "float32"),
    "divide": (lambda x: x / x, "tf.math.truediv", (None, 4), "float32"),
    "floor divide": (lambda x: x // x, "tf.compat.v1.floor_div", (None, 4), "float32"),
    "mod": (lambda x: x % x, "tf.math.floormod", (None, 4), "float32"),
    "power": (lambda x: x**2, "tf.math.pow", (None, 4), "float32"),
    "matmul": (lambda x: x @ tf.ones((4, 2)), "tf.linalg.matmul", (None, 2), "float32"),
    "negative": (lambda x: -x, "tf.math.negative", (None, 4), "float32"),
    "abs": (lambda x: abs(x), "tf.math.abs", (None, 4), "float32"),
    "less": (lambda x: x < x, "tf.math.less", (None, 4), "bool"),
    "equal": (lambda x: x == x, "tf.__operators__.eq", (None, 4), "bool"),
    "not equal": (lambda x: x != x, "tf.__operators__.ne", (None, 4), "bool"),
    "column": (lambda x: x[:, 0], "tf.__operators__.getitem", (None,), "float32"),
    "new axis": (lambda x: x[:, tf.newaxis, 1:3], "tf.__operators__.getitem", (None, 1, 2), "float32"),
    "concat": (lambda x: tf.concat([x, x], axis=-1), "tf.concat", (None, 8), "float32"),
    "tf.reduce_mean": (lambda x: tf.reduce_mean(x, axis=1), "tf.math.reduce_mean", (None,), "float32"),
    "K.mean": (lambda x: K.mean(x, 1, keepdims=True), "tf.math.reduce_mean", (None, 1), "float32"),
    "activations.relu": (lambda x: keras.activations.relu(x), "tf.nn.relu", (None, 4), "float32"),
    "tf.sigmoid": (lambda x: tf.sigmoid(x), "tf.math.sigmoid", (None, 4), "float32"),
    "tf.shape": (lambda x: tf.shape(x), "tf.compat.v1.shape", (2,), "int32"),
    "reshape": (lambda x: tf.reshape(x, (-1, 2, 2)), "tf.reshape", (None, 2, 2), "float32"),
    "transpose": (lambda x: tf.transpose(x), "tf.compat.v1.transpose", (4, None), "float32"),
    "cast": (lambda x: tf.cast(x, "int32"), "tf.cast", (None, 4), "int32"),
    "where": (lambda x: tf.where(tf.greater(x, 0.0), x, x), "tf.where", (None, 4), "float32"),
    "random": (lambda x: tf.random.normal(tf.shape(x)), "tf.random.normal", (None, 4), "float32"),
}


@pytest.mark.parametrize("case", CASES)
def test_makes_a_layer(case, x):
    function, name, shape, dtype = CASES[case]
    y = function(x)
    assert isinstance(y, KerasTensor)
    assert (y.layer.name, y.shape, y.dtype.name) == (name, shape, dtype)


def test_several_outputs_and_names_that_count(x):
    a, b = tf.split(x, 2, axis=1)
    assert (a.layer.name, a.shape, b.shape) == ("tf.split", (None, 2), (None, 2))
    assert (a._keras_history.tensor_index, b._keras_history.tensor_index) == (0, 1)
    assert tf.split(x, 2, axis=1)[0].layer.name == "tf.split_1"


def test_shapes_are_made_of_shapes(x):
    n = tf.shape(x)[0]
    assert tf.reshape(x, (n * 2, 2)).shape == (None, 2)
    fixed = keras.Input((4,), batch_size=3)
    assert tf.zeros(tf.shape(fixed)).shape == (3, 4)


@pytest.mark.parametrize("use", [bool, len, int, float, np.asarray, np.exp, hash, list])
def test_has_no_values(use, x):
    with pytest.raises(TypeError):
        use(x)


def test_an_error_of_an_eager_call_is_the_function_s_own():
    with pytest.raises(ValueError, match="concatenate"):
        tf.concat([tf.ones((2, 3)), tf.ones((3, 3))], axis=1)


def test_an_error_of_a_symbolic_call(x):
    with pytest.raises(ValueError, match="broadcast|shapes"):
        x + tf.ones((3,))


def test_functions_that_change_the_process_have_no_name_in_configurations():
    for name in ("keras.backend.set_floatx", "keras.backend.clear_session", "keras.backend.set_value"):
        with pytest.raises(ValueError, match="Unknown function"):
            dispatch.function_of(name)
    assert dispatch.function_of("math.reduce_mean") is tf.reduce_mean


def made_of_extents(ids, x):
    """Tensors whose shapes are made of extents taken one by one: two unknown ones of `ids`, the batch of `x`."""
    b, t = tf.shape(x)[0], tf.shape(ids)[1]
    return {
        "range": tf.range(start=0, limit=t, delta=1) + 0 * ids,
        "zeros": tf.zeros((b, t, 3)),
        "ones of a shape": tf.ones(tf.shape(ids)),
        "stack": tf.ones(tf.stack([t, b])),
        "concat": tf.ones(tf.concat([tf.shape(ids), [2]], 0)),
        "tile": tf.reshape(tf.tile(x[:, None], [1, t, 1]), (b, t, 4)),
        "band": tf.linalg.band_part(tf.ones((t, t)), -1, 0),
        "half": tf.reshape(tf.cast(ids, "float32"), (-1, t // 2, 2)),
        "slice": ids[:, : t - 1],
        "one hot": tf.one_hot(ids, t),
    }


def test_shapes_made_of_extents():
    """Shapes as tf.keras 2.15 gives them."""
    ids, x = keras.Input((None,), dtype="int32"), keras.Input((4,))
    outputs = made_of_extents(ids, x)
    assert {name: y.shape for name, y in outputs.items()} == {
        "range": (None, None), "zeros": (None, None, 3), "ones of a shape": (None, None), "stack": (None, None),
        "concat": (None, None, 2), "tile": (None, None, 4), "band": (None, None), "half": (None, None, 2), "slice": (None, None),
        "one hot": (None, None, None),
    }  # fmt: skip
    model = keras.Model([ids, x], outputs)
    for n, t in ((2, 6), (3, 4), (1, 10)):
        given = tf.constant(np.arange(n * t).reshape(n, t) % 3, "int32"), tf.constant(np.ones((n, 4), "float32"))
        made, expected = model(given), made_of_extents(*given)
        for name, y in expected.items():
            np.testing.assert_array_equal(made[name], y, err_msg=name)

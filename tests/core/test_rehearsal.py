"""Shapes of Python code that asks for values: found with values made up, which leave no trace."""

import numpy as np
import pytest
from pyseq.core.engine import SymbolicError

import pyseq.tf as tf
from pyseq.core import Variable, active_trace, as_dtype
from pyseq.core.trace import Rehearsal, made_up, rehearsal
from pyseq.layers.shape_inference import infer_shapes

layers = tf.keras.layers


def test_variables_keep_their_values():
    v, w = Variable([1.0, 2.0]), Variable(np.int64(3))

    def f(x):
        v.assign_add([1.0, 1.0])
        w.assign(7)
        return x if float(v.value()[0] + tf.reduce_sum(x)) > -99 and int(w) == 7 else x[0]

    assert infer_shapes(f, (None, 5), "float32") == (None, 5)
    assert v.numpy().tolist() == [1.0, 2.0] and w.numpy() == 3 and active_trace() is None


def test_an_error_puts_everything_back():
    v = Variable(1.0)
    with pytest.raises(ZeroDivisionError), rehearsal():
        v.assign(2.0)
        1 / 0
    assert v.numpy() == 1 and active_trace() is None


def test_what_does_not_end(monkeypatch):
    monkeypatch.setattr(Rehearsal, "MOST", 100)

    class Endless(layers.Layer):
        def call(self, x):
            while tf.reduce_max(tf.abs(x)) >= 0:
                x = x * 0.5
            return x

    with pytest.raises(SymbolicError, match="does not end"):
        Endless()(tf.keras.Input((3,)))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "bool", "uint8"])
def test_values_made_up(dtype):
    x = made_up((2, 3), as_dtype(dtype))
    assert x.shape == (2, 3) and x.dtype == dtype
    assert set(x.numpy().ravel().tolist()) <= {0} or dtype.startswith("float") or dtype == "bool"
    assert made_up((), as_dtype(dtype)).shape == () and made_up((0, 2), as_dtype(dtype)).shape == (0, 2)


def test_an_embedding_of_made_up_numbers():
    class Picks(layers.Layer):
        def __init__(self):
            super().__init__()
            self.table = layers.Embedding(3, 2)

        def call(self, x):
            return self.table(x) if tf.reduce_sum(x) >= 0 else self.table(x) * 0.0

    assert tuple(Picks()(tf.keras.Input((7,), dtype="int32")).shape) == (None, 7, 2)


def test_a_mask_goes_through():
    class Twice(layers.Layer):
        def __init__(self):
            super().__init__()
            self.supports_masking = True

        def call(self, x):
            return x * 2.0 if tf.reduce_sum(x) > 0 else x

    x = layers.Masking()(tf.keras.Input((4, 2)))
    assert tuple(Twice()(x)._keras_mask.shape) == (None, 4)


def test_both_branches_of_cond_are_built():
    class Either(layers.Layer):
        def __init__(self):
            super().__init__()
            self.a, self.b = layers.Dense(2), layers.Dense(2)

        def call(self, x):
            return tf.cond(tf.reduce_sum(x) > 0, lambda: self.a(x), lambda: self.b(x))

    layer = Either()
    layer(tf.keras.Input((3,)))
    assert len(layer.weights) == 4

    class M(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.either = Either()

        def call(self, x):
            return self.either(x)

    m = M()
    m.compile("adam", "mse")
    with pytest.warns(UserWarning, match="runs as Python code"):
        m.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert len(m.weights) == 4


@pytest.mark.filterwarnings("ignore:.*runs as Python code")
def test_a_model_of_functions_that_need_values():
    x = tf.keras.Input((3,))
    model = tf.keras.Model(x, layers.Dense(1)(tf.boolean_mask(x, x[:, 0] > 0)))
    assert tuple(model.output_shape) == (None, 1)
    for a in (
        np.ones((2, 3), "f4"),
        np.float32([[1, 0, 0], [-1, 0, 0]]),
    ) * 4:  # a plain model is planned the third time
        assert model(a).shape == (int((a[:, 0] > 0).sum()), 1)
        assert model.predict_on_batch(a).shape == model(a).shape

"""Users' own layers against what tf.keras 2.15 shows of the same ones; and what only pyseq says."""

import numpy as np
import pytest

import pyseq
import pyseq.tf as tf
from pyseq import layers
from pyseq.layers.naming import reset_names
from tests.layers import custom_cases
from tests.parity.recording import recorded

RECORDED = recorded("custom_layers")["outcomes"]
# Another exception on purpose: one that says more.
OTHER_ERROR = {"add_weight none dim": "raises ValueError"}


@pytest.fixture(scope="module")
def found():
    reset_names()
    return custom_cases.outcomes(tf)


@pytest.mark.parametrize("question", RECORDED)
def test_as_tf_keras(found, question):
    assert found[question] == OTHER_ERROR.get(question, RECORDED[question])


class Scale(layers.Layer):
    """A layer as users write them."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = layers.Dense(units, kernel_regularizer="l2")
        self.calls = self.add_weight("calls", (), initializer="zeros", trainable=False)

    def build(self, input_shape):
        self.gain = self.add_weight(name="gain", shape=(self.units,), initializer="ones", constraint="non_neg")

    def call(self, inputs, training=None):
        if training:
            self.calls.assign_add(1.0)
        y = self.inner(inputs) * self.gain
        self.add_loss(0.01 * tf.reduce_sum(y * y))
        return y

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def trained(run_eagerly):
    reset_names()
    pyseq.random.set_seed(1)
    model = pyseq.Sequential([layers.Input((4,)), Scale(3), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    x = np.sin(np.arange(40.0)).reshape(10, 4)
    history = model.fit(x, x[:, :1], batch_size=4, epochs=3, shuffle=False, verbose=0).history
    return history, model.get_weights()


def test_trains_in_a_plan_as_eagerly():
    (planned, weights), (eager, eager_weights) = trained(False), trained(True)
    assert planned == eager
    for a, b in zip(weights, eager_weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert 9.0 in [w for w in weights if w.shape == ()], "the layer counted its calls"


def test_in_a_model_of_inputs_and_outputs():
    inputs = layers.Input((4,))
    layer = Scale(2)
    model = pyseq.Model(inputs, layer(inputs))
    x = np.ones((3, 4), "f4")
    np.testing.assert_array_equal(model(x).numpy(), layer(x).numpy())
    assert model.output_shape == (None, 2)
    again = type(model).from_config(model.get_config(), custom_objects={"Scale": Scale})
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]


def test_weight_without_a_shape_that_can_be():
    with pytest.raises(ValueError, match="'a' must have a shape of non-negative integers"):
        layers.Layer().add_weight("a", (None, 2))


def test_arguments_that_are_no_plain_values_ask_for_get_config():
    class Holder(layers.Layer):
        def __init__(self, thing):
            super().__init__()

    with pytest.raises(NotImplementedError, match=r"arguments \['thing'\].*must override `get_config`"):
        Holder(object()).get_config()


def test_input_that_does_not_fit():
    layer = layers.Dense(2, name="head")
    layer(np.ones((1, 3)))
    with pytest.raises(ValueError, match='layer "head".*axis -1 .* value 3, but received input with shape .2, 4.'):
        layer(np.ones((2, 4)))


def test_variables_and_weights_in_the_order_they_are_made():
    """As in tf.keras 2.15, where both go into one list: `get_weights` of a layer that mixes them."""

    class Mixed(layers.Layer):
        def build(self, input_shape):
            self.a = tf.Variable(1.0, name="a")
            self.b = self.add_weight("b", ())
            self.c = tf.Variable(2.0, trainable=False, name="c")
            self.d = [tf.Variable(3.0, name="d")]
            self.e = self.add_weight("e", (), trainable=False)
            self.f = self.add_weight("f", ())
            self.add_weight("unassigned", ())

        def call(self, x):
            return x * self.a

    layer = Mixed(name="mixed")
    layer(np.ones((1, 1), "float32"))
    names = [v.name.removeprefix("mixed/") for v in layer.weights]
    assert names == ["a:0", "b:0", "d:0", "f:0", "unassigned:0", "c:0", "e:0"]
    layer.trainable = False
    assert [v.name.removeprefix("mixed/") for v in layer.weights] == names
    store = {}
    layer.save_own_variables(store)
    assert [float(store[str(k)]) for k in (0, 2, 5)] == [1, 3, 2]

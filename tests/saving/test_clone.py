"""clone_model: the same architecture, weights of its own."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.models import clone_model
from tests.saving.cases import MODELS, dense, without_tuples


@pytest.mark.parametrize("name", MODELS)
def test_fresh_weights_same_architecture(name):
    model = MODELS[name]()
    clone = clone_model(model)
    assert clone.name == model.name and clone.optimizer is None
    ours = [without_tuples(layer.get_config()) for layer in clone.layers]
    assert ours == [without_tuples(layer.get_config()) for layer in model.layers]
    clone.build((None, 6))
    assert [v.shape for v in clone.weights] == [v.shape for v in model.weights]
    assert not {id(v) for v in clone.weights} & {id(v) for v in model.weights}
    clone.set_weights(model.get_weights())
    x = np.ones((2, 6), "float32")
    np.testing.assert_array_equal(clone.predict(x, verbose=0), model.predict(x, verbose=0))


def test_function_of_the_layer():
    def with_dropout_off(layer):
        return layers.Dropout(0.0) if isinstance(layer, layers.Dropout) else type(layer).from_config(layer.get_config())

    clone = clone_model(MODELS["every_layer"](), clone_function=with_dropout_off)
    assert [layer.rate for layer in clone.layers if isinstance(layer, layers.Dropout)] == [0.0, 0.0]
    model = dense()
    assert clone_model(model, clone_function=lambda layer: layer).layers == model.layers


def test_other_input():
    clone = clone_model(dense(), input_tensors=keras.Input((6,), batch_size=7, name="other"))
    assert clone.input_shape == (7, 6)
    with pytest.raises(ValueError, match="at most one tensor"):
        clone_model(dense(), input_tensors=[keras.Input((6,)), keras.Input((6,))])
    with pytest.raises(ValueError, match="other than an `InputLayer`"):
        clone_model(dense(), input_tensors=3)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="must be a Model"):
        clone_model(layers.Dense(3))
    with pytest.raises(ValueError, match="must be a function"):
        clone_model(dense(), clone_function=3)


class Doubled(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs) * 2.0


def test_subclassed_model():
    clone = clone_model(Doubled(4, name="mine"))
    assert type(clone) is Doubled and clone.units == 4 and clone.name == "mine"
    with pytest.raises(ValueError, match="only supported for Sequential"):
        clone_model(Doubled(4), clone_function=lambda layer: layer)

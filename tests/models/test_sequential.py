"""Sequential: building, shapes, names, weights."""

import numpy as np
import pytest

from pyseq import Input, Sequential, layers


def two_layers(**first):
    return [layers.Dense(3, activation="relu", **first), layers.Dense(2)]


@pytest.mark.parametrize(
    "first", [{"input_shape": (4,)}, {"input_shape": [4]}, {"input_dim": 4}, {"batch_input_shape": (None, 4)},
              {"input_shape": (4,), "batch_size": 5}],
)  # fmt: skip
def test_shape_said_by_the_first_layer(first):
    model = Sequential(two_layers(**first))
    assert model.built and model.input_shape == (first.get("batch_size"), 4)
    assert model.output_shape == (first.get("batch_size"), 2)
    assert [w.shape for w in model.weights] == [(4, 3), (3,), (3, 2), (2,)]
    assert model.count_params() == 23


def test_input_in_the_list():
    model = Sequential([Input(shape=(4,)), *two_layers()])
    assert model.output_shape == (None, 2) and len(model.layers) == 2
    assert Sequential([layers.InputLayer(input_shape=(4,)), *two_layers()]).input_shape == (None, 4)


def test_built_by_the_first_call():
    model = Sequential(two_layers())
    with pytest.raises(ValueError, match="not yet been built"):
        model.summary()
    with pytest.raises(AttributeError, match="never been called"):
        model.output_shape  # noqa: B018
    with pytest.raises(ValueError, match="not yet been created"):
        model.weights  # noqa: B018
    assert model(np.zeros((7, 4))).shape == (7, 2)
    assert model.output_shape == (None, 2) and model.built


def test_built_by_build():
    model = Sequential(two_layers())
    model.build((None, 4))
    assert model.count_params() == 23


def test_add_and_pop():
    model = Sequential()
    model.add(layers.Dense(3, input_shape=(4,)))
    model.add(layers.Dense(2))
    model.pop()
    assert model.output_shape == (None, 3) and len(model.weights) == 2
    model.add(layers.Dense(5))
    assert model.predict(np.zeros((1, 4))).shape == (1, 5)
    for _ in range(2):
        model.pop()
    with pytest.raises(TypeError, match="no layers"):
        model.pop()


def test_what_may_be_added():
    with pytest.raises(TypeError, match="instance of class Layer"):
        Sequential([3])
    with pytest.raises(ValueError, match="unique names"):
        Sequential([layers.Dense(1, name="a"), layers.Dense(1, name="a")])


def test_names_count_up():
    names = [layers.Dense(1).name for _ in range(2)]
    base, _, number = names[0].rpartition("_")
    assert names[1] == (f"{base}_{int(number) + 1}" if base == "dense" else "dense_1")
    model = Sequential([layers.Dense(2, name="a", input_shape=(3,))], name="mine")
    assert model.name == "mine" and [w.name for w in model.weights] == ["a/kernel:0", "a/bias:0"]


def test_weights_in_and_out():
    model = Sequential(two_layers(input_shape=(4,)))
    arrays = [np.full(w.shape, k, "f4") for k, w in enumerate(model.weights)]
    model.set_weights(arrays)
    for a, b in zip(model.get_weights(), arrays, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="length 3"):
        model.set_weights(arrays[:3])
    with pytest.raises(ValueError, match="not compatible"):
        model.set_weights(arrays[::-1])
    np.testing.assert_array_equal(model.get_weights()[1], np.full(3, 1))


def test_nested_sequential():
    inner = Sequential(two_layers(input_shape=(4,)))
    model = Sequential([inner, layers.Dense(1)])
    assert model.output_shape == (None, 1) and len(model.weights) == 6
    model = Sequential([layers.Dense(4, input_shape=(9,)), Sequential(two_layers())])
    assert model.output_shape == (None, 2)


def test_config_round_trip():
    model = Sequential(
        [layers.Dense(3, activation="relu", input_shape=(4,), kernel_regularizer="l2", name="d"), layers.Flatten(),
         layers.Dropout(0.5, seed=3), layers.Reshape((3, 1)), layers.Activation("tanh")], name="m",
    )  # fmt: skip
    copied = Sequential.from_config(model.get_config())
    assert copied.get_config() == model.get_config()
    assert copied.output_shape == model.output_shape == (None, 3, 1)


def test_a_last_axis_of_one_is_added_or_dropped():
    model = Sequential([layers.Dense(2, input_shape=(1,))])
    assert model.predict(np.zeros(5)).shape == (5, 2)
    model = Sequential([layers.Dense(2, input_shape=(3,))])
    assert model.predict(np.zeros((5, 3, 1))).shape == (5, 2)


def test_shared_weights_are_listed_once():
    shared = layers.Dense(4, input_shape=(4,))
    model = Sequential([shared])
    model.second = shared
    assert len(model.weights) == 2


def test_frozen_layers():
    model = Sequential(two_layers(input_shape=(4,)))
    model.layers[0].trainable = False
    assert len(model.trainable_weights) == 2 and len(model.non_trainable_weights) == 2
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(np.ones((8, 4)), np.ones((8, 2)), verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert (before[3] != after[3]).any()


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4, 5, 32])
def test_predictions_do_not_depend_on_the_batch(batch_size):
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
    x = np.random.default_rng(0).standard_normal((5, 4)).astype("f4")
    np.testing.assert_array_equal(model.predict(x, batch_size=batch_size), np.asarray(model(x)))


class Interrupted:
    """An initializer that the user stops, the first time."""

    times = 1

    def __call__(self, shape, dtype=None):
        if self.times:
            self.times -= 1
            raise KeyboardInterrupt
        return np.ones(shape, dtype)


def test_building_goes_on_after_an_interruption():
    model = Sequential([layers.Dense(5), layers.Dense(3, bias_initializer=Interrupted()), layers.Dense(2)])
    with pytest.raises(KeyboardInterrupt):
        model.predict(np.ones((4, 6)))
    assert len(model.layers) == 3
    assert model.predict(np.ones((4, 6))).shape == (4, 2)
    assert [w.shape for w in model.weights] == [(6, 5), (5,), (5, 3), (3,), (3, 2), (2,)]


def test_a_layer_that_could_not_be_added_leaves_nothing():
    model = Sequential()
    with pytest.raises(KeyboardInterrupt):
        model.add(layers.Dense(3, input_shape=(4,), kernel_initializer=Interrupted()))
    model.add(layers.Dense(3, input_shape=(5,)))
    assert model.input_shape == (None, 5)
    with pytest.raises(ValueError, match="Reshape|reshape|total size"):
        model.add(layers.Reshape((2, 2)))
    model.add(layers.Reshape((3, 1)))
    assert model.output_shape == (None, 3, 1)

"""Models of the user's own classes and functions: found by registered names or `custom_objects`, never by import."""

import json
import warnings

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers, tf
from pyseq.models import load_model
from pyseq.saving import custom_object_scope, get_registered_name, register_keras_serializable
from tests.saving.cases import assert_same_model, assert_same_weights, data


@register_keras_serializable("tests.saving")
class Scale(layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.gain = self.add_weight("gain", (input_shape[-1],), initializer="ones")
        self.count = self.add_weight("count", (), dtype="int64", trainable=False)
        self.built = True

    def call(self, inputs):
        return inputs * self.gain * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@register_keras_serializable("tests.saving")
class Residual(keras.Model):
    """Layers in attributes, lists and dicts."""

    def __init__(self, units, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.entry = layers.Dense(units)
        self.blocks = [layers.Dense(units, activation=activation), Scale(0.5), layers.Dense(units)]
        self.ends = {"a": layers.Dense(2), "b": layers.Dense(3)}

    def call(self, inputs, training=None):
        x = self.entry(inputs)
        for block in self.blocks:
            x = x + block(x)
        return self.ends["b"](x) + tf.reduce_mean(self.ends["a"](x), axis=-1, keepdims=True)


@register_keras_serializable("tests.saving", name="square_of_difference")
def squared(y_true, y_pred):
    return tf.reduce_mean((y_true - y_pred) ** 2, axis=-1)


@register_keras_serializable("tests.saving")
class Weighted(keras.losses.Loss):
    def __init__(self, weight=2.0, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, y_true, y_pred):
        return tf.reduce_mean((y_true - y_pred) ** 2, axis=-1) * self.weight

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}


@register_keras_serializable("tests.saving")
class Largest(keras.metrics.Metric):
    def __init__(self, name="largest", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight("total", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(tf.reduce_max(y_pred))

    def result(self):
        return self.total.value()


@register_keras_serializable("tests.saving")
class Slow(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, step):
        return self.rate / (1.0 + tf.cast(step, "float32"))

    def get_config(self):
        return {"rate": self.rate}


@register_keras_serializable("tests.saving")
class Signed(keras.optimizers.Optimizer):
    """A user's optimizer, as written for tf.keras."""

    def __init__(self, learning_rate=0.01, name="Signed", **kwargs):
        super().__init__(name, **kwargs)
        self._learning_rate = self._build_learning_rate(learning_rate)

    def build(self, var_list):
        super().build(var_list)
        self.seen = [self.add_variable_from_reference(v, "seen") for v in var_list]
        self._built = True

    def update_step(self, gradient, variable):
        seen = self.seen[self._index_dict[self._var_key(variable)]]
        seen.assign_add(tf.abs(gradient))
        variable.assign_sub(tf.sign(gradient) * self.learning_rate)

    def get_config(self):
        return {**super().get_config(), "learning_rate": self._serialize_hyperparameter(self._learning_rate)}


@register_keras_serializable("tests.saving")
def bent(x):
    return tf.tanh(x) + 0.1 * x


@register_keras_serializable("tests.saving")
class Halves(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None, **kwargs):
        return np.full(shape, 0.5, dtype or "float32")


@register_keras_serializable("tests.saving")
class Pull(keras.regularizers.Regularizer):
    def __init__(self, to=1.0):
        self.to = to

    def __call__(self, x):
        return tf.reduce_sum((x - self.to) ** 2)

    def get_config(self):
        return {"to": self.to}


@register_keras_serializable("tests.saving")
class Capped(keras.constraints.Constraint):
    def __init__(self, most=1.0):
        self.most = most

    def __call__(self, w):
        return tf.minimum(w, self.most)

    def get_config(self):
        return {"most": self.most}


def targets():
    x, y = data()
    return x, np.eye(3, dtype="float32")[y]


def test_registered_layer(tmp_path):
    model = keras.Sequential([layers.Dense(4, input_shape=(6,)), Scale(3.0), layers.Dense(2)])
    for ending in (".keras", ".h5"):
        model.save(tmp_path / f"model{ending}")
        loaded = load_model(tmp_path / f"model{ending}", compile=False)
        assert type(loaded.layers[1]) is Scale and loaded.layers[1].factor == 3.0
        assert_same_model(model, loaded, data()[0])


def test_subclassed_model(tmp_path):
    model = Residual(4, activation=bent)
    x, y = targets()
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert type(loaded) is Residual and loaded.built
    assert_same_weights(model, loaded)
    np.testing.assert_array_equal(model.predict(x, verbose=0), loaded.predict(x, verbose=0))
    with pytest.raises(NotImplementedError, match="Save it as '.keras', or use `save_weights`"):
        model.save(tmp_path / "model.h5")
    assert not (tmp_path / "model.h5").exists()


def test_subclass_of_sequential(tmp_path):
    @register_keras_serializable("tests.saving")
    class Mine(keras.Sequential):
        def call(self, inputs, training=None):
            return super().call(inputs) * 2.0

    model = Mine([layers.Dense(3, input_shape=(6,))])
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert type(loaded) is Mine
    assert_same_model(model, loaded, data()[0])


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize(
    "arguments",
    [
        lambda: {"loss": squared},
        lambda: {"loss": Weighted(3.0)},
        lambda: {"loss": "mse", "metrics": [Largest(), squared]},
        lambda: {"loss": "mse", "optimizer": Signed(0.02)},
        lambda: {"loss": "mse", "optimizer": keras.optimizers.SGD(Slow(0.1), momentum=0.9)},
    ],
    ids=["loss function", "loss", "metrics", "optimizer", "schedule"],
)
def test_parts_of_training(arguments, ending, tmp_path):
    x, y = targets()
    model = keras.Sequential([layers.Dense(3, input_shape=(6,))])
    model.compile(**{"optimizer": "sgd", **arguments()})
    model.fit(x, y, epochs=2, verbose=0, shuffle=False)
    model.save(tmp_path / f"model{ending}")
    loaded = load_model(tmp_path / f"model{ending}")
    assert type(loaded.optimizer) is type(model.optimizer)
    histories = [m.fit(x, y, epochs=2, verbose=0, shuffle=False).history for m in (model, loaded)]
    assert histories[0] == histories[1]
    assert_same_weights(model, loaded)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_parts_of_layers(ending, tmp_path):
    model = keras.Sequential(
        [
            layers.Dense(3, activation=bent, kernel_initializer=Halves(), kernel_regularizer=Pull(2.0),
                         kernel_constraint=Capped(0.4), input_shape=(6,)),
            layers.Activation(bent),
        ]
    )  # fmt: skip
    model.compile("sgd", "mse")
    model.fit(*targets(), verbose=0)
    model.save(tmp_path / f"model{ending}")
    loaded = load_model(tmp_path / f"model{ending}")
    assert_same_model(model, loaded, data()[0])
    dense = loaded.layers[0]
    assert dense.activation is bent and type(dense.kernel_initializer) is Halves
    assert dense.kernel_regularizer.to == 2.0 and dense.kernel_constraint.most == 0.4


class NotRegistered(layers.Layer):
    def call(self, inputs):
        return inputs + 1.0


def plus_one(x):
    return x + 1.0


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_not_registered(ending, tmp_path):
    model = keras.Sequential([layers.Dense(3, input_shape=(6,), activation=plus_one), NotRegistered()])
    path = tmp_path / f"model{ending}"
    model.save(path)
    with pytest.raises(ValueError, match="NotRegistered|plus_one") as caught:
        load_model(path)
    assert "custom_object" in str(caught.value)
    known = {"NotRegistered": NotRegistered, "plus_one": plus_one}
    assert_same_model(load_model(path, custom_objects=known, compile=False), model, data()[0])
    with custom_object_scope(known):
        assert_same_model(load_model(path, compile=False), model, data()[0])
    with pytest.raises(ValueError, match="NotRegistered|plus_one"):  # the scope has ended
        load_model(path)


def test_function_given_as_custom_object(tmp_path):
    def own_loss(y_true, y_pred):
        return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)

    x, y = targets()
    for ending in (".keras", ".h5"):
        path = tmp_path / f"model{ending}"
        model = keras.Sequential([layers.Dense(3, input_shape=(6,))])
        model.compile("sgd", own_loss, metrics=[own_loss])
        expected = model.evaluate(x, y, verbose=0)
        model.save(path)
        with pytest.raises(ValueError, match="own_loss"):
            load_model(path)
        loaded = load_model(path, custom_objects={"own_loss": own_loss})
        assert loaded.loss is own_loss and loaded.evaluate(x, y, verbose=0) == expected


def test_lambda_is_told(tmp_path):
    model = keras.Sequential([layers.Dense(3, input_shape=(6,), activation=lambda x: x * 2.0)])
    for ending in (".keras", ".h5"):
        with pytest.warns(UserWarning, match="lambda is saved as its name alone"):
            model.save(tmp_path / f"model{ending}")
        with pytest.raises(ValueError, match="<lambda>"):
            load_model(tmp_path / f"model{ending}")


def test_what_is_written_names_no_code(tmp_path):
    model = Residual(4, activation=bent)
    model(data()[0])
    config = keras.saving.serialize_keras_object(model)
    assert config["registered_name"] == "tests.saving>Residual" == get_registered_name(Residual)
    assert config["config"]["activation"]["config"] == "tests.saving>bent"
    json.dumps(config)


def test_model_whose_arguments_cannot_be_described():
    class Holder(keras.Model):
        def __init__(self, thing):
            super().__init__()
            self.thing = thing

        def call(self, inputs):
            return inputs

    with pytest.raises(NotImplementedError, match="must override `get_config`"):
        Holder(object()).get_config()


def test_own_variables_of_a_layer(tmp_path):
    """save_own_variables and load_own_variables of a user's layer are used."""

    @register_keras_serializable("tests.saving")
    class Halved(layers.Dense):
        def save_own_variables(self, store):
            store["half"] = self.kernel.numpy() / 2

        def load_own_variables(self, store):
            self.kernel.assign(store["half"] * 2)

    model = keras.Sequential([Halved(3, input_shape=(6,))])
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        load_model(tmp_path / "model.keras").layers[0].kernel.numpy(), model.layers[0].kernel.numpy()
    )


def test_custom_compile_is_left_to_the_user(tmp_path):
    @register_keras_serializable("tests.saving")
    class TwoRates(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, inputs):
            return self.dense(inputs)

        def compile(self, rate, **kwargs):
            super().compile(keras.optimizers.SGD(rate), "mse")

    model = TwoRates()
    model.compile(0.1)
    model.fit(*targets(), verbose=0)
    model.save(tmp_path / "model.keras")
    with pytest.warns(UserWarning, match="compile_from_config"):
        loaded = load_model(tmp_path / "model.keras")
    assert_same_weights(model, loaded)


def test_nothing_is_told_without_need(tmp_path):
    model = Residual(4)
    model.compile("adam", "mse")
    model.fit(*targets(), verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.save(tmp_path / "model.keras")
        load_model(tmp_path / "model.keras")
        model.save_weights(tmp_path / "model.weights.h5")
        model.load_weights(tmp_path / "model.weights.h5")

"""Names of variables, symbolic masks, symbolic metrics, hooks of several batches: as tf.keras 2.15 has them."""

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq import layers


def test_names_of_variables():
    assert tf.Variable(1.0, name="w").name == "w:0" and tf.Variable(1.0).name == "Variable:0"
    with tf.name_scope("scope"):
        assert tf.Variable(1.0, name="w").name == "scope/w:0"
    assert tf.Variable(1.0, name="a/b:0").name == "a/b:0"


class Own(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight("w", (2,))
        self.inner = layers.Dense(2, name="inner")

    def build(self, input_shape):
        self.b = self.add_weight("b", (2,))
        self.v = tf.Variable(1.0, name="v")

    def call(self, inputs):
        return self.inner(inputs) * self.w + self.b


def test_names_of_weights_made_in_init_have_no_scope():
    layer = Own(name="own")
    layer(tf.zeros((1, 2)))
    assert {w.name for w in layer.weights} == {"w:0", "own/b:0", "own/v:0", "own/inner/kernel:0", "own/inner/bias:0"}
    dense = layers.Dense(2, name="d")
    dense.build((None, 2))
    assert [w.name for w in dense.weights] == ["kernel:0", "bias:0"]

    class Of(keras.Model):
        def __init__(self):
            super().__init__(name="of")
            self.w = self.add_weight("w", (2,))
            self.d = layers.Dense(2, name="d")

        def call(self, inputs):
            return self.d(inputs) * self.w

    model = Of()
    model(tf.zeros((1, 2)))
    assert [w.name for w in model.weights] == ["w:0", "of/d/kernel:0", "of/d/bias:0"] or {w.name for w in model.weights} == {
        "w:0", "of/d/kernel:0", "of/d/bias:0",
    }  # fmt: skip


def test_symbolic_masks():
    inputs = keras.Input((3,))
    embedding = layers.Embedding(4, 2, mask_zero=True)
    y = embedding(inputs)
    assert embedding.input_mask is None and embedding.output_mask is y._keras_mask
    assert embedding.output_mask.shape == (None, 3) and embedding.output_mask.dtype.name == "bool"
    dense = layers.Dense(2)
    with pytest.raises(AttributeError, match="no inbound nodes"):
        dense.output_mask  # noqa: B018
    z = dense(y)
    assert dense.input_mask is y._keras_mask and dense.output_mask.shape == (None, 3)
    assert dense.compute_mask(y) is None and dense.compute_mask(y, y._keras_mask) is y._keras_mask
    model = keras.Model(inputs, z)
    assert model.output_mask is dense.output_mask and model.input_mask is None
    pooled = layers.Flatten()
    pooled(z)
    assert pooled.output_mask is None


def test_compute_mask_of_symbolic_tensors_makes_a_graph():
    inputs = keras.Input((3,))
    mask = layers.Embedding(4, 2, mask_zero=True).compute_mask(inputs)
    np.testing.assert_array_equal(keras.Model(inputs, mask)(np.array([[0.0, 1.0, 2.0]])), [[False, True, True]])
    inputs = keras.Input((2, 2))
    mask = layers.Masking().compute_mask(inputs)
    np.testing.assert_array_equal(keras.Model(inputs, mask)(np.array([[[0.0, 0.0], [0.0, 2.0]]])), [[False, True]])


def test_is_tensor():
    assert all(map(tf.is_tensor, (keras.Input((3,)), tf.Variable(1.0), tf.constant(1.0))))
    assert not tf.is_tensor(np.zeros(2)) and not tf.is_tensor([tf.constant(1.0)])


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_symbolic_metrics(run_eagerly, tmp_path):
    x = keras.Input((3,))
    h = layers.Dense(2, name="h", kernel_initializer="ones")(x)
    model = keras.Model(x, layers.Dense(1, name="o", kernel_initializer="zeros")(h))
    model.add_metric(tf.reduce_sum(h), name="total")
    model.add_metric(h, name="mean", aggregation="mean")
    assert [m.name for m in model.metrics] == ["total", "mean"]
    assert [layer.name for layer in model.layers][-1].startswith("add_metric")
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"], run_eagerly=run_eagerly)
    history = model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=4, verbose=0).history
    assert history == {"loss": [1.0], "mae": [1.0], "total": [24.0], "mean": [3.0]}
    assert model.metrics_names == ["loss", "mae", "total", "mean"] and len(model.weights) == 4
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.evaluate(np.ones((8, 3)), np.ones((8, 1)), verbose=0) == [1.0, 1.0, 48.0, 3.0]


def test_symbolic_metrics_that_are_wrong():
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(1)(x))
    for arguments, message in (
        ((x,), "provide a name"),
        ((x, "a", "sum"), "aggregation"),
        ((keras.Input((3,)), "a"), "Graph disconnected"),
    ):
        with pytest.raises(ValueError, match=message):
            model.add_metric(arguments[0], *arguments[1:2], **({"aggregation": arguments[2]} if arguments[2:] else {}))
    assert len(model.layers) == 2 and model.metrics == []


class Hooks(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_begin(self, batch, logs=None):
        self.seen.append(f"b{batch}")

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(f"e{batch}")

    on_test_batch_begin, on_test_batch_end = on_train_batch_begin, on_train_batch_end
    on_predict_batch_begin = on_train_batch_begin

    def on_predict_batch_end(self, batch, logs=None):
        self.seen.append(f"e{batch} {len(logs['outputs'])}")


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_steps_per_execution(run_eagerly):
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=3, run_eagerly=run_eagerly)
    x, y = np.ones((65, 2)), np.ones((65, 1))
    wanted = ["b0", "e2", "b3", "e5", "b6", "e6"]
    for run in (model.fit, model.evaluate):
        hooks = Hooks()
        run(x, y, batch_size=10, verbose=0, callbacks=[hooks])
        assert hooks.seen == wanted
    hooks = Hooks()
    assert len(model.predict(x, batch_size=10, verbose=0, callbacks=[hooks])) == 65
    assert hooks.seen == ["b0", "e2 30", "b3", "e5 30", "b6", "e6 5"]
    hooks = Hooks()
    model.fit(x, y, batch_size=10, steps_per_epoch=4, verbose=0, callbacks=[hooks])
    assert hooks.seen == ["b0", "e2", "b3", "e3"]
    with pytest.raises(ValueError, match="steps_per_execution"):
        model.compile("sgd", "mse", steps_per_execution=-1)


@pytest.mark.parametrize("module", [keras.losses, keras.metrics])
def test_dir_tells_what_is_for_users(module):
    assert {"get", "serialize", "deserialize"} < set(dir(module))
    assert not {"annotations", "registry", "Registry"} & set(dir(module))
    assert all(hasattr(module, name) for name in dir(module))

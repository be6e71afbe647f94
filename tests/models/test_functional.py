"""Models of inputs and outputs: structure, calls, errors, copies and files. Numbers: test_functional_parity.py."""

import copy
import json
import pickle

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq import layers
from pyseq.models.functional import Functional
from tests.parity import functional_cases as cases

X = np.arange(12, dtype="float32").reshape(4, 3) / 10


@pytest.fixture(autouse=True)
def fresh_names():
    keras.backend.clear_session()


def two():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    return a, b, layers.Dense(1, name="o1")(a), layers.Dense(2, name="o2")(b)


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(cases.leaves(a), cases.leaves(b), strict=True))


# --------------------------------------------------------------------------------------------- structure


def test_what_a_model_knows():
    a, b, o1, o2 = two()
    model = keras.Model([a, b], [o1, o2])
    assert isinstance(model, Functional) and isinstance(model, keras.Model) and model.name == "model"
    assert keras.Model(a, o1).name == "model_1"
    assert model.input[0] is a and model.outputs[1] is o2 and model.inputs == [a, b]
    assert model.input_shape == [(None, 3), (None, 3)] and model.output_shape == [(None, 1), (None, 2)]
    assert model.get_layer("o1").output is o1 and model.get_layer(index=0) is model.layers[0]
    assert model.get_layer("o1").input_shape == (None, 3) and model.layers[0].output_shape == [(None, 3)]
    assert [spec.shape for spec in model.input_spec] == [(None, 3), (None, 3)]
    assert model.compute_output_shape([(5, 3), (5, 3)]) == [(5, 1), (5, 2)]
    assert keras.Model([a], [o1]).output is o1
    assert keras.Model(inputs=a, outputs=o1, trainable=False).trainable_weights == []
    assert keras.Model(a, o1, name="mine").name == "mine"


def test_uses_of_a_layer():
    a, b = keras.Input((3,)), keras.Input((2, 3))
    dense = layers.Dense(4)
    with pytest.raises(AttributeError, match="has no inbound nodes"):
        dense.output  # noqa: B018
    with pytest.raises(AttributeError, match="never been called"):
        dense.input_shape  # noqa: B018
    first, second = dense(a), dense(b)
    assert dense.get_output_at(0) is first and dense.get_output_at(1) is second and dense.get_input_at(1) is b
    assert dense.get_input_shape_at(1) == (None, 2, 3) and dense.get_output_shape_at(0) == (None, 4)
    assert dense.output is first and dense.input is a  # the first use, as in tf.keras 2.15
    for attribute in ("output_shape", "input_shape"):
        with pytest.raises(AttributeError, match="multiple inbound nodes"):
            getattr(dense, attribute)
    with pytest.raises(ValueError, match="at node 5, but the layer has only 2 inbound nodes"):
        dense.get_output_at(5)
    assert len(dense.inbound_nodes) == 2 and len(a.layer.outbound_nodes) == 1


def test_unknown_extents_stay_unknown():
    x = keras.Input((None, 3))
    y = layers.Dense(4)(x)
    assert y.shape == (None, None, 4)
    assert keras.Input((3,), batch_size=5).shape == (5, 3)
    assert keras.Input(batch_shape=(5, 3)).shape == (5, 3)
    model = keras.Model(x, tf.reduce_mean(y, axis=1))
    assert model.predict(np.ones((2, 7, 3))).shape == (2, 4)
    assert model.predict(np.ones((2, 5, 3))).shape == (2, 4)


def test_unknown_extents_that_must_not_be_small():
    class Tenth(layers.Layer):
        def call(self, inputs):
            return inputs[:, 10:]

    class Window(layers.Layer):
        def call(self, inputs):
            return tf.reshape(inputs[:, 100], (-1, 3))

    x = keras.Input((None, 3))
    assert Tenth()(x).shape == (None, None, 3)
    assert Window()(x).shape == (None, 3)


def test_a_layer_that_needs_values_says_its_shape():
    class ByNumPy(layers.Layer):
        def call(self, inputs):
            return tf.constant(inputs.numpy()[:, :2])

        def compute_output_shape(self, input_shape):
            return (input_shape[0], 2)

    class Silent(layers.Layer):
        def call(self, inputs):
            return tf.constant(inputs.numpy())

    x = keras.Input((3,))
    model = keras.Model(x, ByNumPy()(x))
    assert model.output_shape == (None, 2) and same(model(X).numpy(), X[:, :2])
    assert Silent()(x).shape == (None, 3)  # tried on values made up


def test_input_of_a_type_spec():
    x = keras.Input(type_spec=tf.TensorSpec((None, 3), tf.int32))
    assert x.shape == (None, 3) and x.dtype == "int32"
    with pytest.raises(ValueError, match="type_spec"):
        keras.Input((3,), type_spec=tf.TensorSpec((None, 3), tf.int32))
    for wrong in ({"sparse": True}, {"ragged": True}, {"tensor": X}):
        with pytest.raises(ValueError, match="not supported"):
            keras.Input((3,), **wrong)


def test_a_sequential_is_a_graph_too():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="one"), layers.Dense(2)])
    assert model.input.shape == (None, 3) and model.outputs == [model.layers[-1].output]
    features = keras.Model(model.input, model.get_layer("one").output)
    assert same(features.predict(X), np.asarray(model.layers[0](X)))
    late = keras.Sequential([layers.Dense(4)])
    with pytest.raises(AttributeError, match="never been called"):
        late.input  # noqa: B018
    late(X)
    assert late.output_shape == (None, 4)
    assert late(keras.Input((3,))).shape == (None, 4)
    assert keras.Sequential([layers.Dense(4)])(keras.Input((3,))).shape == (None, 4)


def test_a_layer_with_several_outputs_is_no_part_of_a_sequential():
    class Two(layers.Layer):
        def call(self, inputs):
            return inputs, inputs + 1

    with pytest.raises(ValueError, match="single output tensor"):
        keras.Sequential([keras.Input((3,)), Two()])


def test_a_model_without_layers():
    a = keras.Input((3,))
    assert same(keras.Model(a, a).predict(X), X)


def test_summary(capsys):
    a, b, o1, o2 = two()
    keras.Model([a, b], o1 + o2).summary()
    lines = capsys.readouterr().out.splitlines()
    assert {len(line) for line in lines[1:9]} == {98}
    assert lines[2].split() == ["Layer", "(type)", "Output", "Shape", "Param", "#", "Connected", "to"]
    assert any(line.startswith("tf.__operators__.add (TFOpLambd (None, 2)") and "o1[0][0]" in line for line in lines)
    keras.Model(a, o1).summary()
    assert len(capsys.readouterr().out.splitlines()[1]) == 65


# --------------------------------------------------------------------------------------------- calls


@pytest.mark.parametrize(
    "x", [{"a": X, "b": X}, {"b": X, "a": X}, [X, X], (X, X)], ids=["dict", "turned", "list", "tuple"]
)
def test_structures_of_inputs(x):
    a, b, o1, o2 = two()
    model = keras.Model([a, b], [o1, o2])
    expected = [np.asarray(o1.layer(X)), np.asarray(o2.layer(X))]
    assert same(model(x), expected) and same(model.predict(x), expected)
    named = keras.Model({"a": a, "b": b}, {"p": o1, "q": o2})
    assert same(named.predict(x), {"p": expected[0], "q": expected[1]})
    assert list(keras.Model(a, {"q": o1, "p": o1 + 1}).predict(X)) == ["q", "p"]


def test_inputs_are_cast_and_get_the_rank_they_should_have():
    x = keras.Input((3, 1))
    model = keras.Model(x, layers.Flatten()(x))
    assert model.predict(X.astype("int64")).dtype == np.float32
    flat = keras.Input((3,))
    model = keras.Model(flat, flat * 2)
    assert same(model.predict(X[:, :, None]), X * 2)
    numbers = keras.Input((), dtype="int32")
    assert keras.Model(numbers, numbers + 1)(np.array([[1.0], [2.0]])).numpy().tolist() == [2, 3]


def test_training_is_passed_on():
    seen = []

    class Look(layers.Layer):
        def call(self, inputs, training=None):
            seen.append(training)
            return inputs

    x = keras.Input((3,))
    inner = keras.Model(x, Look()(x))
    model = keras.Model(x, Look()(inner(x), training=True))
    seen.clear()
    model(X, training=False)
    assert seen == [False, True]
    seen.clear()
    model(X, training=True)
    assert seen == [True, True]


def test_masks_go_through_a_model():
    x = keras.Input((4,), dtype="int32")
    model = keras.Model(x, layers.Embedding(5, 2, mask_zero=True)(x))
    numbers = np.array([[1, 2, 0, 0]])
    assert model(numbers)._keras_mask.numpy().tolist() == [[True, True, False, False]]
    assert model.compute_mask(numbers).numpy().tolist() == [[True, True, False, False]]


def test_further_arguments():
    class Mix(layers.Layer):
        def call(self, inputs, other, factor=1.0):
            return inputs[0] + inputs[1]["k"] * factor + other

    a, b, o1, o2 = two()
    y = Mix()([a, {"k": b}], other=o1, factor=3.0)
    model = keras.Model([a, b], y)
    assert np.allclose(model.predict([X, X]), X + 3 * X + np.asarray(o1.layer(X)))


def test_data_and_arguments_by_name():
    a, b, o1, o2 = two()
    model = keras.Model([a, b], [o1, o2])
    model.compile("sgd", {"o2": "mae", "o1": "mse"}, metrics={"o2": ["mse"]}, loss_weights={"o1": 2.0, "o2": 0.5})
    history = model.fit({"b": X, "a": X}, {"o2": X[:, :2], "o1": X[:, :1]}, epochs=2, verbose=0).history
    assert list(history) == ["loss", "o1_loss", "o2_loss", "o2_mse"]
    assert np.allclose(history["loss"], 2 * np.array(history["o1_loss"]) + 0.5 * np.array(history["o2_loss"]))
    assert model.evaluate(
        {"a": X, "b": X}, {"o1": X[:, :1], "o2": X[:, :2]}, verbose=0, return_dict=True
    ).keys() == set(history)


def test_a_subclass_made_of_inputs_and_outputs():
    class Mine(keras.Model):
        def train_step(self, data):
            self.steps = getattr(self, "steps", 0) + 1
            return super().train_step(data)

    a, b, o1, o2 = two()
    model = Mine(a, o1)
    assert isinstance(model, Functional) and isinstance(model, Mine) and model.name == "mine"
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert model.steps >= 1

    class Sized(keras.Model):
        def __init__(self, units):
            x = keras.Input((3,))
            super().__init__(inputs=x, outputs=layers.Dense(units)(x))

    again = Mine.from_config(model.get_config())
    assert isinstance(again, Mine) and again.get_config() == model.get_config()
    assert isinstance(keras.Model.from_config(model.get_config()), Functional)
    assert Sized(4).predict(X).shape == (4, 4)
    assert Sized(4).get_config() == {"units": 4}


def test_losses_of_symbolic_tensors_are_of_this_model():
    a, b, o1, o2 = two()
    model = keras.Model(a, o1)
    model.add_loss(tf.reduce_mean(o1))
    model.compile("sgd")
    assert np.isclose(model.evaluate(X, verbose=0), np.asarray(o1.layer(X)).mean())
    with pytest.raises(ValueError, match="Graph disconnected"):
        model.add_loss(tf.reduce_mean(o2))
    assert model.predict(X).shape == (4, 1)


def test_training_one_of_two_models_that_share_layers():
    a = keras.Input((3,))
    body, head = layers.Dense(4, name="body"), layers.Dense(1, name="head")
    model = keras.Model(a, head(body(a)))
    features = keras.Model(a, model.get_layer("body").output)
    before = features.predict(X)
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert not same(before, features.predict(X))
    assert same(features.predict(X), np.asarray(body(X)))


def test_a_model_many_layers_deep():
    x = y = keras.Input((2,))
    for _ in range(400):
        y = layers.Activation("relu")(y)
    model = keras.Model(x, y)
    assert len(model.layers) == 401 and model.predict(X[:, :2]).shape == (4, 2)
    assert same(copy.deepcopy(model).predict(X[:, :2]), X[:, :2])
    assert same(pickle.loads(pickle.dumps(model)).predict(X[:, :2]), X[:, :2])
    deep = keras.Sequential([keras.Input((2,)), *[layers.Activation("relu") for _ in range(400)]])
    assert same(copy.deepcopy(deep).predict(X[:, :2]), X[:, :2])


# --------------------------------------------------------------------------------------------- errors


def disconnected():
    a, b, o1, o2 = two()
    return keras.Model(a, o2)


def equal_names():
    a, b, o1, o2 = two()
    return keras.Model(a, [o1, layers.Dense(1, name="o1")(a)])


def model_of_two():
    a, b, o1, o2 = two()
    return keras.Model([a, b], [o1, o2], name="ml")


ERRORS = {
    "disconnected": (
        disconnected, r'Graph disconnected: cannot obtain value for tensor KerasTensor\(.*name=\'b\'.* at layer "o2". The '
        r"following previous layers were accessed without issue: \[\]",
    ),
    "an input missing": (lambda: keras.Model(two()[0], two()[1]), "Graph disconnected"),
    "equal names": (equal_names, 'The name "o1" is used 2 times in the model. All layer names should be unique.'),
    "input twice": (lambda: (lambda t: keras.Model([t[0], t[0]], t[2]))(two()), "contains the same input multiple times"),
    "input is an array": (lambda: keras.Model(X, two()[2]), "Found unexpected instance while processing input tensors"),
    "output is an array": (lambda: keras.Model(two()[0], X), "Output tensors of a Functional model must be the output"),
    "too few inputs": (lambda: model_of_two()(X), r'Layer "ml" expects 2 input\(s\), but it received 1 input tensors'),
    "too many inputs": (lambda: model_of_two().predict([X] * 3), r'expects 2 input\(s\), but it received 3 input tensors'),
    "wrong shape": (
        lambda: model_of_two()([X, np.ones((4, 5))]),
        r'Input 1 of layer "ml" is incompatible with the layer: expected shape=\(None, 3\), found shape=\(4, 5\)',
    ),
    "name missing": (
        lambda: model_of_two()({"a": X}),
        r'Missing data for input "b". You passed a data dictionary with keys \[\'a\'\]. Expected the following keys: '
        r"\['a', 'b'\]",
    ),
    "wrong shape to a nested model": (
        lambda: model_of_two()([keras.Input((3,)), keras.Input((5,))]),
        r'Input 1 of layer "ml" is incompatible with the layer: expected shape=\(None, 3\), found shape=\(None, 5\)',
    ),
    "shared with another shape": (
        lambda: (lambda d: (d(keras.Input((3,))), d(keras.Input((4,)))))(layers.Dense(2, name="d")),
        r'Input 0 of layer "d" is incompatible with the layer: expected axis -1 of input shape to have value 3, but received '
        r"input with shape \(None, 4\)",
    ),
    "wrong shape to a sequential": (
        lambda: keras.Sequential([layers.Dense(2, input_shape=(3,))], name="s")(keras.Input((4,))),
        r'Input 0 of layer "s" is incompatible with the layer: expected shape=\(None, 3\), found shape=\(None, 4\)',
    ),
    "unknown last extent": (lambda: layers.Dense(3)(keras.Input((None,))), "last dimension of the inputs to a Dense layer"),
    "rank": (
        lambda: layers.Dense(3, name="d")(keras.Input(())),
        r'Input 0 of layer "d" is incompatible with the layer: expected min_ndim=2, found ndim=1. Full shape received: '
        r"\(None,\)",
    ),
    "no such layer": (lambda: model_of_two().get_layer("zz"), r"No such layer: zz. Existing layers are: \['a', 'b', 'o1', 'o2'\]"),
    "no such index": (lambda: model_of_two().get_layer(index=9), "layer at index 9 but model only has 4 layers"),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case):
    call, message = ERRORS[case]
    with pytest.raises(ValueError, match=message):
        call()


def test_unknown_arguments():
    a, b, o1, o2 = two()
    with pytest.raises(TypeError, match="foo"):
        keras.Model(a, o1, foo=1)
    with pytest.raises(TypeError, match="outputs"):
        keras.Model(a)


def test_names_that_are_no_inputs_are_told():
    a, b, o1, o2 = two()
    with pytest.warns(UserWarning, match=r"Input dict contained keys \['z'\] which did not match any model input"):
        keras.Model([a, b], o1 + o2)({"a": X, "b": X, "z": X})


def test_what_a_configuration_does_not_describe():
    config = model_of_two().get_config()
    config["layers"][2]["inbound_nodes"] = [[["nobody", 0, 0, {}]]]
    with pytest.raises(ValueError, match="nobody"):
        Functional.from_config(config)
    config = model_of_two().get_config()
    del config["layers"][2]
    with pytest.raises((ValueError, KeyError), match="o1"):
        Functional.from_config(config)


# --------------------------------------------------------------------------------------------- copies and files

KEPT = [name for name in cases.CASES if name not in ("subclass_inside", "two_arguments")]
# Its layer "one" is in the inner model and used by itself, and the layout of files does not say that it is one layer.
ONCE = [name for name in KEPT if name != "sequential_inside"]


@pytest.fixture(params=KEPT)
def model(request):
    model, arguments = cases.built(keras, tf, request.param)
    model.compile("adam", **{k: v for k, v in arguments.items() if k[0] != "_"})
    x, y = cases.data(model, arguments)
    model.fit(x, y, verbose=0, shuffle=False)
    return model, x, y, request.param


def test_copies(model):
    model, x, y, name = model
    expected = model.predict(x)
    for copied in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert same(copied.predict(x), expected)
        assert copied.output_names == model.output_names and copied.input_shape == model.input_shape
        assert copied.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
        assert copied.get_config() == model.get_config()
        copied.fit(x, y, verbose=0)
    assert same(model.predict(x), expected)


def test_clone_and_configuration(model):
    model, x, y, name = model
    again = keras.models.model_from_json(model.to_json())
    assert json.loads(again.to_json()) == json.loads(model.to_json())
    if name in ONCE:
        for fresh in (again, keras.models.clone_model(model)):
            fresh.set_weights(model.get_weights())
            assert same(fresh.predict(x), model.predict(x))


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_files(model, ending, tmp_path):
    model, x, y, name = model
    if name not in ONCE:
        pytest.skip("a layer that is inside a nested model and beside it")
    model.save(tmp_path / f"model.{ending}")
    again = keras.models.load_model(tmp_path / f"model.{ending}")
    assert same(again.predict(x), model.predict(x))
    assert np.allclose(again.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), rtol=1e-6)
    first = again.fit(x, y, verbose=0, shuffle=False).history["loss"]
    assert np.allclose(first, model.fit(x, y, verbose=0, shuffle=False).history["loss"], rtol=1e-6)


def test_clone_with_other_layers_and_inputs():
    a, b, o1, o2 = two()
    model = keras.Model([a, b], [o1, o2])
    shared = keras.models.clone_model(model, clone_function=lambda layer: layer)
    assert shared.weights[0] is model.weights[0]
    inputs = [keras.Input((3,), name="p"), keras.Input((3,), name="q")]
    assert keras.models.clone_model(model, input_tensors=inputs).input_names == ["p", "q"]
    with pytest.raises(ValueError, match="2 symbolic tensors"):
        keras.models.clone_model(model, input_tensors=inputs[:1])


class WithHead(keras.Model):
    """A model made of inputs and outputs that trains a layer and a variable of its own with them."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.heads = [layers.Dense(2, kernel_initializer="ones", name="head")]
        self.scale = tf.Variable(1.0)

    def train_step(self, data):
        x, _ = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.heads[0](self(x, training=True)) ** 2) * self.scale
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {"loss": loss}


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_layers_in_attributes_train_and_are_saved(run_eagerly, tmp_path):
    """They were left out of `weights`, and so of training and of files. Losses and sums recorded from tf.keras 2.15."""
    x = keras.Input((3,))
    model = WithHead(x, layers.Dense(2, kernel_initializer="ones", name="body")(x))
    model.heads[0].build((None, 2))
    assert [layer.name for layer in model.layers[1:]] == ["body", "head"] and model.get_layer("head") is model.heads[0]
    assert len(model.trainable_variables) == 5 and model.count_params() == 15
    model.compile("sgd", run_eagerly=run_eagerly)
    data = np.ones((4, 3), "float32")
    history = model.fit(data, data, epochs=2, verbose=0).history
    np.testing.assert_allclose(history["loss"], [36.0, 10.616128921508789], rtol=1e-6)
    sums = [float(w.sum()) for w in model.get_weights()]
    np.testing.assert_allclose(sums, [5.023511, -0.3254962, 3.0172555, -0.17213184, 0.47412297], rtol=1e-5)
    model.save_weights(tmp_path / "model.weights.h5")
    saved = model.get_weights()
    model.set_weights([0 * w for w in saved])
    model.load_weights(tmp_path / "model.weights.h5")
    for a, b in zip(model.get_weights(), saved, strict=True):
        np.testing.assert_array_equal(a, b)
    model.heads.append(layers.Dense(1, name="late"))
    assert [layer.name for layer in model.layers[1:]] == ["body", "head", "late"]
    plain = keras.Model(x, model.output)
    plain.more = layers.Dense(1)
    assert (
        len(plain.layers) == 3 and len(keras.Model.from_config(plain.get_config()).layers) == 2
    )  # the graph is described
    assert len(keras.models.clone_model(plain).layers) == len(copy.deepcopy(plain).layers) - 1 == 2


def test_the_list_of_layers_is_a_copy():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    model = Own()
    model(np.ones((1, 2), "float32"))
    model.layers.pop()
    assert len(model.layers) == 1 and len(model.weights) == 2
    assert model.inputs is model.outputs is model.input_names is model.output_names is None  # nothing is known of them


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_metrics_of_symbolic_tensors(run_eagerly, tmp_path):
    """Names, values, layers and configurations as recorded from tf.keras 2.15."""
    x = keras.Input((3,))
    h = layers.Dense(2, kernel_initializer="ones", name="h")(x)
    model = keras.Model(x, layers.Dense(1, kernel_initializer="ones", name="o")(h))
    model.add_metric(tf.reduce_mean(h), name="mean", aggregation="mean")
    model.add_metric(h, name="all")
    model.add_loss(tf.reduce_sum(h) * 0.1)
    with pytest.raises(ValueError, match="Please provide a name"):
        model.add_metric(h)
    with pytest.raises(TypeError, match="foo"):
        model.add_metric(h, name="q", foo=1)
    with pytest.raises(ValueError, match="Graph disconnected"):
        model.add_metric(keras.Input((2,)) * 1.0, name="q")
    model.compile("sgd", "mse", metrics=["mae"], run_eagerly=run_eagerly)
    assert model.metrics_names[-2:] == ["mean", "all"] and len(model.weights) == 4
    data = np.arange(12, dtype="float32").reshape(4, 3) / 10
    history = model.fit(data, data[:, :1], batch_size=2, shuffle=False, epochs=2, verbose=0).history
    assert list(history) == ["loss", "mae", "mean", "all"]
    np.testing.assert_allclose(history["loss"], [10.424686431884766, 3.9796934127807617], rtol=1e-5)
    np.testing.assert_allclose(history["mean"], [1.6230974197387695, 1.3931585550308228], rtol=1e-6)
    expected = model.evaluate(data, data[:, :1], verbose=0, return_dict=True)
    np.testing.assert_allclose(expected["all"], 1.2899558544158936, rtol=1e-6)
    configs = [layer["config"] for layer in model.get_config()["layers"] if layer["class_name"] == "AddMetric"]
    assert [(c["metric_name"], c["aggregation"]) for c in configs] == [("mean", "mean"), ("all", "mean")]
    model.save(tmp_path / "model.keras")
    model.save(tmp_path / "model.h5")
    for again in (
        keras.models.load_model(tmp_path / "model.keras"),
        keras.models.load_model(tmp_path / "model.h5"),
        copy.deepcopy(model),
    ):
        assert again.evaluate(data, data[:, :1], verbose=0, return_dict=True) == expected
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    clone.compile("sgd", "mse")
    assert clone.evaluate(data, data[:, :1], verbose=0, return_dict=True)["all"] == expected["all"]

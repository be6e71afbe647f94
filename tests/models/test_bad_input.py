"""Bad input: a clear error in the user's words, and the model is usable afterwards."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import pyseq as keras
from pyseq import Sequential, layers

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((20, 4)).astype("f4"), rng.integers(0, 3, 20)


@pytest.fixture
def model():
    model = Sequential(
        [layers.Dense(8, activation="relu", input_shape=(4,), name="first"), layers.Dense(3, name="second")]
    )
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def classifier():
    model = Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def still_works(model):
    return np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("shape", [(20, 5), (20, 4, 4), (20,), (20, 0)])
def test_wrong_shapes_name_the_layer(model, shape):
    for call in (model.predict, lambda x: model.fit(x, np.zeros((20, 3)), verbose=0), model):
        with pytest.raises(ValueError, match=r"sequential.*expected shape=\(None, 4\), found shape=\(20"):
            call(np.zeros(shape, "f4"))
    assert still_works(model)


def test_wrong_rank_inside_names_the_layer():
    with pytest.raises(ValueError, match='"second".*axis -1.*value 8.*5'):
        first, second = layers.Dense(8, name="first"), layers.Dense(3, name="second")
        second.build((None, 8))
        Sequential([layers.Dense(5, input_shape=(4,)), second])
    del first


@pytest.mark.parametrize("labels", [[0, 1, 3], [0, -1, 2], [0, 1, 2**40]])
def test_labels_out_of_range(classifier, labels):
    with pytest.raises(ValueError, match=r"label.*range|range.*label"):
        classifier.fit(X[:3], np.array(labels), verbose=0)
    assert still_works(classifier)


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [(("adm", "mse"), "adam"), (("sgd", "msee"), "mse"), (("sgd", "mse", ["acuracy"]), "accuracy"),
     (("sgd", "sparse_categorical_cross_entropy"), "sparse_categorical_crossentropy")],
)  # fmt: skip
def test_unknown_names_list_the_nearest(model, arguments, nearest):
    with pytest.raises(ValueError, match=rf"Unknown .*{nearest}"):
        model.compile(*arguments)


@pytest.mark.parametrize(
    ("make", "nearest"),
    [
        (lambda: layers.Dense(3, activation="rellu"), "relu"),
        (lambda: layers.Dense(3, kernel_initializer="glorot_unifrom"), "glorot_uniform"),
        (lambda: layers.Dense(3, kernel_regularizer="l3"), "l2"),
    ],
)
def test_unknown_names_in_layers(make, nearest):
    with pytest.raises(ValueError, match=f"Unknown .*{nearest}"):
        make()


def test_compile_missing():
    model = Sequential([layers.Dense(3, input_shape=(4,))])
    for call in (model.fit, model.evaluate):
        with pytest.raises(RuntimeError, match="compile"):
            call(X, np.zeros((20, 3)))
    assert still_works(model)


def test_different_lengths(model):
    for call in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match="(?s)x sizes: 20.*y sizes: 19"):
            call(X, np.zeros((19, 3)))


def test_empty_data(model):
    for call in (lambda: model.fit(X[:0], np.zeros((0, 3))), lambda: model.predict(X[:0])):
        with pytest.raises(ValueError, match="non-empty"):
            call()
    assert still_works(model)


def test_missing_targets(model):
    with pytest.raises(ValueError, match="expects `y`"):
        model.fit(X, verbose=0)


def test_objects(model):
    for row in (["a", 1, 2, 3], [0, 1, 2, 3.5]):
        with pytest.raises(ValueError, match=rf"`x`.*object type {type(row[0]).__name__}.*astype"):
            model.predict(np.array([row], dtype=object))
    with pytest.raises(ValueError, match="must hold numbers"):
        model.predict(np.array([["a", "b", "c", "d"]]))
    with pytest.raises(ValueError, match="same length"):
        model.predict([[1, 2, 3, 4], [1, 2]])


def test_nan_runs_and_the_loss_says_so(model):
    x = X.copy()
    x[3, 1] = np.nan
    history = model.fit(x, np.zeros((20, 3)), epochs=1, verbose=0)
    assert np.isnan(history.history["loss"][0])


@pytest.mark.parametrize(
    "as_", ["fortran", "strided", "read-only", "float16", "float64", "int", "uint8", "bool", "list", "big-endian", "reversed"]
)  # fmt: skip
def test_odd_inputs_work(model, as_):
    base = rng.integers(0, 2, (20, 4))
    x = base.astype("f4")
    odd = {
        "fortran": np.asfortranarray(x), "strided": np.repeat(x, 2, axis=1)[:, ::2], "read-only": x.copy(),
        "float16": x.astype("f2"), "float64": x.astype("f8"), "int": base, "uint8": base.astype("u1"), "bool": base.astype(bool),
        "list": x.tolist(), "big-endian": x.astype(">f4"), "reversed": x[::-1].copy()[::-1],
    }[as_]  # fmt: skip
    if as_ == "read-only":
        odd.setflags(write=False)
    np.testing.assert_array_equal(model.predict(odd), model.predict(x))
    assert np.isfinite(model.fit(odd, np.zeros((20, 3)), verbose=0).history["loss"][0])
    np.testing.assert_array_equal(np.asarray(model(odd)), model.predict(x))


def test_batch_larger_than_the_data(model):
    assert model.fit(X, np.zeros((20, 3)), batch_size=1000, verbose=0).params["steps"] == 1
    assert model.predict(X, batch_size=1000).shape == (20, 3)


@pytest.mark.parametrize(
    "arguments",
    [{"batch_size": 0}, {"batch_size": 2.5}, {"epochs": -1}, {"epochs": "two"}, {"validation_split": 1.0},
     {"validation_split": -0.1},
     {"validation_split": 0.999}, {"verbose": 3}, {"steps_per_epoch": 0}, {"validation_data": 7}, {"validation_freq": 0},
     {"class_weight": {0: 1.0}}, {"sample_weight": np.ones(7)}],
)  # fmt: skip
def test_wrong_arguments_of_fit(classifier, arguments):
    with pytest.raises((ValueError, TypeError), match="|".join(f"`?{k}`?" for k in arguments) + "|cardinality"):
        classifier.fit(X, Y, **{"verbose": 0, **arguments})
    assert still_works(classifier)


def test_callbacks_must_be_callbacks(model):
    with pytest.raises(TypeError, match="Callback"):
        model.fit(X, np.zeros((20, 3)), callbacks=[3], verbose=0)


@pytest.mark.parametrize("units", [0, -3, 2.5, "three", None, True])
def test_units(units):
    with pytest.raises((ValueError, TypeError), match="units"):
        layers.Dense(units)


def test_unknown_layer_arguments():
    with pytest.raises(TypeError, match="(?s)Keyword argument not understood.*unit_count"):
        layers.Dense(3, unit_count=4)


CTRL_C = """
import os, signal, sys, threading
import numpy as np
from pyseq import Sequential, layers
x, y = np.ones((200_000, 20), "f4"), np.zeros((200_000, 1), "f4")
model = Sequential([layers.Dense(64, activation="relu", input_shape=(20,)), layers.Dense(1)])
model.compile("adam", "mse")
print("ready", flush=True)
try:
    model.fit(x, y, epochs=1000, verbose=0)
except KeyboardInterrupt:
    print("stopped", np.isfinite(model.predict(x[:5])).all(), flush=True)
    model.fit(x[:64], y[:64], verbose=0)
    print("trained", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_stops_within_a_second():
    process = subprocess.Popen([sys.executable, "-c", CTRL_C], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.0)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopped True\n"
        assert time.monotonic() - sent < 1.0
        assert process.stdout.readline() == "trained\n"
    finally:
        process.kill()
        process.wait()


def test_an_error_in_the_first_batch_is_the_same_in_the_second_fit(classifier):
    for arguments, message in (
        ({"weighted_metrics": ["mse", "mse", "mse"]}, "different names"),
        ({"loss_weights": ["much"]}, "`loss_weights` must be numbers"),
    ):
        classifier.compile("sgd", "sparse_categorical_crossentropy", **arguments)
        for _ in range(2):
            with pytest.raises(ValueError, match=message):
                classifier.fit(X, Y, verbose=0)
        classifier.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        classifier.fit(X, Y, verbose=0)


def test_numbers_of_numpy_are_numbers():
    """Extents come from array shapes and sums, fractions from grids of float32."""
    four = np.int64(4)
    for shape in ({"input_shape": (four,)}, {"input_dim": four}, {"batch_input_shape": [None, four]}):
        model = Sequential([layers.Dense(np.int32(3), **shape), layers.Dropout(np.float32(0.25))])
        assert repr(model.input_shape) == "(None, 4)" and repr(model.output_shape) == "(None, 3)"
    later = Sequential([layers.Dense(3)])
    later.build((None, four))
    assert model.layers[1].get_config()["rate"] == 0.25 and type(model.layers[1].rate) is float
    model.compile("sgd", "mse")
    history = model.fit(X, np.zeros((20, 3)), validation_split=np.float32(0.25), epochs=np.int64(2), verbose=0)
    assert len(history.history["val_loss"]) == 2


@pytest.mark.parametrize("shape", [(4.0,), ("four",), (None, 2.5)])
def test_extents_are_integers(shape):
    with pytest.raises(TypeError, match="`input_shape` must hold integers"):
        layers.Dense(3, input_shape=shape)


@pytest.mark.skipif(np.dtype("longdouble").itemsize == 8, reason="long double is double here")
def test_numbers_beyond_64_bits(model):
    with pytest.raises(ValueError, match="`x` must hold numbers of at most 64 bits.*astype"):
        model.predict(X.astype("longdouble"))


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        ("mse", np.zeros((20, 4)), r'loss of "second".*y of shape \(20, 4\), predictions of shape \(20, 3\)'),
        ("categorical_crossentropy", Y, "sparse_categorical_crossentropy"),
        ("sparse_categorical_crossentropy", np.eye(3)[Y], "For one-hot labels use categorical_crossentropy"),
        ("sparse_categorical_crossentropy", np.where(Y > 1, np.nan, Y), "label that is NaN"),
        (lambda y, p: None, np.zeros((20, 3)), "must return a tensor. Received: None"),
    ],
)
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_labels_that_do_not_go_with_the_loss(model, loss, y, message, run_eagerly):
    model.compile("sgd", loss, run_eagerly=run_eagerly)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y, verbose=0)
    assert still_works(model)


@pytest.mark.parametrize(
    ("metric", "y", "message"),
    [
        ("categorical_accuracy", Y, "For class numbers use the sparse metrics"),
        ("sparse_categorical_accuracy", np.eye(3)[Y], "For one-hot labels use the categorical metrics"),
        (lambda y, p: None, np.eye(3)[Y], "must return a tensor. Received: None"),
    ],
)
def test_labels_that_do_not_go_with_the_metric(model, metric, y, message):
    model.compile("sgd", lambda y, p: p, metrics=[metric])
    with pytest.raises(ValueError, match=message):
        model.fit(X, y, verbose=0)


@pytest.mark.parametrize("loss", [3, ["mse", 4.5], {"output_1": 0}])
def test_a_loss_that_is_none_is_refused_by_compile(model, loss):
    with pytest.raises(ValueError, match="loss function"):
        model.compile("sgd", loss)


@pytest.mark.parametrize(
    "class_weight",
    [[1, 2, 3], [0, 1, 2], {0: 1, 1: 2, 2: None}, {0: 1, 1: 2, 2: "a"}, {0: 1, 2: 1}, {-1: 1, 0: 1, 1: 1, 2: 1},
     {"0": 1, "1": 1, "2": 1}, {0: 1, "a": 1}, {0: 1, 1: 1}, 5],
)  # fmt: skip
def test_class_weights_are_a_dict_of_numbers(classifier, class_weight):
    with pytest.raises(
        ValueError, match=r"`class_weight` (must.*Received: class_weight=|to be a dict with keys from 0)"
    ):
        classifier.fit(X, Y, class_weight=class_weight, verbose=0)


def test_no_class_weights_are_none(classifier):
    before = classifier.get_weights()
    expected = classifier.fit(X, Y, shuffle=False, verbose=0).history
    classifier.set_weights(before)
    assert classifier.fit(X, Y, class_weight={}, shuffle=False, verbose=0).history == expected


def test_sample_weights_of_too_many_axes(classifier):
    with pytest.raises(ValueError, match=r"`sample_weight` must have the shape.*sample_weight.shape=\(20, 3\)"):
        classifier.fit(X, Y, sample_weight=np.ones((20, 3)), verbose=0)


@pytest.mark.parametrize("argument", ["validation_steps", "validation_batch_size"])
def test_arguments_of_validation_have_their_names(classifier, argument):
    with pytest.raises(ValueError, match=f"`{argument}` must be an integer"):
        classifier.fit(X, Y, validation_data=(X, Y), verbose=0, **{argument: 0})


def test_the_one_input_in_a_dict(model):
    expected = model.predict(X)
    np.testing.assert_array_equal(model.predict({"first_input": X}), expected)
    with pytest.raises(ValueError, match="must hold its input, 'first_input'.*'other'"):
        model.predict({"other": X})


@pytest.mark.parametrize("bad", [None, "abc", X.astype("c8"), [None], X.astype(object)])
def test_what_is_no_input_names_the_layer(model, bad):
    with pytest.raises((TypeError, ValueError), match=f'Input of layer "{model.name}"'):
        model(bad)
    assert still_works(model)


def test_no_data(model):
    for call in (model.predict, model.fit, model.evaluate, model.train_on_batch):
        with pytest.raises(ValueError, match="`x` must be data"):
            call(None)


@pytest.mark.parametrize(("units", "features"), [(2**31, 2**31), (2**62, 4), (2**40, 4)])
def test_weights_beyond_the_memory_name_the_layer(units, features):
    with pytest.raises(MemoryError, match='Layer "large": no memory for weight .kernel.'):
        layers.Dense(units, input_shape=(features,), name="large").build((None, features))


@pytest.mark.parametrize("module", ["layers", "losses", "metrics", "optimizers", "callbacks", "initializers", "models"])
def test_what_modules_lack_names_the_nearest(module):
    module = getattr(keras, module)
    name = next(n for n in dir(module) if n[0].isupper())
    with pytest.raises(AttributeError, match=f"has no attribute '{name}s'. Nearest: .*{name}"):
        getattr(module, name + "s")
    assert not hasattr(module, "__wrapped__")

"""Whole models: saved, loaded, the same."""

import json
import pathlib
import warnings

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.models import load_model, save_model
from tests.saving.cases import MODELS, assert_same_model, assert_same_weights, data, dense, without_tuples

ENDINGS = (".keras", ".h5")


@pytest.fixture(params=ENDINGS)
def path(request, tmp_path):
    return str(tmp_path / f"model{request.param}")


@pytest.mark.parametrize("name", MODELS)
def test_model_comes_back(name, path):
    model, (x, _) = MODELS[name](), data()
    model.save(path)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No training configuration")
        loaded = load_model(path)
    assert_same_model(model, loaded, x)
    assert loaded.built and loaded.optimizer is None
    loaded.compile("sgd", "mse")


def test_what_is_loaded_is_saved_alike(path, tmp_path):
    model = dense()
    model.compile("adam", "mse", metrics=["mae"])
    model.save(path)
    again = str(tmp_path / f"again{pathlib.Path(path).suffix}")
    load_model(path).save(again)
    assert_same_model(load_model(again), model, data()[0])


def test_model_that_was_never_built(tmp_path):
    path = tmp_path / "model.keras"
    model = keras.Sequential([layers.Dense(4), layers.Dense(2)])
    with pytest.warns(UserWarning, match="not yet been built"):
        model.save(path)
    loaded = load_model(path)
    assert not loaded.built and [layer.units for layer in loaded.layers] == [4, 2]
    assert loaded(np.zeros((3, 5), "float32")).shape == (3, 2)


def test_dtype_of_the_file_not_of_the_session(path):
    keras.backend.set_floatx("float64")
    model = dense()
    model.save(path)
    keras.backend.set_floatx("float32")
    loaded = load_model(path, compile=False)
    assert {v.dtype.name for v in loaded.weights} == {"float64"}
    assert_same_weights(model, loaded)


def test_compile_settings(path):
    model = dense()
    optimizer = keras.optimizers.Adam(learning_rate=0.003, beta_1=0.8, clipnorm=1.5, weight_decay=0.01)
    model.compile(optimizer, "sparse_categorical_crossentropy", ["accuracy", keras.metrics.MeanSquaredError(name="m")])
    x, y = data()
    model.fit(x, y, verbose=0)
    model.save(path)
    loaded = load_model(path)
    assert type(loaded.optimizer) is keras.optimizers.Adam
    assert without_tuples(loaded.optimizer.get_config()) == without_tuples(optimizer.get_config())
    assert loaded.loss == "sparse_categorical_crossentropy"
    assert loaded.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    assert loaded.metrics_names == model.metrics_names == ["loss", "accuracy", "m"]
    assert int(loaded.optimizer.iterations.numpy()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        lambda: {
            "loss": keras.losses.SparseCategoricalCrossentropy(reduction="sum", name="mine"),
            "loss_weights": [0.5],
        },
        lambda: {
            "loss": keras.losses.sparse_categorical_crossentropy,
            "metrics": [keras.metrics.sparse_categorical_accuracy],
        },
        lambda: {"loss": ["mse"], "metrics": [["mae", "mse"]], "weighted_metrics": ["mae"]},
        lambda: {
            "loss": "mse",
            "metrics": keras.metrics.MeanMetricWrapper(keras.metrics.mean_absolute_error, name="own"),
        },
        lambda: {"loss": keras.losses.Huber(delta=0.3, reduction="sum"), "metrics": ["accuracy"]},
        lambda: {"loss": None},
    ],
)
def test_losses_and_metrics(arguments, path):
    model, arguments = dense(), arguments()
    model.compile(optimizer="sgd", **arguments)
    x, y = data()
    if arguments["loss"] in (["mse"], "mse"):
        y = np.eye(3, dtype="float32")[y]
    expected = model.evaluate(x, y, verbose=0, return_dict=True)
    model.save(path)
    loaded = load_model(path)
    assert loaded.evaluate(x, y, verbose=0, return_dict=True) == expected


def test_steps_and_modes_of_compile(tmp_path):
    model = dense()
    model.compile("sgd", "mse", run_eagerly=True, steps_per_execution=3)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.run_eagerly is True and loaded.steps_per_execution == 3


def test_without_compile(path):
    model = dense()
    model.compile("adam", "mse")
    model.save(path)
    loaded = load_model(path, compile=False)
    assert loaded.optimizer is None
    with pytest.raises(RuntimeError, match="must compile"):
        loaded.evaluate(*data(), verbose=0)
    assert_same_weights(model, loaded)


def test_without_optimizer(path):
    model, (x, y) = dense(), data()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)
    whole = pathlib.Path(path).with_name(f"whole{pathlib.Path(path).suffix}")
    model.save(whole)
    save_model(model, path, include_optimizer=False)
    assert pathlib.Path(path).stat().st_size < whole.stat().st_size
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No training configuration")
        loaded = load_model(path)
    assert loaded.optimizer is None
    assert_same_weights(model, loaded)


def test_paths(path):
    model = dense()
    with_folders = pathlib.Path(path).parent / "a" / "b" / pathlib.Path(path).name
    model.save(with_folders)
    assert_same_weights(load_model(with_folders, compile=False), model)
    model.save(str(with_folders))  # overwritten without a question
    assert [p.name for p in with_folders.parent.iterdir()] == [with_folders.name]


def test_open_hdf5_file(tmp_path):
    h5py = pytest.importorskip("h5py")
    model = dense()
    model.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5") as f:
        assert_same_weights(load_model(f, compile=False), model)


def test_long_names_and_many_layers(tmp_path):
    """The attribute `layer_names` would be larger than HDF5 allows: it is cut."""
    model = keras.Sequential([layers.Dense(1, name=f"layer_{k}_{'x' * 900}", input_shape=(1,)) for k in range(80)])
    model.save(tmp_path / "model.h5")
    assert_same_model(load_model(tmp_path / "model.h5", compile=False), model, np.ones((2, 1), "float32"))


def test_json(tmp_path):
    model = MODELS["every_layer"]()
    text = model.to_json(indent=2)
    described = json.loads(text)
    assert described["class_name"] == "Sequential" and described["keras_version"] == "2.15.0"
    again = keras.models.model_from_json(text)
    assert without_tuples(again.get_config()) == without_tuples(model.get_config())
    assert without_tuples(keras.models.model_from_config(described).get_config()) == without_tuples(model.get_config())
    with pytest.raises(TypeError, match="expects a dictionary"):
        keras.models.model_from_config([1])
    for call in (model.to_yaml, lambda: keras.models.model_from_yaml("a: 1")):
        with pytest.raises(RuntimeError, match="security risk"):
            call()


def test_export_says_what_there_is():
    with pytest.raises(NotImplementedError, match="SavedModel"):
        dense().export("somewhere")

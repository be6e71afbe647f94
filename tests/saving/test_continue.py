"""Training goes on from a file with the bits it would have had without."""

import warnings

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.models import load_model
from pyseq.utils import set_random_seed
from tests.fixtures.make_optimizers import CASES, LEGACY_CASES, arguments
from tests.saving.cases import assert_same_weights, data

OPTIMIZERS = {**CASES, **LEGACY_CASES}


def make(optimizer, **compiled):
    set_random_seed(1)
    model = keras.Sequential(
        [
            layers.Dense(8, activation="relu", kernel_regularizer="l2", input_shape=(6,)),
            layers.Dropout(0.3),
            layers.Dense(5, activation="tanh", kernel_constraint="max_norm"),
            layers.AlphaDropout(0.2, seed=4),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], **compiled)
    return model


def fit(model, epochs=2, **kwargs):
    set_random_seed(5)  # the order of the data
    x, y = data(44)
    return model.fit(x, y, batch_size=8, epochs=epochs, verbose=0, **kwargs).history


def assert_goes_on_alike(model, loaded, **kwargs):
    for a, b in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert fit(model, **kwargs) == fit(loaded, **kwargs)
    assert_same_weights(model, loaded)
    for a, b in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("case", OPTIMIZERS)
def test_every_optimizer(case, ending, tmp_path):
    name, kwargs = OPTIMIZERS[case]
    module = keras.optimizers.legacy if case in LEGACY_CASES else keras.optimizers
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The `lr` argument is deprecated")
        model = make(getattr(module, name)(**arguments(kwargs, keras.optimizers.schedules)))
    fit(model)
    model.save(tmp_path / f"model{ending}")
    loaded = load_model(tmp_path / f"model{ending}")
    assert type(loaded.optimizer) is type(model.optimizer)
    assert_goes_on_alike(model, loaded)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5"])
def test_changed_learning_rate(ending, tmp_path):
    """What the rate was set to while training counts, not what the optimizer was made with."""
    path = tmp_path / f"model{ending}"
    model = make(keras.optimizers.Adam(0.01))
    fit(model)
    model.optimizer.learning_rate = 0.003
    if ending == ".weights.h5":
        model.save_weights(path)
        loaded = make(keras.optimizers.Adam(0.003))
        loaded.load_weights(path)
    else:
        model.save(path)
        loaded = load_model(path)
    assert float(loaded.optimizer.learning_rate.numpy()) == float(np.float32(0.003))
    assert_goes_on_alike(model, loaded)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_epoch_numbers_and_frozen_layers(ending, tmp_path):
    model = make(keras.optimizers.RMSprop(momentum=0.9))
    model.layers[0].trainable = False
    model.compile(model.optimizer, model.loss)
    fit(model)
    model.save(tmp_path / f"model{ending}")
    loaded = load_model(tmp_path / f"model{ending}")
    assert len(loaded.trainable_weights) == 4 and len(loaded.weights) == 6
    assert_goes_on_alike(model, loaded, epochs=4, initial_epoch=2)


def test_eager_steps(tmp_path):
    model = make("adam", run_eagerly=True)
    fit(model, epochs=1)
    model.save(tmp_path / "model.keras")
    assert_goes_on_alike(model, load_model(tmp_path / "model.keras"), epochs=1)


def test_weights_file_into_a_fresh_model(tmp_path):
    model = make(keras.optimizers.Adam(0.01, amsgrad=True))
    fit(model)
    model.save_weights(tmp_path / "w.weights.h5")
    fresh = make(keras.optimizers.Adam(0.01, amsgrad=True))
    fresh.load_weights(tmp_path / "w.weights.h5")
    assert_goes_on_alike(model, fresh)


def test_float64(tmp_path):
    keras.backend.set_floatx("float64")
    model = make("adam")
    fit(model)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.weights[0].dtype.name == "float64"
    assert_goes_on_alike(model, loaded)


def test_another_optimizer_is_told(tmp_path):
    """Weights are taken; the state of an optimizer of another kind is not, which is said."""
    model = make("adam")
    fit(model)
    model.save_weights(tmp_path / "w.weights.h5")
    other = make(keras.optimizers.RMSprop())
    with pytest.warns(UserWarning, match="Skipping the state of the optimizer 'RMSprop'"):
        other.load_weights(tmp_path / "w.weights.h5")
    assert_same_weights(model, other)
    fit(other)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_saved_before_the_first_step(ending, tmp_path):
    model = make("adam")
    model.save(tmp_path / f"model{ending}")
    loaded = load_model(tmp_path / f"model{ending}")
    assert int(loaded.optimizer.iterations.numpy()) == 0
    assert_goes_on_alike(model, loaded)


def test_random_layers_without_a_seed_differ_between_models_but_not_after_loading(tmp_path):
    model = make("sgd")
    x, _ = data(4)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model(x, training=True).numpy(), loaded(x, training=True).numpy())
    np.testing.assert_array_equal(model(x, training=True).numpy(), loaded(x, training=True).numpy())

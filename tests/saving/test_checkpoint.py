"""ModelCheckpoint writes files that `load_model` and `load_weights` read, in both formats."""

import os

import numpy as np
import pytest

import pyseq as keras
from pyseq.callbacks import ModelCheckpoint
from pyseq.models import load_model
from pyseq.utils import set_random_seed
from tests.saving.cases import assert_same_weights, data, dense


def trained(*callbacks, epochs=3, model=None):
    if model is None:
        model = dense()
        model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = data(40)
    model.fit(x, y, batch_size=8, epochs=epochs, verbose=0, validation_split=0.2, callbacks=list(callbacks))
    return model


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_whole_models(ending, tmp_path):
    model = trained(ModelCheckpoint(tmp_path / ("m-{epoch:02d}" + ending)))
    assert sorted(os.listdir(tmp_path)) == [f"m-{k:02d}{ending}" for k in (1, 2, 3)]
    last = load_model(tmp_path / f"m-03{ending}")
    assert_same_weights(model, last)
    for a, b in zip(model.optimizer.variables, last.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    for m in (model, last):
        set_random_seed(3)
        trained(model=m, epochs=1)
    assert_same_weights(model, last)


@pytest.mark.parametrize("ending", [".weights.h5", ".h5"])
def test_weights_only(ending, tmp_path):
    path = tmp_path / f"deep/er/w{ending}"
    model = trained(ModelCheckpoint(path, save_weights_only=True))
    other = dense()
    other.load_weights(path)
    assert_same_weights(model, other)
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_best_only(ending, tmp_path):
    path = tmp_path / f"best{ending}"
    kept = []

    class Keep(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept.append((logs["val_loss"], self.model.get_weights()))

    trained(Keep(), ModelCheckpoint(path, save_best_only=True), epochs=6)
    best = min(kept, key=lambda entry: entry[0])[1]
    for a, b in zip(best, load_model(path).get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_every_few_batches(tmp_path):
    trained(ModelCheckpoint(tmp_path / "m-{epoch}-{batch}.keras", save_freq=3), epochs=2)
    assert sorted(os.listdir(tmp_path)) == ["m-1-3.keras", "m-2-2.keras"]
    assert int(load_model(tmp_path / "m-2-2.keras").optimizer.iterations.numpy()) == 6


def test_taken_up_again_from_the_newest(tmp_path):
    path = str(tmp_path / "w-{epoch}.weights.h5")
    model = trained(ModelCheckpoint(path, save_weights_only=True))
    other = dense()
    other.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    with pytest.warns(UserWarning, match="load_weights_on_restart"):
        again = ModelCheckpoint(path, save_weights_only=True, load_weights_on_restart=True)
    x, y = data(40)
    other.fit(x, y, epochs=0, verbose=0, callbacks=[again])
    assert_same_weights(model, other)

"""ModelCheckpoint with real files: what is in them, and what happens if they cannot be written."""

import os
import time

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.callbacks import Callback, LambdaCallback, ModelCheckpoint

X = np.random.default_rng(5).standard_normal((40, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def made():
    model = keras.Sequential([layers.Dense(4, "relu", input_shape=(3,)), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


class Feed(Callback):
    """Sets val_loss; keeps the weights of each epoch."""

    def __init__(self, values):
        super().__init__()
        self.values, self.weights = values, []

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.values[epoch]
        self.weights.append(self.model.get_weights())


def same(a, b):
    return all(np.array_equal(u, v) for u, v in zip(a, b, strict=True))


@pytest.mark.parametrize("name", ["best.h5", "best.keras", "deep/folder/best.h5"])
def test_the_best_model_is_in_the_file(name, tmp_path):
    feed = Feed([5, 3, 4, 2, 6])
    path = tmp_path / name
    made().fit(X, Y, epochs=5, verbose=0, callbacks=[feed, ModelCheckpoint(path, save_best_only=True)])
    model = keras.models.load_model(path)
    assert same(model.get_weights(), feed.weights[3])
    assert len(model.evaluate(X, Y, verbose=0)) == 2  # it comes compiled


@pytest.mark.parametrize("name", ["w-{epoch}.weights.h5", "w-{epoch}.h5"])
def test_weights_only(name, tmp_path):
    feed = Feed([5, 3, 4])
    made().fit(X, Y, epochs=3, verbose=0, callbacks=[feed, ModelCheckpoint(tmp_path / name, save_weights_only=True)])
    for epoch, weights in enumerate(feed.weights):
        model = made()
        model.load_weights(tmp_path / name.format(epoch=epoch + 1))
        assert same(model.get_weights(), weights)


def test_training_goes_on_from_a_checkpoint_as_if_never_stopped(tmp_path):
    model = made()
    model.fit(X, Y, epochs=2, shuffle=False, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "m.keras")])
    again = keras.models.load_model(tmp_path / "m.keras")
    for m in (model, again):
        m.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    assert same(model.get_weights(), again.get_weights())


@pytest.mark.parametrize(
    ("save_freq", "saved"), [(1, range(1, 16)), (4, [4, 8, 12]), (5, [5, 10, 15]), (7, [7, 14]), (99, [])]
)
def test_batches_between_saves(save_freq, saved, tmp_path):
    """Also without another batch hook, when only some batches come back to Python; counted on over epochs of 5 batches."""
    for others in ([], [LambdaCallback(on_batch_end=lambda batch, logs: None)]):
        model, steps = made(), []
        model.save = lambda path, overwrite=True, steps=steps, model=model: steps.append(
            int(model.optimizer.iterations)
        )
        checkpoint = ModelCheckpoint(tmp_path / "m.h5", save_freq=save_freq)
        model.fit(X, Y, batch_size=8, epochs=3, verbose=0, callbacks=[checkpoint, *others])
        assert steps == list(saved)


def test_batches_are_counted_right_after_a_run_that_stopped_inside_an_epoch(tmp_path):
    model, steps = made(), []
    model.save = lambda path, overwrite=True: steps.append(int(model.optimizer.iterations))
    checkpoint = ModelCheckpoint(tmp_path / "m.h5", save_freq=4)
    stop = LambdaCallback(on_batch_end=lambda batch, logs: setattr(model, "stop_training", batch == 1))
    model.fit(X, Y, batch_size=8, verbose=0, callbacks=[checkpoint, stop])
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[checkpoint])
    assert steps == [4, 8, 12]


def test_names_may_hold_batch_and_logs(tmp_path):
    checkpoint = ModelCheckpoint(
        tmp_path / "{epoch:02d}-{batch}-{mae:.1f}.weights.h5", save_freq=5, save_weights_only=True
    )
    h = made().fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[checkpoint])
    assert sorted(os.listdir(tmp_path)) == [f"{e + 1:02d}-5-{h.history['mae'][e]:.1f}.weights.h5" for e in range(2)]


def test_the_threshold_must_be_surpassed(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "m.h5", save_best_only=True, initial_value_threshold=2.5)
    made().fit(X, Y, epochs=3, verbose=0, callbacks=[Feed([5, 3, 2.6]), checkpoint])
    assert os.listdir(tmp_path) == []
    made().fit(X, Y, epochs=3, verbose=0, callbacks=[Feed([5, 2, 2.2]), checkpoint])
    assert os.listdir(tmp_path) == ["m.h5"] and checkpoint.best == 2


def test_best_goes_on_over_fits(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "m-{epoch}.h5", save_best_only=True)
    model = made()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[Feed([3, 4]), checkpoint])
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[Feed([5, 6]), checkpoint])
    assert os.listdir(tmp_path) == ["m-1.h5"]


def test_the_newest_file_is_loaded_on_restart(tmp_path):
    path = tmp_path / "m-{epoch:02d}.weights.h5"
    feed = Feed([1, 2, 3])
    made().fit(X, Y, epochs=3, verbose=0, callbacks=[feed, ModelCheckpoint(path, save_weights_only=True)])
    (tmp_path / "another.weights.h5").write_text("not one of them")
    now = time.time()
    for k, age in ((1, 50), (2, 5), (3, 20)):  # the second is the newest
        os.utime(tmp_path / f"m-{k:02d}.weights.h5", (now - age, now - age))
    with pytest.warns(UserWarning, match="load_weights_on_restart"):
        checkpoint = ModelCheckpoint(path, save_weights_only=True, load_weights_on_restart=True)
    seen = []
    begin = LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(model.get_weights()))
    model = made()
    model.fit(X, Y, epochs=1, verbose=0, callbacks=[checkpoint, begin])
    assert same(seen[0], feed.weights[1])


def test_no_file_to_load_on_restart(tmp_path):
    with pytest.warns(UserWarning):
        checkpoint = ModelCheckpoint(tmp_path / "none" / "m.h5", load_weights_on_restart=True)
    made().fit(X, Y, verbose=0, callbacks=[checkpoint])
    assert (tmp_path / "none" / "m.h5").exists()


def test_a_broken_file_on_restart_is_named(tmp_path):
    (tmp_path / "m.weights.h5").write_text("broken")
    with pytest.warns(UserWarning):
        checkpoint = ModelCheckpoint(tmp_path / "m.weights.h5", load_weights_on_restart=True, save_weights_only=True)
    with pytest.raises(ValueError, match=r"Error loading file from .*m\.weights\.h5\. Reason: "):
        made().fit(X, Y, verbose=0, callbacks=[checkpoint])


def test_a_folder_of_that_name_is_an_error(tmp_path):
    (tmp_path / "m.h5").mkdir()
    with pytest.raises(OSError, match="Please specify a non-directory filepath for ModelCheckpoint"):
        made().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "m.h5")])


def test_unknown_arguments():
    with pytest.raises(TypeError, match="ModelCheckpoint: unknown keyword argument. Received: \\['colour'\\]"):
        ModelCheckpoint("m.h5", colour=3)

"""TensorBoard: what stands in the event files, read back by a reader of its own (event_reader.py)."""

import os
import re
import time

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.callbacks import Callback, TensorBoard, events
from tests.callbacks import event_reader

X = np.random.default_rng(5).standard_normal((48, 6)).astype("float32")
Y = (X.sum(1) > 0).astype("float32")


def made(**compiled):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([layers.Dense(5, "relu", input_shape=(6,)), layers.Dense(1, "sigmoid")])
    model.compile(**{"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"], **compiled})
    return model


def files(folder):
    return sorted(os.path.join(d, n) for d, _, names in os.walk(folder) for n in names)


def curve(rows, tag):
    return [(step, float(value)) for step, t, plugin, value in rows if t == tag and plugin == "scalars"]


def test_every_record_is_whole_and_in_order(tmp_path):
    before = time.time()
    made().fit(X, Y, epochs=3, verbose=0, validation_split=0.25, callbacks=[TensorBoard(tmp_path, histogram_freq=1)])
    assert [os.path.relpath(os.path.dirname(f), tmp_path) for f in files(tmp_path)] == ["train", "validation"]
    for path in files(tmp_path):
        assert re.fullmatch(r"events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2", os.path.basename(path))
        found = list(event_reader.events(path))
        times = [when for when, *_ in found]
        assert before <= times[0] and times == sorted(times) and times[-1] <= time.time()
        assert [version for _, _, version, *_ in found] == ["brain.Event:2"] + [None] * (len(found) - 1)


def test_curves_are_those_of_history(tmp_path):
    h = made().fit(X, Y, epochs=4, verbose=0, validation_data=(X, Y), callbacks=[TensorBoard(tmp_path)]).history
    rows = event_reader.folders(tmp_path)
    for name in ("loss", "accuracy"):
        for folder, key in (("train", name), ("validation", f"val_{name}")):
            steps, values = zip(*curve(rows[folder], f"epoch_{name}"), strict=True)
            assert steps == (0, 1, 2, 3)
            np.testing.assert_array_equal(values, np.float32(h[key]))
        assert [s for s, _ in curve(rows["validation"], f"evaluation_{name}_vs_iterations")] == [2, 4, 6, 8]


@pytest.mark.parametrize(("update_freq", "steps"), [("batch", range(1, 13)), (1, range(1, 13)), (5, [5, 10]), (99, [])])
def test_update_freq(update_freq, steps, tmp_path):
    seen = []

    class Sees(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    made().fit(
        X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[TensorBoard(tmp_path, update_freq=update_freq), Sees()]
    )
    rows = event_reader.folders(tmp_path)["train"]
    assert curve(rows, "batch_loss") == [(s, float(np.float32(seen[s - 1]))) for s in steps]
    assert len(curve(rows, "batch_accuracy")) == len(list(steps))


def test_update_freq_alone_comes_at_the_same_steps(tmp_path):
    """Without another callback, training comes back to Python for the batches that are written only."""
    made().fit(X, Y, batch_size=8, epochs=3, verbose=0, callbacks=[TensorBoard(tmp_path, update_freq=4)])
    assert [s for s, _ in curve(event_reader.folders(tmp_path)["train"], "batch_loss")] == [4, 8, 12, 16]


def test_steps_go_on_in_a_second_fit(tmp_path):
    model, board = made(), TensorBoard(tmp_path, update_freq=3)
    model.fit(X, Y, batch_size=8, epochs=1, verbose=0, callbacks=[board])
    model.fit(X, Y, batch_size=8, epochs=2, initial_epoch=1, verbose=0, callbacks=[board])
    rows = event_reader.folders(tmp_path)["train"]
    assert [s for s, _ in curve(rows, "batch_loss")] == [3, 6, 9, 12]
    assert [s for s, _ in curve(rows, "epoch_loss")] == [0, 1]


def test_steps_per_second(tmp_path):
    board = TensorBoard(tmp_path, write_steps_per_second=True, update_freq=2)
    made().fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[board])
    rows = event_reader.folders(tmp_path)["train"]
    for tag, n in (("epoch_steps_per_second", 2), ("batch_steps_per_second", 6)):
        values = [v for _, v in curve(rows, tag)]
        assert len(values) == n and all(0 < v < 1e9 for v in values)


def test_histograms_are_those_of_the_weights(tmp_path):
    model = made()
    model.fit(X, Y, epochs=5, verbose=0, callbacks=[TensorBoard(tmp_path, histogram_freq=2)])
    rows = event_reader.folders(tmp_path)["train"]
    for v in model.weights:
        found = [(s, h) for s, tag, plugin, h in rows if tag == f"{v.name.replace(':', '_')}/histogram"]
        assert [s for s, _ in found] == [0, 2, 4]
        last, w = found[-1][1], v.numpy()
        assert last.shape == (30, 3) and last[:, 2].sum() == w.size
        np.testing.assert_allclose([last[0, 0], last[-1, 1]], [w.min(), w.max()], rtol=1e-6)


@pytest.mark.parametrize("values", [[], [2.0], [1, 1, 1], [np.nan, 1, np.inf, 2], [np.nan], range(1000), [-1e30, 1e30]])
def test_histogram_of(values):
    x = np.array(values, "float32")
    m = event_reader.message(events.histogram("h", x))
    h = event_reader.tensor(m[8][0])
    assert h.shape == (30, 3) and h[:, 2].sum() == np.isfinite(x).sum() and (h[:, 1] >= h[:, 0]).all()


def test_model_is_described(tmp_path):
    model = made()
    model.fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path)])
    ((step, tag, plugin, (text,)),) = [r for r in event_reader.folders(tmp_path)["train"] if r[1] == "keras"]
    assert (step, plugin) == (0, "graph_keras_model")
    assert keras.models.model_from_json(text.decode()).count_params() == model.count_params()


class Own(keras.Model):
    """A model without a configuration."""

    def __init__(self, units):
        super().__init__()
        self.d = layers.Dense(units)

    def call(self, inputs):
        return self.d(inputs)


def test_model_without_configuration_is_described_by_its_summary(tmp_path):
    model = Own(1)
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path)])
    ((_, _, plugin, (text,)),) = [r for r in event_reader.folders(tmp_path)["train"] if r[1] == "model"]
    assert plugin == "text" and "Trainable params: 7" in text.decode()


def test_nothing_of_the_model_if_not_asked(tmp_path):
    made().fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path, write_graph=False)])
    assert {plugin for *_, plugin, _ in event_reader.folders(tmp_path)["train"]} == {"scalars"}


def test_readable_while_training_goes_on(tmp_path):
    seen = []

    class Reads(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(len(curve(event_reader.folders(tmp_path).get("train", []), "epoch_loss")))

    made().fit(X, Y, epochs=3, verbose=0, callbacks=[TensorBoard(tmp_path), Reads()])
    assert seen == [0, 1, 2]


def test_logs_that_are_no_numbers_are_left_out(tmp_path):
    class Adds(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs.update(array=np.zeros(3), text="a", nan=np.nan, integer=np.int64(3))

    made().fit(X, Y, verbose=0, callbacks=[Adds(), TensorBoard(tmp_path)])
    rows = event_reader.folders(tmp_path)["train"]
    assert {tag for _, tag, plugin, _ in rows if plugin == "scalars"} == {
        "epoch_loss", "epoch_accuracy", "epoch_nan", "epoch_integer"
    }  # fmt: skip


def test_no_files_before_training(tmp_path):
    board = TensorBoard(tmp_path / "logs")
    board.set_model(made())
    assert not (tmp_path / "logs").exists()


def test_varints_and_negative_numbers():
    for n in (0, 1, 127, 128, 300, 2**31, 2**63 - 1):
        assert event_reader.message(events.field(3, n)) == {3: [n]}
    assert event_reader.message(events.field(3, -1)) == {3: [2**64 - 1]}
    assert events.masked_crc(b"123456789") == event_reader.masked(0xE3069283)  # RFC 3720's check value


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (dict(colour=1), ValueError, "Unrecognized arguments in `TensorBoard` Callback: .*colour"),
        (dict(update_freq=0), ValueError, "update_freq"),
        (dict(update_freq="step"), ValueError, "update_freq"),
        (dict(update_freq=True), ValueError, "update_freq"),
        (dict(profile_batch=-1), ValueError, "profile_batch must be a non-negative integer"),
        (dict(profile_batch="3,2"), ValueError, "profile_batch must be a non-negative integer"),
        (dict(profile_batch=(1, 2, 3)), ValueError, "profile_batch must be a non-negative integer"),
        (dict(profile_batch="a"), ValueError, "invalid literal"),
        (dict(profile_batch=2), NotImplementedError, "plan_summary"),
        (dict(profile_batch="2,4"), NotImplementedError, "plan_summary"),
        (dict(embeddings_freq=1), NotImplementedError, "embeddings_freq"),
        (dict(embeddings_metadata="a"), NotImplementedError, "embeddings"),
    ],
)
def test_wrong_arguments(arguments, error, said, tmp_path):
    with pytest.raises(error, match=said):
        TensorBoard(tmp_path, **arguments)

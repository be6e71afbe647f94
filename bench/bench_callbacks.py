"""What callbacks without batch hooks cost: an epoch of `fit` on 784-128-10 with them over one without.

Contestants train the same model in turns, so that all of them find it in the same state. ModelCheckpoint writes a real
.keras file each epoch and TensorBoard real event files: that costs the same whatever an epoch is, so the epoch's length is
given. A row is a callback; "over plain" is what it adds to the plain epoch.
"""

import harness
import numpy as np
import pytest

import pyseq as keras
from pyseq import callbacks

ROWS, BATCH = 60_000, 32  # an epoch of MNIST's size
BAR = 0.10  # of issue 4
X = np.random.default_rng(0).random((ROWS, 784), dtype="float32")
Y = np.random.default_rng(1).integers(0, 10, ROWS)


@pytest.fixture(scope="module")
def model():
    made = keras.Sequential([keras.layers.Dense(128, "relu", input_shape=(784,)), keras.layers.Dense(10, "softmax")])
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


WITHOUT_BATCH_HOOKS = {
    "History": lambda folder: [callbacks.History()],
    "EarlyStopping": lambda folder: [callbacks.EarlyStopping("loss", patience=3, restore_best_weights=True)],
    "ReduceLROnPlateau": lambda folder: [callbacks.ReduceLROnPlateau("loss", patience=3)],
    "LearningRateScheduler": lambda folder: [callbacks.LearningRateScheduler(lambda epoch, lr: lr)],
    "CSVLogger": lambda folder: [callbacks.CSVLogger(folder / "log.csv")],
    "ModelCheckpoint": lambda folder: [callbacks.ModelCheckpoint(folder / "m.keras")],
    "TensorBoard": lambda folder: [callbacks.TensorBoard(folder / "logs")],
    "TensorBoard, histograms": lambda folder: [callbacks.TensorBoard(folder / "logs", histogram_freq=1)],
    "BackupAndRestore": lambda folder: [callbacks.BackupAndRestore(folder / "backup")],
    "a user's own": lambda folder: [type("Own", (callbacks.Callback,), {"on_epoch_end": lambda self, e, logs: None})()],
}
WITHOUT_BATCH_HOOKS["all of these"] = lambda folder: [
    c for name, make in WITHOUT_BATCH_HOOKS.items() if "all" not in name and name != "TensorBoard" for c in make(folder)
]
# With batch hooks every batch comes back to Python; there is no bar, but the figures are worth knowing.
WITH_BATCH_HOOKS = {
    "TerminateOnNaN": lambda folder: [callbacks.TerminateOnNaN()],
    "TensorBoard, update_freq=100": lambda folder: [callbacks.TensorBoard(folder / "logs", update_freq=100)],
    "BackupAndRestore, save_freq=500": lambda folder: [callbacks.BackupAndRestore(folder / "backup", save_freq=500)],
}


@pytest.mark.parametrize("name", [*WITHOUT_BATCH_HOOKS, *WITH_BATCH_HOOKS, "progress bar"])
def test_epoch(name, report, n_threads, model, tmp_path, capsys):
    make = {**WITHOUT_BATCH_HOOKS, **WITH_BATCH_HOOKS}.get(name, lambda folder: [])
    given = make(tmp_path)
    verbose = int(name == "progress bar")

    def plain():
        model.fit(X, Y, batch_size=BATCH, epochs=1, verbose=0)

    def with_them():
        model.fit(X, Y, batch_size=BATCH, epochs=1, verbose=verbose, callbacks=given)

    times = harness.race({"plain": plain, "with": with_them}, n_threads, seconds=1.0, rounds=3)
    steps = -(-ROWS // BATCH)
    over = times["with"].min / times["plain"].min - 1
    bar = None if name in WITH_BATCH_HOOKS else BAR
    report.row(
        {
            "callback": name,
            "threads": n_threads,
            "plain us/step": 1e6 * times["plain"].min / steps,
            "with us/step": 1e6 * times["with"].min / steps,
            "ms an epoch": 1e3 * (times["with"].min - times["plain"].min),
            "over plain": over,
            "bar": "" if bar is None else "ok" if over < bar else f"over {bar}",
        },
        times["with"],
    )

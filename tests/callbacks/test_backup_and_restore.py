"""BackupAndRestore: runs killed with SIGKILL end with the bits of an unbroken one; what may and may not be taken up."""

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.callbacks import BackupAndRestore, Callback, LambdaCallback, SwapEMAWeights
from pyseq.callbacks.state_file import read_state, write_state

ROOT = Path(__file__).parents[2]
LIMIT = 120  # seconds until a run counts as hanging
LONG = pytest.mark.skipif(not os.environ.get("PYSEQ_LONG_TESTS"), reason="long: set PYSEQ_LONG_TESTS=1")
POSIX = pytest.mark.skipif(os.name != "posix", reason="no SIGKILL")


def started(folder, save_freq, *more, batches=None):
    """Run `resumed.py`; kill it when that many batches have begun. Returns its last line, or None if it was killed."""
    command = [sys.executable, "-m", "tests.callbacks.resumed", str(folder), str(save_freq), *more]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if batches is None:
            out, errors = process.communicate(timeout=LIMIT)
            assert process.returncode == 0, errors
            return out.splitlines()[-1]
        for _ in range(batches):
            line = process.stdout.readline()
            if line.startswith("ended"):
                return line.strip()
        return None
    finally:
        process.kill()
        process.communicate()


def killed_and_ended(folder, save_freq, kills, *more):
    """The last line of a run that was killed at these numbers of batches, one after the other, and then left alone."""
    for batches in kills:
        last = started(folder, save_freq, *more, batches=batches)
        if last is not None:  # so few batches were left
            return last
    return started(folder, save_freq, *more)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The last line of a run without BackupAndRestore."""
    return started(tmp_path_factory.mktemp("none"), "none")


@POSIX
@pytest.mark.parametrize(("save_freq", "kills"), [("epoch", (23,)), (3, (17,))])
def test_a_killed_run_ends_with_the_same_bits(save_freq, kills, unbroken, tmp_path):
    assert killed_and_ended(tmp_path, save_freq, kills) == unbroken
    assert list(tmp_path.iterdir()) == []  # the backup is deleted


@LONG
@POSIX
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("save_freq", ["epoch", 1, 7, 23])
def test_killed_runs_end_with_the_same_bits(save_freq, seed, unbroken, tmp_path):
    """Killed up to three times at random batches. 23: more than the batches of an epoch."""
    rng = random.Random(f"{save_freq} {seed}")
    kills = [rng.randint(1, 30) for _ in range(rng.randint(1, 3))]
    assert killed_and_ended(tmp_path, save_freq, kills) == unbroken


@LONG
@POSIX
@pytest.mark.parametrize("seed", range(3))
def test_killed_eager_runs_end_with_the_same_bits(seed, unbroken, tmp_path):
    assert killed_and_ended(tmp_path, 5, [random.Random(seed).randint(1, 50)], "eager") == unbroken


# ---------------------------------------------------------------------------------------------- without processes

X = np.random.default_rng(5).standard_normal((40, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


class Broken(Exception):
    pass


def made(optimizer="adam", units=4):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([layers.Dense(units, "relu", input_shape=(3,)), layers.Dropout(0.25), layers.Dense(1)])
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def breaks_at(epoch=None, batches=None):
    """A callback that breaks the run off."""
    seen = [0]

    def batch_end(batch, logs):
        seen[0] += 1
        if seen[0] == batches:
            raise Broken

    def epoch_begin(e, logs):
        if e == epoch:
            raise Broken

    return LambdaCallback(on_epoch_begin=epoch_begin, on_batch_end=batch_end)


def ended(model, history):
    return [w.tobytes() for w in model.get_weights()], repr(history.history), history.epoch


def broken_and_ended(folder, make, broken, *callbacks, save_freq="epoch", **fit):
    """How a run ends that was broken off and started again. `callbacks`: functions that make one each."""
    for last in (False, True):
        model = make()
        backup = BackupAndRestore(folder, save_freq)
        more = [] if last else [broken]
        try:
            history = model.fit(X, Y, verbose=0, callbacks=[*(c() for c in callbacks), backup, *more], **fit)
        except Broken:
            assert not last and os.path.exists(backup.path)
    return ended(model, history)


FITS = {
    "epochs": dict(batch_size=8, epochs=5),
    "not_shuffled": dict(batch_size=8, epochs=4, shuffle=False),
    "short_last_batch": dict(batch_size=9, epochs=4),
    "validation": dict(batch_size=8, epochs=5, validation_split=0.3, validation_freq=2),
    "steps_per_epoch": dict(batch_size=8, epochs=4, steps_per_epoch=3),
    "initial_epoch": dict(batch_size=8, epochs=5, initial_epoch=1),
    "weights": dict(batch_size=8, epochs=4, sample_weight=np.linspace(0, 1, 40)),
}


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
@pytest.mark.parametrize(
    ("save_freq", "broken"), [("epoch", dict(epoch=2)), (2, dict(batches=9)), (6, dict(batches=11))]
)
def test_every_kind_of_run(fit, save_freq, broken, tmp_path):
    model = made()
    whole = ended(model, model.fit(X, Y, verbose=0, **fit))
    assert broken_and_ended(tmp_path, made, breaks_at(**broken), save_freq=save_freq, **fit) == whole


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "adagrad": lambda: keras.optimizers.Adagrad(0.1),
    "schedule": lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)),
    "ema": lambda: keras.optimizers.SGD(0.01, use_ema=True, ema_overwrite_frequency=4),
    "clipped": lambda: keras.optimizers.Adam(0.1, global_clipnorm=0.5),
}


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_slots_of_optimizers(make, tmp_path):
    model = made(make())
    whole = ended(model, model.fit(X, Y, batch_size=8, epochs=4, verbose=0))
    again = broken_and_ended(tmp_path, lambda: made(make()), breaks_at(batches=12), save_freq=3, batch_size=8, epochs=4)
    assert again == whole


def test_a_rate_set_by_a_callback(tmp_path):
    def halves():
        return keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=0, min_delta=9)

    model = made()
    whole = ended(model, model.fit(X, Y, batch_size=8, epochs=5, verbose=0, callbacks=[halves()]))
    assert broken_and_ended(tmp_path, made, breaks_at(3), halves, batch_size=8, epochs=5) == whole


def test_averages_in_place_of_the_weights(tmp_path):
    def ema():
        return made(keras.optimizers.SGD(0.01, use_ema=True))

    def swap():
        return SwapEMAWeights(swap_on_epoch=True)

    model = ema()
    whole = ended(model, model.fit(X, Y, batch_size=8, epochs=4, verbose=0, callbacks=[swap()]))
    assert broken_and_ended(tmp_path, ema, breaks_at(2), swap, batch_size=8, epochs=4) == whole


class Counts(Callback):
    backed_up = ("seen", "last")

    def __init__(self):
        super().__init__()
        self.seen, self.last, self.not_kept = 0, None, 0

    def on_epoch_end(self, epoch, logs=None):
        self.seen += 1
        self.last = {"epoch": epoch, "logs": dict(logs), "when": (1, "two", None, True, 2.5)}
        self.not_kept += 1


def test_attributes_that_a_callback_names_are_kept(tmp_path):
    callbacks = [Counts(), Counts()]
    backup = BackupAndRestore(tmp_path)
    with pytest.raises(Broken):
        made().fit(X, Y, epochs=5, verbose=0, callbacks=[*callbacks, backup, breaks_at(3)])
    again = [Counts(), Counts()]
    made().fit(X, Y, epochs=3, verbose=0, callbacks=[*again, BackupAndRestore(tmp_path)])
    assert [c.seen for c in again] == [3, 3]
    assert again[0].last == callbacks[0].last
    assert [c.not_kept for c in again] == [0, 0]


def test_a_run_that_had_been_stopped_stays_stopped(tmp_path):
    """Broken off after EarlyStopping had stopped it, but before training ended."""

    def stops():
        return LambdaCallback(on_epoch_end=lambda e, logs: setattr(model, "stop_training", e == 2))

    model = made()
    model.fit(X, Y, epochs=9, verbose=0, callbacks=[stops()])
    whole = ended(model, model.history)
    for last in (False, True):
        model = made()
        late = LambdaCallback(on_train_end=lambda logs: 1 / 0)
        try:
            model.fit(
                X, Y, epochs=9, verbose=0, callbacks=[stops(), *([] if last else [late]), BackupAndRestore(tmp_path)]
            )
        except ZeroDivisionError:
            assert not last
    assert ended(model, model.history) == whole


def test_python_and_numpy_random_state_come_back(tmp_path):
    def drawn(callbacks, seeds=True):
        model = made()
        values = []
        draw = LambdaCallback(on_epoch_end=lambda e, logs: values.append((random.random(), np.random.random())))
        try:
            model.fit(X, Y, epochs=4, verbose=0, callbacks=[draw, *callbacks])
        except Broken:
            pass
        return values

    whole = drawn([])
    first = drawn([BackupAndRestore(tmp_path), breaks_at(2)])
    assert first + drawn([BackupAndRestore(tmp_path)]) == whole


def test_the_backup_may_stay(tmp_path):
    model = made()
    backup = BackupAndRestore(tmp_path / "a" / "b", delete_checkpoint=False)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[backup])
    assert os.path.exists(backup.path)
    again = made()
    history = again.fit(X, Y, epochs=2, verbose=0, callbacks=[BackupAndRestore(tmp_path / "a" / "b")])
    assert history.epoch == [0, 1] and not os.path.exists(backup.path)
    assert [w.tobytes() for w in again.get_weights()] == [w.tobytes() for w in model.get_weights()]


def test_a_folder_without_backup_changes_nothing(tmp_path):
    one, two = made(), made()
    one.fit(X, Y, epochs=2, verbose=0)
    made().fit(X, Y, epochs=2, verbose=0, callbacks=[BackupAndRestore(tmp_path, save_freq=1)])
    keras.utils.set_random_seed(3)
    two = made()
    two.fit(X, Y, epochs=2, verbose=0, callbacks=[BackupAndRestore(str(tmp_path), save_freq=1)])
    assert [w.tobytes() for w in one.get_weights()] == [w.tobytes() for w in two.get_weights()]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (dict(units=5), "the model must be as it was"),
        (dict(batch_size=9), "the data must be as before"),
        (dict(shuffle=False), "the data must be as before"),
    ],
)
def test_another_model_or_other_data_are_refused(change, said, tmp_path):
    with pytest.raises(Broken):
        made().fit(X, Y, batch_size=8, epochs=5, verbose=0, callbacks=[BackupAndRestore(tmp_path), breaks_at(3)])
    fit = {"batch_size": 8, **change}
    model = made(units=fit.pop("units", 4))
    with pytest.raises(ValueError, match=said):
        model.fit(X, Y, epochs=5, verbose=0, callbacks=[BackupAndRestore(tmp_path)], **fit)


@pytest.mark.parametrize("save_freq", [0, None, 2.5, "batch", True, -1])
def test_wrong_save_freq(save_freq, tmp_path):
    with pytest.raises(ValueError, match="save_freq"):
        BackupAndRestore(tmp_path, save_freq=save_freq)


def test_preemption_is_refused(tmp_path):
    with pytest.raises(NotImplementedError, match="save_before_preemption"):
        BackupAndRestore(tmp_path, save_before_preemption=True)


# ---------------------------------------------------------------------------------------------- the file


def test_state_file_holds_what_it_was_given(tmp_path):
    state = {
        "a": [1, 2.5, "text", None, True, (1, (2,))], 3: np.arange(6).reshape(2, 3), ("k", 1): np.float32(0.1),
        "deep": [{"x": np.zeros((0, 3), "int8")}], "nan": float("nan"), "inf": [float("inf"), -float("inf")],
        "big": 2**70, "tenth": 0.1,
    }  # fmt: skip
    write_state(tmp_path / "s.npz", state)
    found = read_state(tmp_path / "s.npz")
    assert repr(found) == repr(state)
    assert found[3].dtype == state[3].dtype and type(found[("k", 1)]) is np.float32
    assert os.listdir(tmp_path) == ["s.npz"]


def test_state_file_refuses_objects(tmp_path):
    with pytest.raises(TypeError, match="A state holds"):
        write_state(tmp_path / "s.npz", {"f": print})
    assert os.listdir(tmp_path) == []


def test_what_a_killed_writer_leaves_does_not_hurt(tmp_path):
    backup = BackupAndRestore(tmp_path)
    with pytest.raises(Broken):
        made().fit(X, Y, epochs=4, verbose=0, callbacks=[backup, breaks_at(2)])
    Path(f"{backup.path}.part").write_bytes(b"half")
    model = made()
    model.fit(X, Y, epochs=4, verbose=0, callbacks=[BackupAndRestore(tmp_path)])
    assert model.history.epoch == [0, 1, 2, 3]

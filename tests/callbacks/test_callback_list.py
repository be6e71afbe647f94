"""CallbackList and Callback where pyseq goes its own way: when hooks are called, objects that are no Callback, mistakes."""

import inspect

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers
from pyseq.callbacks import (
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LambdaCallback,
    ModelCheckpoint,
    ProgbarLogger,
    ReduceLROnPlateau,
    TerminateOnNaN,
)

X, Y = np.arange(24, dtype="float32").reshape(12, 2) / 24, np.arange(12, dtype="float32").reshape(12, 1) / 12


def made(**compiled):
    model = keras.Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


def fit(callbacks, model=None, **arguments):
    return (model or made()).fit(X, Y, batch_size=4, epochs=2, verbose=0, callbacks=callbacks, **arguments)


# ------------------------------------------------------------------------------------ objects that are no Callback


class Bare:
    """Has some hooks, and nothing else."""

    def __init__(self):
        self.seen = []

    def on_epoch_end(self, epoch, logs):
        self.seen.append(("epoch", epoch, sorted(logs)))

    def on_batch_end(self, batch, logs):
        self.seen.append(("batch", batch, sorted(logs)))


def test_an_object_with_hooks_is_called():
    bare = Bare()
    fit([bare])
    epoch = [("batch", k, ["loss"]) for k in range(3)]
    assert bare.seen == [*epoch, ("epoch", 0, ["loss"]), *epoch, ("epoch", 1, ["loss"])]


def test_the_newer_name_of_a_hook_comes_first():
    class Both(Bare):
        def on_train_batch_end(self, batch, logs):
            self.seen.append(("train batch", batch, sorted(logs)))

    both = Both()
    fit([both])
    assert [s[0] for s in both.seen[:4]] == ["train batch"] * 3 + ["epoch"]


def test_a_hook_alone_costs_no_batch_hooks():
    class Alone:
        def on_train_end(self, logs):
            self.logs = dict(logs)

    alone = Alone()
    calls = CallbackList([alone])
    assert not any(
        calls.wants(f"on_{kind}_batch_{end}") for kind in ("train", "test", "predict") for end in ("begin", "end")
    )
    fit([alone])
    assert sorted(alone.logs) == ["loss"]


@pytest.mark.parametrize("wrong", [EarlyStopping, "x", 3, object(), [EarlyStopping()], print], ids=repr)
def test_what_has_no_hooks_is_refused_before_training(wrong):
    if isinstance(wrong, list):
        fit([wrong])  # lists in lists are fine
        return
    model = made()
    before = [w.tobytes() for w in model.get_weights()]
    with pytest.raises(TypeError, match=r"callbacks: must be instances of keras\.callbacks\.Callback\. Received: "):
        fit([wrong], model)
    assert [w.tobytes() for w in model.get_weights()] == before


# ------------------------------------------------------------------------------------ when hooks are called


def hooks_wanted(*callbacks):
    calls = CallbackList(callbacks)
    names = [f"on_{kind}_batch_{end}" for kind in ("train", "test", "predict") for end in ("begin", "end")]
    return {name for name in names if calls.wants(name)}


class Overrides(Callback):
    def on_train_batch_end(self, batch, logs=None): ...

    def on_predict_batch_begin(self, batch, logs=None): ...


def test_only_overridden_batch_hooks_are_wanted():
    assert hooks_wanted(Callback(), History(), EarlyStopping()) == set()
    assert hooks_wanted(Overrides()) == {"on_train_batch_end", "on_predict_batch_begin"}
    assert hooks_wanted(type("Sub", (Overrides,), {})()) == {"on_train_batch_end", "on_predict_batch_begin"}
    assert hooks_wanted(TerminateOnNaN()) == {"on_train_batch_end"}
    assert hooks_wanted(LambdaCallback(on_batch_begin=print)) == {"on_train_batch_begin"}
    assert hooks_wanted(LambdaCallback(on_test_batch_end=print)) == {"on_test_batch_end"}
    assert hooks_wanted(ModelCheckpoint("a")) == set()
    assert hooks_wanted(ModelCheckpoint("a", save_freq=3)) == {"on_train_batch_end"}


def test_a_callback_may_decline_its_batch_hooks():
    class Declines(Overrides):
        def _implements_train_batch_hooks(self):
            return False

    assert hooks_wanted(Declines()) == {"on_predict_batch_begin"}


def test_a_hook_set_on_an_instance():
    callback, seen = Callback(), []
    callback.on_train_batch_end = lambda batch, logs=None: seen.append(batch)
    callback.on_epoch_begin = lambda epoch, logs=None: seen.append(f"epoch {epoch}")
    fit([callback])
    assert seen == ["epoch 0", 0, 1, 2, "epoch 1", 0, 1, 2]


def test_an_epoch_hook_set_while_training():
    seen = []

    class Late(Callback):
        def on_train_begin(self, logs=None):
            self.on_epoch_end = lambda epoch, logs=None: seen.append(epoch)

    fit([Late()])
    assert seen == [0, 1]


@pytest.mark.parametrize("eagerly", [False, True])
def test_logs_of_a_batch_are_the_means_so_far(eagerly):
    seen = []

    class Sees(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])
            assert type(logs["loss"]) is float

    model = made(run_eagerly=eagerly)
    w = model.get_weights()
    fit([Sees()], model, shuffle=False)
    model.set_weights(w)
    first = model.train_on_batch(X[:4], Y[:4])
    second = model.train_on_batch(X[4:8], Y[4:8])
    np.testing.assert_allclose(seen[:2], [first, (first + second) / 2], rtol=1e-5)


def test_train_end_gets_the_last_logs():
    seen = []
    h = fit([LambdaCallback(on_train_end=seen.append)], validation_data=(X, Y))
    assert {k: v[-1] for k, v in h.history.items()} == seen[0]


def test_metrics_that_are_arrays_reach_the_callbacks():
    class Rows(keras.metrics.Metric):
        def __init__(self):
            super().__init__(name="rows")
            self.total = self.add_weight(name="total", shape=(3,), initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(np.ones(3, "float32"))

        def result(self):
            return self.total.value()

    h = fit([], made(metrics=[Rows()]))
    np.testing.assert_array_equal(h.history["rows"], [[3, 3, 3], [3, 3, 3]])


# ------------------------------------------------------------------------------------ the progress bar among callbacks


def test_one_bar_only(capsys):
    made().fit(X, Y, batch_size=4, callbacks=[ProgbarLogger("steps")])
    assert capsys.readouterr().out.count("3/3 [") == 1


def test_a_bar_although_verbose_is_off(capsys):
    bar = ProgbarLogger("steps")
    made().fit(X, Y, batch_size=4, verbose=0, callbacks=[bar])
    assert capsys.readouterr().out == "" and bar.verbose == 0


class Extra(keras.Sequential):
    def train_step(self, data):
        return {**super().train_step(data), "extra": 2.0}


@pytest.mark.parametrize("verbose", [1, 2])
def test_values_that_are_no_metrics_are_shown(verbose, capsys):
    model = Extra([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    h = model.fit(X, Y, batch_size=4, verbose=verbose)
    assert h.history["extra"] == [2.0]
    assert "- extra: 2.0000" in capsys.readouterr().out.strip().split("\n")[-1]


def test_unknown_count_mode():
    with pytest.raises(ValueError, match="Unknown `count_mode`: rows"):
        ProgbarLogger("rows")


# ------------------------------------------------------------------------------------ LambdaCallback, TerminateOnNaN


def test_lambda_callback_takes_any_hook():
    seen = []
    callback = LambdaCallback(
        on_predict_end=lambda logs: seen.append("predict"), on_test_begin=lambda logs: seen.append("test")
    )
    model = made()
    model.evaluate(X, Y, verbose=0, callbacks=[callback])
    model.predict(X, callbacks=[callback])
    assert seen == ["test", "predict"]


def test_terminate_on_nan_stops_inside_the_epoch(capsys):
    x = np.where(np.arange(12)[:, None] == 5, np.nan, X)
    seen = []
    model = made()
    model.fit(
        x, Y, batch_size=4, epochs=5, shuffle=False, verbose=0,
        callbacks=[TerminateOnNaN(), LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))],
    )  # fmt: skip
    assert seen == [0, 1] and model.history.epoch == [0]
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"


# ------------------------------------------------------------------------------------ names


def test_hooks_take_the_names_that_tf_keras_gives_their_arguments():
    seen = []
    keep = lambda index, logs: seen.append((index, logs))  # noqa: E731
    hooks = CallbackList([LambdaCallback(on_epoch_begin=keep, on_batch_end=keep)])
    hooks.on_epoch_begin(epoch=2, logs=None)
    hooks.on_train_batch_end(batch=3, logs={"loss": 1.0})
    assert seen == [(2, {}), (3, {"loss": 1.0})]


def test_every_name_has_a_docstring_with_its_arguments():
    for name in keras.callbacks.__all__:
        thing = getattr(keras.callbacks, name)
        if inspect.isclass(thing):
            parameters = [p for p in inspect.signature(thing).parameters if p not in ("kwargs", "args")]
            assert all(p in (thing.__doc__ or "") for p in parameters), name


def test_the_older_backup_and_restore_warns(tmp_path):
    with pytest.warns(UserWarning, match="deprecated"):
        made_ = keras.callbacks.experimental.BackupAndRestore(tmp_path, save_freq=4)
    assert isinstance(made_, keras.callbacks.BackupAndRestore) and made_.save_freq == 4


@pytest.mark.parametrize(
    "make", [lambda: EarlyStopping("foo"), lambda: ReduceLROnPlateau("foo"), lambda: EarlyStopping(mode="up")]
)
def test_warnings_name_the_users_line(make):
    with pytest.warns(UserWarning) as caught:
        made().fit(X, Y, verbose=0, callbacks=[make()])
    assert {w.filename for w in caught} == {__file__}

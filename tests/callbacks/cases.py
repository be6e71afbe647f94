"""Runs of `fit` with callbacks, the same under tf.keras and pyseq, and what is seen of them."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile

import numpy as np

# name: (callbacks, {metric: its value in each epoch}, further arguments of fit)
DOWN = "[5.0, 4.0, 4.5, 4.4, 4.6, 3.0, 3.5, 3.6, 3.7, 3.8]"
CASES = {}
for name, arguments in {
    "": "",
    "patience": "patience=2",
    "patience_verbose": "patience=2, verbose=1",
    "restore": "patience=1, restore_best_weights=True, verbose=1",
    "restore_not_stopped": "patience=20, restore_best_weights=True",
    "min_delta": "patience=2, min_delta=1.5, verbose=1",
    "negative_min_delta": "patience=2, min_delta=-1.5, verbose=1",
    "baseline": "patience=3, baseline=3.2, verbose=1",
    "baseline_never": "patience=3, baseline=1.0, restore_best_weights=True, verbose=1",
    "start_from_epoch": "start_from_epoch=4, verbose=1",
    "start_from_epoch_restore": "start_from_epoch=4, patience=2, restore_best_weights=True, verbose=1",
    "max": "mode='max', patience=1, verbose=1",
    "unknown_mode": "mode='up', patience=2, verbose=1",
    "unavailable": "monitor='foo'",
    "auto_accuracy": "monitor='val_accuracy', patience=1, verbose=1",
}.items():
    CASES[f"early_stopping_{name}"] = (
        f"[c.EarlyStopping({arguments})]", f"dict(val_loss={DOWN}, val_accuracy={DOWN})", "{}"
    )  # fmt: skip
for name, arguments in {
    "": "",
    "patience": "patience=1, verbose=1",
    "factor": "patience=1, factor=0.5, verbose=1",
    "min_lr": "patience=1, factor=0.5, min_lr=0.002, verbose=1",
    "cooldown": "patience=1, factor=0.5, cooldown=2, verbose=1",
    "max": "patience=1, mode='max', verbose=1",
    "min_delta": "patience=2, min_delta=1.2, verbose=1",
    "max_min_delta": "patience=2, min_delta=0.05, mode='max', verbose=1",
    "epsilon": "patience=1, epsilon=0.9, verbose=1",
    "accuracy": "monitor='val_accuracy', patience=1, verbose=1",
    "unavailable": "monitor='foo'",
    "unknown_mode": "mode='up', patience=2, verbose=1",
}.items():
    CASES[f"reduce_lr_{name}"] = (
        f"[c.ReduceLROnPlateau({arguments})]", f"dict(val_loss={DOWN}, val_accuracy={DOWN})", "{}"
    )  # fmt: skip
for name, arguments in {
    "": "'m.h5'",
    "verbose": "'m.h5', verbose=1",
    "best": "'m-{epoch:02d}-{val_loss:.2f}.h5', save_best_only=True, verbose=1",
    "best_max": "'m-{epoch}.h5', save_best_only=True, mode='max', verbose=1",
    "best_accuracy": "'m-{epoch}.h5', monitor='val_acc', save_best_only=True, verbose=1",
    "best_fmeasure": "'m-{epoch}.h5', monitor='fmeasure', save_best_only=True, verbose=1",
    "best_unavailable": "'m.h5', monitor='foo', save_best_only=True",
    "threshold": "'m-{epoch}.h5', save_best_only=True, initial_value_threshold=3.9, verbose=1",
    "weights": "'w-{epoch}.weights.h5', save_weights_only=True, verbose=1",
    "batches": "'m-{epoch}-{batch}.h5', save_freq=3, verbose=1",
    "batches_over_epochs": "'m-{epoch}-{batch}.h5', save_freq=7, verbose=1",
    "batches_best": "'m-{epoch}-{batch}.h5', monitor='loss', save_freq=3, save_best_only=True",
    "folders": "'a/{epoch}/m.h5', verbose=1",
    "period": "'m-{epoch}.h5', period=3",
    "unknown_mode": "'m-{epoch}.h5', mode='up', save_best_only=True",
    "bad_template": "'m-{foo}.h5'",
    "bad_save_freq": "'m.h5', save_freq=1.5",
    "keras_options": "'m.keras', options=3",
}.items():
    CASES[f"checkpoint_{name}"] = (
        f"[c.ModelCheckpoint({arguments})]", f"dict(val_loss={DOWN}, val_acc={DOWN}, fmeasure={DOWN})", "{}"
    )  # fmt: skip
for name, arguments in {
    "": "lambda epoch: 0.01 * (epoch + 1)",
    "verbose": "lambda epoch: 0.01 * (epoch + 1), verbose=1",
    "of_rate": "lambda epoch, lr: lr * 0.5, verbose=1",
    "of_rate_default": "lambda epoch, lr=0.25: lr * 0.5, verbose=1",
    "numpy": "lambda epoch: np.float32(0.125)",
    "integer": "lambda epoch: 1",
    "none": "lambda epoch: None",
}.items():
    CASES[f"scheduler_{name}"] = (f"[c.LearningRateScheduler({arguments})]", "dict()", "dict(epochs=4)")
for name, arguments in {
    "": "'log.csv'",
    "separator": "'log.csv', separator=';'",
    "append": "'old.csv', append=True",
    "append_new": "'new.csv', append=True",
    "overwrite": "'old.csv'",
}.items():
    CASES[f"csv_{name}"] = (f"[c.CSVLogger({arguments})]", "dict()", "dict(epochs=3)")
CASES["csv_validation"] = ("[c.CSVLogger('log.csv')]", "dict()", "dict(epochs=3, validation_data=(x, y))")
CASES["csv_validation_freq"] = (
    "[c.CSVLogger('log.csv')]", "dict()", "dict(epochs=4, validation_data=(x, y), validation_freq=2)"
)  # fmt: skip
CASES["csv_sequence"] = ("[Sequence(), c.CSVLogger('log.csv')]", "dict()", "dict(epochs=2)")
CASES["csv_order"] = ("[c.CSVLogger('log.csv')]", f"dict(fmeasure={DOWN}, acc={DOWN})", "dict(epochs=2)")
CASES["csv_with_rate"] = (
    "[c.LearningRateScheduler(lambda e: 0.5 / (e + 1)), c.CSVLogger('log.csv')]", "dict()", "dict(epochs=2)"
)  # fmt: skip
CASES["nan"] = ("[c.TerminateOnNaN()]", "dict()", "dict(x=x * np.nan, epochs=3)")
CASES["nan_late"] = ("[c.TerminateOnNaN()]", "dict()", "dict(x=np.where(np.arange(12)[:, None] == 5, np.inf, x))")
CASES["nan_none"] = ("[c.TerminateOnNaN()]", "dict()", "dict(epochs=2)")
HOOKS = (
    "epoch_begin epoch_end batch_begin batch_end train_begin train_end train_batch_begin train_batch_end "
    "test_begin test_end test_batch_begin test_batch_end"
)
for hooks in (HOOKS, *HOOKS.split()):
    said = ", ".join(f"on_{h}=say('{h}')" for h in hooks.split())
    CASES[f"lambda_{'all' if ' ' in hooks else hooks}"] = (
        f"[c.LambdaCallback({said})]", "dict()", "dict(epochs=2, validation_data=(x, y))"
    )  # fmt: skip
CASES["errors_factor"] = ("[c.ReduceLROnPlateau(factor=1.0)]", "dict()", "{}")
CASES["errors_tensorboard_profile"] = ("[c.TensorBoard(profile_batch='3,2')]", "dict()", "{}")
CASES["errors_backup"] = ("[c.BackupAndRestore('b', save_freq=None)]", "dict()", "{}")

OLD_CSV = "epoch,loss\n0,0.5\n"


def run(keras, name, warned):
    """One case in an empty folder.

    Args:
        warned: function without arguments: the warnings until now.
    Returns:
        What is seen of it: printed text, warnings, epochs, history, weights, files with their text, or the error.
    """
    c = keras.callbacks
    x = ((np.arange(36) % 7 - 3) / 4.0).reshape(12, 3).astype("float32")
    y = ((np.arange(12) % 3) / 2.0).reshape(12, 1).astype("float32")
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    model.set_weights([np.array([[0.5], [-0.25], [0.125]], "float32"), np.zeros(1, "float32")])
    model.compile(keras.optimizers.SGD(0.0625), "mse")

    def write(path, *args, **kwargs):
        with open(path, "w") as file:
            file.write("saved")

    model.save = model.save_weights = write
    printed = io.StringIO()

    def say(hook):
        return lambda *at, logs=None: print(
            hook, *(sorted(a) if isinstance(a, dict) else a for a in at), sorted(logs or {})
        )

    class Feed(c.Callback):
        """Puts values into the logs, ahead of the callbacks that are looked at."""

        def on_epoch_end(self, epoch, logs=None):
            logs.update({k: v[epoch] for k, v in feed.items()})

    class Sequence(c.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["several"] = np.array([1, 2, 3])

    scope = {"c": c, "np": np, "x": x, "y": y, "say": say, "Sequence": Sequence}
    callbacks, feed, fit = (text for text in CASES[name])
    feed = eval(feed, scope)
    fit = {"x": x, "y": y, "batch_size": 4, "epochs": 10, "shuffle": False, "verbose": 0, **eval(fit, scope)}
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(printed):
        os.chdir(folder)
        try:
            with open("old.csv", "w", newline="") as file:
                file.write(OLD_CSV)
            made = [Feed(), *eval(callbacks, scope)]
            history = model.fit(callbacks=made, **fit)
            seen = {
                "epochs": list(history.epoch),
                "history": {k: np.asarray(v, "float64").ravel().tolist() for k, v in history.history.items()},
                "weights": [w.ravel().tolist() for w in model.get_weights()],
                "files": _files(),
            }
        except Exception as e:
            seen = {"error": [type(e).__name__, str(e)]}
        finally:
            os.chdir(before)
    return {**seen, "printed": printed.getvalue(), "warned": warned()}


def _files():
    found = {}
    for folder, _, names in os.walk("."):
        for n in names:
            path = os.path.join(folder, n)
            with open(path, newline="") as file:
                found[os.path.relpath(path)] = file.read()
    return dict(sorted(found.items()))

"""ModelCheckpoint: the model, or its weights, in a file every so often."""

from __future__ import annotations

import math
import os
import re
import warnings

from pyseq.callbacks.monitoring import direction, warn
from pyseq.callbacks.saver import Saver
from pyseq.messages import say


class ModelCheckpoint(Saver):
    """Saves the model at the end of epochs, or every so many batches.

    Args:
        filepath: of the file; may name `{epoch}` (counted from 1), `{batch}` and what the logs hold, as in
            "model-{epoch:02d}-{val_loss:.2f}.h5". Folders are made.
        monitor: metric that says what is best.
        verbose: 1: say what is saved.
        save_best_only: save only when `monitor` is better than ever before?
        save_weights_only: `model.save_weights` instead of `model.save`?
        mode: "min", "max": what is better; "auto": up if "acc" is in the name or it begins with "fmeasure", else down.
        save_freq: "epoch", or a number of batches; that then counts on over the epochs.
        options: handed on to `save_weights` or `save` if given.
        initial_value_threshold: value that must be surpassed for the first save of `save_best_only`.
        period: older name: epochs between two saves. load_weights_on_restart: older; load the newest file there is when
            training begins. Both still work.
    Source: tf.keras.callbacks.ModelCheckpoint.
    """

    backed_up = ("best", "epochs_since_last_save", *Saver.backed_up)

    def __init__(
        self, filepath, monitor="val_loss", verbose=0, save_best_only=False, save_weights_only=False, mode="auto",
        save_freq="epoch", options=None, initial_value_threshold=None, **kwargs,
    ):  # fmt: skip
        super().__init__(save_freq)
        self.filepath = os.fspath(filepath)
        self.monitor = monitor
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self._options = options
        self.load_weights_on_restart = kwargs.pop("load_weights_on_restart", False)
        self.period = kwargs.pop("period", 1)
        if self.load_weights_on_restart:
            warnings.warn(
                "`load_weights_on_restart` argument is deprecated. Please use `model.load_weights()` for loading weights "
                "before the start of `model.fit()`.",
                stacklevel=2,
            )
        if self.period != 1:
            warnings.warn(
                "`period` argument is deprecated. Please use `save_freq` to specify the frequency in number of batches seen.",
                stacklevel=2,
            )
        if kwargs:
            raise TypeError(f"ModelCheckpoint: unknown keyword argument. Received: {sorted(kwargs)}.")
        if options is not None and not save_weights_only and self.filepath.endswith(".keras"):
            raise ValueError(
                "The native Keras format does not support the `options` argument. Please remove the `options` argument, or "
                "use the SavedModel format by removing the `.keras` extension from the model filepath."
            )
        upwards = "acc" in monitor or monitor.startswith("fmeasure")
        self.monitor_op, worst = direction(mode, upwards, "ModelCheckpoint")
        self.best = worst if initial_value_threshold is None else initial_value_threshold
        self.epochs_since_last_save = 0

    def on_train_begin(self, logs=None):
        newest = self._newest_file() if self.load_weights_on_restart else None
        if newest is not None:
            try:
                self.model.load_weights(newest)
            except (OSError, ValueError) as e:
                raise ValueError(f"Error loading file from {newest}. Reason: {e}") from e

    def _batches_done(self, epoch, batch, logs):
        self._consider(epoch, batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self.epochs_since_last_save += 1
        if self.save_freq == "epoch" and self.epochs_since_last_save >= self.period:
            self.epochs_since_last_save = 0
            self._consider(epoch, None, logs or {})

    def _consider(self, epoch, batch, logs):
        """Save, if it is to be saved now."""
        path = self._path(epoch, batch, logs)
        said = f"saving model to {path}"
        if self.save_best_only:
            current = logs.get(self.monitor)
            if current is None:
                warn(f"Can save best model only with {self.monitor} available, skipping.")
                return
            if not self.monitor_op(current, self.best):
                self._say(epoch, f"{self.monitor} did not improve from {self.best:.5f}")
                return
            said = f"{self.monitor} improved from {self.best:.5f} to {current:.5f}, {said}"
            self.best = current
        self._say(epoch, said)
        self._save(path)

    def _say(self, epoch, text):
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: {text}")

    def _save(self, path):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        options = {} if self._options is None else {"options": self._options}
        try:
            save(path, overwrite=True, **options)
        except IsADirectoryError as e:
            raise IsADirectoryError(
                f"Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an existing directory: {path}"
            ) from e

    def _path(self, epoch, batch, logs):
        """The file's name with epoch, batch and logs put in."""
        batch = {} if batch is None or "batch" in logs else {"batch": batch + 1}
        try:
            return self.filepath.format(epoch=epoch + 1, **batch, **logs)
        except KeyError as e:
            raise KeyError(f'Failed to format this callback filepath: "{self.filepath}". Reason: {e}') from e

    def _newest_file(self):
        """The last written of the files whose names the template could have given, or None."""
        folder, name = os.path.split(self.filepath)
        pattern = re.compile(".*".join(map(re.escape, re.split(r"\{.*?\}", name))))
        best, best_time = None, -math.inf
        for entry in os.scandir(folder or ".") if os.path.isdir(folder or ".") else ():
            if pattern.fullmatch(entry.name) and entry.stat().st_mtime >= best_time:
                best, best_time = os.path.join(folder, entry.name), entry.stat().st_mtime
        return best

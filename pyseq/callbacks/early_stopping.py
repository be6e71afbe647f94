"""EarlyStopping: training ends when a metric no longer gets better."""

from __future__ import annotations

import operator

from pyseq.callbacks.callback import Callback
from pyseq.callbacks.monitoring import direction, warn_unavailable
from pyseq.messages import say


class EarlyStopping(Callback):
    """Ends training when a metric has not improved for a while.

    Args:
        monitor: name of the metric, such as "val_loss".
        min_delta: least change that counts as an improvement.
        patience: epochs without improvement after which training ends.
        verbose: 1: say so.
        mode: "min", "max": what is better; "auto": up for names that end in "acc", "accuracy" or "auc", else down.
        baseline: value that must be surpassed for `patience` to begin anew.
        restore_best_weights: put the weights of the best epoch back at the end? (Only if it ended here.)
        start_from_epoch: number of the first epoch that is looked at, counted from 0.
    Source: tf.keras.callbacks.EarlyStopping.
    """

    backed_up = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights")

    def __init__(
        self, monitor="val_loss", min_delta=0, patience=0, verbose=0, mode="auto", baseline=None,
        restore_best_weights=False, start_from_epoch=0,
    ):  # fmt: skip
        super().__init__()
        self.monitor = monitor
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        upwards = monitor.endswith(("acc", "accuracy", "auc"))
        self.monitor_op, self._worst = direction(mode, upwards, "EarlyStopping")
        self.min_delta = abs(min_delta) if self.monitor_op is operator.gt else -abs(min_delta)
        self._begin()

    def _begin(self):
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self._worst
        self.best_weights = None

    def on_train_begin(self, logs=None):
        self._begin()

    def on_epoch_end(self, epoch, logs=None):
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights = self.model.get_weights()  # to come back to if it never gets better than this
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self._stop(epoch)

    def _stop(self, epoch):
        self.stopped_epoch = epoch
        self.model.stop_training = True
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")

    def get_monitor_value(self, logs):
        """The metric's value in the logs; None, with a warning, if it is not there."""
        logs = logs or {}
        if self.monitor not in logs:
            warn_unavailable("Early stopping", self.monitor, logs)
        return logs.get(self.monitor)

    def _is_improvement(self, value, reference):
        return self.monitor_op(value - self.min_delta, reference)

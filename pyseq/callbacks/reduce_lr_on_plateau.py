"""ReduceLROnPlateau: a smaller learning rate when a metric no longer gets better."""

from __future__ import annotations

import operator
import warnings

import numpy as np

from pyseq.callbacks.callback import Callback
from pyseq.callbacks.learning_rate import learning_rate_of
from pyseq.callbacks.monitoring import direction, warn_unavailable
from pyseq.messages import say


class ReduceLROnPlateau(Callback):
    """Multiplies the learning rate by a factor when a metric has not improved for a while; the logs get it as "lr".

    Args:
        monitor: name of the metric.
        factor: less than 1.
        patience: epochs without improvement after which the rate is reduced.
        verbose: 1: say so.
        mode: "min", "max": what is better; "auto": up if "acc" is in the name, else down.
        min_delta: least change that counts as an improvement. `epsilon`: its older name.
        cooldown: epochs after a reduction in which none is counted.
        min_lr: the rate does not get smaller.
    Source: tf.keras.callbacks.ReduceLROnPlateau.
    """

    backed_up = ("best", "wait", "cooldown_counter")

    def __init__(
        self, monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=1e-4, cooldown=0, min_lr=0,
        **kwargs,
    ):  # fmt: skip
        super().__init__()
        if factor >= 1.0:
            raise ValueError(f"ReduceLROnPlateau does not support a factor >= 1.0. Got {factor}")
        if "epsilon" in kwargs:
            min_delta = kwargs.pop("epsilon")
            warnings.warn(
                "`epsilon` argument is deprecated and will be removed, use `min_delta` instead.", stacklevel=2
            )
        if kwargs:
            raise TypeError(f"ReduceLROnPlateau: unknown keyword argument. Received: {sorted(kwargs)}.")
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.mode = mode
        self.min_delta = min_delta
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._better, self._worst = direction(mode, "acc" in monitor, "Learning rate reduction")
        self._begin()

    def _begin(self):
        self.best = self._worst
        self.wait = self.cooldown_counter = 0

    def on_train_begin(self, logs=None):
        self._begin()

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        logs["lr"] = learning_rate_of(self.model.optimizer)
        current = logs.get(self.monitor)
        if current is None:
            warn_unavailable("Learning rate reduction is", self.monitor, logs)
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.monitor_op(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch):
        now = learning_rate_of(self.model.optimizer)
        if now > np.float32(self.min_lr):
            lr = max(float(now) * self.factor, self.min_lr)
            self.model.optimizer.learning_rate = lr
            if self.verbose > 0:
                say(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {lr}.")
            self.cooldown_counter = self.cooldown
            self.wait = 0

    def monitor_op(self, value, reference):
        """Is `value` better than `reference`, by more than `min_delta`?"""
        return self._better(value, reference + (self.min_delta if self._better is operator.gt else -self.min_delta))

    def in_cooldown(self):
        """Was the rate reduced so recently that nothing is counted?"""
        return self.cooldown_counter > 0

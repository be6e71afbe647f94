"""History: what `fit` returns."""

from __future__ import annotations

from pyseq.callbacks.callback import Callback


class History(Callback):
    """Records the losses and metrics of each epoch.

    Attributes:
        history: {name: list of one float an epoch}; validation values are called "val_...".
        epoch: the epochs' numbers. params: verbose, epochs, steps.
    """

    def __init__(self):
        super().__init__()
        self.history = {}

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self

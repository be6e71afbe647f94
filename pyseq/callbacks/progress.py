"""The progress bar of fit, evaluate and predict, as a callback."""

from __future__ import annotations

import numpy as np

from pyseq.callbacks.callback import Callback
from pyseq.messages import say


class ProgbarLogger(Callback):
    """Prints `Epoch 1/5` and the bar.

    Args:
        count_mode: "steps" or "samples" (the same here: steps are counted).
        stateful_metrics: names shown as they are, not averaged over steps, besides the model's metrics.
    """

    def __init__(self, count_mode="samples", stateful_metrics=None):
        super().__init__()
        if count_mode not in ("samples", "steps"):
            raise ValueError(f"Unknown `count_mode`: {count_mode}. Expected values are ['samples', 'steps']")
        self.stateful_metrics = set(stateful_metrics or ())
        self.bar = None
        self.seen = 0
        self.target = None
        self.verbose = 1
        self.epochs = 1
        self._inside_fit = False

    def set_params(self, params):
        super().set_params(params)
        self.verbose = params["verbose"]
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def _start(self):
        from pyseq.utils import Progbar

        names = self.stateful_metrics | {m.name for m in getattr(self.model, "metrics", ())}
        self.seen = 0
        self.bar = Progbar(target=self.target, verbose=self.verbose, stateful_metrics=names, unit_name="step")

    def on_train_begin(self, logs=None):
        self._inside_fit = True

    def on_epoch_begin(self, epoch, logs=None):
        if self.verbose and self.epochs > 1:
            say(f"Epoch {epoch + 1}/{self.epochs}")
        self.bar = None

    def on_train_batch_end(self, batch, logs=None):
        self._advance(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self._finish(logs)

    def on_train_end(self, logs=None):
        self._inside_fit = False

    def on_test_begin(self, logs=None):
        if not self._inside_fit:
            self.bar = None

    def on_test_batch_end(self, batch, logs=None):
        if not self._inside_fit:
            self._advance(batch, logs)

    def on_test_end(self, logs=None):
        if not self._inside_fit:
            self._finish(logs)

    def on_predict_begin(self, logs=None):
        self.bar = None

    def on_predict_batch_end(self, batch, logs=None):
        self._advance(batch, None)

    def on_predict_end(self, logs=None):
        self._finish(None)

    def shows(self, logs):
        """Is it enough to be told of some batches only, the last among them? (Not if it has to average over all.)"""
        if self.bar is None:
            self._start()
        return self.bar.stateful_metrics.issuperset(logs)

    def _advance(self, batch, logs):
        if self.bar is None:
            self._start()
        self.seen = batch + 1
        if self.verbose == 1:
            self.bar.update(self.seen, logs.items() if logs else None, finalize=False)

    def _finish(self, logs):
        if self.bar is None:
            self._start()
        if self.target is None:
            self.target = self.seen or None
            self.bar.target = self.target
        values = [(k, v if np.ndim(v) else float(v)) for k, v in (logs or {}).items()]
        self.bar.update(self.target or self.seen, values, finalize=True)

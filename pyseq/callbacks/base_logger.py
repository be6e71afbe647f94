"""BaseLogger: means over the epoch, weighted by the batches' sizes."""

from __future__ import annotations

from pyseq.callbacks.callback import Callback


class BaseLogger(Callback):
    """Puts the mean over all batches into an epoch's logs, for the names in `params["metrics"]`.

    For loops of one's own whose batch logs have the "size" of the batch; `fit` has running means of its own and needs none.

    Args:
        stateful_metrics: names whose last value is taken instead of the mean.
    Source: tf.keras.callbacks.BaseLogger.
    """

    def __init__(self, stateful_metrics=None):
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())
        self.seen, self.totals = 0, {}

    def on_epoch_begin(self, epoch, logs=None):
        self.seen, self.totals = 0, {}

    def on_batch_end(self, batch, logs=None):
        logs = logs or {}
        size = logs.get("size", 0)
        self.seen += size * logs.get("num_steps", 1)
        for name, value in logs.items():
            is_stateful = name in self.stateful_metrics
            self.totals[name] = value if is_stateful else self.totals.get(name, 0) + value * size

    def on_epoch_end(self, epoch, logs=None):
        if logs is None:
            return
        for name in (self.params or {}).get("metrics", ()):
            if name in self.stateful_metrics and name in self.totals:
                logs[name] = self.totals[name]
            elif name in self.totals and self.seen:
                logs[name] = self.totals[name] / self.seen

"""LambdaCallback: functions as hooks."""

from __future__ import annotations

from pyseq.callbacks.callback import Callback


class LambdaCallback(Callback):
    """Calls functions at hooks.

    Args:
        on_epoch_begin, on_epoch_end: functions of (epoch, logs).
        on_batch_begin, on_batch_end: functions of (batch, logs).
        on_train_begin, on_train_end: functions of (logs).
        kwargs: the other hooks by name, such as `on_test_end`.
    Source: tf.keras.callbacks.LambdaCallback.
    """

    def __init__(
        self, on_epoch_begin=None, on_epoch_end=None, on_batch_begin=None, on_batch_end=None, on_train_begin=None,
        on_train_end=None, **kwargs,
    ):  # fmt: skip
        super().__init__()
        vars(self).update(kwargs)
        hooks = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end, "on_batch_begin": on_batch_begin,
            "on_batch_end": on_batch_end, "on_train_begin": on_train_begin, "on_train_end": on_train_end,
        }  # fmt: skip
        vars(self).update({name: function for name, function in hooks.items() if function is not None})

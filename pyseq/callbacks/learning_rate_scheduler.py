"""LearningRateScheduler: a function of the epoch sets the learning rate."""

from __future__ import annotations

import inspect

import numpy as np

from pyseq.callbacks.callback import Callback
from pyseq.callbacks.learning_rate import learning_rate_of
from pyseq.core import Tensor
from pyseq.messages import say


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of each epoch; the logs get it as "lr".

    Args:
        schedule: function of the epoch (counted from 0) and the rate until now, or of the epoch alone; returns a float.
        verbose: 1: say what is set.
    Source: tf.keras.callbacks.LearningRateScheduler.
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose
        self._takes_rate = _takes_two(schedule)

    def on_epoch_begin(self, epoch, logs=None):
        now = float(learning_rate_of(self.model.optimizer))
        lr = self.schedule(epoch, now) if self._takes_rate else self.schedule(epoch)
        if not isinstance(lr, (Tensor, float, np.float32, np.float64)):
            raise ValueError(f'The output of the "schedule" function should be float. Got: {lr}')
        if isinstance(lr, Tensor) and not lr.dtype.is_floating:
            raise ValueError(f"The dtype of `lr` Tensor should be float. Got: {lr.dtype}")
        self.model.optimizer.learning_rate = float(lr)
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {lr}.")

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["lr"] = learning_rate_of(self.model.optimizer)


def _takes_two(function):
    """Can the function be called with two arguments?"""
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # compiled, and does not tell
        return True
    return True

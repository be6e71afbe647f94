"""Learning rates as users give them: a number, a variable, a function."""

from __future__ import annotations

import inspect

import numpy as np

from pyseq.core import Tensor, Variable, active_trace
from pyseq.optimizers.schedules import LearningRateSchedule


class CallableRate(LearningRateSchedule):
    """A plain function as a schedule: of the step if it takes an argument, else of nothing."""

    def __init__(self, optimizer, function):
        self.function = function
        self.who = optimizer.name
        try:
            self.takes_step = bool(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            self.takes_step = False

    def __call__(self, step):
        if self.takes_step:
            return self.function(step)
        if active_trace() is not None:
            raise NotImplementedError(
                f"{self.who}: a `learning_rate` function without arguments is Python code, which a traced step cannot call "
                "again. Let it take the step (a tensor), use a LearningRateSchedule, or compile with run_eagerly=True."
            )
        return self.function()


def value_now(x, who="optimizer"):
    """A learning rate as a NumPy number."""
    try:
        x = np.asarray(x.numpy() if isinstance(x, (Tensor, Variable)) else x)
        if x.dtype.kind in "fiu" and x.size == 1:
            return x.reshape(()).astype("float64")
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{who}: `learning_rate` must be a number, a LearningRateSchedule or a function. Received: {x!r}.")

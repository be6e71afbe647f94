"""Learning rates as users give them: a number, a variable, a function."""

from __future__ import annotations

import inspect

import numpy as np

from pyseq.core import Tensor, Variable, active_trace, as_dtype, as_tensor, emit, numpy_kernel
from pyseq.optimizers.schedules import LearningRateSchedule


class CallableRate(LearningRateSchedule):
    """A plain function as a schedule: of the step if it takes an argument, else of nothing.

    One of nothing is Python code that may give another number each time: a plan calls it in every step.
    """

    def __init__(self, optimizer, function):
        self.function = function
        self.who = optimizer.name
        self.dtype = as_dtype(optimizer._rate_dtype())
        try:
            parameters = inspect.signature(function).parameters.values()
            self.takes_step = any(p.default is p.empty and p.kind is not p.VAR_KEYWORD for p in parameters)
        except (TypeError, ValueError):
            self.takes_step = False

    def __call__(self, step):
        if self.takes_step:
            return self.function(step)
        if active_trace() is None:
            return self.function()
        # The step is its input, so that it is no constant to the plan.
        return emit(numpy_kernel("learning_rate", self._fill), (as_tensor(step),), (((), self.dtype),))

    def _fill(self, inputs, outputs, dims, attrs):
        outputs[0][...] = value_now(self.function(), self.who)


def value_now(x, who="optimizer"):
    """A learning rate as a NumPy number."""
    try:
        x = np.asarray(x.numpy() if isinstance(x, (Tensor, Variable)) else x)
        if x.dtype.kind in "fiu" and x.size == 1:
            return x.reshape(()).astype("float64")
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{who}: `learning_rate` must be a number, a LearningRateSchedule or a function. Received: {x!r}.")

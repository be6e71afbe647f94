"""The learning rate of an optimizer: a variable, or a schedule and the rate of the last step."""

from __future__ import annotations

from pyseq.core import Tensor, Variable, as_tensor, config, snapshot, stop_recording, tracing
from pyseq.ops import elementwise, update
from pyseq.optimizers.rates import CallableRate, value_now
from pyseq.optimizers.schedules import LearningRateSchedule
from pyseq.optimizers.schedules import deserialize as deserialize_schedule


class Rate:
    """Part of Optimizer."""

    def _build_learning_rate(self, learning_rate):
        """What `__init__` keeps of the argument; subclasses call it, after super().__init__."""
        learning_rate = self._lr if self._lr is not None else learning_rate
        if isinstance(learning_rate, dict):
            learning_rate = deserialize_schedule(learning_rate)
        dtype = self._rate_dtype()
        if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate):
            if not isinstance(learning_rate, LearningRateSchedule):
                learning_rate = CallableRate(self, learning_rate)
            with tracing(None), stop_recording():
                now = value_now(learning_rate(snapshot(self._iterations)))
                self._current_learning_rate = Variable(now, False, dtype=dtype, name="current_learning_rate:0")
            return learning_rate
        now = value_now(learning_rate, self.name)
        with tracing(None):
            return Variable(now, False, dtype=dtype, name="learning_rate:0")

    @staticmethod
    def _rate_dtype():
        return config.floatx() if config.floatx() != "float16" else "float32"

    @property
    def learning_rate(self):
        """The rate as a Variable: assign a number to change it. With a schedule: the rate of the last step."""
        if self._learning_rate is None:
            raise ValueError("Missing learning rate, please set self.learning_rate at optimizer creation time.")
        return self._current_learning_rate if self._is_scheduled() else self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if isinstance(value, LearningRateSchedule) or (callable(value) and not isinstance(value, (Tensor, Variable))):
            self._lr = None
            self._learning_rate = self._build_learning_rate(value)
            return
        if self._is_scheduled():
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as its `learning_rate` constructor "
                "argument, hence its learning rate is not settable. If you need the learning rate to be settable, you "
                "should instantiate the optimizer with a float `learning_rate` argument."
            )
        if self._learning_rate is None:
            self._learning_rate = self._build_learning_rate(value)
        elif isinstance(value, Tensor):
            self._learning_rate.assign(elementwise.cast(value, self._learning_rate.dtype))
        else:
            self._learning_rate.assign(value_now(value, self.name))

    lr = property(lambda self: self.learning_rate, lambda self, value: type(self).learning_rate.fset(self, value))

    def _is_scheduled(self):
        return isinstance(self._learning_rate, LearningRateSchedule)

    def _compute_current_learning_rate(self):
        if self._is_scheduled():
            rate = as_tensor(self._learning_rate(self._iterations), like=self._current_learning_rate)
            if rate.dtype is not self._current_learning_rate.dtype:
                rate = elementwise.cast(rate, self._current_learning_rate.dtype)
            self._current_learning_rate.assign(rate)

    def rate(self):
        """The learning rate of this step: a scalar tensor or variable."""
        if not self.decay:
            return self.learning_rate
        return self._once("rate", lambda: update.time_decay(self.learning_rate, self._iterations, self.decay))

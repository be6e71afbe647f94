"""Learning rates that follow from the step."""

from __future__ import annotations

from pyseq.core import as_tensor, config
from pyseq.ops import elementwise
from pyseq.registry import Registry

_registry = Registry("learning rate schedule", "keras.optimizers.schedules")


class LearningRateSchedule:
    """A function of the step that gives the learning rate. Subclasses define `__call__(step)` and `get_config()`.

    `__call__` gets the number of steps made so far, a scalar int64 tensor or variable, and computes with ops, so that a
    plan may hold it.
    """

    def __call__(self, step):
        raise NotImplementedError(
            f"Learning rate schedule {type(self).__name__!r} must override `__call__(self, step)`."
        )

    def get_config(self):
        raise NotImplementedError(
            f"Learning rate schedule {type(self).__name__!r} must override `get_config()` in order to be serializable."
        )

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ^ (step / decay_steps).

    Args:
        initial_learning_rate: rate at step 0. decay_steps: steps for one factor `decay_rate`.
        staircase: count whole multiples of `decay_steps` only?
        name: of the schedule.
    Source: tf.keras.optimizers.schedules.ExponentialDecay.
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        dtype = config.floatx()
        periods = elementwise.cast(as_tensor(step), dtype) / as_tensor(float(self.decay_steps), dtype)
        if self.staircase:
            periods = elementwise.floor(periods)
        rate = elementwise.power(as_tensor(float(self.decay_rate), dtype), periods)
        return as_tensor(float(self.initial_learning_rate), dtype) * rate

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


for _class in (ExponentialDecay,):
    _registry.add(_class)

serialize = _registry.serialize


def deserialize(config, custom_objects=None):
    """Schedule of a config that `serialize` gave."""
    return _registry.deserialize(config, custom_objects)

"""Learning rates that follow from the step.

Each computes with ops, in the dtype of its initial rate (float32 for a plain number, as in tf.keras), so that a plan holds it
and reads the step count when it runs.
"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import Tensor, Variable, as_tensor
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


class _Schedule(LearningRateSchedule):
    """A schedule whose arguments are attributes of their names, which `ARGUMENTS` lists."""

    ARGUMENTS: tuple[str, ...] = ()

    def _dtype(self):
        """float32 unless the initial rate is an array or tensor of another floating type."""
        rate = self.initial_learning_rate
        name = rate.dtype.name if isinstance(rate, (Tensor, Variable, np.ndarray, np.generic)) else "float32"
        return name if name in ("float32", "float64") else "float32"

    def _numbers(self, *names):
        """The arguments of these names as scalar tensors."""
        dtype = self._dtype()
        return [as_tensor(float(getattr(self, name)), dtype) for name in names]

    def _periods(self, step, length):
        """step / length, both as the schedule's dtype."""
        return elementwise.cast(as_tensor(step), self._dtype()) / length

    def get_config(self):
        return {name: getattr(self, name) for name in self.ARGUMENTS}


class ExponentialDecay(_Schedule):
    """initial_learning_rate * decay_rate ^ (step / decay_steps).

    Args:
        initial_learning_rate: rate at step 0. decay_steps: steps for one factor `decay_rate`.
        staircase: count whole multiples of `decay_steps` only?
        name: of the schedule.
    Source: tf.keras.optimizers.schedules.ExponentialDecay.
    """

    ARGUMENTS = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        initial, steps, factor = self._numbers("initial_learning_rate", "decay_steps", "decay_rate")
        periods = self._periods(step, steps)
        return initial * elementwise.power(factor, elementwise.floor(periods) if self.staircase else periods)


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to step boundaries[0] (included), then values[1] up to boundaries[1], ...; values[-1] beyond the last.

    Args:
        boundaries: list of increasing numbers of steps.
        values: list of rates, one more.
        name: of the schedule.
    Source: tf.keras.optimizers.schedules.PiecewiseConstantDecay.
    """

    def __init__(self, boundaries, values, name=None):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"The length of boundaries should be 1 less than the length of values. Received: boundaries={boundaries} of "
                f"length {len(boundaries)}, and values={values} of length {len(values)}."
            )
        numbers = [float(b) for b in boundaries]
        if any(a >= b for a, b in zip(numbers, numbers[1:], strict=False)):
            raise ValueError(f"PiecewiseConstantDecay: `boundaries` must increase. Received: boundaries={boundaries}.")
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step):
        step = as_tensor(step)
        kind = int if step.dtype.is_integer else float
        rate = as_tensor(float(self.values[-1]), "float32")
        for boundary, value in zip(reversed(list(self.boundaries)), reversed(list(self.values[:-1])), strict=True):
            before = elementwise.less_equal(step, as_tensor(kind(boundary), step.dtype))
            rate = elementwise.where(before, as_tensor(float(value), rate.dtype), rate)
        return rate

    def get_config(self):
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


class PolynomialDecay(_Schedule):
    """(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ^ power + end_learning_rate.

    Args:
        initial_learning_rate: rate at step 0. end_learning_rate: rate from step `decay_steps` on.
        decay_steps: number of steps in between.
        power: 1 falls along a line.
        cycle: begin again after `decay_steps`, towards twice as many, three times as many, ... steps?
        name: of the schedule.
    Source: tf.keras.optimizers.schedules.PolynomialDecay.
    """

    ARGUMENTS = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle", "name")

    def __init__(self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name=None):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step):
        initial, steps, end, power = self._numbers("initial_learning_rate", "decay_steps", "end_learning_rate", "power")
        step, one = elementwise.cast(as_tensor(step), self._dtype()), as_tensor(1.0, self._dtype())
        if self.cycle:
            steps = steps * elementwise.maximum(elementwise.ceil(step / steps), one)
        else:
            step = elementwise.minimum(step, steps)
        return (initial - end) * elementwise.power(one - step / steps, power) + end


class InverseTimeDecay(_Schedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    Args:
        initial_learning_rate: rate at step 0. decay_steps: steps after which 1 + decay_rate divides it.
        staircase: count whole multiples of `decay_steps` only?
        name: of the schedule.
    Source: tf.keras.optimizers.schedules.InverseTimeDecay.
    """

    ARGUMENTS = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        initial, steps, factor = self._numbers("initial_learning_rate", "decay_steps", "decay_rate")
        periods = self._periods(step, steps)
        return initial / (factor * (elementwise.floor(periods) if self.staircase else periods) + 1.0)


class CosineDecay(_Schedule):
    """Half a cosine's wave from the initial rate to alpha times it; before that, if wanted, a line up to the initial rate.

    Args:
        initial_learning_rate: rate at step 0.
        decay_steps: length of the half wave.
        alpha: fraction of the rate that it ends at.
        name: of the schedule.
        warmup_target: rate that a line leads to in the first `warmup_steps` steps, and that the wave starts from; or None.
    Source: tf.keras.optimizers.schedules.CosineDecay; Loshchilov and Hutter 2017; Goyal et al. 2017 (warmup).
    """

    ARGUMENTS = ("initial_learning_rate", "decay_steps", "alpha", "name", "warmup_target", "warmup_steps")

    def __init__(self, initial_learning_rate, decay_steps, alpha=0.0, name=None, warmup_target=None, warmup_steps=0):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_steps = warmup_steps
        self.warmup_target = warmup_target

    def __call__(self, step):
        initial, steps, alpha = self._numbers("initial_learning_rate", "decay_steps", "alpha")
        step = elementwise.cast(as_tensor(step), self._dtype())
        if self.warmup_target is None:
            return initial * _half_wave(elementwise.minimum(step, steps) / steps, alpha)
        target, warmup = self._numbers("warmup_target", "warmup_steps")
        step = elementwise.minimum(step, steps + warmup)
        rising = (target - initial) * (step / elementwise.maximum(warmup, as_tensor(1.0, like=warmup))) + initial
        falling = target * _half_wave((step - warmup) / steps, alpha)
        return elementwise.where(elementwise.less(step, warmup), rising, falling)


def _half_wave(fraction, alpha, top=1.0):
    """From `top` to alpha as fraction goes from 0 to 1."""
    return (1.0 - alpha) * (0.5 * top * (elementwise.cos(fraction * math.pi) + 1.0)) + alpha


class CosineDecayRestarts(_Schedule):
    """CosineDecay that starts anew, each time over `t_mul` times as many steps and from `m_mul` times the rate.

    Args:
        initial_learning_rate: rate at step 0.
        first_decay_steps: length of the first half wave.
        t_mul, m_mul: see above.
        alpha: fraction of the initial rate that each half wave ends at.
        name: of the schedule.
    Source: tf.keras.optimizers.schedules.CosineDecayRestarts; Loshchilov and Hutter 2017.
    """

    ARGUMENTS = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name")

    def __init__(self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step):
        initial, steps, alpha, m_mul, t_mul = self._numbers(
            "initial_learning_rate", "first_decay_steps", "alpha", "m_mul", "t_mul"
        )
        fraction = self._periods(step, steps)
        if float(self.t_mul) == 1.0:
            restarts = elementwise.floor(fraction)
            return initial * _half_wave(fraction - restarts, alpha, elementwise.power(m_mul, restarts))
        one = as_tensor(1.0, like=fraction)

        def start(restarts):
            return (one - elementwise.power(t_mul, restarts)) / (one - t_mul)

        # The nearest start, or the one before it: rounding the logarithm cannot make it miss a start.
        ratio = elementwise.log(one - fraction * (one - t_mul)) / elementwise.log(t_mul)
        nearest = elementwise.floor(ratio + 0.5)
        restarts = elementwise.where(elementwise.greater(start(nearest), fraction), nearest - 1.0, nearest)
        fraction = (fraction - start(restarts)) / elementwise.power(t_mul, restarts)
        return initial * _half_wave(fraction, alpha, elementwise.power(m_mul, restarts))


for _class in (
    ExponentialDecay, PiecewiseConstantDecay, PolynomialDecay, InverseTimeDecay, CosineDecay, CosineDecayRestarts,
):  # fmt: skip
    _registry.add(_class)


def serialize(learning_rate_schedule, use_legacy_format=False):
    """Config of a schedule; `use_legacy_format`: its class name and arguments only, as TF 2.4 wrote it."""
    return _registry.serialize(learning_rate_schedule, use_legacy_format)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """Schedule of a config that `serialize` gave, in either form."""
    return _registry.deserialize(config, custom_objects)

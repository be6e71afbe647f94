"""Ftrl: "follow the regularized leader", for sparse linear models."""

from __future__ import annotations

from pyseq.ops import update
from pyseq.optimizers.optimizer import Optimizer

STRENGTHS = ("l1_regularization_strength", "l2_regularization_strength", "l2_shrinkage_regularization_strength")


class Ftrl(Optimizer):
    """Ftrl: the weights that would have been best for all gradients so far, under penalties.

    a is the sum of all g^2, and z grows by g - (a_new^p - a^p) / learning_rate * w, where p = -learning_rate_power. Then w is
    (z clipped to [-l1, l1] - z) / ((beta + a^p) / learning_rate + 2 l2).

    Args:
        learning_rate: number, schedule or function.
        learning_rate_power: at most 0; how a weight's own rate falls with a. 0: it does not.
        initial_accumulator_value: what a starts at, at least 0.
        l1_regularization_strength: at least 0; weights below it are exactly 0.
        l2_regularization_strength: at least 0; holds weights near 0.
        l2_shrinkage_regularization_strength: at least 0; joins the gradient as 2 * strength * w.
        beta: at least 0, see above.
        Others: see Optimizer.
    Source: tf.keras.optimizers.Ftrl; McMahan et al. 2013.
    """

    def __init__(
        self, learning_rate=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1,
        l1_regularization_strength=0.0, l2_regularization_strength=0.0, l2_shrinkage_regularization_strength=0.0, beta=0.0,
        weight_decay=None, clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99,
        ema_overwrite_frequency=None, jit_compile=True, name="Ftrl", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        check_ftrl(self)

    def slot_groups(self):
        return [{"accumulator": self.initial_accumulator_value, "linear": 0}]

    def update_step(self, gradient, variable):
        slots = self.slot("accumulator", variable), self.slot("linear", variable)
        penalties = [getattr(self, name) for name in STRENGTHS]
        update.ftrl(variable, gradient, self.rate(), *slots, self.learning_rate_power, *penalties, self.beta)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            **{name: getattr(self, name) for name in STRENGTHS},
            "beta": self.beta,
        }


def check_ftrl(optimizer):
    """The numbers must have the right signs."""
    for name in ("initial_accumulator_value", *STRENGTHS):
        value = getattr(optimizer, name)
        if value < 0:
            raise ValueError(f"`{name}` needs to be positive or zero. Received: {name}={value}.")
    power = optimizer.learning_rate_power
    if power > 0:
        raise ValueError(f"`learning_rate_power` needs to be negative or zero. Received: learning_rate_power={power}.")

"""Adagrad: steps that follow from the sum of squared gradients so far."""

from __future__ import annotations

from pyseq.ops import update
from pyseq.optimizers.optimizer import Optimizer


class Adagrad(Optimizer):
    """Adagrad: w -= learning_rate * g / sqrt(a + epsilon), a the sum of all g^2.

    Args:
        learning_rate: number, schedule or function.
        initial_accumulator_value: what a starts at, at least 0.
        epsilon: added under the root.
        Others: see Optimizer.
    Source: tf.keras.optimizers.Adagrad; Duchi et al. 2011.
    """

    def __init__(
        self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, weight_decay=None, clipnorm=None,
        clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None,
        jit_compile=True, name="Adagrad", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        if initial_accumulator_value < 0:
            raise ValueError(
                f"{name}: `initial_accumulator_value` must be at least 0. Received: {initial_accumulator_value}."
            )
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def slot_groups(self):
        return [{"accumulator": self.initial_accumulator_value}]

    def update_step(self, gradient, variable):
        update.adagrad(variable, gradient, self.rate(), self.slot("accumulator", variable), self.epsilon)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }

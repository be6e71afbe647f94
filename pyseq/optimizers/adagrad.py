"""Adagrad and Adadelta: steps that follow from the squared gradients so far."""

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


class Adadelta(Optimizer):
    """Adadelta: w -= learning_rate * g * sqrt(d + epsilon) / sqrt(a + epsilon), a and d running means of g^2 and of steps^2.

    Args:
        learning_rate: number, schedule or function; Zeiler's paper has 1.
        rho: in [0, 1), how much of the means each step keeps.
        epsilon: added under the roots.
        Others: see Optimizer.
    Source: tf.keras.optimizers.Adadelta; Zeiler 2012.
    """

    def __init__(
        self, learning_rate=0.001, rho=0.95, epsilon=1e-7, weight_decay=None, clipnorm=None, clipvalue=None,
        global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None, jit_compile=True,
        name="Adadelta", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.rho = rho
        self.epsilon = epsilon

    def slot_groups(self):
        return [{"accumulated_grad": 0, "accumulated_delta_var": 0}]

    def update_step(self, gradient, variable):
        slots = self.slot("accumulated_grad", variable), self.slot("accumulated_delta_var", variable)
        update.adadelta(variable, gradient, self.rate(), *slots, self.rho, self.epsilon)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "rho": self.rho,
            "epsilon": self.epsilon,
        }

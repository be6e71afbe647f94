"""Adadelta: steps that follow from running means of squared gradients and of squared steps."""

from __future__ import annotations

from pyseq.ops import update
from pyseq.optimizers.optimizer import Optimizer


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

"""RMSprop: steps divided by the root of a running mean of squared gradients."""

from __future__ import annotations

from pyseq.ops import update
from pyseq.optimizers.optimizer import Optimizer


class RMSprop(Optimizer):
    """RMSprop: w -= learning_rate * g / sqrt(v + epsilon), v the running mean of g^2.

    Args:
        learning_rate: number, schedule or function.
        rho: in [0, 1), how much of v each step keeps.
        momentum: fraction of the last step that is added to this one.
        epsilon: added under the root.
        centered: divide by the root of the variance, v minus the squared running mean of g, instead?
        Others: see Optimizer.
    Source: tf.keras.optimizers.RMSprop; Tieleman and Hinton 2012.
    """

    def __init__(
        self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, weight_decay=None,
        clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99,
        ema_overwrite_frequency=100, jit_compile=True, name="RMSprop", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def slot_groups(self):
        groups = [{"velocity": 0}]
        if self.momentum > 0:
            groups.append({"momentum": 0})
        if self.centered:
            groups.append({"average_gradient": 0})
        return groups

    def update_step(self, gradient, variable):
        update.rmsprop(
            variable,
            gradient,
            self.rate(),
            self.slot("velocity", variable),
            self.slot("momentum", variable) if self.momentum > 0 else None,
            self.slot("average_gradient", variable) if self.centered else None,
            self.rho,
            self.momentum,
            self.epsilon,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }

"""SGD: steps down the gradient, with momentum."""

from __future__ import annotations

from pyseq.ops import update
from pyseq.optimizers.optimizer import Optimizer


class SGD(Optimizer):
    """Gradient descent: w -= learning_rate * g; with momentum m = momentum * m - learning_rate * g, w += m.

    Args:
        learning_rate: number, schedule or function.
        momentum: fraction in [0, 1] of the last step that is kept. Without it there is no state but the step count.
        nesterov: w += momentum * m - learning_rate * g instead?
        Others: see Optimizer.
    Source: tf.keras.optimizers.SGD.

    Example:
        >>> model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9), loss="mse")
    """

    def __init__(
        self, learning_rate=0.01, momentum=0.0, nesterov=False, weight_decay=None, clipnorm=None, clipvalue=None,
        global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None, jit_compile=True,
        name="SGD", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be between [0, 1]. Received: momentum={momentum}.")
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.momentum = momentum
        self.nesterov = nesterov

    def slot_groups(self):
        return [{"m": 0}] if self.momentum else []

    def update_step(self, gradient, variable):
        m = self.slot("m", variable) if self.momentum else None
        update.sgd(variable, gradient, self.rate(), m, self.momentum, self.nesterov)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "momentum": self.momentum,
            "nesterov": self.nesterov,
        }

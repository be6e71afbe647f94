"""Lion: steps of one length, to the side that a mean of gradients says."""

from __future__ import annotations

from pyseq.ops import update
from pyseq.optimizers.optimizer import Optimizer


class Lion(Optimizer):
    """Lion: w -= learning_rate * sign(beta_1 m + (1 - beta_1) g); then m = beta_2 m + (1 - beta_2) g.

    Args:
        learning_rate: number, schedule or function; a third to a tenth of Adam's.
        beta_1: in (0, 1], share of m in the direction. beta_2: in [0, 1), how much of m each step keeps.
        Others: see Optimizer.
    Source: tf.keras.optimizers.Lion; Chen et al. 2023.
    """

    def __init__(
        self, learning_rate=0.0001, beta_1=0.9, beta_2=0.99, weight_decay=None, clipnorm=None, clipvalue=None,
        global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None, jit_compile=True,
        name="Lion", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        if not 0 < beta_1 <= 1:
            raise ValueError(
                f"`beta_1`={beta_1} must be between ]0, 1]. Otherwise, the optimizer degenerates to SignSGD."
            )
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def slot_groups(self):
        return [{"m": 0}]

    def update_step(self, gradient, variable):
        update.lion(variable, gradient, self.rate(), self.slot("m", variable), self.beta_1, self.beta_2)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
        }

"""Adafactor: for a matrix, means of squared gradients over its rows and columns only."""

from __future__ import annotations

from pyseq.ops.update_adafactor import adafactor
from pyseq.optimizers.optimizer import Optimizer


class Adafactor(Optimizer):
    """Adafactor: w -= step * u, u = g / sqrt(v), v for a matrix the product of row means and column means of g^2.

    `step` is the smaller of learning_rate and 1 / sqrt(t) times the root mean square of w (at least `epsilon_2`), divided by
    that of u if it is above `clip_threshold`.

    Args:
        learning_rate: number, schedule or function.
        beta_2_decay: at most 0; step t keeps 1 - t^beta_2_decay of the means.
        epsilon_1: added to g^2. epsilon_2: see above.
        clip_threshold: see above.
        relative_step: bound the learning rate by 1 / sqrt(t)? tf.keras 2.15 does so either way, and so does this.
        Others: see Optimizer.
    Source: tf.keras.optimizers.Adafactor; Shazeer and Stern 2018.
    """

    def __init__(
        self, learning_rate=0.001, beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=1e-3, clip_threshold=1.0,
        relative_step=True, weight_decay=None, clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False,
        ema_momentum=0.99, ema_overwrite_frequency=None, jit_compile=True, name="Adafactor", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def slot_groups(self):
        return [{"r": 0, "c": 0, "v": 0}]

    def slot_shape(self, name, variable):
        shape = variable.shape
        if name == "v":
            return shape
        return None if len(shape) < 2 else shape[:-1] if name == "r" else (*shape[:-2], shape[-1])

    def update_step(self, gradient, variable):
        means = [self.slot(name, variable) for name in ("rc" if len(variable.shape) > 1 else "")]
        adafactor(
            variable, gradient, self.rate(), self._iterations, self.slot("v", variable), *(means or (None, None)),
            self.beta_2_decay, self.epsilon_1, self.epsilon_2, self.clip_threshold,
        )  # fmt: skip

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }

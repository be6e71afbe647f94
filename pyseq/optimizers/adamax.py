"""Adamax and Nadam: Adam by the largest gradient, and with Nesterov's momentum."""

from __future__ import annotations

import numpy as np

from pyseq.core import Variable, tracing
from pyseq.ops import update
from pyseq.optimizers.optimizer import Optimizer


class Adamax(Optimizer):
    """Adamax: w -= learning_rate / (1 - beta_1^t) * m / (u + epsilon), m the running mean of g, u the largest |g|, fading.

    Args:
        learning_rate: number, schedule or function.
        beta_1, beta_2: in [0, 1), how much of m and u each step keeps.
        epsilon: added to u.
        Others: see Optimizer.
    Source: tf.keras.optimizers.Adamax; Kingma and Ba 2015, section 7.
    """

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=None, clipnorm=None,
        clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None,
        jit_compile=True, name="Adamax", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def slot_groups(self):
        return [{"m": 0, "u": 0}]

    def update_step(self, gradient, variable):
        def step_size():
            return update.adamax_step_size(self.rate(), self._iterations, self.beta_1, variable.dtype)

        size, slots = self._once(variable.dtype.name, step_size), (self.slot(name, variable) for name in "mu")
        update.adamax(variable, gradient, size, *slots, self.beta_1, self.beta_2, self.epsilon)

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }


class Nadam(Adamax):
    """Nadam: Adam whose step looks ahead along m, as Nesterov's momentum does.

    The momentum of step t is u_t = beta_1 (1 - 0.96^t / 2); m and v are corrected by the product of all u so far and by
    1 - beta_2^t. (In `fit`, tf.keras 2.15 multiplies the product once for each variable; here it is once a step, as in its
    eager steps and in the paper.)

    Args:
        learning_rate: number, schedule or function.
        beta_1, beta_2: in [0, 1), how much of m and v each step keeps.
        epsilon: added to sqrt(v).
        Others: see Optimizer.
    Source: tf.keras.optimizers.Nadam; Dozat 2016.
    """

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, weight_decay=None, clipnorm=None,
        clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None,
        jit_compile=True, name="Nadam", **kwargs,
    ):  # fmt: skip
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, jit_compile, name, **kwargs,
        )  # fmt: skip
        self._product = momentum_product()

    def slot_groups(self):
        return [{"m": 0, "v": 0}]

    def update_step(self, gradient, variable):
        def step_sizes():
            rate, betas = self.rate(), (self.beta_1, self.beta_2)
            return update.nadam_step_sizes(rate, self._iterations, self._product, *betas, dtype=variable.dtype)

        sizes, slots = self._once(variable.dtype.name, step_sizes), (self.slot(name, variable) for name in "mv")
        update.nadam(variable, gradient, sizes, *slots, self.beta_1, self.beta_2, self.epsilon)


def momentum_product():
    """What `update.nadam_step_sizes` remembers, before the first step. It follows from `iterations`, so it is no state."""
    with tracing(None):
        return Variable(np.array([0.0, 1.0]), trainable=False, name="momentum_product:0")

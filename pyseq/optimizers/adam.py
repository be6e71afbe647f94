"""Adam and AdamW: steps scaled by running means of the gradient and of its square."""

from __future__ import annotations

from pyseq.ops import update
from pyseq.optimizers.optimizer import Optimizer


class Adam(Optimizer):
    """Adam: w -= step * m / (sqrt(v) + epsilon), m and v the running means of g and g^2, step corrected for their start at 0.

    Args:
        learning_rate: number, schedule or function.
        beta_1, beta_2: in [0, 1), how much of m and v each step keeps.
        epsilon: added to sqrt(v): Kingma and Ba's "epsilon hat".
        amsgrad: divide by the largest v so far instead (Reddi et al. 2018)?
        Others: see Optimizer.
    Source: tf.keras.optimizers.Adam; Kingma and Ba 2015.
    """

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, weight_decay=None,
        clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99,
        ema_overwrite_frequency=None, jit_compile=True, name="Adam", **kwargs,
    ):  # fmt: skip
        super().__init__(
            name, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
            jit_compile, **kwargs,
        )  # fmt: skip
        self._learning_rate = self._build_learning_rate(learning_rate)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    def slot_groups(self):
        return [{"m": 0, "v": 0}, {"vhat": 0}] if self.amsgrad else [{"m": 0, "v": 0}]

    def update_step(self, gradient, variable):
        def step_size():
            return update.adam_step_size(self.rate(), self._iterations, self.beta_1, self.beta_2, variable.dtype)

        update.adam(
            variable,
            gradient,
            self._once(variable.dtype.name, step_size),
            self.slot("m", variable),
            self.slot("v", variable),
            self.slot("vhat", variable) if self.amsgrad else None,
            self.beta_1,
            self.beta_2,
            self.epsilon,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter(self._learning_rate),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: w -= w * weight_decay * learning_rate before each update.

    Args:
        weight_decay: see above; 0.004 by default.
        Others: see Adam.
    Source: tf.keras.optimizers.AdamW; Loshchilov and Hutter 2019.
    """

    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False,
        clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99,
        ema_overwrite_frequency=None, jit_compile=True, name="AdamW", **kwargs,
    ):  # fmt: skip
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, clipnorm, clipvalue, global_clipnorm,
            use_ema, ema_momentum, ema_overwrite_frequency, jit_compile, name, **kwargs,
        )  # fmt: skip
        if self.weight_decay is None:
            raise ValueError("Missing value of `weight_decay` which is required and must be a float value.")

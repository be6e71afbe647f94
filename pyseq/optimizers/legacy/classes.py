"""The optimizers of tf.keras.optimizers.legacy. Formulas: csrc/update.pyx."""

from __future__ import annotations

from pyseq.core import as_dtype
from pyseq.ops import update
from pyseq.optimizers.adamax import momentum_product
from pyseq.optimizers.ftrl import STRENGTHS, check_ftrl
from pyseq.optimizers.legacy.optimizer import Optimizer, epsilon_of
from pyseq.optimizers.schedules import LearningRateSchedule


def _check_momentum(momentum):
    if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
        raise ValueError(
            f"`momentum` must be between [0, 1]. Received: momentum={momentum} (of type {type(momentum)})."
        )


class SGD(Optimizer):
    """Gradient descent; slot "momentum" if there is momentum. Source: tf.keras.optimizers.legacy.SGD."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, name="SGD", **kwargs):
        super().__init__(name, **kwargs)
        _check_momentum(momentum)
        self._set_hyper("learning_rate", learning_rate)
        self._set_hyper("momentum", momentum)
        self._momentum = callable(momentum) or momentum > 0
        self.nesterov = nesterov

    def slot_groups(self):
        return [{"momentum": 0}] if self._momentum else []

    def update_step(self, gradient, variable):
        m = self.slot("momentum", variable) if self._momentum else None
        rate = self._decayed_lr(variable.dtype)
        update.sgd(variable, gradient, rate, m, self._number("momentum"), self.nesterov)

    def get_config(self):
        return {**self._configured("momentum"), "nesterov": self.nesterov}


class RMSprop(Optimizer):
    """RMSprop; slots "rms", "momentum", "mg" (the mean of gradients, if centered).

    epsilon is added beside the root, with momentum under it. Source: tf.keras.optimizers.legacy.RMSprop.
    """

    def __init__(
        self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, centered=False, name="RMSprop", **kwargs
    ):
        super().__init__(name, **kwargs)
        _check_momentum(momentum)
        self._set_hyper("learning_rate", learning_rate)
        self._set_hyper("rho", rho)
        self._set_hyper("momentum", momentum)
        self._momentum = callable(momentum) or momentum > 0
        self.epsilon = epsilon_of(epsilon)
        self.centered = centered

    def slot_groups(self):
        names = ["rms", *(["momentum"] if self._momentum else []), *(["mg"] if self.centered else [])]
        return [{name: 0} for name in names]

    def update_step(self, gradient, variable):
        step = self.slot("momentum", variable) if self._momentum else None
        mean = self.slot("mg", variable) if self.centered else None
        rate, rms = self._decayed_lr(variable.dtype), self.slot("rms", variable)
        numbers = self._number("rho"), self._number("momentum"), self.epsilon
        update.rmsprop(variable, gradient, rate, rms, step, mean, *numbers, epsilon_beside=not self._momentum)

    def get_config(self):
        return {**self._configured("rho", "momentum"), "epsilon": self.epsilon, "centered": self.centered}


class Adagrad(Optimizer):
    """Adagrad; slot "accumulator". epsilon is added beside the root. Source: tf.keras.optimizers.legacy.Adagrad."""

    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-07, name="Adagrad", **kwargs):
        if initial_accumulator_value < 0:
            raise ValueError(f"initial_accumulator_value must be non-negative: {initial_accumulator_value}")
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", learning_rate)
        self._initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon_of(epsilon)

    def slot_groups(self):
        return [{"accumulator": self._initial_accumulator_value}]

    def update_step(self, gradient, variable):
        rate, a = self._decayed_lr(variable.dtype), self.slot("accumulator", variable)
        update.adagrad(variable, gradient, rate, a, self.epsilon, epsilon_beside=True)

    def get_config(self):
        more = {"initial_accumulator_value": self._initial_accumulator_value, "epsilon": self.epsilon}
        return {**self._configured(), **more}


class Adadelta(Optimizer):
    """Adadelta; slots "accum_grad", "accum_var". Source: tf.keras.optimizers.legacy.Adadelta."""

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-07, name="Adadelta", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", learning_rate)
        self._set_hyper("rho", rho)
        self.epsilon = epsilon_of(epsilon)

    def slot_groups(self):
        return [{"accum_grad": 0}, {"accum_var": 0}]

    def update_step(self, gradient, variable):
        slots = self.slot("accum_grad", variable), self.slot("accum_var", variable)
        rate = self._decayed_lr(variable.dtype)
        update.adadelta(variable, gradient, rate, *slots, self._number("rho"), self.epsilon)

    def get_config(self):
        return {**self._configured("rho"), "epsilon": self.epsilon}


class _WithBetas(Optimizer):
    """Adam and its kin: slots "m" and "v"."""

    def __init__(self, learning_rate, beta_1, beta_2, epsilon, name, **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", learning_rate)
        self._set_hyper("beta_1", beta_1)
        self._set_hyper("beta_2", beta_2)
        self.epsilon = epsilon_of(epsilon)

    def _betas(self):
        return self._number("beta_1"), self._number("beta_2")

    def slot_groups(self):
        return [{"m": 0}, {"v": 0}]

    def get_config(self):
        return {**self._configured("beta_1", "beta_2"), "epsilon": self.epsilon}


class Adam(_WithBetas):
    """Adam; slots "m", "v", and "vhat" with amsgrad. Source: tf.keras.optimizers.legacy.Adam."""

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False, name="Adam", **kwargs
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)
        self.amsgrad = amsgrad

    def slot_groups(self):
        return [*super().slot_groups(), {"vhat": 0}] if self.amsgrad else super().slot_groups()

    def update_step(self, gradient, variable):
        def step_size():
            rate = self._decayed_lr(variable.dtype)
            return update.adam_step_size(rate, self._iterations, *self._betas(), variable.dtype)

        slots = [self.slot(name, variable) for name in ("m", "v", "vhat")[: 2 + bool(self.amsgrad)]]
        v_max = slots[2] if self.amsgrad else None
        size = self._once(variable.dtype.name, step_size)
        update.adam(variable, gradient, size, *slots[:2], v_max, *self._betas(), self.epsilon)

    def set_weights(self, weights):
        """As of Optimizer; files may hold a "vhat" that is not needed."""
        weights = list(weights)
        if not self.amsgrad and len(weights) == 3 * ((len(self._variables) - 1) // 2) + 1:
            weights = weights[: len(self._variables)]
        super().set_weights(weights)

    def get_config(self):
        return {**super().get_config(), "amsgrad": self.amsgrad}


class Adamax(_WithBetas):
    """Adamax; slots "m", "v" (the largest |g|, fading). Source: tf.keras.optimizers.legacy.Adamax."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, name="Adamax", **kwargs):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)

    def update_step(self, gradient, variable):
        beta_1, beta_2 = self._betas()

        def step_size():
            return update.adamax_step_size(self._decayed_lr(variable.dtype), self._iterations, beta_1, variable.dtype)

        size, slots = self._once(variable.dtype.name, step_size), (self.slot(name, variable) for name in "mv")
        update.adamax(variable, gradient, size, *slots, beta_1, beta_2, self.epsilon)


class Nadam(_WithBetas):
    """Nadam; slots "m", "v"; a weight "momentum_cache", the product of the momenta so far.

    Args:
        schedule_decay: the momentum of step t is beta_1 (1 - 0.96^(schedule_decay t) / 2); 0.004. `decay` is another name.
        Others: see Optimizer. The learning rate does not decay.
    Source: tf.keras.optimizers.legacy.Nadam.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, name="Nadam", **kwargs):
        kwargs["decay"] = kwargs.pop("schedule_decay", kwargs.get("decay", 0.004))
        if isinstance(learning_rate, LearningRateSchedule):
            raise ValueError(
                "The Nadam optimizer does not support tf.keras.optimizers.LearningRateSchedules as the learning rate."
            )
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)
        self.decay = 0.0
        self._product = momentum_product()
        self._m_cache = None

    def _create_slots(self, var_list):
        if self._m_cache is None:
            dtype = as_dtype(var_list[0].dtype)
            self._m_cache = self.add_weight("momentum_cache", (), dtype, "ones", trainable=False)
            self._weights.append(self._m_cache)
        super()._create_slots(var_list)

    def update_step(self, gradient, variable):
        betas = self._betas()

        def step_sizes():
            cache = self._m_cache if self._m_cache.dtype is variable.dtype else None
            rate, decay = self._decayed_lr(variable.dtype), self._initial_decay
            return update.nadam_step_sizes(
                rate, self._iterations, self._product, *betas, decay, variable.dtype, cache
            )  # fmt: skip

        sizes, slots = self._once(variable.dtype.name, step_sizes), (self.slot(name, variable) for name in "mv")
        update.nadam(variable, gradient, sizes, *slots, *betas, self.epsilon)


class Ftrl(Optimizer):
    """Ftrl; slots "accumulator", "linear". Arguments as of the newer Ftrl. Source: tf.keras.optimizers.legacy.Ftrl."""

    def __init__(
        self, learning_rate=0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1,
        l1_regularization_strength=0.0, l2_regularization_strength=0.0, name="Ftrl",
        l2_shrinkage_regularization_strength=0.0, beta=0.0, **kwargs,
    ):  # fmt: skip
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", learning_rate)
        self._set_hyper("learning_rate_power", learning_rate_power)
        self._set_hyper("l1_regularization_strength", l1_regularization_strength)
        self._set_hyper("l2_regularization_strength", l2_regularization_strength)
        self._set_hyper("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength)
        self._set_hyper("beta", beta)
        self.initial_accumulator_value = self._initial_accumulator_value = initial_accumulator_value
        check_ftrl(self)

    def slot_groups(self):
        return [{"accumulator": self._initial_accumulator_value, "linear": 0}]

    def update_step(self, gradient, variable):
        slots = self.slot("accumulator", variable), self.slot("linear", variable)
        numbers = [self._number(name) for name in ("learning_rate_power", *STRENGTHS, "beta")]
        update.ftrl(variable, gradient, self._decayed_lr(variable.dtype), *slots, *numbers)

    def get_config(self):
        names = ("learning_rate_power", *STRENGTHS, "beta")
        return {**self._configured(*names), "initial_accumulator_value": self._initial_accumulator_value}

"""Optimizer: what changes weights by their gradients, and the order of a step.

```
state.py          its variables          learning_rate.py  a variable or a schedule
options.py        clipping, weight decay, moving averages
```
"""

from __future__ import annotations

import numpy as np

from pyseq.core import GradientTape, Variable, stop_recording, tracing
from pyseq.ops import update
from pyseq.optimizers.learning_rate import Rate
from pyseq.optimizers.options import Options
from pyseq.optimizers.pairs import as_list, checked_pairs, without_none
from pyseq.optimizers.rates import CallableRate
from pyseq.optimizers.schedules import LearningRateSchedule
from pyseq.optimizers.schedules import deserialize as deserialize_schedule
from pyseq.optimizers.schedules import serialize as serialize_schedule
from pyseq.optimizers.state import State


class Optimizer(State, Rate, Options):
    """Changes variables by their gradients.

    A subclass says what state it keeps for each variable (`slot_groups`) and how one variable is updated (`update_step`).
    One made for tf.keras, which overrides `build` and `update_step`, works as well.

    Args:
        name: of this optimizer, and the first part of its variables' names.
        weight_decay: if set, w -= w * weight_decay * learning rate before each update.
        clipnorm: largest norm of each gradient. clipvalue: largest magnitude of each element.
        global_clipnorm: largest norm of all gradients together. One of the three.
        use_ema: keep a moving average of the weights as well? `ema_momentum`: how much of it each step keeps.
        ema_overwrite_frequency: put the average in the weights' place every so many steps; None: only when
            `finalize_variable_values` is called.
        jit_compile: without effect; results do not depend on it.
        lr: older name of `learning_rate`.
        decay: the rate of step t (from 0) is learning_rate / (1 + decay * t), as optimizers before TF 2.11 had it.
    Source: tf.keras.optimizers.Optimizer.
    """

    def __init__(
        self, name, weight_decay=0, clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False,
        ema_momentum=0.99, ema_overwrite_frequency=None, jit_compile=True, **kwargs,
    ):  # fmt: skip
        self.name = name
        self.weight_decay = weight_decay
        self.clipnorm = _positive(name, "clipnorm", clipnorm)
        self.clipvalue = _positive(name, "clipvalue", clipvalue)
        self.global_clipnorm = _positive(name, "global_clipnorm", global_clipnorm)
        if clipnorm is not None and global_clipnorm is not None:
            raise ValueError(
                "At most one of `clipnorm` and `global_clipnorm` can be set. "
                f"Received: clipnorm={clipnorm}, global_clipnorm={global_clipnorm}."
            )
        self.use_ema = use_ema
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(f"`ema_momentum` must be in the range [0, 1]. Received: ema_momentum={ema_momentum}")
        if use_ema and ema_overwrite_frequency and not _is_count(ema_overwrite_frequency):
            raise ValueError(
                "`ema_overwrite_frequency` must be an integer > 1 or None. "
                f"Received: ema_overwrite_frequency={ema_overwrite_frequency}"
            )
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.jit_compile = False
        self._lr = kwargs.pop("lr", None)
        self.decay = float(kwargs.pop("decay", None) or 0.0)
        if self.decay < 0:
            raise ValueError(f"{name}: `decay` must be at least 0. Received: decay={self.decay}.")
        kwargs.pop("is_legacy_optimizer", None)
        for k in ("gradient_aggregator", "gradient_transformers", "mesh"):
            if kwargs.pop(k, None) is not None:
                raise NotImplementedError(
                    f"{name}: `{k}` is not supported. Change the gradients before apply_gradients()."
                )
        if kwargs:
            raise TypeError(f"{name}: unknown keyword argument. Received: {sorted(kwargs)}.")
        self._learning_rate = None
        self._current_learning_rate = None
        self._built = False
        self._index_dict = {}
        self._known = []  # the variables in it
        self._slots = {}
        self._averages = {}
        self._undecayed, self._undecayed_names = [], []
        self._memo = None
        with tracing(None):
            self._iterations = Variable(np.int64(0), trainable=False, name="iteration:0")
        self._variables = [self._iterations]

    # -------------------------------------------------------------------------- what a subclass defines

    def slot_groups(self):
        """The state of each variable: a list of {name: initial value}.

        Variables are made group by group: the members of a group side by side for each weight, as tf.keras orders them.
        """
        return []

    def slot_shape(self, name, variable):
        """The shape of a variable's slot: its own, or another; None: it has no such slot."""
        return variable.shape

    def update_step(self, gradient, variable):
        """Change one variable and its slots."""
        raise NotImplementedError(f"{type(self).__name__} must define `update_step(gradient, variable)`.")

    # -------------------------------------------------------------------------------------------- steps

    def compute_gradients(self, loss, var_list, tape=None):
        """Gradients of a loss.

        Args:
            loss: scalar tensor, or a function without arguments that returns one.
            var_list: list of Variables, or a function that returns it.
            tape: GradientTape that saw how a tensor `loss` was computed.
        Returns:
            List of (gradient, variable); a gradient is None where there is no path.
        """
        is_function = callable(loss)
        if not is_function and tape is None:
            raise ValueError(f"`tape` is required when a `Tensor` loss is passed. Received: loss={loss}, tape={tape}.")
        tape = GradientTape() if tape is None else tape
        if is_function:
            with tape:
                if not callable(var_list):
                    var_list = as_list(var_list)
                    tape.watch(var_list)
                loss = loss()
                var_list = var_list() if callable(var_list) else var_list
        var_list = as_list(var_list)
        return list(zip(tape.gradient(loss, var_list), var_list, strict=True))

    def minimize(self, loss, var_list, tape=None, *, grad_loss=None, name=None):
        """One step down the gradient of a loss: `compute_gradients`, then `apply_gradients`.

        Returns:
            The variable `iterations`, after the step.
        """
        if grad_loss is not None:
            raise NotImplementedError("minimize: `grad_loss` is not supported. Multiply the loss by it.")
        return self.apply_gradients(self.compute_gradients(loss, var_list, tape), name=name)

    def apply_gradients(self, grads_and_vars, name=None, skip_gradients_aggregation=False, **kwargs):
        """One step: clip the gradients, decay and update the variables, count the step.

        Args:
            grads_and_vars: pairs of a gradient (tensor, array, or None: such variables stay as they are) and a Variable.
            name: without effect. skip_gradients_aggregation: there is one process, nothing is aggregated.
        Returns:
            The variable `iterations`, after the step.
        Raises:
            ValueError: every gradient is None; or a gradient's shape or dtype is not its variable's.
        """
        kwargs.pop("experimental_aggregate_gradients", None)
        if kwargs:
            raise TypeError(f"apply_gradients: unknown keyword argument. Received: {sorted(kwargs)}.")
        pairs = checked_pairs(self.name, grads_and_vars)
        if not pairs:
            return self._iterations
        gradients, variables = zip(*without_none(pairs), strict=True)
        with stop_recording():
            self._memo = {}
            try:
                self._step(gradients, variables)
            finally:
                self._memo = None
        return self._iterations

    def apply(self, grads, trainable_variables=None):
        """One step, as Keras 3 spells it.

        Args:
            grads: list of gradients. trainable_variables: of these variables; by default those the optimizer was built for.
        Raises:
            ValueError: other numbers of gradients and variables; and as `apply_gradients`.
        """
        grads = list(grads)
        variables = list(self._known if trainable_variables is None else trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(
                f"{self.name}.apply: `grads` must have one entry for each of the {len(variables)} variables. Received: "
                f"{len(grads)} entries."
            )
        self.apply_gradients(zip(grads, variables, strict=True))

    def _once(self, what, compute):
        """What is the same for every variable of a step is computed for the first of them."""
        if self._memo is None:  # not in a step
            return compute()
        if what not in self._memo:
            self._memo[what] = compute()
        return self._memo[what]

    def _step(self, gradients, variables):
        self._build_for(variables)
        self._compute_current_learning_rate()
        gradients, variables = self._transform(gradients, variables)
        self._apply_weight_decay(variables)
        for g, v in zip(gradients, variables, strict=True):
            self.update_step(g, v)
        self._update_averages(variables)
        update.count_step(self._iterations)
        for v in variables:
            if v.constraint is not None:
                v.assign(v.constraint(v.value()))

    def aggregate_gradients(self, grads_and_vars):
        """The pairs as they are: there is one process."""
        return list(grads_and_vars)

    # ----------------------------------------------------------------------------------- configuration

    def get_config(self):
        """The arguments of `__init__`. Subclasses add theirs, the learning rate by `_serialize_hyperparameter`."""
        config = {
            "name": self.name,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "jit_compile": self.jit_compile,
            "is_legacy_optimizer": False,
        }
        return {**config, "decay": self.decay} if self.decay else config

    def _serialize_hyperparameter(self, value):
        """A number, or the config of a schedule."""
        if isinstance(value, CallableRate):
            return value.function
        if isinstance(value, LearningRateSchedule):
            return serialize_schedule(value)
        return float(value.numpy()) if isinstance(value, Variable) else value

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """An optimizer with the arguments that `get_config` gave."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize_schedule(config["learning_rate"], custom_objects)
        return cls(**config)


def _is_count(x):
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool) and x >= 1


def _positive(who, what, x):
    """A clipping bound: None, or a number above zero."""
    if x is not None and (isinstance(x, bool) or not isinstance(x, (int, float, np.number)) or not x > 0):
        raise ValueError(f"{who}: `{what}` must be a number above 0, or None. Received: {what}={x!r}.")
    return x

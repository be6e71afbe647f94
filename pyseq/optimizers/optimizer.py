"""Optimizer: what changes weights by their gradients; its state, its options, and the order of a step."""

from __future__ import annotations

import re

import numpy as np

from pyseq.core import (
    GradientTape,
    Tensor,
    Variable,
    as_tensor,
    config,
    snapshot,
    stop_recording,
    tracing,
)
from pyseq.core.engine import lay_out, side_by_side
from pyseq.ops import elementwise, update
from pyseq.optimizers.pairs import as_list, checked_pairs, without_none
from pyseq.optimizers.rates import CallableRate, value_now
from pyseq.optimizers.schedules import LearningRateSchedule
from pyseq.optimizers.schedules import deserialize as deserialize_schedule
from pyseq.optimizers.schedules import serialize as serialize_schedule


class VariableList(list):
    """The variables of an optimizer; `optimizer.variables` and the older `optimizer.variables()` both give it."""

    def __call__(self):
        return self


class Optimizer:
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

    # ----------------------------------------------------------------------------------- learning rate

    def _build_learning_rate(self, learning_rate):
        """What `__init__` keeps of the argument; subclasses call it, after super().__init__."""
        learning_rate = self._lr if self._lr is not None else learning_rate
        if isinstance(learning_rate, dict):
            learning_rate = deserialize_schedule(learning_rate)
        dtype = self._rate_dtype()
        if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate):
            if not isinstance(learning_rate, LearningRateSchedule):
                learning_rate = CallableRate(self, learning_rate)
            with tracing(None), stop_recording():
                now = value_now(learning_rate(snapshot(self._iterations)))
                self._current_learning_rate = Variable(now, False, dtype=dtype, name="current_learning_rate:0")
            return learning_rate
        now = value_now(learning_rate, self.name)
        with tracing(None):
            return Variable(now, False, dtype=dtype, name="learning_rate:0")

    @staticmethod
    def _rate_dtype():
        return config.floatx() if config.floatx() != "float16" else "float32"

    @property
    def learning_rate(self):
        """The rate as a Variable: assign a number to change it. With a schedule: the rate of the last step."""
        if self._learning_rate is None:
            raise ValueError("Missing learning rate, please set self.learning_rate at optimizer creation time.")
        return self._current_learning_rate if self._is_scheduled() else self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if isinstance(value, LearningRateSchedule) or (callable(value) and not isinstance(value, (Tensor, Variable))):
            self._lr = None
            self._learning_rate = self._build_learning_rate(value)
            return
        if self._is_scheduled():
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as its `learning_rate` constructor "
                "argument, hence its learning rate is not settable. If you need the learning rate to be settable, you "
                "should instantiate the optimizer with a float `learning_rate` argument."
            )
        if self._learning_rate is None:
            self._learning_rate = self._build_learning_rate(value)
        elif isinstance(value, Tensor):
            self._learning_rate.assign(elementwise.cast(value, self._learning_rate.dtype))
        else:
            self._learning_rate.assign(value_now(value, self.name))

    lr = property(lambda self: self.learning_rate, lambda self, value: type(self).learning_rate.fset(self, value))

    def _is_scheduled(self):
        return isinstance(self._learning_rate, LearningRateSchedule)

    def _compute_current_learning_rate(self):
        if self._is_scheduled():
            rate = as_tensor(self._learning_rate(self._iterations), like=self._current_learning_rate)
            if rate.dtype is not self._current_learning_rate.dtype:
                rate = elementwise.cast(rate, self._current_learning_rate.dtype)
            self._current_learning_rate.assign(rate)

    def _once(self, what, compute):
        """What is the same for every variable of a step is computed for the first of them."""
        if self._memo is None:  # not in a step
            return compute()
        if what not in self._memo:
            self._memo[what] = compute()
        return self._memo[what]

    def rate(self):
        """The learning rate of this step: a scalar tensor or variable."""
        if not self.decay:
            return self.learning_rate
        return self._once("rate", lambda: update.time_decay(self.learning_rate, self._iterations, self.decay))

    # ------------------------------------------------------------------------------------------- state

    @property
    def iterations(self):
        """How many steps were made: a Variable, int64."""
        return self._iterations

    @iterations.setter
    def iterations(self, variable):
        if self._built:
            raise RuntimeError(
                "Cannot set `iterations` to a new Variable after the Optimizer weights have been created. "
                f"Here it is attempting to set `iterations` to {variable}. "
                "Set `iterations` before calling `apply_gradients()`, or assign a number: iterations.assign(n)."
            )
        update.check_count("iterations", variable)
        self._variables[0] = self._iterations = variable

    def _var_key(self, variable):
        return variable.id

    def build(self, var_list):
        """Make the state of each of the variables that has none yet.

        Args:
            var_list: list of Variables.
        """
        new = {self._var_key(v): v for v in var_list if self._var_key(v) not in self._index_dict}
        made = len(self._variables)
        lay_out_alike(list(var_list))  # before there is state: this can take the memory that the variables leave
        try:
            self._make_state(new)
        except BaseException:  # no memory, Ctrl-C: begin again the next time
            del self._variables[made:]
            raise
        self._know(new.values())
        self._lay_out(list(var_list))
        if type(self).build is Optimizer.build:
            self._built = True

    def _make_state(self, new):
        """Moving averages and slots of variables, given by their keys."""
        if self.use_ema:
            for key, v in new.items():
                self._averages[key] = self.add_variable_from_reference(v, "average", initial_value=snapshot(v))
        for group in self.slot_groups():
            for name, value in group.items():
                self._slots.update(self._made_slots(name, value, new))
            places = [(name, key) for key in new for name in group]
            self._variables += [self._slots[place] for place in places if place in self._slots]

    def _made_slots(self, name, value, new):
        """{(name, key): slot} of the variables, those of one dtype side by side in memory."""
        kinds, made = {}, {}
        for key, v in new.items():
            shape = self.slot_shape(name, v)
            if shape is not None:
                initial = np.broadcast_to(np.asarray(value, v.dtype.numpy), shape)  # one element in memory
                kinds.setdefault(v.dtype.name, {})[name, key] = initial, _slot_name(name, v)
        for slots in kinds.values():
            arrays, names = zip(*slots.values(), strict=True)
            made |= zip(slots, side_by_side(list(arrays), list(names)), strict=True)
        return made

    def _know(self, variables):
        """These have all their state."""
        for v in variables:
            key = self._var_key(v)
            if key not in self._index_dict:
                self._index_dict[key] = len(self._index_dict)
                self._known.append(v)

    def __getstate__(self):
        known = list(self._known)  # another thread may be training
        return {**vars(self), "_known": known, "_index_dict": [self._var_key(v) for v in known], "_memo": None}

    def __setstate__(self, state):
        """State of a copy: its variables have keys of their own."""
        vars(self).update(state)
        new = {old: self._var_key(v) for old, v in zip(self._index_dict, self._known, strict=True)}
        self._index_dict = {key: k for k, key in enumerate(new.values())}
        self._averages = {new[key]: v for key, v in self._averages.items() if key in new}
        self._slots = {(name, new[key]): v for (name, key), v in self._slots.items() if key in new}
        self._lay_out(self._known)

    def _lay_out(self, variables):
        """Put the variables side by side in memory, and each kind of state, so that a plan can update them all at once."""
        keys = [self._var_key(v) for v in variables]
        lay_out_alike(variables)
        if self.use_ema:
            lay_out_alike([self._averages[k] for k in keys])
        for name in dict.fromkeys(name for name, _ in self._slots):
            lay_out_alike([self._slots[name, k] for k in keys if (name, k) in self._slots])

    def add_variable_from_reference(self, model_variable, variable_name, shape=None, initial_value=None):
        """Make a state variable like `model_variable`; zeros by default."""
        if initial_value is None:
            shape = model_variable.shape if shape is None else tuple(shape)
            initial_value = np.zeros(shape, model_variable.dtype.numpy)
        name = _slot_name(variable_name, model_variable)
        with tracing(None):
            variable = Variable(initial_value, False, dtype=model_variable.dtype, name=name)
        self._variables.append(variable)
        return variable

    def add_variable(self, shape, dtype=None, initializer="zeros", name=None):
        """Make a state variable of its own."""
        from pyseq import initializers

        dtype = dtype or config.floatx()
        with tracing(None):
            value = initializers.get(initializer)(shape, dtype=dtype) if isinstance(initializer, str) else initializer
            variable = Variable(value, False, dtype=dtype, name=name)
        self._variables.append(variable)
        return variable

    def slot(self, name, variable):
        """The state variable of this name that belongs to `variable`."""
        return self._slots[name, self._var_key(variable)]

    @property
    def variables(self):
        """`iterations`, the moving averages if any, and the slots; callable for the older `variables()`."""
        return VariableList(self._variables)

    @property
    def weights(self):
        """The same as a plain list."""
        return list(self._variables)

    def get_weights(self):
        """The values of `variables` as a list of NumPy arrays."""
        return [v.numpy() for v in self._variables]

    def set_weights(self, weights):
        """Set the values of `variables`, in their order.

        Raises:
            ValueError: another number of arrays, or another shape.
        """
        if not self._built:
            raise ValueError(
                "You are calling `set_weights()` on an optimizer that has not yet been built. "
                "Please call `optimizer.build(trainable_variables)` to create the optimizer weights before calling "
                "`set_weights()`."
            )
        weights = list(weights)
        if len(weights) != len(self._variables):
            raise ValueError(
                f"{self.name}.set_weights: `weights` must be a list of {len(self._variables)} arrays. "
                f"Received: {len(weights)}."
            )
        for v, w in zip(self._variables, weights, strict=True):
            if np.shape(w) != v.shape:
                raise ValueError(
                    f"{self.name}.set_weights: {v.name} must have the shape {v.shape}. Received: shape={np.shape(w)}."
                )
        for v, w in zip(self._variables, weights, strict=True):
            v.assign(np.asarray(w).astype(v.dtype.numpy))

    def save_own_variables(self, store):
        """Put the values of `variables` in a mapping, under "0", "1", ..."""
        for k, v in enumerate(self._variables):
            store[str(k)] = v.numpy()

    def load_own_variables(self, store):
        """Set the values of `variables` from such a mapping."""
        if len(store) != len(self._variables):
            raise ValueError(
                f"{self.name}: the file holds {len(store)} optimizer variables, this optimizer has {len(self._variables)}."
            )
        self.set_weights([np.asarray(store[str(k)]) for k in range(len(self._variables))])

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

    def _build_for(self, variables):
        """Make the state of variables that are new. A `build` of a subclass's own is called once, as by tf.keras."""
        unknown = [v for v in variables if self._var_key(v) not in self._index_dict]
        if not self._built or (unknown and type(self).build is Optimizer.build):
            self.build(list(variables))
            self._built = True
        elif unknown:
            raise KeyError(
                f"The optimizer cannot recognize variable {unknown[0].name}. This usually means you are trying to call the "
                "optimizer to update different parts of the model separately. Please call `optimizer.build(variables)` "
                "with the full list of trainable variables before the training loop."
            )

    def _transform(self, gradients, variables):
        """What is done to the gradients first."""
        return self._clip_gradients(gradients), variables

    def _clip_gradients(self, gradients):
        if self.clipnorm:
            return [update.clip_by_norm(g, self.clipnorm) for g in gradients]
        if self.global_clipnorm:
            total = update.square_total(gradients)
            return [update.clip_by_norm(g, self.global_clipnorm, total) for g in gradients]
        if self.clipvalue:
            return [update.clip_by_magnitude(g, self.clipvalue) for g in gradients]
        return gradients

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Name variables that `weight_decay` leaves alone; before the first step.

        Args:
            var_list: Variables. var_names: regular expressions; every variable whose name contains a match of one.
        """
        if self._built:
            raise ValueError("`exclude_from_weight_decay()` can only be called before the optimizer is built.")
        self._undecayed = list(var_list or ())
        self._undecayed_names = list(var_names or ())

    def _use_weight_decay(self, variable):
        named = any(re.search(pattern, variable.name) for pattern in self._undecayed_names)
        return not named and not any(v is variable for v in self._undecayed)

    def _apply_weight_decay(self, variables):
        if self.weight_decay:
            for v in variables:
                if self._use_weight_decay(v):
                    update.weight_decay(v, self.rate(), self.weight_decay)

    def _update_averages(self, variables):
        if not self.use_ema:
            return
        for v in variables:
            average = self._averages[self._var_key(v)]
            update.moving_average(average, v, self.ema_momentum)
        if self.ema_overwrite_frequency:  # in a loop of its own: a plan makes one instruction of each loop
            for v in variables:
                average = self._averages[self._var_key(v)]
                update.copy_every(v, average, self._iterations, self.ema_overwrite_frequency)

    def finalize_variable_values(self, var_list):
        """Put the moving averages in the variables' place, if there are any (`use_ema`). `Model.fit` does so at its end."""
        if self.use_ema:
            for v in var_list:
                if self._var_key(v) in self._averages:
                    v.assign(self._averages[self._var_key(v)].value())

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


def lay_out_alike(variables):
    """Put those of each dtype side by side in memory."""
    for dtype in {v.dtype.name for v in variables}:
        lay_out([v for v in variables if v.dtype.name == dtype])


def _slot_name(name, variable):
    return f"{name}/{variable.name.rpartition(':')[0] or variable.name}:0"


def _is_count(x):
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool) and x >= 1


def _positive(who, what, x):
    """A clipping bound: None, or a number above zero."""
    if x is not None and (isinstance(x, bool) or not isinstance(x, (int, float, np.number)) or not x > 0):
        raise ValueError(f"{who}: `{what}` must be a number above 0, or None. Received: {what}={x!r}.")
    return x

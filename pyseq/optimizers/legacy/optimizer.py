"""The base class of the optimizers before TF 2.11, which users' own optimizers of that time derive from."""

from __future__ import annotations

import inspect
import warnings

import numpy as np

from pyseq.core import GradientTape, Tensor, Variable, as_tensor, config, tracing
from pyseq.ops import elementwise, update
from pyseq.optimizers import optimizer as newer
from pyseq.optimizers.pairs import as_list
from pyseq.optimizers.schedules import LearningRateSchedule
from pyseq.registry import snake

CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


class Optimizer(newer.Optimizer):
    """Changes variables by their gradients.

    A subclass sets hyperparameters by `_set_hyper`, makes its state in `_create_slots(var_list)` by `add_slot`, and changes a
    variable in `_resource_apply_dense(grad, var, apply_state)`, where `_decayed_lr(dtype)` is the learning rate of the step and
    `get_slot(var, name)` the state.

    Args:
        name: of this optimizer.
        gradient_aggregator, gradient_transformers: a function, and a list of functions, of a list of (gradient, variable) that
            return one; applied before the step, in this order, clipping in between.
        clipnorm: largest norm of each gradient. clipvalue: largest magnitude of each element. global_clipnorm: largest norm of
            all gradients together. By keyword.
        lr: older name of `learning_rate`, by keyword.
        decay: the rate of step t (from 0) is learning_rate / (1 + decay * t), by keyword.
    Source: tf.keras.optimizers.legacy.Optimizer.
    """

    def __init__(self, name, gradient_aggregator=None, gradient_transformers=None, **kwargs):
        vars(self)["_hyper"] = {}
        for k, value in kwargs.items():
            if k not in {*CLIPPING, "lr", "decay"}:
                raise TypeError(
                    f"Unexpected keyword argument passed to optimizer: {k}. Allowed kwargs are "
                    f"{sorted({*CLIPPING, 'lr', 'decay'})}."
                )
            if value is not None and not callable(value) and value < 0:
                raise ValueError(f"Expected {k} >= 0, received: {value}")
        if kwargs.get("lr") is not None:
            classes = type(self).__mro__
            inits = sum("__init__" in vars(c) for c in classes[: classes.index(Optimizer)])
            warnings.warn("The `lr` argument is deprecated, use `learning_rate` instead.", stacklevel=2 + inits)
        clipping = {k: kwargs.get(k) for k in CLIPPING}
        if gradient_transformers and any(c is not None for c in clipping.values()):
            raise ValueError(
                "clipping cannot be set when `gradient_transformers` is set. Instead, use the `gradient_transformers` to "
                f"specify clipping and other transformations. Received: {clipping}."
            )
        super().__init__(
            name or snake(type(self).__name__), None, lr=kwargs.get("lr"), decay=kwargs.get("decay"), **clipping
        )
        self._name = self.name
        self._initial_decay = self.decay
        self.gradient_aggregator = gradient_aggregator
        self.gradient_transformers = list(gradient_transformers or ())
        self._slot_names = []
        with tracing(None):
            self.iterations = Variable(np.int64(0), trainable=False, name="iter:0")

    # ------------------------------------------------------------------------------- hyperparameters

    def _set_hyper(self, name, value):
        """Set a hyperparameter; it is an attribute of that name as well. The learning rate is a Variable, the others numbers."""
        if name in ("lr", "learning_rate"):
            if self._learning_rate is None or self._is_scheduled():
                self._learning_rate = self._build_learning_rate(value)
            else:
                self.learning_rate = value
            return
        if name in self._hyper and self._built and self._hyper[name] != value:
            warnings.warn(
                f"{self.name}: steps that were traced before keep {name}={self._hyper[name]}; compile the model again.",
                stacklevel=3,
            )
        self._hyper[name] = value

    def _get_hyper(self, name, dtype=None):
        """A hyperparameter, as a tensor if `dtype` is given."""
        value = self._learning_rate if name in ("lr", "learning_rate") else self._hyper[name]
        if isinstance(value, LearningRateSchedule):
            return value
        value = value() if callable(value) and not isinstance(value, (Tensor, Variable)) else value
        if dtype is None:
            return value
        return elementwise.cast(value if isinstance(value, (Tensor, Variable)) else as_tensor(float(value)), dtype)

    def _number(self, name):
        """A hyperparameter as a Python number, rounded to float32: TensorFlow kept them in float32 variables."""
        value = self._hyper[name]
        return float(np.float32(float(value() if callable(value) else value)))

    def __getattr__(self, name):
        hyper = vars(self).get("_hyper", {})
        if name in hyper:
            return hyper[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name, value):
        if name in vars(self).get("_hyper", {}):
            self._set_hyper(name, value)
        else:
            super().__setattr__(name, value)

    @staticmethod
    def _rate_dtype():
        return "float32"

    def _decayed_lr(self, var_dtype):
        """The learning rate of this step as a scalar of a dtype."""

        def rate():
            rate = self.learning_rate
            rate = rate if rate.dtype == var_dtype else elementwise.cast(rate, var_dtype)
            return update.time_decay(rate, self._iterations, float(np.float32(self.decay))) if self.decay else rate

        return self._once(("rate", str(getattr(var_dtype, "name", var_dtype))), rate)

    # ------------------------------------------------------------------------------------------ state

    def _create_slots(self, var_list):
        """Make the state of variables that have none yet."""
        for group in self.slot_groups():
            for v in var_list:
                for name, value in group.items():
                    self.add_slot(v, name, np.full(v.shape, value, v.dtype.numpy))

    def add_slot(self, var, slot_name, initializer="zeros", shape=None):
        """Make a variable's state of this name, if it has none; returns it.

        Args:
            initializer: name, initializer, or the value.
            shape: the variable's by default.
        """
        from pyseq import initializers

        key = slot_name, self._var_key(var)
        if key not in self._slots:
            if isinstance(initializer, str) or callable(initializer):
                shape = var.shape if shape is None else tuple(shape)
                initializer = initializers.get(initializer)(shape, dtype=var.dtype)
            owner = var.name.rpartition(":")[0] or var.name
            with tracing(None):
                self._slots[key] = Variable(initializer, False, dtype=var.dtype, name=f"{owner}/{slot_name}:0")
            self._variables.append(self._slots[key])
            if slot_name not in self._slot_names:
                self._slot_names.append(slot_name)
        return self._slots[key]

    def get_slot(self, var, slot_name):
        """A variable's state of this name."""
        return self.slot(slot_name, var)

    def get_slot_names(self):
        """The names of all slots."""
        return self._slot_names

    def add_weight(self, name, shape, dtype=None, initializer="zeros", trainable=None, **kwargs):
        """A variable of the optimizer's own; append it to `weights` to have it saved."""
        from pyseq import initializers

        if set(kwargs) - {"synchronization", "aggregation"}:
            raise TypeError(f"add_weight: unknown keyword argument. Received: {sorted(kwargs)}.")
        dtype = dtype or "float32"
        with tracing(None):
            if isinstance(initializer, str) or callable(initializer):
                initializer = initializers.get(initializer)(tuple(shape), dtype=dtype)
            return Variable(initializer, bool(trainable), dtype=dtype, name=f"{name}:0")

    def build(self, var_list):
        self._create_slots(list(var_list))  # makes what is missing: goes on if it was broken off
        self._know(var_list)
        self._lay_out(list(var_list))
        self._built = True

    _create_all_weights = build

    def _build_for(self, variables):
        if not self._built or any(self._var_key(v) not in self._index_dict for v in variables):
            self.build(list(variables))

    @property
    def weights(self):
        """The same as `variables`."""
        return self._variables

    _weights = weights

    def set_weights(self, weights):
        """Set the values of `variables`, in their order; files of Keras 1 lack the step count."""
        weights = list(weights)
        if self._built and len(weights) == len(self._variables) - 1:
            weights = [np.int64(0), *weights]
        super().set_weights(weights)

    # ------------------------------------------------------------------------------------------ steps

    def minimize(self, loss, var_list, grad_loss=None, name=None, tape=None):
        """One step down the gradient of a loss.

        Args:
            loss: scalar tensor, or a function without arguments that returns one.
            var_list: list of Variables, or a function that returns it.
            grad_loss: what the gradient of the loss starts from; 1 by default.
            tape: GradientTape that saw how a tensor `loss` was computed.
        Returns:
            The variable `iterations`, after the step.
        """
        return self.apply_gradients(self._compute_gradients(loss, var_list, grad_loss, tape), name=name)

    def _compute_gradients(self, loss, var_list, grad_loss=None, tape=None):
        if grad_loss is None:
            return self.compute_gradients(loss, var_list, tape)
        if not callable(loss) and tape is None:
            raise ValueError(f"`tape` is required when a `Tensor` loss is passed. Received: loss={loss}, tape={tape}.")
        tape = GradientTape() if tape is None else tape
        if callable(loss):
            with tape:
                loss = loss()
        var_list = as_list(var_list() if callable(var_list) else var_list)
        gradients = tape.gradient(loss, var_list, output_gradients=as_tensor(grad_loss, like=loss))
        return list(zip(gradients, var_list, strict=True))

    def apply_gradients(self, grads_and_vars, name=None, experimental_aggregate_gradients=True):
        """One step. Arguments and result as of Optimizer.apply_gradients."""
        self._aggregates = experimental_aggregate_gradients
        return super().apply_gradients(grads_and_vars, name)

    def get_gradients(self, loss, params):
        raise NotImplementedError(f"{self.name}.get_gradients: use a GradientTape.")

    def get_updates(self, loss, params):
        raise NotImplementedError(f"{self.name}.get_updates: use `minimize` or `apply_gradients`.")

    def _transform(self, gradients, variables):
        pairs = list(zip(gradients, variables, strict=True))
        if self.gradient_aggregator is not None and self._aggregates:
            pairs = list(self.gradient_aggregator(pairs))
        gradients, variables = [g for g, _ in pairs], [v for _, v in pairs]
        pairs = list(zip(self._clip_gradients(gradients), variables, strict=True))
        for function in self.gradient_transformers:
            pairs = list(function(pairs))
        return [g for g, _ in pairs], [v for _, v in pairs]

    def _clip_gradients(self, gradients):
        """All of the clippings that are wanted, one after the other."""
        if self.clipvalue is not None:
            gradients = [update.clip_by_magnitude(g, self.clipvalue) for g in gradients]
        if self.clipnorm is not None:
            gradients = [update.clip_by_norm(g, self.clipnorm) for g in gradients]
        if self.global_clipnorm is not None:
            total = update.square_total(gradients)
            gradients = [update.clip_by_norm(g, self.global_clipnorm, total) for g in gradients]
        return gradients

    def update_step(self, gradient, variable):
        """Change one variable: by `_resource_apply_dense`, which a subclass defines."""
        takes_state = "apply_state" in inspect.signature(self._resource_apply_dense).parameters
        self._resource_apply_dense(gradient, variable, **({"apply_state": None} if takes_state else {}))

    def _resource_apply_dense(self, grad, handle, apply_state=None):
        raise NotImplementedError("`_resource_apply_dense` must be implemented in subclasses.")

    def _prepare_local(self, var_device, var_dtype, apply_state):
        """Put what all variables of a dtype share in apply_state[var_device, var_dtype], a dict."""
        if self._learning_rate is not None:
            apply_state[var_device, var_dtype]["lr_t"] = self._decayed_lr(var_dtype)

    def _fallback_apply_state(self, var_device, var_dtype):
        state = {(var_device, var_dtype): {}}
        self._prepare_local(var_device, var_dtype, state)
        return state[var_device, var_dtype]

    # ---------------------------------------------------------------------------------- configuration

    def get_config(self):
        """Name and clipping. Subclasses add theirs by `_serialize_hyperparameter(name)`."""
        clipping = {k: getattr(self, k) for k in CLIPPING}
        return {"name": self._name, **{k: v for k, v in clipping.items() if v is not None}}

    def _serialize_hyperparameter(self, name):
        value = self._hyper[name] if name in self._hyper else self._learning_rate
        value = value() if callable(value) and not isinstance(value, (Variable, LearningRateSchedule)) else value
        return super()._serialize_hyperparameter(value)

    def _configured(self, *names):
        """The configuration with the learning rate, `decay` and these hyperparameters."""
        return {
            **Optimizer.get_config(self),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._initial_decay,
            **{name: self._serialize_hyperparameter(name) for name in names},
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if "lr" in config:
            config["learning_rate"] = config.pop("lr")
        return super().from_config(config, custom_objects)


def epsilon_of(epsilon):
    """An epsilon argument; None or 0: the global one."""
    return epsilon or config.epsilon()

"""The variables of an optimizer: the count of steps, moving averages and slots."""

from __future__ import annotations

import numpy as np

from pyseq.core import Variable, config, snapshot, tracing
from pyseq.core.engine import lay_out, side_by_side
from pyseq.ops import update


class VariableList(list):
    """The variables of an optimizer; `optimizer.variables` and the older `optimizer.variables()` both give it."""

    def __call__(self):
        return self


class State:
    """Part of Optimizer."""

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
        if type(self).build is State.build:
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

    def _build_for(self, variables):
        """Make the state of variables that are new. A `build` of a subclass's own is called once, as by tf.keras."""
        unknown = [v for v in variables if self._var_key(v) not in self._index_dict]
        if not self._built or (unknown and type(self).build is State.build):
            self.build(list(variables))
            self._built = True
        elif unknown:
            raise KeyError(
                f"The optimizer cannot recognize variable {unknown[0].name}. This usually means you are trying to call the "
                "optimizer to update different parts of the model separately. Please call `optimizer.build(variables)` "
                "with the full list of trainable variables before the training loop."
            )


def lay_out_alike(variables):
    """Put those of each dtype side by side in memory."""
    for dtype in {v.dtype.name for v in variables}:
        lay_out([v for v in variables if v.dtype.name == dtype])


def _slot_name(name, variable):
    return f"{name}/{variable.name.rpartition(':')[0] or variable.name}:0"

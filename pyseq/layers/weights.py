"""The weights of a layer: making, finding, reading and setting them."""

from __future__ import annotations

import math

import numpy as np

from pyseq import constraints, initializers, regularizers
from pyseq.core import Variable, as_dtype, tracing
from pyseq.core.name_scope import name_prefix
from pyseq.layers.tracking import merged


class Weights:
    """Part of Layer."""

    def add_weight(
        self, name=None, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None, constraint=None,
        use_resource=None, synchronization=None, aggregation=None, **kwargs,
    ):  # fmt: skip
        """Make a variable that belongs to this layer.

        Args:
            name: within the layer.
            shape: tuple of int; () by default.
            initializer: object, name or function; "glorot_uniform" for floats, zeros otherwise, by default.
            regularizer: a function of the variable whose value joins the losses.
            trainable: does training change it? True by default.
            constraint: a function applied to the variable after each update.
            use_resource, synchronization, aggregation: of TensorFlow's devices; without effect here.
        """
        if isinstance(name, (tuple, list)):  # Keras 3 has the shape first
            name, shape = (shape if isinstance(shape, str) else None), name
        unknown = set(kwargs) - {"getter", "collections", "experimental_autocast", "caching_device", "partitioner"}
        if unknown:
            raise TypeError(f"Layer.add_weight: unknown keyword argument. Received: {sorted(unknown)}.")
        dtype = as_dtype(dtype or self._dtype)
        shape = (shape,) if isinstance(shape, int) else tuple(shape or ())
        if any(not isinstance(d, (int, np.integer)) or d < 0 for d in shape):
            raise ValueError(
                f'Layer "{self.name}": weight {name!r} must have a shape of non-negative integers. Received: shape={shape}.'
            )
        shape = tuple(int(d) for d in shape)
        if initializer is None:
            initializer = "glorot_uniform" if dtype.is_floating else "zeros"
        try:
            if math.prod(shape) >= 2**47:
                raise MemoryError("It is larger than this machine can address.")
            with tracing(None):  # weights are real even when shapes or a plan are being traced
                value = initializers.get(initializer)(shape, dtype=dtype.name)
                variable = Variable(value, trainable=trainable is not False, dtype=dtype, name=self._weight_name(name))
        except MemoryError as error:
            raise MemoryError(f'Layer "{self.name}": no memory for weight {name!r} of shape {shape}. {error}') from None
        variable.constraint = constraints.get(constraint)
        variable.regularizer = regularizers.get(regularizer)
        (self._own_non_trainable if trainable is False else self._own_trainable).append(variable)
        variable._layer_trainable = trainable is not False
        if not self._trainable:
            variable.trainable = False
        return variable

    add_variable = add_weight

    def _weight_name(self, name) -> str:
        # the prefix is that of the layers being called: weights made in `__init__` have none
        return f"{name_prefix()}{name or 'Variable'}:0"

    def _own_weights(self):
        """(trainable, non-trainable) variables of this layer alone, in the order in which they were made or assigned."""
        made = {id(v) for v in (*self._own_trainable, *self._own_non_trainable)}
        found = self._tracked().variables
        if all(id(v) in made for v in found):
            return list(self._own_trainable), list(self._own_non_trainable)
        fixed = {id(v) for v in self._own_non_trainable}
        fixed |= {id(v) for v in found if id(v) not in made and not getattr(v, "_layer_trainable", v.trainable)}
        ordered = merged(self._own_trainable, [v for v in found if id(v) not in fixed])
        return ordered, merged(self._own_non_trainable, [v for v in found if id(v) in fixed])

    @property
    def trainable_weights(self):
        """Variables that training changes; empty if the layer is frozen."""
        if not self._trainable:
            return []
        return unique(self._own_weights()[0] + [v for part in self._parts() for v in part.trainable_variables])

    @property
    def non_trainable_weights(self):
        """The other variables."""
        trainable, fixed = self._own_weights()
        parts = self._parts()
        if self._trainable:
            return unique(fixed + [v for part in parts for v in part.non_trainable_variables])
        return unique(trainable + fixed + [v for part in parts for v in part.variables])

    @property
    def weights(self):
        """All variables: the trainable ones, then the others."""
        return unique(self.trainable_weights + self.non_trainable_weights)

    variables = property(lambda self: self.weights)
    trainable_variables = property(lambda self: self.trainable_weights)
    non_trainable_variables = property(lambda self: self.non_trainable_weights)

    @property
    def trainable(self):
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        for layer in self._flatten_layers():
            layer._set_trainable(bool(value))

    def _set_trainable(self, value: bool):
        """Freeze or thaw this layer, not those inside it."""
        self._trainable = value
        for v in self._own_weights()[0]:
            v._layer_trainable = True
            v.trainable = value

    def get_weights(self):
        """The values of `weights` as a list of NumPy arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights):
        """Set the values of `weights`, in their order.

        Raises:
            ValueError: another number of arrays, or a shape that differs.
        """
        variables, arrays = self.weights, list(weights)
        if len(variables) != len(arrays):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a weight list of length {len(arrays)}, '
                f"but the layer was expecting {len(variables)} weights. Provided weights: {str(arrays)[:50]}..."
            )
        arrays = [np.asarray(a) for a in arrays]
        for v, a in zip(variables, arrays, strict=True):
            if tuple(v.shape) != a.shape:
                raise ValueError(
                    f"Layer {self.name} weight shape {tuple(v.shape)} is not compatible with provided weight shape {a.shape}."
                )
        for v, a in zip(variables, arrays, strict=True):
            v.assign(a.astype(v.dtype.numpy, copy=False))

    def count_params(self) -> int:
        """Number of scalars in all weights."""
        if not self.built and not self.weights:
            raise ValueError(
                f"You tried to call `count_params` on layer {self.name}, but the layer isn't built. "
                f"You can build it manually via: `{self.name}.build(batch_input_shape)`."
            )
        return sum(v.size for v in self.weights)

    def save_own_variables(self, store):
        """Put the values of this layer's own variables in a mapping, under "0", "1", ...; `load_own_variables` reads it."""
        for k, v in enumerate([v for group in self._own_weights() for v in group]):
            store[str(k)] = v.numpy()

    def load_own_variables(self, store):
        """Set this layer's own variables from a mapping that `save_own_variables` filled.

        Raises:
            ValueError: another number of arrays, or a shape that differs.
        """
        variables = [v for group in self._own_weights() for v in group]
        if len(store) != len(variables):
            raise ValueError(
                f"Layer '{self.name}' expected {len(variables)} variables, but received {len(store)} variables during "
                f"loading. Expected: {[v.name for v in variables]}"
            )
        values = [np.asarray(store[str(k)]) for k in range(len(variables))]
        for v, a in zip(variables, values, strict=True):
            if tuple(v.shape) != a.shape:
                raise ValueError(
                    f"Layer '{self.name}': the variable {v.name!r} has shape {tuple(v.shape)}, but the saved one has shape "
                    f"{a.shape}."
                )
        for v, a in zip(variables, values, strict=True):
            v.assign(a.astype(v.dtype.numpy, copy=False))


def unique(variables):
    seen = set()
    return [v for v in variables if not (id(v) in seen or seen.add(id(v)))]

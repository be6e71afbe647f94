"""Layer: state (weights), a computation (`call`), and the configuration both come from."""

from __future__ import annotations

import functools
import inspect
import math

import numpy as np

from pyseq import constraints, initializers, regularizers
from pyseq.core import Tensor, Variable, as_dtype, as_tensor, config, tracing
from pyseq.core.dispatch import is_symbolic
from pyseq.core.name_scope import name_prefix
from pyseq.core.structure import flatten, is_shape, map_shapes, map_structure
from pyseq.core.texts import as_any_dtype, as_texts, is_texts
from pyseq.layers.added import Added
from pyseq.layers.arguments import config_of_arguments, remember_arguments, takes_only_own
from pyseq.layers.call_context import context
from pyseq.layers.call_errors import say_where
from pyseq.layers.input_spec import check_inputs, refuse_structure
from pyseq.layers.masks import leave_masks, masks_of, refuse_masks
from pyseq.layers.module import Module
from pyseq.layers.naming import snake_case, unique_name
from pyseq.layers.shape_inference import infer_shapes
from pyseq.layers.symbolic_call import shape_of, symbolic_call
from pyseq.layers.tracking import Tracked, may_hold, merged, settings, structure_changed
from pyseq.layers.uses import Uses
from pyseq.ops import elementwise

NO_INPUTS = object()  # of a call without positional arguments


class _FromInit:
    """Stands for attributes that `__init__` sets: using one before says what was forgotten."""

    def __init__(self, message):
        self.message = message

    def __get__(self, layer, owner=None):
        if layer is None:
            return self
        raise RuntimeError(self.message)


class Layer(Added, Uses, Module):
    """A part of a model.

    Subclasses make weights in `build(input_shape)` with `add_weight` and compute in `call(inputs)`. Layers, variables
    and lists or dicts of them that are assigned to attributes are found by themselves.

    Args:
        trainable: do this layer's weights take part in training?
        name: unique name within a model; made from the class name by default.
        dtype: element type of weights and computation; `floatx()` by default.
        input_shape: shape of one sample, for the first layer of a Sequential.
        input_dim: the same for samples of one axis. batch_input_shape: the same with the batch axis.
        batch_size: with `input_shape`, the extent of the batch axis.
        weights: arrays to set when the layer is built.
        autocast: convert floating point inputs to the layer's dtype?
    """

    _is_initialized = False
    _autocast = _own_trainable = supports_masking = _FromInit(
        "You must call `super().__init__()` in the layer constructor."
    )

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        if cls.get_config is Layer.get_config:
            remember_arguments(layer, args, kwargs)
        return layer

    def __init__(self, trainable=True, name=None, dtype=None, dynamic=False, **kwargs):
        object.__setattr__(self, "_is_initialized", True)
        self._trainable = bool(trainable)
        self.name = str(name) if name is not None else unique_name(snake_case(type(self).__name__))
        self._named_by_user = name is not None
        self._dtype = as_any_dtype(_policy_name(dtype) or config.floatx())
        self.dynamic = bool(dynamic)
        self.built = False
        self.input_spec = None
        self._makes_masks = type(self).compute_mask is not Layer.compute_mask  # even where the inputs have none
        self.supports_masking = self._makes_masks
        self.stateful = False
        self._own_trainable: list[Variable] = []
        self._own_non_trainable: list[Variable] = []
        self._added_losses: list = []
        self._loss_functions: list = []
        self._added_metrics: list = []
        self._call_serial = 0
        self._build_input_shape = None
        self._autocast = kwargs.pop("autocast", True)
        self.activity_regularizer = regularizers.get(kwargs.pop("activity_regularizer", None))
        self._batch_input_shape = _batch_input_shape(kwargs)
        self._initial_weights = kwargs.pop("weights", None)
        if kwargs:
            raise TypeError("Keyword argument not understood:", next(iter(kwargs)))

    # ------------------------------------------------------------------------------------------ weights

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

    def __setattr__(self, name, value):
        if may_hold(value) or may_hold(self.__dict__.get(name)):
            structure_changed()
            self.__dict__.pop(name, None)  # what takes the place of another is the newest, as in tf.keras
        if name[0] != "_":
            settings[0] += 1
        object.__setattr__(self, name, value)

    def _tracked(self) -> Tracked:
        """Layers, variables and metrics found in the attributes."""
        found = self._tracking
        if found is None or not found.holds():
            found = Tracked(self, _UNTRACKED)
            object.__setattr__(self, "_tracking", found)
        return found

    _is_layer = True

    def _sublayers(self) -> list[Layer]:
        """The layers directly inside this one."""
        return self._tracked().layers

    def _flatten_layers(self) -> list[Layer]:
        """This layer and all layers inside it, outer first, each once."""
        found, seen = [], set()

        def visit(layer):
            if id(layer) not in seen:
                seen.add(id(layer))
                found.append(layer)
                for inner in layer._sublayers():
                    visit(inner)
                for module in layer._tracked().modules:
                    for inner in module.submodules:
                        if inner._is_layer:
                            visit(inner)

        visit(self)
        return found

    _counts_metrics = False  # True for models: the variables of their metrics are weights, too, as in tf.keras

    def _parts(self):
        """All directly inside this layer that has weights for it: layers, modules that are no layers, metrics of a model."""
        found = self._tracked()
        if type(self)._sublayers is not Layer._sublayers:
            return [*self._sublayers(), *found.modules, *found.metrics]
        return found.parts if self._counts_metrics else [p for p in found.parts if not _in(p, found.metrics)]

    def _inner_modules(self):
        entry = self.__dict__.get("_input_layer")
        return [*([entry] if entry is not None else []), *self._sublayers(), *self._tracked().modules]

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
        return _unique(self._own_weights()[0] + [v for part in self._parts() for v in part.trainable_variables])

    @property
    def non_trainable_weights(self):
        """The other variables."""
        trainable, fixed = self._own_weights()
        parts = self._parts()
        if self._trainable:
            return _unique(fixed + [v for part in parts for v in part.non_trainable_variables])
        return _unique(trainable + fixed + [v for part in parts for v in part.variables])

    @property
    def weights(self):
        """All variables: the trainable ones, then the others."""
        return _unique(self.trainable_weights + self.non_trainable_weights)

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

    # ------------------------------------------------------------------------------------------ losses

    @property
    def losses(self):
        """Regularisation losses of the weights and what the last call added, as scalar tensors."""
        found = []
        for layer in self._flatten_layers():
            if layer._added_losses and layer._loss_serial == self._call_serial:
                found += layer._added_losses
            found += [f() for f in layer._loss_functions]
            for v in layer._own_weights()[0]:
                regularizer = getattr(v, "regularizer", None)
                if regularizer is not None:
                    found.append(regularizer(v))
        return found

    def _add_activity_loss(self, outputs):
        for y in flatten(outputs):
            loss = self.activity_regularizer(y)
            self.add_loss(elementwise.divide(loss, float(y.shape[0] if y.shape else 1)))

    # ------------------------------------------------------------------------------------------ calling

    def build(self, input_shape):
        """Make the weights. `input_shape`: tuple with the batch axis first, None where unknown."""
        self.built = True

    def call(self, inputs, *args, **kwargs):
        """Compute the outputs from the inputs. By itself, a layer passes them through, as in tf.keras."""
        return inputs

    def __call__(self, inputs=NO_INPUTS, *args, **kwargs):
        if inputs is NO_INPUTS:
            inputs = _call_arguments(type(self)).first(kwargs)
        if (type(inputs) is not Tensor and is_symbolic(inputs)) or ((args or kwargs) and is_symbolic((args, kwargs))):
            return symbolic_call(self, (inputs, *args), kwargs)
        takes = _call_arguments(type(self))
        masks = self._masks_for(takes, inputs, args, kwargs)
        inputs = self._prepare_inputs(inputs)
        outer = context.state()
        try:
            context.enter(self._scope_name())
            if not self.built:
                self._build_for(inputs)
            self._check_inputs(inputs)
            if takes.training:
                self._resolve_training(takes, args, kwargs)
            elif "training" in kwargs:
                said = kwargs.pop("training")
                context.training = context.training if said is None else said
            self.__dict__["_call_serial"] = context.serial  # past __setattr__: it holds nothing that is tracked
            outputs = self.call(inputs, *args, **kwargs)
            if self.activity_regularizer is not None:
                self._add_activity_loss(outputs)
            if self.supports_masking and not self._layers_leave_masks and (masks is not None or self._makes_masks):
                outputs = leave_masks(self, inputs, outputs, masks)
        except Exception as error:
            say_where(error, self, inputs, shape_of)
            raise
        finally:
            context.leave(*outer)
        return outputs

    _layers_leave_masks = False  # True for models: their layers leave masks on the outputs

    def _masks_for(self, takes, inputs, args, kwargs):
        """The masks of the inputs, said in this call or found on them; found ones are given to a `call` that takes them."""
        if not takes.takes_mask:
            return masks_of(inputs) if self.supports_masking else None
        if len(args) > takes.mask_position:
            return args[takes.mask_position]
        if kwargs.get("mask") is not None:
            return kwargs["mask"]
        masks = masks_of(inputs)
        if masks is not None and "mask" not in kwargs:
            kwargs["mask"] = masks
        return masks

    def compute_mask(self, inputs, mask=None):
        """The masks of the outputs, given those of the inputs: the same, if the layer supports masks.

        Raises:
            TypeError: there are masks and the layer does not support them.
        """
        return mask if self.supports_masking else refuse_masks(self, mask)

    def _scope_name(self):
        return self.name

    def _resolve_training(self, takes, args, kwargs):
        """`training` said in this call holds inside it; unsaid, it is inherited, else the default of `call`."""
        if len(args) > takes.training_position:
            said = args[takes.training_position]
        else:
            said = kwargs.get("training")
        if said is None:
            said = context.training if context.training is not None else takes.training_default
            if len(args) <= takes.training_position:
                kwargs["training"] = said
        if said is not None:
            context.training = said

    def _prepare_inputs(self, inputs):
        if isinstance(inputs, Tensor):
            return self._cast(inputs)
        if isinstance(inputs, (list, tuple, dict)) and not _is_values(inputs):
            return map_structure(lambda x: x if x is None else self._cast(self._as_tensor(x)), inputs)
        return self._cast(self._as_tensor(inputs))

    def _as_tensor(self, x):
        if is_texts(x):
            if not self._may_take_texts():
                raise ValueError(
                    f'Input of layer "{self.name}": it must hold numbers. Received: texts, {x!r}. Make numbers of them with '
                    "StringLookup or TextVectorization, or convert them, e.g. x.astype('float32')."
                )
            return as_texts(x)
        try:
            return as_tensor(x)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f'Input of layer "{self.name}": {error}') from None

    _takes_one_tensor = False  # True for layers whose `call` has no use for structures of tensors, nor for texts

    def _may_take_texts(self):
        """False for what is known to take numbers only."""
        return not self._takes_one_tensor

    def _cast(self, x):
        if self._autocast and x.dtype is not self._dtype and x.dtype.is_floating:
            mask = x._keras_mask
            x = elementwise.cast(x, self._dtype)
            x._keras_mask = mask
        return x

    def _prepare_symbolic(self, args, kwargs):
        """Check and build for KerasTensors, whose shapes may have None."""
        outer = context.state()
        try:
            context.enter(self._scope_name())
            inputs = args[0] if args else None
            if not self.built:
                self._build_for(inputs)
            self._check_inputs(inputs)
        finally:
            context.leave(*outer)

    def _check_inputs(self, inputs):
        if self.input_spec is not None:
            check_inputs(self.input_spec, inputs, self.name)
        if self._takes_one_tensor and type(inputs) is not Tensor:
            refuse_structure(self, inputs)

    def _build_for(self, inputs):
        self._check_inputs(inputs)
        shapes = map_structure(shape_of, inputs)
        with tracing(None):
            self._build_once(shapes)

    def _build_once(self, input_shape):
        self._build_input_shape = input_shape
        made = len(self._own_trainable), len(self._own_non_trainable)
        try:
            self.build(input_shape)
            self.built = True
            if self._initial_weights is not None:
                self.set_weights(self._initial_weights)
                self._initial_weights = None
        except BaseException:  # wrong weights, Ctrl-C: what was made would be there twice after the next try
            del self._own_trainable[made[0] :], self._own_non_trainable[made[1] :]
            self.built = False
            raise

    # ------------------------------------------------------------------------------------------ shapes

    def compute_output_shape(self, input_shape):
        """Shape of the output for an input of `input_shape`; None where unknown. Builds the layer if need be."""
        input_shape = tuple(input_shape) if is_shape(input_shape) else input_shape
        if not self.built:
            with tracing(None):
                self._build_once(input_shape)
        return infer_shapes(lambda x: self(x), input_shape, self._dtype)

    # ------------------------------------------------------------------------------------------ the rest

    @property
    def dtype(self):
        """Name of the element type of the weights."""
        return self._dtype.name

    @property
    def compute_dtype(self):
        return self._dtype.name

    variable_dtype = compute_dtype

    @property
    def metrics(self):
        """Metrics assigned to attributes of this layer and of the layers inside it."""
        found = []
        for layer in self._flatten_layers():
            found += [m for m in (*layer._tracked().metrics, *layer._added_metrics) if not _in(m, found)]
        return found

    def get_config(self):
        """What `from_config` makes an equal, fresh layer from."""
        if type(self).get_config is Layer.get_config and takes_only_own(type(self), Layer):
            return config_of_arguments(self)
        config_ = {"name": self.name, "trainable": self._trainable, "dtype": self._dtype.name}
        if self._batch_input_shape is not None:
            config_["batch_input_shape"] = self._batch_input_shape
        return config_

    @classmethod
    def from_config(cls, config):
        """The layer that `get_config` described."""
        return cls(**config)

    def get_build_config(self):
        """What `build_from_config` needs to make the weights: {"input_shape": shape}; None if the layer is not built."""
        return None if self._build_input_shape is None else {"input_shape": self._build_input_shape}

    def build_from_config(self, config):
        """Make the weights for the input shape that `get_build_config` gave."""
        shape = config.get("input_shape")
        if shape is not None and not self.built:
            before = context.state()
            try:
                context.enter(self._scope_name())
                with tracing(None):
                    self._build_once(map_shapes(tuple, shape))
            finally:
                context.leave(*before)

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__name__} object at {hex(id(self))}>"

    def __getstate__(self):
        state = {k: v for k, v in self.__dict__.items() if k not in _NOT_STATE}
        return {**state, "_added_losses": []}  # of the last call, which may have been a plan's


class _CallArguments:
    """Which of the arguments that layers pass on does `call` take?"""

    def __init__(self, cls):
        parameters = list(inspect.signature(cls.call).parameters.values())[1:]
        names = [p.name for p in parameters]
        self.any_keyword = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.training = "training" in names or self.any_keyword
        self.takes_mask = "mask" in names or self.any_keyword
        self.mask_position = names.index("mask") - 1 if "mask" in names else len(names)
        self.training_position = names.index("training") - 1 if "training" in names else len(names)
        default = parameters[names.index("training")].default if "training" in names else None
        self.training_default = None if default is inspect.Parameter.empty else default
        self.first_name = names[0] if names else None

    def first(self, kwargs):
        """The inputs of a call, taken out of its keyword arguments."""
        if self.first_name not in kwargs:
            raise ValueError("The first argument to `Layer.call` must always be passed.")
        return kwargs.pop(self.first_name)


@functools.cache
def _call_arguments(cls) -> _CallArguments:
    return _CallArguments(cls)


# What a copy of a layer does not take along: uses belong to the models, which make them anew.
_NOT_STATE = {"_tracking", "_inbound_nodes", "_outbound_nodes"}
# Attributes that hold variables or layers for other reasons than being part of the layer.
_UNTRACKED = frozenset(
    {
        "_own_trainable",
        "_own_non_trainable",
        "_added_losses",
        "_added_metrics",
        "_loss_functions",
        "_extra",
        "_inbound_nodes",
        "_nested",
        "_outbound_nodes",
        "_tensors",
        "optimizer",
        "history",
        "_compiled",
        "_plans",
        "_run",
        "_init_arguments",
    }
)


def _policy_name(dtype):
    """The name in a dtype argument: a name, a DType, a NumPy dtype, or a policy as Keras configs spell it."""
    if isinstance(dtype, dict):
        return dtype.get("config", {}).get("name")
    return dtype


def _batch_input_shape(kwargs):
    """Take `input_shape`, `input_dim`, `batch_input_shape`, `batch_size` out of kwargs: the shape with the batch axis."""
    batch_size = kwargs.pop("batch_size", None)
    input_dim = kwargs.pop("input_dim", None)
    input_length = kwargs.pop("input_length", None)
    whole = kwargs.pop("batch_input_shape", None) or kwargs.pop("batch_shape", None)
    if "input_shape" in kwargs:
        shape = kwargs.pop("input_shape")
        if isinstance(shape, int):
            raise TypeError(f"`input_shape` must be a tuple such as ({shape},). Received: input_shape={shape}.")
        return None if shape is None else _extents((batch_size, *shape))
    if input_dim is not None:
        return _extents((batch_size, input_dim) if input_length is None else (batch_size, input_length, input_dim))
    return None if whole is None else _extents(whole)


def _extents(shape):
    """A shape of integers of any kind and None, as a tuple of int and None."""
    if not is_shape(tuple(shape)):
        raise TypeError(
            f"`input_shape` must hold integers, or None where the extent is unknown. Received: {tuple(shape)}."
        )
    return tuple(None if d is None else int(d) for d in shape)


def _is_values(x) -> bool:
    """Is x a nested list of plain numbers or texts, that is, one array and no structure of arrays?"""
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return isinstance(x, (int, float, bool, str, bytes, np.generic))


def _in(x, items) -> bool:
    return any(x is item for item in items)


def _unique(variables):
    seen = set()
    return [v for v in variables if not (id(v) in seen or seen.add(id(v)))]

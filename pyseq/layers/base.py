"""Layer: state (weights), a computation (`call`), and the configuration both come from.

```
weights.py parts.py   its variables; what else is in its attributes
inputs.py building.py what it is called on; how it is built, and for which shapes
added.py uses.py      losses and metrics that a call adds; its uses in models
module.py             what it has in common with tf.Module
```
"""

from __future__ import annotations

from pyseq import regularizers
from pyseq.core import Tensor, Variable, config
from pyseq.core.dispatch import is_symbolic
from pyseq.core.texts import as_any_dtype
from pyseq.layers.added import Added
from pyseq.layers.arguments import config_of_arguments, remember_arguments, takes_only_own
from pyseq.layers.building import Building
from pyseq.layers.call_arguments import call_arguments
from pyseq.layers.call_context import context
from pyseq.layers.call_errors import say_where
from pyseq.layers.inputs import Inputs
from pyseq.layers.masks import leave_masks, masks_of, refuse_masks
from pyseq.layers.module import Module
from pyseq.layers.naming import snake_case, unique_name
from pyseq.layers.parts import Parts
from pyseq.layers.sample_shape import batch_input_shape, policy_name
from pyseq.layers.symbolic_call import shape_of, symbolic_call
from pyseq.layers.tracking import may_hold, settings, structure_changed
from pyseq.layers.uses import Uses
from pyseq.layers.weights import Weights

NO_INPUTS = object()  # of a call without positional arguments


class _FromInit:
    """Stands for attributes that `__init__` sets: using one before says what was forgotten."""

    def __init__(self, message):
        self.message = message

    def __get__(self, layer, owner=None):
        if layer is None:
            return self
        raise RuntimeError(self.message)


class Layer(Weights, Parts, Building, Inputs, Added, Uses, Module):
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
        self._dtype = as_any_dtype(policy_name(dtype) or config.floatx())
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
        self._batch_input_shape = batch_input_shape(kwargs)
        self._initial_weights = kwargs.pop("weights", None)
        if kwargs:
            raise TypeError("Keyword argument not understood:", next(iter(kwargs)))

    def __setattr__(self, name, value):
        if may_hold(value) or may_hold(self.__dict__.get(name)):
            structure_changed()
            self.__dict__.pop(name, None)  # what takes the place of another is the newest, as in tf.keras
        if name[0] != "_":
            settings[0] += 1
        object.__setattr__(self, name, value)

    # ------------------------------------------------------------------------------------------ calling

    def call(self, inputs, *args, **kwargs):
        """Compute the outputs from the inputs. By itself, a layer passes them through, as in tf.keras."""
        return inputs

    def __call__(self, inputs=NO_INPUTS, *args, **kwargs):
        if inputs is NO_INPUTS:
            inputs = call_arguments(type(self)).first(kwargs)
        if (type(inputs) is not Tensor and is_symbolic(inputs)) or ((args or kwargs) and is_symbolic((args, kwargs))):
            return symbolic_call(self, (inputs, *args), kwargs)
        takes = call_arguments(type(self))
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

    # ------------------------------------------------------------------------------------------ the rest

    @property
    def dtype(self):
        """Name of the element type of the weights."""
        return self._dtype.name

    @property
    def compute_dtype(self):
        return self._dtype.name

    variable_dtype = compute_dtype

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

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__name__} object at {hex(id(self))}>"

    def __getstate__(self):
        state = {k: v for k, v in self.__dict__.items() if k not in _NOT_STATE}
        return {**state, "_added_losses": []}  # of the last call, which may have been a plan's


# What a copy of a layer does not take along: uses belong to the models, which make them anew.
_NOT_STATE = {"_tracking", "_inbound_nodes", "_outbound_nodes"}

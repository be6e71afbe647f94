"""Sequential: layers one after another."""

from __future__ import annotations

from pyseq.core import tracing
from pyseq.core.keras_tensor import KerasTensor
from pyseq.core.structure import is_shape
from pyseq.layers.base import Layer
from pyseq.layers.call_context import context
from pyseq.layers.input import InputLayer
from pyseq.layers.input_spec import InputSpec, refuse_structure
from pyseq.layers.masks import as_bool, same
from pyseq.layers.node import Node
from pyseq.models.model import NO_WEIGHTS, Model
from pyseq.models.steps import Plans
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops
from pyseq.registry import custom_object_scope


class Sequential(Model):
    """Layers one after another, each with one input and one output.

    Args:
        layers: list of layers; the first may say `input_shape=`, or be `Input(shape)`.
        name: of the model.
    Without an input shape the weights are made by the first call, or by `build(input_shape)`.
    Example:
        >>> model = Sequential([Dense(8, activation="relu", input_shape=(4,)), Dense(3)])
        >>> model.output_shape
        (None, 3)
    """

    def __init__(self, layers=None, name=None):
        super().__init__(name=name)
        self._layers: list[Layer] = []
        self._input_layer = None
        self._tensors: list[
            KerasTensor
        ] = []  # what comes in, and what comes out of each layer; none before the input is known
        if layers is not None and not isinstance(layers, (list, tuple)):
            layers = [layers]
        for layer in layers or ():
            self.add(layer)

    @property
    def layers(self):
        """The layers, without an input layer."""
        return list(self._layers)

    @property
    def output_names(self):
        """The name of the last layer: a key for what is given by output. None before the model is built."""
        return [self._layers[-1].name] if self.built and self._layers else None

    def _sublayers(self):
        return self._layers

    def _known(self, k):
        if not self._tensors:
            raise AttributeError(
                f'The model "{self.name}" has never been called and thus has no defined {"output" if k else "input"}. Build '
                "it, call it, or give its first layer an `input_shape`."
            )
        return self._tensors[k]

    input = property(lambda self: self._known(0), doc="The symbolic input.")
    output = property(lambda self: self._known(-1), doc="The symbolic output of the last layer.")
    inputs = property(lambda self: self._tensors[:1] or None, doc="[input]; None while it is not known.")
    outputs = property(lambda self: self._tensors[-1:] or None, doc="[output]; None while it is not known.")

    @property
    def input_shape(self):
        """Shape of the input, batch axis first.

        Raises:
            AttributeError: it is not known yet.
        """
        return tuple(self.input.shape)

    @property
    def output_shape(self):
        """Shape of the output; see `input_shape`."""
        return tuple(self.output.shape)

    @property
    def input_names(self):
        """[name of the input]; None while it is not known."""
        return [self._input_layer.name] if self._tensors else None

    def add(self, layer):
        """Append a layer.

        Raises:
            TypeError: it is no layer. ValueError: its name is taken, or its input does not fit.
        """
        if isinstance(layer, KerasTensor):
            layer = layer.layer
        if not isinstance(layer, Layer):
            raise TypeError(
                f"The added layer must be an instance of class Layer. Received: layer={layer} of type {type(layer)}."
            )
        self._plans = Plans()
        if isinstance(layer, InputLayer):
            return self._set_input(layer)
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                "All layers added to a Sequential model should have unique names. "
                f'Name "{layer.name}" is already the name of a layer in this model. Update the `name` argument to pass a '
                "unique name."
            )
        before = self._input_layer, self._tensors
        try:
            if not self._layers and self._input_layer is None:
                self._set_input_of(layer)
            if self._input_layer is not None:
                return self._append_built(layer)
        except BaseException:
            self._input_layer, self._tensors = before
            raise
        self._layers.append(layer)
        self.built = False

    def _set_input(self, layer):
        if self._layers or self._input_layer is not None:
            raise ValueError(f'Layer "{layer.name}": an input layer must be the first of a Sequential model.')
        self._input_layer = layer
        self._tensors = [layer._inbound_nodes[0].outputs]

    def _set_input_of(self, layer):
        """Make the input layer from what the first layer says of its input."""
        shape, dtype = layer._batch_input_shape, layer.dtype
        if shape is None and isinstance(layer, Sequential) and layer._input_layer is not None:
            shape, dtype = layer.input_shape, layer._input_layer.dtype
        if shape is not None:
            self._set_input(InputLayer(batch_input_shape=shape, dtype=dtype, name=f"{layer.name}_input"))

    def _append_built(self, layer):
        with tracing(None):
            output = layer(self._tensors[-1])
        if not isinstance(output, KerasTensor):
            raise ValueError(
                "All layers in a Sequential model should have a single output tensor. For multi-output layers, use the "
                f'functional API. Received: {output} from the layer "{layer.name}".'
            )
        self._layers.append(layer)
        self._tensors.append(output)
        self.built = True

    def pop(self):
        """Remove the last layer.

        Raises:
            TypeError: there is none.
        """
        if not self._layers:
            raise TypeError("There are no layers in the model.")
        self._layers.pop()
        self._plans = Plans()
        del self._tensors[len(self._layers) + 1 :]
        if self._input_layer is not None:
            self.built = bool(self._layers)
        elif not self._layers:
            self.built = False

    def build(self, input_shape=None):
        """Make the weights for inputs of `input_shape` (batch axis first)."""
        if self._input_layer is not None:
            self.built = True
            return
        if input_shape is None:
            raise ValueError("Input shape must be defined when calling `build()` on a Sequential model that has none.")
        if not is_shape(input_shape):
            raise ValueError(f"Sequential.build: `input_shape` must be one shape. Received: {input_shape}.")
        self._infer_from(tuple(input_shape), self.dtype)

    def _infer_from(self, shape, dtype):
        """Take the input shape as if it had been given with the first layer."""
        layers, self._layers = self._layers, []
        name = f"{layers[0].name}_input" if layers else None
        self._set_input(InputLayer(batch_input_shape=shape, dtype=dtype, name=name))
        self._deferred = True
        try:
            for layer in layers:
                self._append_built(layer)
        except BaseException:  # Ctrl-C, too
            self._layers, self._input_layer, self._tensors = layers, None, []
            raise
        self.built = True

    def _build_once(self, input_shape):
        self.build(input_shape)

    def _build_for(self, inputs):
        if self._input_layer is None:
            with tracing(None):
                context_depth = context.names
                context.names = []
                try:
                    self._infer_from((None, *inputs.shape[1:]), inputs.dtype)
                finally:
                    context.names = context_depth

    def _scope_name(self):
        return None  # as in tf.keras, the layers of a Sequential are not named after it

    def _may_take_texts(self):
        return not self._tensors or self._tensors[0].dtype.name == "string"

    def _prepare_inputs(self, inputs):
        inputs = super()._prepare_inputs(inputs)
        if isinstance(inputs, (list, tuple)) and len(inputs) == 1:
            inputs = inputs[0]
        if self._input_layer is None:
            refuse_structure(self, inputs)
            return inputs
        return self._conform(inputs)

    def _conform(self, x):
        """Cast to the input's dtype; add or drop a last axis of extent 1, as tf.keras does."""
        dtype, expected = self._input_layer._dtype, self._input_layer._batch_input_shape
        if isinstance(x, dict):
            x = self._of_dict(x)
        if isinstance(x, (list, tuple)):
            raise ValueError(f'Layer "{self.name}" expects 1 input(s), but it received {len(x)} input tensors.')
        if x is None:
            raise ValueError(f'Input of layer "{self.name}" must be a tensor. Received: None.')
        if x.dtype is not dtype:
            x = elementwise.cast(x, dtype)
        if len(x.shape) == len(expected) - 1 and expected[-1] == 1:
            x = shape_ops.expand_dims(x, -1)
        elif len(x.shape) == len(expected) + 1 and x.shape[-1] == 1:
            x = shape_ops.squeeze(x, -1)
        self._check_shape(tuple(x.shape), False)
        return x

    def _check_shape(self, shape, squeezed):
        expected = self._input_layer._batch_input_shape
        if not InputSpec(shape=(None, *expected[1:]), allow_last_axis_squeeze=squeezed).fits_shape(shape):
            raise ValueError(
                f'Input 0 of layer "{self.name}" is incompatible with the layer: expected shape={expected}, found shape={shape}'
            )

    def _prepare_symbolic(self, args, kwargs):
        (x,) = args[0] if isinstance(args[0], (list, tuple)) and len(args[0]) == 1 else args[:1]
        if not isinstance(x, KerasTensor):
            raise ValueError(f'Layer "{self.name}" expects 1 input(s), but it received {len(x)} input tensors.')
        if self._input_layer is None:
            self._build_for(x)
        self._check_shape(x.shape, True)

    _layers_leave_masks = True

    def compute_mask(self, inputs, mask=None):
        """The mask that the output has, for inputs with this mask; None if there is none."""
        y = self(inputs) if mask is None else self(inputs, mask=mask)
        return y._keras_mask

    def _of_dict(self, inputs):
        name = self._input_layer.name
        if name not in inputs:
            raise ValueError(f'Layer "{self.name}": a dict must hold its input, {name!r}. Received: {sorted(inputs)}.')
        return inputs[name]

    def call(self, inputs, training=None, mask=None):
        x = inputs
        if mask is not None and mask is not x._keras_mask:
            x = same(x)
            x._keras_mask = as_bool(mask)
        for layer in self._layers:
            x = layer(x)
        return x

    def compute_output_shape(self, input_shape):
        shape = tuple(input_shape)
        for layer in self._layers:
            shape = layer.compute_output_shape(shape)
        return shape

    def __setstate__(self, state):
        self.__dict__.update(state)
        if self._tensors:  # layers are copied without their uses
            Node(self._input_layer, outputs=self._tensors[0])
            for layer, x, y in zip(self._layers, self._tensors, self._tensors[1:], strict=False):
                Node(layer, (x,), {}, y)

    @property
    def weights(self):
        """All variables, layer by layer.

        Raises:
            ValueError: the model's input shape is not known yet.
        """
        if not self.built:
            raise ValueError(NO_WEIGHTS.format(self.name))
        return super().weights

    def get_build_config(self):
        """{"input_shape": shape}; None while it is not known."""
        return None if self._input_layer is None else {"input_shape": self._input_layer._batch_input_shape}

    def get_config(self):
        from pyseq.saving.objects import serialize_keras_object

        entries = [] if self._input_layer is None else [self._input_layer]
        return {"name": self.name, "layers": [serialize_keras_object(layer) for layer in [*entries, *self._layers]]}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A fresh model of the configuration that `get_config` gave."""
        from pyseq.saving.objects import read

        entries, name = (config, None) if isinstance(config, list) else (config["layers"], config.get("name"))
        model = cls(name=name)
        with custom_object_scope(custom_objects or {}):
            for entry in entries:
                model.add(read(entry, "layers"))
        return model

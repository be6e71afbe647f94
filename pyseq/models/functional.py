"""Functional: a model made of its inputs and outputs."""

from __future__ import annotations

import warnings

from pyseq.core import Tensor
from pyseq.core.dispatch import is_symbolic
from pyseq.core.keras_tensor import KerasTensor
from pyseq.core.structure import flatten, map_structure
from pyseq.core.texts import Texts, string
from pyseq.layers.added import NAMELESS_METRIC
from pyseq.layers.base import Layer
from pyseq.layers.call_arguments import call_arguments
from pyseq.layers.input import Input, InputLayer
from pyseq.layers.input_spec import InputSpec, check_inputs
from pyseq.layers.inputs import is_values
from pyseq.layers.masks import as_bool, same
from pyseq.layers.naming import unique_name
from pyseq.layers.node import rebuilt, replace
from pyseq.layers.tracking import structure_changed
from pyseq.models.functional_config import config_of, from_config
from pyseq.models.graph import Graph, replayed
from pyseq.models.model import Model
from pyseq.models.steps import Plans
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


class Functional(Model):
    """A model of layers called on symbolic tensors, from its inputs to its outputs.

    Args:
        inputs: an `Input`, or a list or dict of them, also nested. A tensor inside a graph does, too: the layers after it
            are then used once more, on a new input.
        outputs: what came out of layers: a symbolic tensor, or a list or dict of them.
        name: of the model; "model", "model_1", ... by default.
        trainable: do the layers' weights take part in training?
    `Model(inputs, outputs)` makes one.

    Example:
        >>> x = Input((4,))
        >>> y = Dense(3)(x)
        >>> model = Model(x, [y, y + 1])
        >>> model.output_shape
        [(None, 3), (None, 3)]
    """

    _keras_module = "keras.src.engine.functional"  # as tf.keras 2.15 writes it in configurations

    def __init__(self, inputs, outputs, name=None, trainable=True, **kwargs):
        if name is None and type(self) is Functional:
            name = unique_name("model")
            kwargs["_named"] = False
        Layer.__init__(self, name=name, trainable=trainable, **_without(kwargs, "_named"))
        self._named_by_user = self._named_by_user and "_named" not in kwargs
        self._init_training()
        self._autocast = False
        self.built = True
        self._input_spec = None
        inputs, outputs = _unlisted(inputs), _unlisted(outputs)
        _check_tensors(inputs, outputs)
        if any(not isinstance(t.layer, InputLayer) for t in flatten(inputs)):
            inputs, outputs = _on_new_inputs(inputs, outputs)
        self._nested = {"inputs": inputs, "outputs": outputs}
        self._extra = []  # outputs that are only computed: losses, metrics
        self._connect()

    def _connect(self):
        self._graph = Graph(flatten(self._nested["inputs"]), flatten(self._nested["outputs"]), self._extra)
        self.input_names = [t.layer.name for t in self.inputs]
        self.output_names = _different([t.layer.name for t in self.outputs])
        self._plans = Plans()
        object.__setattr__(self, "_layers", self._graph.layers)
        structure_changed()

    # ------------------------------------------------------------------------------------------ structure

    input = property(lambda self: self._nested["inputs"], doc="The symbolic inputs, as they were given.")
    output = property(lambda self: self._nested["outputs"], doc="The symbolic outputs, as they were given.")
    inputs = property(lambda self: flatten(self._nested["inputs"]), doc="List of the symbolic inputs.")
    outputs = property(lambda self: flatten(self._nested["outputs"]), doc="List of the symbolic outputs.")
    input_shape = property(lambda self: replace(self.input, lambda t: t.shape), doc="Shapes of the inputs.")
    output_shape = property(lambda self: replace(self.output, lambda t: t.shape), doc="Shapes of the outputs.")

    @property
    def layers(self):
        """The layers, those far from the outputs first; then those that attributes hold."""
        return list(self._sublayers())

    @property
    def input_spec(self):
        """What the inputs must be; None for nested ones, which only the layers check."""
        if self._input_spec is not None:
            return self._input_spec
        given = self._nested["inputs"] if hasattr(self, "_nested") else None
        if isinstance(given, dict):
            named = [(k, given[k]) for k in sorted(given)]
        else:
            named = [(None, t) for t in (given if isinstance(given, (list, tuple)) else [given])]
        if not all(isinstance(t, KerasTensor) for _, t in named):
            return None
        return [InputSpec(shape=(None, *t.shape[1:]), allow_last_axis_squeeze=True, name=name) for name, t in named]

    @input_spec.setter
    def input_spec(self, spec):
        self._input_spec = spec

    def _connected_to(self, layer):
        """Where what comes into a layer is from: ["dense[0][0]", ...]."""
        found = [t._keras_history for node in self._graph.nodes_of(layer) for t in node.keras_inputs]
        return [f"{h.layer.name}[{h.node_index}][{h.tensor_index}]" for h in found]

    def _is_chain(self):
        return self._graph.is_chain()

    # ------------------------------------------------------------------------------------------ calling

    def _scope_name(self):
        return None  # the layers are not named after the model

    def _prepare_inputs(self, inputs):
        if type(inputs) is Tensor and self._input_spec is None and _is_as(inputs, self._nested["inputs"]):
            return inputs
        flat = [x if isinstance(x, Tensor) else self._as_tensor(x) for x in self._in_order(inputs)]
        return rebuilt(self._nested["inputs"], iter(self._conformed(flat)))

    def _may_take_texts(self):
        return any(t.dtype is string for t in self.inputs)

    def _prepare_symbolic(self, args, kwargs):
        self._check_shapes(self._in_order(args[0] if args else None))

    def _check_inputs(self, inputs):
        """`_prepare_inputs` has done it."""

    def _in_order(self, inputs):
        """The list of the inputs, whatever structure they come in; dicts go by name."""
        given = self._nested["inputs"]
        if isinstance(given, KerasTensor) and not isinstance(inputs, dict) and is_values(inputs):
            return [inputs]
        if isinstance(inputs, dict):
            names = sorted(given) if isinstance(given, dict) else self.input_names
            if not isinstance(given, dict) and isinstance(given, (list, tuple)) and any(map(_is_nested, given)):
                return flatten(inputs)
            unknown = [k for k in inputs if k not in names]
            missing = [k for k in names if k not in inputs]
            if missing:
                raise ValueError(
                    f'Missing data for input "{missing[0]}". You passed a data dictionary with keys {list(inputs)}. Expected the '
                    f"following keys: {names}"
                )
            if unknown:
                warnings.warn(
                    f"Input dict contained keys {unknown} which did not match any model input. They will be ignored by the "
                    "model.",
                    stacklevel=4,
                )
            inputs = [inputs[k] for k in names]
        return flatten(inputs)

    def _check_shapes(self, flat):
        specs = self.input_spec
        if specs is None and len(flat) != len(self.inputs):
            specs = [None] * len(self.inputs)  # their number counts
        if specs is not None:
            check_inputs(specs, flat, self.name)

    def _conformed(self, flat):
        """The inputs with the rank and element type that the model's have; ValueError if they do not fit."""
        self._check_shapes(flat)
        return [_conform(x, t) for x, t in zip(flat, self._graph.inputs, strict=True)]

    def call(self, inputs, training=None, mask=None):
        """The outputs for inputs, in the structure they were given in."""
        flat = [inputs] if type(inputs) is Tensor else self._in_order(inputs)
        if len(flat) != len(self._graph.inputs) or not all(map(_fits, flat, self._graph.inputs)):
            flat = self._conformed([x if isinstance(x, (Tensor, Texts)) else self._as_tensor(x) for x in flat])
        if mask is not None:
            flat = [_with_mask(x, m) for x, m in zip(flat, flatten(mask), strict=True)]
        made = self._graph.run(flat)
        outputs = self._nested["outputs"]
        return made[0] if type(outputs) is KerasTensor else rebuilt(outputs, iter(made))

    _layers_leave_masks = True

    def compute_mask(self, inputs, mask=None):
        """The masks that the outputs have, for inputs with these masks; None where there is none."""
        outputs = self(inputs) if mask is None else self(inputs, mask=mask)
        return rebuilt(self._nested["outputs"], iter([y._keras_mask for y in flatten(outputs)]))

    # ------------------------------------------------------------------------------------------ copies

    def __getstate__(self):
        state = super().__getstate__()
        state["_nested"] = {k: rebuilt(v, iter(range(len(flatten(v))))) for k, v in self._nested.items()}
        state["_extra"] = len(self._extra)
        return state

    def __setstate__(self, state):
        graph = state["_graph"]
        tensors = {"inputs": graph.inputs, "outputs": graph.outputs}
        self.__dict__.update(state)
        self._nested = {k: map_structure(tensors[k].__getitem__, v) for k, v in state["_nested"].items()}
        self._extra = graph.outputs[len(graph.outputs) - state["_extra"] :]
        object.__setattr__(self, "_layers", graph.layers)

    # ------------------------------------------------------------------------------------------ losses

    def add_loss(self, losses, **kwargs):
        """Add to what is minimised: symbolic tensors of this model, tensors, or functions without arguments.

        Raises:
            ValueError: a symbolic tensor does not come from the model's inputs.
        """
        from pyseq.layers.op_layers import AddLoss

        for loss in losses if isinstance(losses, (list, tuple)) else [losses]:
            if not is_symbolic(loss):
                super().add_loss(loss, **kwargs)
                continue
            self._add(AddLoss()(loss))

    def add_metric(self, value, name=None, **kwargs):
        """Show the mean of a symbolic tensor of this model with the metrics; see `Layer.add_metric` for others.

        Raises:
            ValueError: a symbolic tensor does not come from the model's inputs, or has no name.
        """
        from pyseq.layers.op_layers import AddMetric

        if not is_symbolic(value):
            return super().add_metric(value, name, **kwargs)
        if not name:
            raise ValueError(NAMELESS_METRIC)
        aggregation = kwargs.pop("aggregation", None)
        if kwargs:
            raise TypeError(f"Unknown keyword arguments: {sorted(kwargs)}")
        self._add(AddMetric(aggregation or "mean", name)(value))

    def _add(self, tensor):
        """One more tensor to compute, for what its layer does with it."""
        self._extra.append(tensor)
        try:
            self._connect()
        except ValueError:
            self._extra.pop()
            raise

    # ------------------------------------------------------------------------------------------ configurations

    def get_config(self):
        """The layers and how they are connected; of a class with an `__init__` of its own, its arguments."""
        if type(self).__init__ not in (Functional.__init__, Model.__init__):
            return super().get_config()
        return config_of(self)

    def get_build_config(self):
        """{"input_shape": shapes}: a model of this kind is built as soon as it is made."""
        return {"input_shape": self.input_shape}

    def build_from_config(self, config):
        """It is built."""

    def build(self, input_shape):
        """It is built."""


def revived(cls, config, custom_objects=None):
    """A fresh model of class `cls`, which is made of inputs and outputs, of a configuration that `Functional.get_config` gave."""
    inputs, outputs, added = from_config(config, custom_objects)
    model = cls(inputs=inputs, outputs=outputs, name=config.get("name"))
    if added:
        model._extra.extend(added)
        model._connect()
    if config.get("trainable") is False:
        model.trainable = False
    return model


def made_functional(cls):
    """Let a user's subclass of Model be one of Functional, as tf.keras does when it is given inputs and outputs."""
    if cls is Model:
        return Functional
    if issubclass(cls, Functional) or not issubclass(cls, Model):
        return cls
    cls.__bases__ = tuple(made_functional(base) for base in cls.__bases__)
    call_arguments.cache_clear()
    return cls


def _without(kwargs, key):
    return {k: v for k, v in kwargs.items() if k != key}


def _unlisted(x):
    return x[0] if isinstance(x, list) and len(flatten(x)) == 1 and not isinstance(x[0], (list, tuple, dict)) else x


def _is_nested(x):
    return isinstance(x, (list, tuple, dict))


def _check_tensors(inputs, outputs):
    for t in flatten(inputs):
        if not isinstance(t, KerasTensor):
            raise ValueError(
                "Found unexpected instance while processing input tensors for keras functional model. Expecting KerasTensor "
                f"which is from tf.keras.Input() or output from keras layer call(). Got: {t}"
            )
    if len({id(t) for t in flatten(inputs)}) < len(flatten(inputs)):
        raise ValueError(
            "The list of inputs passed to the model contains the same input multiple times. All inputs should only appear "
            f"once. Received inputs={inputs}"
        )
    for t in flatten(outputs):
        if not isinstance(t, KerasTensor):
            raise ValueError(
                "Output tensors of a Functional model must be the output of a TensorFlow `Layer` (thus holding past layer "
                f"metadata). Found: {t}"
            )


def _on_new_inputs(inputs, outputs):
    """(inputs, outputs) with the layers after the inputs called again on new `Input`s, where those given are inside a graph."""
    new = {}
    for t in flatten(inputs):
        entry = isinstance(t.layer, InputLayer)
        new[id(t)] = t if entry else Input(batch_shape=t.shape, dtype=t.dtype)
    graph = _Between(flatten(inputs), flatten(outputs))
    made = replayed(graph, new)
    return replace(inputs, lambda t: new[id(t)]), replace(outputs, lambda t: made[id(t)])


class _Between:
    """The uses of layers from tensors inside a graph to outputs, for `replayed`."""

    def __init__(self, inputs, outputs):
        known, self.nodes, reached = {id(t) for t in inputs}, [], []
        stack = [(t.node, False) for t in reversed(outputs) if id(t) not in known]
        while stack:
            node, ready = stack.pop()
            if all(id(t) in known for t in node.flat_outputs):
                continue
            needed = [t for t in node.keras_inputs if id(t) not in known]
            if node.is_input or (ready and needed):
                raise ValueError(
                    f"Graph disconnected: cannot obtain value for tensor {node.flat_outputs[0]} at layer "
                    f'"{node.layer.name}". The following previous layers were accessed without issue: {reached}'
                )
            if needed:
                stack += [(node, True), *[(t.node, False) for t in reversed(needed)]]
                continue
            known |= {id(t) for t in node.flat_outputs}
            reached.append(node.layer.name)
            self.nodes.append(node)


def _different(names):
    """The names, with _1, _2, ... at those that have been before."""
    found = []
    for name in names:
        given, k = name, 1
        while given in found:
            given, k = f"{name}_{k}", k + 1
        found.append(given)
    return found


def _is_as(x, t):
    """Is x just what the only input of a model must be?"""
    if type(t) is not KerasTensor or x.dtype is not t.dtype or len(x.shape) != len(t.shape):
        return False
    return x.shape[1:] == t.shape[1:] or all(d in (n, None) for n, d in zip(x.shape[1:], t.shape[1:], strict=True))


def _fits(x, t):
    return isinstance(x, Tensor) and len(x.shape) == len(t.shape) and x.dtype is t.dtype


def _with_mask(x, mask):
    """x with a mask on it; the caller's own tensor is left as it is."""
    if mask is None or mask is x._keras_mask:
        return x
    x = same(x)
    x._keras_mask = as_bool(mask)
    return x


def _conform(x, t):
    """x cast to an input's dtype, with a last axis of extent 1 added or dropped, as tf.keras does."""
    if isinstance(x, Texts) or t.dtype is string:
        return _texts_conform(x, t)
    if x.dtype is not t.dtype:
        x = elementwise.cast(x, t.dtype)
    if len(x.shape) == len(t.shape) - 1 and t.shape[-1] == 1:
        return shape_ops.expand_dims(x, -1)
    if len(x.shape) == len(t.shape) + 1 and x.shape[-1] == 1:
        return shape_ops.squeeze(x, -1)
    return x


def _texts_conform(x, t):
    """Texts with the rank of an input of them; TypeError if one side is no texts."""
    if not isinstance(x, Texts) or t.dtype is not string:
        raise TypeError(f"Input {t.name!r} of the model is of {t.dtype.name}. Received: dtype={x.dtype.name}.")
    if len(x.shape) == len(t.shape) - 1 and t.shape[-1] == 1:
        return x.reshaped((*x.shape, 1))
    return x.reshaped(x.shape[:-1]) if len(x.shape) == len(t.shape) + 1 and x.shape[-1] == 1 else x

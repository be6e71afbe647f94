"""Functional models to configurations and back, in the layout of tf.keras 2.15.

    layers           for each: what it is made of, "name", and "inbound_nodes", one entry for each use
    a use            [["dense", 0, 0, {"training": true}], ...]: layer, number of the use, number of the output, further arguments
    of op layers     ["dense", 0, 0, {"axis": 1}]: in the structure of the first argument
    input_layers, output_layers    ["dense", 0, 0] in the structure of the inputs and outputs

In further arguments a tensor is ["dense", 0, 0]. A constant in the first argument is ["_CONSTANT_VALUE", -1, value, {...}].
Uses of a model that has inputs of its own count from 1. What Keras 3 writes (args and kwargs with __keras_tensor__) is read, too.
"""

from __future__ import annotations

import inspect

import numpy as np

from pyseq.core import DType, Tensor, Variable
from pyseq.core import as_tensor as constant
from pyseq.core.keras_tensor import KerasTensor
from pyseq.core.structure import flatten
from pyseq.layers.node import symbolic_in
from pyseq.registry import custom_object_scope

CONSTANT = "_CONSTANT_VALUE"


def _first_number(layer) -> int:
    """What the uses of a layer count from."""
    return 1 if getattr(layer, "_input_layer", None) is not None or hasattr(layer, "_graph") else 0


def _keeps_structure(layer) -> bool:
    """Is the first argument written in its structure, rather than as a list?"""
    return hasattr(layer, "symbol") or hasattr(layer, "_graph")


# ------------------------------------------------------------------------------------------------ to configurations


def config_of(model) -> dict:
    """The configuration of a functional model."""
    from pyseq.saving.objects import serialize_keras_object

    graph = model._graph
    numbers = {}  # of the uses, by id of their node
    for layer in graph.layers:
        for k, node in enumerate(graph.nodes_of(layer)):
            numbers[id(node)] = k + _first_number(layer)

    def place(t):
        return [t.layer.name, numbers[id(t.node)], t._keras_history.tensor_index]

    layers = []
    for layer in graph.layers:
        uses = [_use(node, place) for node in graph.nodes_of(layer) if not node.is_input]
        layers.append({**serialize_keras_object(layer), "name": layer.name, "inbound_nodes": uses})
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": _listed(_mapped(model.input, place)),
        "output_layers": _listed(_mapped(model.output, place)),
    }


def _listed(entries):
    return [entries] if isinstance(entries, list) and entries and isinstance(entries[0], str) else entries


def _mapped(x, place):
    if isinstance(x, KerasTensor):
        return place(x)
    if isinstance(x, dict):
        return {k: _mapped(v, place) for k, v in x.items()}
    return [_mapped(item, place) for item in x]


def _use(node, place):
    """The entry of one call of a layer."""
    arguments = _by_name(node)
    first = arguments.pop(next(iter(arguments))) if arguments else None
    further = {k: _value(v, place) for k, v in arguments.items()}

    def entry(x):
        if isinstance(x, KerasTensor):
            return [*place(x), further]
        return [CONSTANT, -1, _value(x, place), further]

    def entries(x):
        if isinstance(x, dict) and symbolic_in(x):
            return {k: entries(v) for k, v in x.items()}
        if isinstance(x, (list, tuple)) and symbolic_in(x):
            return [entries(item) for item in x]
        return entry(x)

    if _keeps_structure(node.layer):
        made = entries(first)
        return [made] if isinstance(first, KerasTensor) and not hasattr(node.layer, "symbol") else made
    return [entry(x) for x in (flatten(first) if symbolic_in(first) else [first])]


def _by_name(node) -> dict:
    """The arguments of a call by the names that the layer gives them."""
    function = node.layer.function if hasattr(node.layer, "symbol") else node.layer.call
    names = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    names += [f"_{k}" for k in range(len(names), len(node.call_args))]
    named = dict(zip(names, node.call_args, strict=False)) | node.call_kwargs
    order = sorted(named, key=lambda k: names.index(k) if k in names else len(names))
    return {k: named[k] for k in order}


def _value(x, place):
    """An argument for JSON."""
    from pyseq.saving.objects import serialize_keras_object

    if isinstance(x, KerasTensor):
        return place(x)
    if isinstance(x, (Tensor, Variable)):
        return x.numpy().tolist()
    if isinstance(x, (np.ndarray, np.generic)):
        return x.tolist()
    if isinstance(x, (DType, np.dtype)):
        return x.name
    if isinstance(x, slice):
        return {k: _value(getattr(x, k), place) for k in ("start", "stop", "step")}
    if x is Ellipsis:
        return {"class_name": "__ellipsis__"}
    if isinstance(x, dict):
        return {k: _value(v, place) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [_value(item, place) for item in x]
    return serialize_keras_object(x)


# ------------------------------------------------------------------------------------------------ from configurations


def from_config(config, custom_objects=None):
    """(inputs, outputs, further outputs that losses and metrics need) of the model that a configuration describes."""
    with custom_object_scope(custom_objects or {}):
        made = _Making(config["layers"])
    inputs = made.structure(config["input_layers"])
    outputs = made.structure(config["output_layers"])
    return inputs, outputs, made.of_additions()


class _Making:
    """The layers of a configuration, called on each other's outputs in an order in which that is possible."""

    def __init__(self, entries):
        from pyseq.saving.objects import read

        self.layers, self.nodes, waiting = {}, {}, []
        for entry in entries:
            name = entry.get("name", entry["config"].get("name"))
            layer = read(entry, "layers")
            self.layers[name] = layer
            if not entry.get("inbound_nodes"):
                self.nodes[name, 0] = layer._inbound_nodes[0]
            for k, use in enumerate(entry.get("inbound_nodes") or ()):
                waiting.append((name, k + _first_number(layer), use))
        self._call_all(waiting)

    def _call_all(self, waiting):
        """Call what can be called until all is; the uses of one layer one after the other."""
        while waiting:
            later, blocked = [], set()
            for name, number, use in waiting:
                if name in blocked or not all(key in self.nodes for key in _keys_in(use, self.layers)):
                    blocked.add(name)
                    later.append((name, number, use))
                else:
                    self._call(name, number, use)
            if len(later) == len(waiting):
                missing = sorted(
                    {str(k) for _, _, use in later for k in _keys_in(use, self.layers) if k not in self.nodes}
                )
                raise ValueError(
                    f"Cannot connect the layers {sorted({name for name, _, _ in later})}: nothing in the configuration gives "
                    f"{missing[:5]}."
                )
            waiting = later

    def _call(self, name, number, use):
        layer = self.layers[name]
        if isinstance(use, dict) and set(use) >= {"args", "kwargs"}:  # Keras 3
            args, kwargs = self._tensors(use["args"]), self._tensors(use["kwargs"])
            outputs = layer(*args, **kwargs)
        else:
            if not _keeps_structure(layer) or _is_place(use[0] if isinstance(use, list) and len(use) == 1 else None):
                use = use[0] if isinstance(use, list) and len(use) == 1 and isinstance(use[0], (list, dict)) else use
            first, further = self._first(use)
            outputs = layer(first, **further)
        self.nodes[name, number] = flatten(outputs)[0].node

    def _first(self, use):
        """(first argument, the others) of an entry."""
        further = {}

        def argument(x):
            if _is_place(x):
                if len(x) > 3:
                    further.update(self._tensors(x[3]))
                return _constant(x[2]) if x[0] == CONSTANT else self.tensor(x)
            if isinstance(x, dict):
                return {k: argument(v) for k, v in x.items()}
            return [argument(item) for item in x]

        return argument(use), further

    def _tensors(self, x):
        """Further arguments with tensors in the place of what names them."""
        if isinstance(x, dict):
            if x.get("class_name") == "__keras_tensor__":
                return self.tensor(x["config"]["keras_history"])
            if x.get("class_name") == "__ellipsis__":
                return Ellipsis
            return {k: self._tensors(v) for k, v in x.items()}
        if isinstance(x, (list, tuple)):
            if _is_place(x) and len(x) == 3 and x[0] in self.layers:
                return self.tensor(x)
            return [self._tensors(item) for item in x]
        return x

    def tensor(self, place):
        """The tensor that [layer, use, output] names."""
        name, number, index = place[:3]
        outputs = self.nodes[_key(name, number, self.layers)].flat_outputs
        if not 0 <= index < len(outputs):
            raise ValueError(f"The configuration names output {index} of layer {name!r}, which has {len(outputs)}.")
        return outputs[index]

    def structure(self, x):
        """Inputs or outputs of the model."""
        if _is_place(x):
            return self.tensor(x)
        if isinstance(x, dict):
            return {k: self.structure(v) for k, v in x.items()}
        return [self.structure(item) for item in x]

    def of_additions(self):
        """What comes out of layers that only add losses and metrics."""
        from pyseq.layers.op_layers import AddLoss, AddMetric

        kinds = (AddLoss, AddMetric)
        return [t for node in self.nodes.values() if isinstance(node.layer, kinds) for t in node.flat_outputs]


def _constant(x):
    return constant(x) if isinstance(x, list) else x


def _is_place(x) -> bool:
    return (
        isinstance(x, (list, tuple))
        and 3 <= len(x) <= 4
        and isinstance(x[0], str)
        and type(x[1]) is int
        and (x[0] == CONSTANT or type(x[2]) is int)
    )


def _key(name, number, layers):
    """The key of a use; older files count the uses of some models from 0."""
    if name not in layers:
        raise ValueError(f"The configuration names a layer {name!r} that it does not describe.")
    return name, max(number, _first_number(layers[name]))


def _keys_in(x, layers) -> list:
    """The uses that an entry names."""
    if isinstance(x, dict):
        if x.get("class_name") == "__keras_tensor__":
            return [_key(*x["config"]["keras_history"][:2], layers)]
        return [key for v in x.values() for key in _keys_in(v, layers)]
    if not isinstance(x, (list, tuple)):
        return []
    if _is_place(x) and (x[0] == CONSTANT or len(x) == 4 or x[0] in layers):
        own = [] if x[0] == CONSTANT else [_key(x[0], x[1], layers)]
        return own + (_keys_in(x[3], layers) if len(x) > 3 else [])
    return [key for item in x for key in _keys_in(item, layers)]

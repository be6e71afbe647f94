"""Node: one use of a layer in a model that is being described."""

from __future__ import annotations

from pyseq.core.keras_tensor import KerasHistory, KerasTensor
from pyseq.core.structure import flatten


def replace(x, function):
    """A copy of x, a nested structure, with function(t) in the place of each KerasTensor t."""
    if isinstance(x, KerasTensor):
        return function(x)
    if isinstance(x, dict):
        return {k: replace(v, function) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        items = [replace(item, function) for item in x]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    if isinstance(x, slice):
        return slice(*[replace(v, function) for v in (x.start, x.stop, x.step)])
    return x


def rebuilt(structure, leaves):
    """The nested structure with other leaves, from an iterator, in the order of `flatten`; dicts keep the order of their keys."""
    if isinstance(structure, dict):
        done = {k: rebuilt(structure[k], leaves) for k in sorted(structure)}
        return {k: done[k] for k in structure}
    if isinstance(structure, (list, tuple)):
        items = [rebuilt(item, leaves) for item in structure]
        return type(structure)(*items) if hasattr(structure, "_fields") else type(structure)(items)
    return next(leaves)


def symbolic_in(x) -> list:
    """The KerasTensors in x, dicts in the order of their sorted keys."""
    if isinstance(x, KerasTensor):
        return [x]
    if isinstance(x, dict):
        return [t for k in sorted(x, key=str) for t in symbolic_in(x[k])]
    if isinstance(x, (list, tuple)):
        return [t for item in x for t in symbolic_in(item)]
    return symbolic_in((x.start, x.stop, x.step)) if isinstance(x, slice) else []


class Node:
    """A call of a layer: the arguments with the KerasTensors in them, and those that came out.

    Attributes:
        layer: the layer called.
        call_args, call_kwargs: as the layer got them.
        keras_inputs: the KerasTensors among them. outputs: structure of KerasTensors.
    """

    def __init__(self, layer, args=(), kwargs=None, outputs=None):
        self.layer = layer
        self.call_args = tuple(args)
        self.call_kwargs = kwargs or {}
        self.outputs = outputs
        self.keras_inputs = symbolic_in((self.call_args, self.call_kwargs))
        if "_inbound_nodes" not in layer.__dict__:
            object.__setattr__(layer, "_inbound_nodes", [])
        self.number = len(layer._inbound_nodes)
        layer._inbound_nodes.append(self)
        for k, t in enumerate(self.flat_outputs):
            t._keras_history = KerasHistory(layer, self.number, k)
        for t in self.keras_inputs:
            nodes = t.layer.__dict__.setdefault("_outbound_nodes", [])
            nodes.append(self)

    @property
    def is_input(self) -> bool:
        """Does nothing come in: is it the node of an input layer?"""
        return not self.keras_inputs

    @property
    def flat_outputs(self):
        return flatten(self.outputs)

    @property
    def input_tensors(self):
        """What came in: one KerasTensor or, if there are several, the first argument or their list."""
        if self.is_input:
            return self.outputs
        first = self.call_args[0] if self.call_args else self.keras_inputs
        if len(self.keras_inputs) == 1:
            return self.keras_inputs[0]
        return first if len(symbolic_in(first)) == len(self.keras_inputs) else self.keras_inputs

    @property
    def output_tensors(self):
        return self.outputs

    @property
    def input_shapes(self):
        return replace(self.input_tensors, lambda t: tuple(t.shape))

    @property
    def output_shapes(self):
        return replace(self.outputs, lambda t: tuple(t.shape))

    @property
    def parent_nodes(self):
        """The nodes that the inputs come from."""
        return [t.node for t in self.keras_inputs]

    @property
    def inbound_layers(self):
        """The layers that the inputs come from: one, or a list."""
        found = [t.layer for t in self.keras_inputs]
        return found[0] if len(found) == 1 else found

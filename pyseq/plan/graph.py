"""What a trace makes: nodes (one kernel call each) over values (one tensor each)."""

from __future__ import annotations

from math import prod


class Value:
    """A tensor of a plan.

    Attributes:
        kind: "input" (source: its number), "constant" (source: the Tensor), "variable" (source: the Variable and how often
            the plan has written it before), or "temporary" (source: the node that makes it).
        graph: number of the trace it belongs to.
    """

    __slots__ = ("shape", "dtype", "kind", "source", "graph")

    def __init__(self, shape, dtype, kind, source, graph):
        self.shape = shape
        self.dtype = dtype
        self.kind = kind
        self.source = source
        self.graph = graph

    @property
    def nbytes(self):
        return prod(self.shape) * self.dtype.itemsize

    def __repr__(self):
        return f"<{self.kind} {self.shape} {self.dtype.name}>"


class Node:
    """One call of one kernel: the arguments of `emit`, with values for tensors.

    Attributes:
        outputs: the values it makes. updates: Variables it writes in place, pointers behind the outputs'.
        error: of a check: number found -> exception. None for all others.
    """

    __slots__ = ("kernel", "inputs", "outputs", "dims", "attrs", "parts", "work", "dtype", "updates", "error")

    def __init__(self, kernel, inputs, outputs, dims, attrs, parts, work, dtype, updates=(), error=None):
        self.kernel = kernel
        self.inputs = inputs
        self.outputs = outputs
        self.dims = dims
        self.attrs = attrs
        self.parts = parts
        self.work = work
        self.dtype = dtype
        self.updates = updates
        self.error = error

    @property
    def has_effect(self):
        """Does it do something that its outputs do not show?"""
        return bool(self.updates) or self.error is not None or not self.outputs

    def __repr__(self):
        return f"<Node {self.kernel.name} {self.inputs} -> {self.outputs}>"


class Graph:
    """Nodes in the order they were traced, and what the traced function returned.

    Attributes:
        inputs: (shape, dtype) of each input. nodes: list of Node. outputs: list of Value.
        n_kept: the first so many nodes depend on variables alone that the plan does not write.
    """

    def __init__(self, inputs, nodes, outputs):
        self.inputs = inputs
        self.nodes = nodes
        self.outputs = outputs
        self.n_kept = 0

    def replace(self, new: dict):
        """Put values in the place of others, wherever these are read. `new`: id of a value -> value."""
        if not new:
            return

        def current(v):
            while v is not None and id(v) in new:
                v = new[id(v)]
            return v

        for node in self.nodes:
            node.inputs = [current(v) for v in node.inputs]
        self.outputs = [current(v) for v in self.outputs]

    def users(self):
        """id of a value -> indices of the nodes that read it."""
        found = {}
        for j, node in enumerate(self.nodes):
            for v in node.inputs:
                if v is not None:
                    found.setdefault(id(v), []).append(j)
        return found

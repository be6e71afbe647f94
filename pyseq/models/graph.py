"""Graph: the uses of layers between some inputs and some outputs, in the order in which they run.

Depth is the longest way to an output. Deep uses run first; among equals, those that are met first when one walks back
from the outputs. The order of layers, and with it of weights, is that of tf.keras.
"""

from __future__ import annotations

from collections import Counter

from pyseq.core.keras_tensor import KerasTensor
from pyseq.core.structure import flatten
from pyseq.layers.node import Node, replace


class _Place:
    """Stands in the arguments of a step for the value of this number."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


class Step:
    """One use of a layer in a graph: where its arguments are among the values, and where what comes out goes to."""

    def __init__(self, node, numbers):
        self.layer = node.layer
        self.node = node
        self.args = replace(node.call_args, lambda t: _Place(numbers[id(t)]))
        self.kwargs = replace(node.call_kwargs, lambda t: _Place(numbers[id(t)]))
        self.outputs = [numbers[id(t)] for t in node.flat_outputs]
        simple = len(self.args) == 1 and isinstance(self.args[0], _Place) and not self.kwargs
        self.only = self.args[0].number if simple and isinstance(node.outputs, KerasTensor) else None
        self.done_with = ()

    def run(self, values):
        """Call the layer; `values` is the list of all values of the graph."""
        if self.only is not None:
            values[self.outputs[0]] = self.layer(values[self.only])
        else:
            made = self.layer(*_filled(self.args, values), **_filled(self.kwargs, values))
            if len(self.outputs) == 1 and not isinstance(made, (list, tuple, dict)):
                values[self.outputs[0]] = made
            else:
                self._spread(made, values)
        for k in self.done_with:
            values[k] = None

    def _spread(self, made, values):
        for k, value in zip(self.outputs, flatten(made), strict=True):
            values[k] = value


def _filled(x, values):
    if isinstance(x, _Place):
        return values[x.number]
    if isinstance(x, dict):
        return {k: _filled(v, values) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        items = [_filled(item, values) for item in x]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    if isinstance(x, slice):
        return slice(*[_filled(v, values) for v in (x.start, x.stop, x.step)])
    return x


class Graph:
    """The uses of layers between inputs and outputs.

    Args:
        inputs, outputs: lists of KerasTensors; the inputs come from input layers.
        extra: further outputs; the layers that only they need are the last of `layers`.
    Attributes:
        nodes: by decreasing depth. nodes_by_depth: {depth: list}. layers: as `Model.layers` shows them.
    Raises:
        ValueError: an output needs something that does not come from the inputs; two layers have the same name.
    """

    def __init__(self, inputs, outputs, extra=()):
        first = Graph(inputs, outputs).layers if extra else []
        self.inputs, self.outputs, self.n_extra = inputs, [*outputs, *extra], len(extra)
        self._connect()
        known = {id(layer) for layer in first}
        self.layers = first + [layer for layer in self.layers if id(layer) not in known]
        self._refuse_gaps()
        self._refuse_equal_names()
        self._make_steps()

    def _connect(self):
        inputs, outputs = self.inputs, self.outputs
        post_order, indices = _walk_back(outputs)
        depths, layer_depths = _depths(post_order)
        for t in inputs:
            if id(t.layer) not in layer_depths:
                layer_depths[id(t.layer)] = (0, t.layer)
                indices[id(t.layer)] = -1
                depths[id(t.node)] = (0, t.node)
        self.nodes_by_depth = {}
        for depth, node in depths.values():
            self.nodes_by_depth.setdefault(depth, []).append(node)
        self.nodes_by_depth = {d: self.nodes_by_depth[d] for d in sorted(self.nodes_by_depth, reverse=True)}
        self.nodes = [node for nodes in self.nodes_by_depth.values() for node in nodes]
        by_depth = sorted(layer_depths.values(), key=lambda entry: (-entry[0], indices[id(entry[1])]))
        self.layers = [layer for _, layer in by_depth]

    def _refuse_gaps(self):
        known = {id(t) for t in self.inputs}
        reached = []
        for node in self.nodes:
            if node.is_input:
                continue
            for t in node.keras_inputs:
                if id(t) not in known:
                    raise ValueError(
                        f'Graph disconnected: cannot obtain value for tensor {t} at layer "{node.layer.name}". The following '
                        f"previous layers were accessed without issue: {reached}"
                    )
            known |= {id(t) for t in node.flat_outputs}
            reached.append(node.layer.name)
        for t in self.outputs:
            if id(t) not in known:
                raise ValueError(
                    f"Graph disconnected: the output {t} is the input layer {t.layer.name!r}, which is not among the inputs."
                )

    def _refuse_equal_names(self):
        for name, count in Counter(layer.name for layer in self.layers).items():
            if count > 1:
                raise ValueError(
                    f'The name "{name}" is used {count} times in the model. All layer names should be unique.'
                )

    def _make_steps(self):
        numbers = {id(t): k for k, t in enumerate(self.inputs)}
        for node in self.nodes:
            if not node.is_input:
                for t in node.flat_outputs:
                    numbers[id(t)] = len(numbers)
        self.n_values = len(numbers)
        self.steps = [Step(node, numbers) for node in self.nodes if not node.is_input]
        self.result = [numbers[id(t)] for t in self.outputs]
        last = {k: None for k in self.result}  # never forgotten
        for step in reversed(self.steps):
            used = {numbers[id(t)] for t in step.node.keras_inputs} | set(step.outputs)
            step.done_with = tuple(k for k in sorted(used) if k not in last)
            last.update(dict.fromkeys(used))

    def run(self, inputs):
        """The values of the outputs for a list of the values of the inputs."""
        values = [*inputs, *(None,) * (self.n_values - len(inputs))]
        for step in self.steps:
            step.run(values)
        return [values[k] for k in self.result]

    def holds(self, node) -> bool:
        """Is a node one of this graph's?"""
        return any(node is n for n in self.nodes)

    def nodes_of(self, layer) -> list:
        """The uses of a layer in this graph."""
        mine = {id(node) for node in self.nodes}
        return [node for node in layer._inbound_nodes if id(node) in mine]

    def is_chain(self) -> bool:
        """Does each layer just take what the one before it gives, once?"""
        if any(len(nodes) > 1 or len(nodes[0].keras_inputs) > 1 for nodes in self.nodes_by_depth.values()):
            return False
        return len({id(node.layer) for node in self.nodes}) == len(self.nodes)

    # ------------------------------------------------------------------------------------------ copies

    def __getstate__(self):
        """The steps as a flat list: nodes refer to each other, and copying them would go as deep as the graph."""
        specs = [_spec(t) for t in self.inputs]
        steps = [(s.layer, s.args, s.kwargs, replace(s.node.outputs, _spec)) for s in self.steps]
        ends = {
            "inputs": specs,
            "entries": [t.layer for t in self.inputs],
            "result": self.result,
            "extra": self.n_extra,
        }
        return {**ends, "steps": steps}

    def __setstate__(self, state):
        values = []
        for layer, spec in zip(state["entries"], state["inputs"], strict=True):
            if not layer._inbound_nodes:
                Node(layer, outputs=spec.tensor())
            values.append(layer._inbound_nodes[0].outputs)
        for layer, args, kwargs, specs in state["steps"]:
            made = _tensors(specs)
            node = Node(layer, _filled(args, values), _filled(kwargs, values), made)
            values.extend(node.flat_outputs)
        outputs = [values[k] for k in state["result"]]
        n = len(outputs) - state["extra"]
        self.__init__(values[: len(state["inputs"])], outputs[:n], outputs[n:])


class _Spec:
    """What a KerasTensor is made of."""

    def __init__(self, *arguments):
        self.arguments = arguments

    def tensor(self):
        return KerasTensor(*self.arguments)


def _spec(t):
    return _Spec(t.shape, t.dtype.name, t.name, t.values)


def _tensors(specs):
    if isinstance(specs, _Spec):
        return specs.tensor()
    if isinstance(specs, dict):
        return {k: _tensors(v) for k, v in specs.items()}
    items = [_tensors(item) for item in specs]
    return type(specs)(*items) if hasattr(specs, "_fields") else type(specs)(items)


def _walk_back(outputs):
    """(nodes, each after those it needs; {id of a layer: how many layers were met before it}), from the outputs back."""
    post_order, done, indices = [], set(), {}
    for output in outputs:
        stack = [(output.node, None)]
        while stack:
            node, parents = stack.pop()
            if parents is None:
                if id(node) in done:
                    continue
                done.add(id(node))
                indices.setdefault(id(node.layer), len(indices))
                parents = iter(node.parent_nodes)
            for parent in parents:
                if id(parent) not in done:
                    stack += [(node, parents), (parent, None)]
                    break
            else:
                post_order.append(node)
    return post_order, indices


def _depths(post_order):
    """({id: (depth, node)}, {id: (depth, layer)}); a layer is as deep as its deepest node, and its other nodes with it."""
    depths, layer_depths = {}, {}
    for node in reversed(post_order):
        depth = max(depths.get(id(node), (0,))[0], layer_depths.get(id(node.layer), (0,))[0])
        layer_depths[id(node.layer)] = (depth, node.layer)
        depths[id(node)] = (depth, node)
        for parent in node.parent_nodes:
            depths[id(parent)] = (max(depth + 1, depths.get(id(parent), (0,))[0]), parent)
    return depths, layer_depths


def replayed(graph, inputs, layer_for=lambda layer: layer):
    """Call the layers of a graph, or others in their place, on other inputs.

    Args:
        inputs: {id of a KerasTensor of the graph: the one that takes its place}.
        layer_for: gives the layer to call in the place of a layer.
    Returns:
        {id of a KerasTensor of the graph: the new one}.
    """
    made = dict(inputs)
    for node in graph.nodes:
        if node.is_input:
            continue
        if all(id(t) in made for t in node.flat_outputs):
            continue
        args, kwargs = (replace(x, lambda t: made[id(t)]) for x in (node.call_args, node.call_kwargs))
        outputs = layer_for(node.layer)(*args, **kwargs)
        made.update({id(t): new for t, new in zip(node.flat_outputs, flatten(outputs), strict=True)})
    return made

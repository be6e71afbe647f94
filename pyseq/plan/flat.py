"""Updates of variables that stand side by side in memory, made one: an optimizer step is one kernel over flat arrays."""

from __future__ import annotations

from pyseq.core import kernels
from pyseq.core.engine import follows
from pyseq.ops.update import CHUNK
from pyseq.plan.graph import Node, Value

# Kernels that treat every element alike -> which of their inputs have as many elements as the variable.
ELEMENTWISE = dict.fromkeys(
    kernels(
        "sgd", "adam", "adamax", "nadam", "lion", "ftrl", "rmsprop", "adagrad", "adadelta", "moving_average", "copy_every"
    ),
    (0,),
)  # fmt: skip
ELEMENTWISE[kernels("weight_decay")] = ()
ALIGNMENT = 64  # bytes


class Flat:
    """Neighbours made one.

    Attributes:
        nodes: the nodes, runs of updates replaced by one.
        parts: id of a gradient -> (the flat value it is a part of, offset in bytes).
        spans: id of a merged node -> all variables that it writes.
        gaps: [(flat value, offset, bytes)] between the parts, which must be zeros.
    """

    def __init__(self, graph):
        self.nodes, self.parts, self.spans, self.gaps = [], {}, {}, []
        self._outputs = {id(v) for v in graph.outputs}
        run, taken = [], set()  # and what the run reads
        for node in graph.nodes:
            if run and not (node.kernel is run[-1].kernel and self._continues(run[-1], node, taken)):
                self._end(run)
                run, taken = [], set()
            if node.kernel in ELEMENTWISE:
                run.append(node)
                taken.update(map(id, node.inputs))
            else:
                self.nodes.append(node)
        self._end(run)

    def _continues(self, last, node, taken):
        wide = ELEMENTWISE[node.kernel]
        if node.dims[1:] != last.dims[1:] or node.attrs != last.attrs or node.dtype is not last.dtype:
            return False
        if any(a is not b for k, (a, b) in enumerate(zip(last.inputs, node.inputs, strict=True)) if k not in wide):
            return False
        if not all(follows(a, b) for a, b in zip(last.updates, node.updates, strict=True)):
            return False
        return all(self._joins(last.inputs[k], node.inputs[k], taken) for k in wide)

    def _joins(self, a, b, taken):
        if a.kind == b.kind == "variable":
            return follows(a.source[0], b.source[0])
        return all(
            v.kind == "temporary" and id(v) not in self._outputs and id(v) not in self.parts for v in (a, b)
        ) and (id(b) not in taken)

    def _end(self, run):
        if len(run) < 2:
            self.nodes += run
            return
        first, last = run[0], run[-1]
        sizes = [-(-node.updates[0].nbytes // ALIGNMENT) * ALIGNMENT for node in run]
        itemsize = first.updates[0].dtype.itemsize
        n = sum(sizes[:-1]) // itemsize + last.dims[0]
        inputs = list(first.inputs)
        for k in ELEMENTWISE[first.kernel]:
            if inputs[k].kind == "temporary":
                inputs[k] = self._joined([node.inputs[k] for node in run], sizes, n)
        work = sum(node.work for node in run)
        merged = Node(
            first.kernel, inputs, [], (n, *first.dims[1:]), first.attrs, -(-n // CHUNK), work, first.dtype, first.updates
        )  # fmt: skip
        self.spans[id(merged)] = [v for node in run for v in node.updates]
        self.nodes.append(merged)

    def _joined(self, values, sizes, n):
        flat = Value((n,), values[0].dtype, "temporary", None, values[0].graph)
        offset = 0
        for v, size in zip(values, sizes, strict=True):
            self.parts[id(v)] = (flat, offset)
            if size > v.nbytes and v is not values[-1]:
                self.gaps.append((flat, offset + v.nbytes, size - v.nbytes))
            offset += size
        return flat

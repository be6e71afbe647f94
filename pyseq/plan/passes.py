"""What is done to a traced graph before it gets memory. Each pass takes the graph and leaves one that computes the same bits.

keep_old_values   a variable is read that was written meanwhile: copy its value before
share_softmax     softmax and crossentropy of the same logits: one kernel makes both
fold_constants    what depends on constants alone is computed now
share_equal       the same kernel on the same values: once
drop_unread       what nothing reads
keep_unchanged    what depends on unwritten variables alone goes first, and is made once
"""

from __future__ import annotations

from pyseq.core import as_tensor, emit, kernels, tracing
from pyseq.core.dtypes import uint8
from pyseq.plan.chains import fuse_chains
from pyseq.plan.descents import fuse_descents
from pyseq.plan.epilogues import fuse_epilogues
from pyseq.plan.graph import Node, Value
from pyseq.plan.kept import keep_unchanged
from pyseq.plan.norms import fuse_norms
from pyseq.plan.pads import fuse_pads
from pyseq.plan.pools import fuse_pools
from pyseq.plan.slopes import fuse_slopes

COPY, SOFTMAX = kernels("copy", "softmax")
CROSSENTROPIES = kernels("crossentropy", "sparse_crossentropy")
COPY_CHUNK = 65536  # bytes of a part, as in csrc/memory.pyx
CONSTANT_MAX = 65536  # bytes: a larger constant is cheaper to compute than to keep


def copy_of(value):
    """A node that copies a value, and its output."""
    n = value.nbytes
    y = Value(value.shape, value.dtype, "temporary", None, value.graph)
    y.source = Node(COPY, [value], [y], (n,), (), -(-n // COPY_CHUNK), n // 4, uint8)
    return y.source, y


def keep_old_values(graph):
    nodes, written, new = [], {}, {}  # written: (id of variable, version that ended) -> position in `nodes`
    late = {}
    version = {}
    for j, node in enumerate(graph.nodes):
        for v in node.inputs:
            if v is not None and v.kind == "variable" and version.get(id(v.source[0]), 0) > v.source[1]:
                late[id(v.source[0]), v.source[1]] = v
        for variable in node.updates:
            k = version.get(id(variable), 0)
            written[id(variable), k] = j
            version[id(variable)] = k + 1
    for v in graph.outputs:
        if v.kind == "variable" and version.get(id(v.source[0]), 0) > v.source[1]:
            late[id(v.source[0]), v.source[1]] = v
    if not late:
        return
    before = {}
    for key, v in late.items():
        before.setdefault(written[key], []).append(v)
    for j, node in enumerate(graph.nodes):
        node.inputs = [new.get(_version(v), v) for v in node.inputs]
        for v in before.get(j, ()):
            copy, y = copy_of(v)
            nodes.append(copy)
            new[_version(v)] = y
        nodes.append(node)
    graph.nodes = nodes
    graph.outputs = [new.get(_version(v), v) for v in graph.outputs]


def _version(v):
    return (id(v.source[0]), v.source[1]) if v is not None and v.kind == "variable" else None


def share_softmax(graph):
    users, made = graph.users(), {}
    for j, node in enumerate(graph.nodes):
        if node.kernel in CROSSENTROPIES:
            made.setdefault(id(node.inputs[1]), (j, node.outputs[1]))
    new = {}
    for node in graph.nodes:
        if node.kernel is SOFTMAX and id(node.inputs[0]) in made:
            j, p = made[id(node.inputs[0])]
            y = node.outputs[0]
            if p.shape == y.shape and all(k > j for k in users.get(id(y), ())):
                new[id(y)] = p
    graph.replace(new)


def fold_constants(graph):
    nodes, new = [], {}
    for node in graph.nodes:
        node.inputs = [v if v is None else new.get(id(v), v) for v in node.inputs]
        foldable = all(v is None or v.kind == "constant" for v in node.inputs) and not node.has_effect
        if not foldable or sum(v.nbytes for v in node.outputs) > CONSTANT_MAX:
            nodes.append(node)
            continue
        inputs = tuple(None if v is None else v.source for v in node.inputs)
        outputs = tuple((v.shape, v.dtype) for v in node.outputs)
        with tracing(None):
            made = emit(node.kernel, inputs, outputs, node.dims, node.attrs, node.parts, node.work, node.dtype)
        for v, t in zip(node.outputs, made if isinstance(made, tuple) else (made,), strict=True):
            new[id(v)] = Value(v.shape, v.dtype, "constant", as_tensor(t), v.graph)
    graph.nodes = nodes
    graph.outputs = [new.get(id(v), v) for v in graph.outputs]


def share_equal(graph):
    seen, new, nodes = {}, {}, []
    for node in graph.nodes:
        node.inputs = [v if v is None else new.get(id(v), v) for v in node.inputs]
        if not node.has_effect and node.kernel.function is None:
            shapes = tuple((v.shape, v.dtype.code) for v in node.outputs)
            key = (
                node.kernel,
                tuple(map(_identity, node.inputs)),
                shapes,
                node.dims,
                repr(node.attrs),
                node.dtype.code,
            )  # repr: 0.0 is not -0.0
            first = seen.setdefault(key, node)
            if first is not node:
                new.update((id(v), w) for v, w in zip(node.outputs, first.outputs, strict=True))
                continue
        nodes.append(node)
    graph.nodes = nodes
    graph.outputs = [new.get(id(v), v) for v in graph.outputs]


def _identity(v):
    """Equal for two values that are surely the same."""
    if v is None:
        return None
    if v.kind == "variable":
        return _version(v)
    if v.kind == "constant" and v.nbytes <= 8:
        return (v.source.dtype.code, v.shape, v.source.numpy().tobytes())
    return id(v)


def drop_unread(graph):
    read = {id(v) for v in graph.outputs}
    kept = []
    for node in reversed(graph.nodes):
        if node.has_effect or any(id(v) in read for v in node.outputs):
            read.update(id(v) for v in node.inputs if v is not None)
            kept.append(node)
    graph.nodes = kept[::-1]


def outputs_of_their_own(graph):
    """Every output is made by a node: what is an input, a constant or a variable is copied."""
    made = {}
    for v in graph.outputs:
        if v.kind != "temporary" and id(v) not in made:
            node, made[id(v)] = copy_of(v)
            graph.nodes.append(node)
    graph.outputs = [made.get(id(v), v) for v in graph.outputs]


PASSES = (
    keep_old_values, drop_unread, fold_constants, share_equal, share_softmax, drop_unread, fuse_pads,
    fuse_slopes, fuse_norms, fuse_pools, fuse_epilogues, fuse_descents, fuse_chains,
    outputs_of_their_own, keep_unchanged,
)  # fmt: skip


def optimize(graph):
    """All passes, in order."""
    for run in PASSES:
        run(graph)
    return graph

"""A relu right behind or before a batch normalisation: done while the normalisation has the numbers at hand, forward and back."""

from __future__ import annotations

from pyseq.core import kernels
from pyseq.ops.activation import FUSED
from pyseq.plan.graph import Node

ACTIVATION, ACTIVATION_BACKWARD = kernels("activation", "activation_backward")
BATCH_NORM, APPLY = kernels("batch_norm", "batch_norm_apply")
BACKWARD, SUMS, DX = kernels("batch_norm_backward", "batch_norm_sums", "batch_norm_dx")
RELU_CODE = FUSED["relu"][0]
FLAGS, RELU, BEFORE = 4, 1, 4  # dims and flags of csrc/norm.pyx
SLOPE_OF = {BACKWARD: 5, SUMS: 3, DX: 5}  # kernel: which input is the relu's y


def fuse_norms(graph):
    _relus_behind(graph)
    _slopes_behind(graph)
    _slopes_before(graph)


def _flagged(node, flag, inputs=None, outputs=None):
    """The node with a flag set, and other tensors."""
    dims = (*node.dims[:FLAGS], node.dims[FLAGS] | flag, *node.dims[FLAGS + 1 :])
    return Node(
        node.kernel, node.inputs if inputs is None else inputs, node.outputs if outputs is None else outputs, dims,
        node.attrs, node.parts, node.work, node.dtype, node.updates, node.error,
    )  # fmt: skip


def _makers(graph):
    return {id(v): j for j, node in enumerate(graph.nodes) for v in node.outputs}


def _relus_behind(graph):
    """y = relu(norm(x)) as one node, if nothing else reads norm(x)."""
    users, kept, made = graph.users(), {id(v) for v in graph.outputs}, _makers(graph)
    nodes = list(graph.nodes)
    for j, node in enumerate(graph.nodes):
        if node.kernel is not ACTIVATION or node.dims[1] != RELU_CODE:
            continue
        (y,) = node.inputs
        p = made.get(id(y))
        if p is None or nodes[p] is None or nodes[p].kernel not in (BATCH_NORM, APPLY):
            continue
        if id(y) in kept or users[id(y)] != [j] or nodes[p].outputs[0] is not y or y.dtype is not node.dtype:
            continue
        nodes[p] = _flagged(nodes[p], RELU, outputs=[node.outputs[0], *nodes[p].outputs[1:]])
        nodes[j] = None
    graph.nodes = [node for node in nodes if node is not None]


def _slopes_behind(graph):
    """The gradient that passes such a relu, read by the normalisation's gradient alone: masked there."""
    users, kept = graph.users(), {id(v) for v in graph.outputs}
    nodes = list(graph.nodes)
    for j, node in enumerate(graph.nodes):
        if node.kernel is not ACTIVATION_BACKWARD or node.dims[1] != RELU_CODE:
            continue
        (dy, y), (d,) = node.inputs, node.outputs
        readers = users.get(id(d), [])
        if id(d) in kept or not readers or any(not _takes_slope(nodes[k], d) for k in readers):
            continue
        if any(v is not None and v.kind == "variable" for v in (dy, y)):  # it may be written meanwhile
            continue
        for k in readers:
            at = SLOPE_OF[nodes[k].kernel]
            inputs = [dy, *nodes[k].inputs[1:]]
            inputs += [None] * (at + 1 - len(inputs))
            inputs[at] = y
            nodes[k] = _flagged(nodes[k], 0, inputs)
        nodes[j] = None
    graph.nodes = [node for node in nodes if node is not None]


def _takes_slope(node, d):
    """Does the node read d as its dy alone, without a relu's y so far?"""
    if node is None or node.kernel not in SLOPE_OF or node.inputs[0] is not d:
        return False
    at = SLOPE_OF[node.kernel]
    return all(v is not d for v in node.inputs[1:]) and (len(node.inputs) <= at or node.inputs[at] is None)


def _slopes_before(graph):
    """dx of a normalisation of x = relu(...), multiplied by the relu's slope at once if nothing else reads it."""
    users, kept, made = graph.users(), {id(v) for v in graph.outputs}, _makers(graph)
    nodes = list(graph.nodes)
    for j, node in enumerate(graph.nodes):
        if node.kernel is not ACTIVATION_BACKWARD or node.dims[1] != RELU_CODE:
            continue
        dx, x = node.inputs
        p = made.get(id(dx))
        if p is None or nodes[p] is None or nodes[p].kernel not in (BACKWARD, DX):
            continue
        norm = nodes[p]
        if norm.outputs[0] is not dx or norm.inputs[1] is not x or id(dx) in kept or users[id(dx)] != [j]:
            continue
        if norm.dims[FLAGS] & BEFORE or dx.dtype is not node.dtype:
            continue
        nodes[p] = _flagged(norm, BEFORE, outputs=[node.outputs[0], *norm.outputs[1:]])
        nodes[j] = None
    graph.nodes = [node for node in nodes if node is not None]

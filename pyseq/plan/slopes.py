"""An activation's gradient right behind the product that makes its dy: done in the product's last write."""

from __future__ import annotations

from pyseq.core import kernels
from pyseq.plan.graph import Node

MATMUL, ACTIVATION_BACKWARD = kernels("matmul", "activation_backward")
ACCUMULATE, CODE = 7, 8  # dims of csrc/dense.pyx


def fuse_slopes(graph):
    """dx = (a b) f'(s) as one node, if nothing else reads a b and s is there when the product is made."""
    users, kept = graph.users(), {id(v) for v in graph.outputs}
    made = {id(v): j for j, node in enumerate(graph.nodes) for v in node.outputs}
    nodes = list(graph.nodes)
    for j, node in enumerate(graph.nodes):
        if node.kernel is not ACTIVATION_BACKWARD:
            continue
        dy, s = node.inputs
        p = made.get(id(dy))
        if p is None or id(dy) in kept or users[id(dy)] != [j] or dy.nbytes != node.outputs[0].nbytes:
            continue
        product = nodes[p]
        if product is None or product.kernel is not MATMUL or product.dims[CODE] or product.dims[ACCUMULATE]:
            continue
        if made.get(id(s), -1) >= p or s.kind == "variable":
            continue
        dims = (*product.dims[:CODE], node.dims[1], *product.dims[CODE + 1 :])
        inputs = [*product.inputs, s]
        work = product.work + node.work
        nodes[p] = Node(MATMUL, inputs, node.outputs, dims, node.attrs, product.parts, work, product.dtype)
        nodes[j] = None
    graph.nodes = [node for node in nodes if node is not None]

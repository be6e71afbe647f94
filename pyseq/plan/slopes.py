"""An activation's gradient right behind the product that makes its dy: done in the product's last write."""

from __future__ import annotations

from pyseq.core import kernels
from pyseq.plan.graph import Node

MATMUL, CONV_BACKWARD_X, WINOGRAD_BACKWARD_X, ACTIVATION_BACKWARD = kernels(
    "matmul", "conv_backward_x", "winograd_backward_x", "activation_backward"
)
# where the activation's code is in dims of csrc/dense.pyx, csrc/conv.pyx, csrc/conv_winograd.pyx
CODE = {MATMUL: 8, CONV_BACKWARD_X: 4, WINOGRAD_BACKWARD_X: 4}
ACCUMULATE, STRIDES = 7, slice(10, None, 6)  # likewise


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
        if product is None or not _takes_slope(product):
            continue
        if made.get(id(s), -1) >= p or s.kind == "variable":
            continue
        code = CODE[product.kernel]
        dims = (*product.dims[:code], node.dims[1], *product.dims[code + 1 :])
        inputs = [*product.inputs, s]
        work = product.work + node.work
        nodes[p] = Node(product.kernel, inputs, node.outputs, dims, node.attrs, product.parts, work, product.dtype)
        nodes[j] = None
    graph.nodes = [node for node in nodes if node is not None]


def _takes_slope(node):
    """Is it a product that has no activation, and writes its rows where they belong?"""
    if node.kernel not in CODE or node.dims[CODE[node.kernel]]:
        return False
    if node.kernel is MATMUL:
        return not node.dims[ACCUMULATE]
    return node.kernel is WINOGRAD_BACKWARD_X or max(node.dims[STRIDES]) == 1
